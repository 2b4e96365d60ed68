"""What the doctor says about set-ups with one thing wrong: the fault, by its name, and how it is mended."""

import json
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from bot.doctor.examination import examine, report
from bot.doctor.findings import Finding, State, show
from bot.lock import only_one, replacing
from sandbox.banq import identities
from sandbox.banq.faults import Fault
from sandbox.discord import APPLICATION_ID, BOT_TOKEN, CLIENT_SECRET, GENERAL_ID, TEAM_ID
from services.sources import Sources
from storage.database import Database
from tests.bot.set_up import SetUp, set_up
from tests.bot.settings import SECRET
from tests.storage.damaging import bytes_of

Break = Callable[[SetUp], Awaitable[object] | object]

NOBODY = 65534
INVITATION = f"https://discord.com/oauth2/authorize?client_id={APPLICATION_ID}&scope=bot+applications.commands&permissions=0"


@pytest.fixture
async def well(tmp_path: Path) -> AsyncIterator[SetUp]:
    async with set_up(tmp_path) as started:
        yield started


async def test_nothing_is_found_where_nothing_is_wrong(well: SetUp) -> None:
    examined = await well.examined()

    assert await well.found() == []
    assert examined.code == 0
    assert examined.spaces is None
    assert len({finding.check for finding in examined.findings}) == 20


async def broken(well: SetUp, break_it: Break) -> list[Finding]:
    done = break_it(well)
    if isinstance(done, Awaitable):
        await done
    return await well.found()


def overwritten(well: SetUp) -> None:
    well.database.write_bytes(b"Dear database, " * 1000)


