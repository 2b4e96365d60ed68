"""The command line as a person runs it: a process of its own, against the Banq emulator."""

import asyncio
import fcntl
import json
import os
import socket
import sys
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pytest

from sandbox.banq import identities
from sandbox.banq.faults import Fault
from sandbox.banq.server import BanqSandbox
from sandbox.banq.state import WebhookConfig
from storage.database import Database
from tests.bot.settings import SECRET, Sections, complete, write

ROOT = Path(__file__).parents[2]
SPACE = identities.ACCOUNT_SPACE_ID


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


async def banqbot(config: Path | None, *arguments: str, **environment: str) -> Ended:
    options = [] if config is None else ["--config", str(config)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *options,
        *arguments,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=PIPE,
        stderr=PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    ended = Ended(process.returncode, out.decode(), err.decode())
    assert "Traceback" not in ended.said
    assert SECRET not in ended.said
    assert identities.PASSWORD not in ended.said
    return ended


def stored(sandbox: BanqSandbox) -> WebhookConfig:
    return sandbox.store.state.webhook_configs[SPACE]


# -- a configuration that is wrong


BROKEN: dict[str, tuple[str, str, object]] = {
    "discord.token: still says CHANGE-ME": ("discord", "token", "CHANGE-ME"),
    "web.public_url: must start with https://": ("web", "public_url", "http://bot.example"),
    "banq.pasword is not a known key": ("banq", "pasword", "x"),
    "lanes.main.webhook_secret": ("lanes.main", "webhook_secret", "short"),
}


@pytest.mark.parametrize("sentence", BROKEN)
async def test_a_broken_configuration_is_exit_code_2_and_names_the_key(tmp_path: Path, sentence: str) -> None:
    section, key, value = BROKEN[sentence]
    sections = complete()
    sections[section][key] = value
    ended = await banqbot(write(tmp_path, sections), "run")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(sentence)
    assert len(ended.err.splitlines()) == 1


async def test_no_file_is_exit_code_2(tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    for ended in await asyncio.gather(
        banqbot(missing, "check"),
        banqbot(None, "webhooks", "set", BANQBOT_CONFIG=str(missing)),
    ):
        assert ended.code == 2
        assert ended.err.startswith(f"There is no file {missing}.")


async def test_the_version_can_be_asked_for() -> None:
    asked = await banqbot(None, "--version")

    assert (asked.code, asked.out) == (0, f"banqbot {version('banqbot')}\n")


async def test_a_wrong_call_is_exit_code_2(tmp_path: Path) -> None:
    assert (await banqbot(tmp_path / "none.toml", "webhooks", "fly")).code == 2


async def test_a_database_that_cannot_be_used_is_exit_code_1(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear database, " * 100)
    config = write(tmp_path, {**complete(), "storage": {"path": str(letter)}})
    ended = await banqbot(config, "run")

    assert ended.code == 1
    assert "letter.txt cannot be opened" in ended.err


async def test_a_database_in_a_folder_that_cannot_be_is_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "banqbot.sqlite3"
    ended = await banqbot(write(tmp_path, {**complete(), "storage": {"path": str(path)}}), "run")

    assert ended.code == 1
    assert f"storage.path: {path} cannot be used: " in ended.err


# -- doctor and check; what else the doctor says is tested beside it


async def test_doctor_needs_only_banqs_part_to_tell_ids_that_can_be_copied(
    tmp_path: Path, sandbox: BanqSandbox
) -> None:
    config = write(tmp_path, {"banq": complete(sandbox)["banq"]})
    ended, as_json = await asyncio.gather(banqbot(config, "doctor"), banqbot(config, "doctor", "--json"))

    assert ended.code == as_json.code == 2
    assert f'account_space_id = "{SPACE}"\nplatform_id = "{identities.PLATFORM_ID}"' in ended.out
    assert "discord is missing." in ended.out
    for space in identities.ACCOUNT_SPACES.values():
        assert space.id in ended.out
        assert space.identity_id in ended.out
    assert {"check", "state", "what", "fix"} == set(json.loads(as_json.out)[0])


async def test_check_says_whether_the_configuration_is_complete(tmp_path: Path) -> None:
    config = write(tmp_path, complete())
    assert await banqbot(config, "check") == Ended(0, f"{config} is complete.\n", "")

    ended = await banqbot(write(tmp_path, {"banq": complete()["banq"]}), "check")
    assert (ended.code, ended.out) == (2, "")
    assert [line.split(" ")[0] for line in ended.err.splitlines()] == ["community", "discord", "lanes", "web"]


async def test_migrate_and_sync_say_why_they_cannot(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))  # bound, but nobody listens
        sections = {**complete(), "storage": {"path": str(tmp_path / "none.sqlite3")}}
        sections["discord"]["api_url"] = f"http://127.0.0.1:{probe.getsockname()[1]}/api/v10"
        config = write(tmp_path, sections)
        migrated, synced = await asyncio.gather(banqbot(config, "migrate"), banqbot(config, "sync"))

    assert (migrated.code, synced.code) == (1, 1)
    assert migrated.err.startswith(f"storage.path: there is no database {tmp_path}/none.sqlite3 yet.")
    assert synced.err == "Discord cannot be reached. Check the network, and try again.\n"


# -- reasons


async def with_database(folder: Path, statement: str = "") -> tuple[Path, Path]:
    """The configuration file, and the database that it names."""
    path = folder / "banqbot.sqlite3"
    async with Database(path) as database:
        if statement:
            async with database.transaction() as tx:
                await tx.execute(statement)
    return write(folder, {**complete(), "storage": {"path": str(path)}}), path


async def test_a_reason_of_a_wrong_length_is_exit_code_2_and_changes_nothing(tmp_path: Path) -> None:
    config, path = await with_database(tmp_path)

    for ended in await asyncio.gather(
        banqbot(config, "pause", " x\x1b\u200b "),
        banqbot(config, "pause", "x" * 199 + " and more"),
        banqbot(config, "withdrawals", "settle", "1", "--outcome", "sent", "--reason", "ok"),
    ):
        assert (ended.code, ended.out) == (2, "")
        assert ended.err == "The reason must be 3 to 200 characters long. Nothing was changed.\n"

    async with Database(path) as database:
        assert await database.read.count("SELECT count(*) FROM pauses") == 0


async def test_nothing_that_steers_a_terminal_is_printed_or_kept(tmp_path: Path) -> None:
    config, path = await with_database(
        tmp_path,
        "INSERT INTO pauses (paused_at, actor, reason) VALUES (0, 'x\x1b[2J', 'odd\x1b[8m\u202e one')",
    )

    ended = await banqbot(config, "pause", "once more")
    assert "by x[2J: odd[8m one\n" in ended.out

    assert (await banqbot(config, "resume", "all\x1b[8m\nis well")).code == 0
    async with Database(path) as database:
        row = await database.read.fetch_one("SELECT reason FROM audit")
    assert row is not None
    assert row["reason"] == "all[8m is well"


# -- webhooks


def two_lanes(sandbox: BanqSandbox) -> Sections:
    sections = complete(sandbox)
    sections["lanes.second"] = {
        "account_space_id": identities.SECOND_ACCOUNT_SPACE_ID,
        "platform_id": identities.SECOND_PLATFORM_ID,
        "webhook_secret": SECRET[::-1],
    }
    return sections


async def test_webhooks_are_created_shown_and_patched(tmp_path: Path, sandbox: BanqSandbox) -> None:
    path = tmp_path / "data" / "banqbot.sqlite3"
    sections = two_lanes(sandbox) | {"storage": {"path": str(path)}}
    config = write(tmp_path, sections)
    before = await banqbot(config, "webhooks", "show")
    assert before.code == 1
    assert before.out.count("nothing is configured") == 2

    created = await banqbot(config, "webhooks", "set")
    assert created.code == 0, created.said
    assert created.out.count("Banq now sends webhooks to https://bot.example/webhooks/…") == 2
    assert stored(sandbox).model_dump() == {
        "url": f"https://bot.example/webhooks/{SECRET}",
        "enabled": True,
        "retryCount": 5,
        "webHookTypes": ["payment", "transaction", "userToken", "nftTransaction"],
    }

    shown = await banqbot(config, "webhooks", "show")
    assert shown.code == 0
    assert "main: https://bot.example/webhooks/… (this bot)" in shown.out
    assert SECRET[::-1] not in shown.said

    for_programs = await banqbot(config, "webhooks", "show", "--json")
    assert (for_programs.code, for_programs.err) == (0, "")
    main, second = json.loads(for_programs.out)
    assert (main["lane"], main["well"], main["url"]) == ("main", True, "https://bot.example/webhooks/…")
    assert (second["lane"], second["missing"]) == ("second", [])

    assert not path.exists()
    async with Database(path):
        pass
    sections["web"]["public_url"] = "https://moved.example"
    patched = await banqbot(write(tmp_path, sections), "webhooks", "set")
    assert patched.code == 0
    assert stored(sandbox).url == f"https://moved.example/webhooks/{SECRET}"
    async with Database(path) as database:
        rows = await database.read.fetch_all("SELECT actor, action, object_id FROM audit")
    assert [tuple(row) for row in rows] == [("operator", "webhooks set", lane) for lane in ("main", "second")]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"url": "https://other.example/hooks/their-own-secret"},
            "https://other.example/… (not this bot)",
        ),
        ({"enabled": False}, "disabled, 5 retries"),
        ({"webHookTypes": ["payment", "userToken"]}, "missing: transaction, nftTransaction"),
    ],
)
async def test_webhooks_that_are_not_as_they_should_be_are_shown(
    tmp_path: Path, sandbox: BanqSandbox, change: dict[str, object], sentence: str
) -> None:
    good: dict[str, object] = {
        "url": f"https://bot.example/webhooks/{SECRET}",
        "enabled": True,
        "retryCount": 5,
        "webHookTypes": ["payment", "transaction", "userToken", "nftTransaction"],
    }
    sandbox.store.state.webhook_configs[SPACE] = WebhookConfig.model_validate(good | change)
    shown = await banqbot(write(tmp_path, complete(sandbox)), "webhooks", "show")

    assert shown.code == 1
    assert sentence in shown.out
    assert "their-own-secret" not in shown.said