def nowhere() -> str:
    """Where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def personal_space(well: SetUp) -> None:
    configs = well.banq.store.state.webhook_configs
    configs[identities.PERSONAL_ACCOUNT_SPACE_ID] = well.webhooks
    well.set(
        "lanes.main",
        account_space_id=identities.PERSONAL_ACCOUNT_SPACE_ID,
        platform_id=identities.PERSONAL_IDENTITY_ID,
    )


def old_backup(well: SetUp) -> None:
    os.utime(well.database.parent / "backups" / "one.sqlite3", (0, 0))


def no_backup(well: SetUp) -> None:
    (well.database.parent / "backups" / "one.sqlite3").unlink()


def read_only_audit_channel(well: SetUp) -> None:
    well.set("discord", audit_channel_id=GENERAL_ID)
    well.discord.members.let_bot(GENERAL_ID, see=True, write=False)


# The state, what is found, and the fix.
ERRORS: dict[str, tuple[Break, str, str]] = {
    "wrong token": (
        lambda well: well.set("discord", token="MTE4.wrong.one"),
        "discord.token: Discord does not accept it.",
        "Copy it again from the developer portal.",
    ),
    "Discord down": (
        lambda well: well.set("discord", api_url=f"{nowhere()}/api/v10"),
        "Discord cannot be reached.",
        "Check the network",
    ),
    "unknown server": (
        lambda well: well.set("discord", home_guild_id=42),
        "discord.home_guild_id: the bot is in no server 42.",
        f"or invite the bot: {INVITATION}",
    ),
    "bot not in the server": (
        lambda well: well.discord.members.leave(APPLICATION_ID),
        "the bot is in no server",
        f"or invite the bot: {INVITATION}",
    ),
    "role missing": (
        lambda well: well.set("discord", admin_role_id=43),
        "discord.admin_role_id: there is no role 43 in the home server.",
        "Copy Role ID",
    ),
    "channel missing": (
        lambda well: well.set("discord", team_channel_id=44),
        "discord.team_channel_id: channel 44 does not exist.",
        "Copy Channel ID",
    ),
    "channel hidden": (
        lambda well: well.discord.members.let_bot(TEAM_ID, see=False, write=False),
        f"discord.team_channel_id: channel {TEAM_ID} is closed to the bot.",
        "give the bot's role View Channel.",
    ),
    "channel read-only": (
        lambda well: well.discord.members.let_bot(TEAM_ID, see=True, write=False),
        f"discord.team_channel_id: channel {TEAM_ID} is closed to the bot.",
        "give the bot's role Send Messages.",
    ),
    "audit channel missing": (
        lambda well: well.set("discord", audit_channel_id=44),
        "discord.audit_channel_id: channel 44 does not exist.",
        "Copy Channel ID",
    ),
    "audit channel read-only": (
        read_only_audit_channel,
        f"discord.audit_channel_id: channel {GENERAL_ID} is closed to the bot.",
        "give the bot's role Send Messages.",
    ),
    "another application's sign-in": (
        lambda well: well.set("discord", client_id=45),
        "discord.client_id is not that of the bot's application.",
        f"It should be {APPLICATION_ID}",
    ),
    "public URL not ours": (
        lambda well: well.answer_otherwise(200),
        "Something else answers at http://127.0.0.1:",
        "Let the reverse proxy pass requests on to 127.0.0.1:8080",
    ),
    "public URL leads elsewhere": (
        lambda well: well.answer_otherwise(301, Location="https://www.bot.example/"),
        "leads on to https://www.bot.example/.",
        "Set web.public_url to the address that answers itself.",
    ),
    "clock far off": (
        lambda well: setattr(well, "clock_off", timedelta(minutes=-5)),
        "s behind Discord's.",
        "timedatectl set-ntp true",
    ),
    "database of a newer version": (
        lambda well: well.change_database("PRAGMA user_version = 9"),
        "was written by a newer banqbot (schema 9",
        "Update banqbot, or restore the backup made before the update.",
    ),
    "database corrupt": (overwritten, "cannot be opened", "banqbot restore FILE"),
    "database of another program": (
        lambda well: well.change_database("PRAGMA application_id = 7"),
        "is a database of another program",
        "Name another file under [storage] path.",
    ),
    "Banq's credentials": (
        lambda well: well.set("banq", password="wrong"),
        "Banq refuses the sign-in.",
        "Check client_id, username, password and audience under [banq].",
    ),
    "Banq down": (
        lambda well: setattr(well.banq.faults, "outage", "drop"),
        "Banq did not answer.",
        "Check api_url and token_url under [banq], and the network.",
    ),
    "Banq ill": (
        lambda well: well.banq.faults.add(Fault(route="me", status=503)),
        "Banq answered 503.",
        "Check api_url and token_url under [banq], and the network.",
    ),
    "not Banq": (
        lambda well: well.banq.faults.add(Fault(route="me", body="not-json")),
        "Banq's answer is not JSON.",
        "Check api_url and token_url under [banq], and the network.",
    ),
    "unknown account space": (
        lambda well: well.set("lanes.main", account_space_id="wrong"),
        "lanes.main.account_space_id is none of your account spaces.",
        "Take one from the list below.",
    ),
    "platform id of another space": (
        lambda well: well.set("lanes.main", platform_id=identities.SECOND_PLATFORM_ID),
        f"lanes.main.platform_id should be {identities.PLATFORM_ID}.",
        "It is in the list below.",
    ),
    "wrong platform id": (
        lambda well: well.set("lanes.main", platform_id="wrong"),
        f"lanes.main.platform_id should be {identities.PLATFORM_ID}.",
        "It is in the list below.",
    ),
    "no webhooks": (
        lambda well: well.banq.store.state.webhook_configs.clear(),
        "Banq sends no webhooks of main",
        "banqbot webhooks set",
    ),
    "webhooks of another": (
        lambda well: well.let_webhooks_be(url="https://other.example/hooks/their-own-secret"),
        "Banq sends webhooks of main to https://other.example/…, which is not this bot's address.",
        "banqbot webhooks set",
    ),
    "webhooks of other types": (
        lambda well: well.let_webhooks_be(webHookTypes=["payment", "userToken"]),
        "Banq does not send the types transaction, nftTransaction of main.",
        "banqbot webhooks set",
    ),
    "webhooks off": (
        lambda well: well.let_webhooks_be(enabled=False),
        "The webhooks of main are switched off at Banq.",
        "banqbot webhooks set",
    ),
}


@pytest.mark.parametrize("fault", ERRORS)
async def test_an_error_is_named_with_its_fix(well: SetUp, fault: str) -> None:
    break_it, what, fix = ERRORS[fault]
    found = await broken(well, break_it)

    [error] = [finding for finding in found if finding.state is State.ERROR]
    assert what in error.what
    assert fix in f"{error.what} {error.fix}"
    # What could not be looked at for that says so; nothing else is complained of.
    assert all(finding.state is State.NOT_CHECKED for finding in found if finding is not error)
    assert (await well.examined()).code == 1


async def no_webhook(well: SetUp) -> None:
    well.database.unlink()
    async with Database(well.database):
        pass


WARNINGS: dict[str, tuple[Break, str, str]] = {
    "commands not synced": (
        lambda well: well.discord._world.global_commands.pop(),
        "Discord has other commands than this version: /",
        "banqbot sync",
    ),
    "a command of another version": (
        lambda well: well.discord._world.global_commands[0].update(description="Something else"),
        "Discord has other commands than this version: /",
        "banqbot sync",
    ),
    "a command in another language": (
        lambda well: well.discord._world.guild_commands[0]["options"][0].update(name_localizations=None),
        "Discord has other commands than this version: /admin in the home server.",
        "banqbot sync",
    ),
    "a personal space": (
        personal_space,
        "Banq does not say that this space is a merchant's.",
        "Is it the right one?",
    ),
    "no team channel": (
        lambda well: well.remove("discord", "team_channel_id"),
        "No discord.team_channel_id is set",
        "Name a channel",
    ),
    "public URL down, and the bot as well": (
        lambda well: well.move(nowhere()),
        "takes no connection; the bot is not running.",
        "Start it",
    ),
    "https without a certificate": (
        lambda well: well.move(well.url.replace("http:", "https:")),
        "has no valid certificate; the bot is not running.",
        "Start it",
    ),
    "a proxy before nothing": (
        lambda well: well.answer_otherwise(502),
        "answers 502: the reverse proxy does not reach the bot.",
        "Start the bot",
    ),
    "clock off": (
        lambda well: setattr(well, "clock_off", timedelta(seconds=30)),
        "s ahead of Discord's.",
        "timedatectl set-ntp true",
    ),
    "no webhook yet": (no_webhook, "No webhook has come yet.", "Let somebody link a wallet."),
    "no database yet": (
        lambda well: well.database.unlink(),
        "There is no database",
        "The bot makes it at its first start.",
    ),
    "paused": (
        lambda well: well.change_database(
            "INSERT INTO pauses (paused_at, actor, reason) VALUES (0, 'operator', 'A restore.')"
        ),
        "Withdrawals are paused for everybody since 1970-01-01 00:00:00 UTC.",
        "banqbot resume REASON",
    ),
    "an old backup": (old_backup, "is 20", "banqbot backup"),
    "no backup": (no_backup, "There is no backup in", "banqbot backup"),
}


@pytest.mark.parametrize("flaw", WARNINGS)
async def test_a_warning_is_named_with_its_fix_and_lets_the_bot_start(well: SetUp, flaw: str) -> None:
    break_it, what, fix = WARNINGS[flaw]
    found = await broken(well, break_it)

    [warning] = [finding for finding in found if finding.state is State.WARNING]
    assert what in warning.what
    assert fix in warning.fix
    assert all(finding.state is State.NOT_CHECKED for finding in found if finding is not warning)
    assert (await well.examined()).code == 0


async def test_a_running_bot_that_is_not_reached_is_an_error(well: SetUp) -> None:
    well.move(nowhere())
    with only_one(well.database):
        [error] = await well.found()

    assert error.state is State.ERROR
    assert error.what.endswith("/healthz takes no connection.")
    assert error.fix == "Start the reverse proxy, and let it pass requests on to 127.0.0.1:8080."


async def test_a_bot_whose_disk_is_full_says_so_itself(well: SetUp) -> None:
    await well.answer_otherwise(503, **{"X-Program": "banqbot"})

    [error] = await well.found()

    assert error.what.endswith("/healthz is ours, but says: Welcome!")


async def test_a_banq_that_is_silent_keeps_nothing_else_from_being_checked(well: SetUp) -> None:
    well.banq.faults.add(Fault(route="token", hold=True))

    [sign_in, *rest] = [finding for finding in await well.found(0.5) if "Banq" in finding.what]

    assert (sign_in.state, sign_in.what) == (State.ERROR, "Banq does not answer in time.")
    assert {finding.check for finding in rest} == {"lane main", "webhooks of main"}


async def test_a_database_that_this_user_may_not_write_is_an_error(well: SetUp) -> None:
    await well.examined()
    well.config.chmod(0o644)
    well.database.chmod(0o444)
    well.database.with_name("banqbot.sqlite3.in-use").unlink()
    with as_nobody(well.database.parent):
        findings = (await examine(well.config, Sources())).findings

    disk, database, webhook = (
        next(finding for finding in findings if finding.check == check)
        for check in ("disk", "database", "last webhook")
    )
    assert disk.what == f"storage.path: this user may not make files in {well.database.parent}."
    assert database.what == f"This user may not write to {well.database}.in-use."
    assert webhook.state is State.NOT_CHECKED


async def test_a_database_that_can_only_be_read_is_an_error(well: SetUp) -> None:
    await well.examined()
    well.config.chmod(0o644)
    well.database.chmod(0o444)
    well.database.with_name("banqbot.sqlite3.in-use").unlink()
    with as_nobody(well.database.parent, 0o777):
        findings = (await examine(well.config, Sources())).findings

    [database] = [finding for finding in findings if finding.check == "database"]
    assert database.state is State.ERROR
    assert "cannot be opened: attempt to write a readonly database" in database.what


@contextmanager
def as_nobody(folder: Path, mode: int = 0o555) -> Iterator[None]:
    """As a user who may look into this folder, and perhaps write there. Root's rights know no modes."""
    folder.chmod(mode)
    if os.geteuid() != 0:
        yield
        return
    for parent in folder.parents:
        if parent.name.startswith(("test_", "popen-", "pytest-")):
            parent.chmod(0o755)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


async def test_a_database_that_is_being_restored_is_left_alone(well: SetUp) -> None:
    before = bytes_of(well.database)
    with replacing(well.database):
        found = await well.found()

    assert "is being restored" in found[0].what
    assert bytes_of(well.database) == before


async def test_the_doctor_changes_nothing(well: SetUp) -> None:
    before = bytes_of(well.database)
    calls = well.banq.faults.accepted.total()
    well.discord._world.global_commands.pop()
    commands = list(well.discord._world.global_commands)

    await well.examined()

    assert bytes_of(well.database) == before
    assert well.discord._world.global_commands == commands
    assert well.banq.faults.accepted.total() == calls + 3


# -- a configuration that is wrong


async def test_each_mistake_of_the_configuration_is_a_finding_beside_what_banq_says(well: SetUp) -> None:
    well.set("web", public_url="http://bot.example")
    well.remove("discord", "token")
    well.sections["lanes.main"]["platform_id"] = "CHANGE-ME"

    examined = await well.examined()

    mistakes = [finding.what for finding in examined.findings if finding.check == "configuration"]
    assert examined.code == 2
    assert [sentence.split(" ")[0].rstrip(":") for sentence in mistakes] == [
        "discord.token",
        "lanes.main.platform_id",
        "web.public_url",
    ]
    assert "must start with https://, since members sign in through it." in mistakes[2]
    assert examined.findings[-1].what == "Banq is reachable and takes the sign-in."
    assert examined.spaces is not None
    assert identities.ACCOUNT_SPACE_ID in {space.id for space in examined.spaces}