@pytest.mark.parametrize("command", ["show", "set"])
async def test_webhooks_tell_what_banq_refuses(tmp_path: Path, sandbox: BanqSandbox, command: str) -> None:
    sandbox.faults.add(Fault(route="webhook-config", status=403))
    ended = await banqbot(write(tmp_path, complete(sandbox)), "webhooks", command)

    assert ended.code == 1
    assert "Look with: banqbot doctor" in ended.err


async def test_a_second_demo_in_one_folder_changes_nothing_there(tmp_path: Path) -> None:
    with (tmp_path / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = await banqbot(None, "demo", "--folder", str(tmp_path))

    assert ended.code == 1
    assert "Another demo is running in" in ended.said
    assert not (tmp_path / "config.toml").exists()


async def test_a_demo_in_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("", encoding="utf-8")
    ended = await banqbot(None, "demo", "--folder", str(tmp_path / "notes"))

    assert ended.code == 1
    assert "cannot be the demo's folder" in ended.said


async def test_a_bot_that_starts_while_withdrawals_are_paused_says_so(tmp_path: Path) -> None:
    config, path = await with_database(
        tmp_path, "INSERT INTO pauses (paused_at, actor, reason) VALUES (0, 'operator', 'restored')"
    )
    with socket.create_server(("127.0.0.1", 0)) as taken:
        sections = {**complete(), "storage": {"path": str(path)}}
        sections["web"] = {**sections["web"], "host": "127.0.0.1", "port": taken.getsockname()[1]}
        write(tmp_path, sections)
        ended = await banqbot(config, "run")

    assert "withdrawals are paused since 1970-01-01 00:00:00 UTC, by operator; end that with" in ended.err