async def test_secrets_that_others_may_read_are_an_error_and_all_else_is_checked(well: SetUp) -> None:
    secrets = well.folder / "secrets.toml"
    secrets.write_text(f'[discord]\ntoken = "{well.sections["discord"].pop("token")}"\n', encoding="utf-8")
    secrets.chmod(0o640)

    [error] = await well.found()
    assert error.what == f"{secrets} may be read or changed by others than its owner."
    assert error.fix == f"Close it: chmod 600 {secrets}"
    assert (await well.examined()).code == 2

    secrets.chmod(0o600)
    assert await well.found() == []


async def test_secrets_in_a_configuration_that_others_may_read_are_a_warning(well: SetUp) -> None:
    await well.examined()
    well.config.chmod(0o644)
    examined = await examine(well.config, Sources())

    [warning] = [finding for finding in examined.findings if finding.check == "config file"]
    assert warning.what == (
        f"{well.config} holds banq.password, discord.client_secret, discord.token, "
        "lanes.main.webhook_secret, and others than its owner may read it."
    )
    assert f"chmod 600 {well.config}" in warning.fix


# -- how it is told


FINDINGS = [
    Finding("clock", State.OK, "The clock is [right]."),
    Finding("disk", State.ERROR, "The disk is full.", "Make room."),
    Finding("backup", State.NOT_CHECKED, "backup: not checked, because there is no database yet."),
]


def test_findings_are_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    show(Console(soft_wrap=True), FINDINGS)

    assert capsys.readouterr().out == (
        "ok           The clock is [right].\n"
        "error        The disk is full. Make room.\n"
        "not checked  backup: not checked, because there is no database yet.\n"
    )


async def test_findings_are_told_to_programs(well: SetUp, capsys: pytest.CaptureFixture[str]) -> None:
    well.set("discord", admin_role_id=43)
    await well.examined()

    assert await report(well.config, as_json=True) == 1

    [role] = [each for each in json.loads(capsys.readouterr().out) if each["state"] == "error"]
    assert role["check"] == "admin role"
    assert (role["what"], role["fix"][:16]) == (
        "discord.admin_role_id: there is no role 43 in the home server.",
        "Server settings ",
    )


async def test_no_secret_is_told(well: SetUp) -> None:
    examined = await well.examined()
    well.set("discord", token="MTE4.wrong.one")
    well.set("banq", password="wrong-password")
    told = str([examined, await well.examined()])

    for value in (identities.PASSWORD, SECRET, BOT_TOKEN, CLIENT_SECRET, "MTE4.wrong.one", "wrong-password"):
        assert value not in told
