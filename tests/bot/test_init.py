"""Setting up by being asked: what is typed is checked at once, and two files come of it, or none."""

import asyncio
import os
import re
import sys
import tomllib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot import config
from bot.config_writer import config_text
from bot.doctor.examination import examine
from bot.doctor.findings import State
from bot.init import initialise
from sandbox.banq import identities
from sandbox.discord import ADMIN_ROLE_ID, APPLICATION_ID, BOT_TOKEN, CLIENT_SECRET, GUILD_ID, TEAM_ID
from services.sources import Sources
from tests.bot.set_up import SetUp, set_up
from tests.storage.damaging import names_in

ROOT = Path(__file__).parents[2]
TYPED_SECRETS = (BOT_TOKEN, CLIENT_SECRET, identities.PASSWORD)


@pytest.fixture
async def well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SetUp]:
    """Where Discord and Banq are; the files that come of it are in a folder of their own."""
    (tmp_path / "new").mkdir()
    async with set_up(tmp_path) as started:
        monkeypatch.setenv("BANQBOT_DISCORD__API_URL", started.discord.api_url)
        yield started


def discords() -> list[str]:
    return [BOT_TOKEN, str(GUILD_ID), str(ADMIN_ROLE_ID), str(TEAM_ID), CLIENT_SECRET]


def banqs(well: SetUp, password: str = identities.PASSWORD) -> list[str]:
    places = [well.banq.api_url, well.banq.token_url, well.banq.widget_url]
    return [identities.CLIENT_ID, identities.USERNAME, password, "n", *places]


def all_answers(well: SetUp) -> list[str]:
    return ['Sünny "Meadow" 🌻', "", *discords(), *banqs(well), "1,3", "https://bot.example", ""]


async def asked(path: Path, answers: Sequence[str]) -> tuple[int, str]:
    """(exit code, all that was said), with these answers typed one after the other."""
    command = typer.Typer()

    @command.command()
    def init() -> None:
        raise typer.Exit(initialise(path, Sources()))

    typed = "".join(f"{answer}\n" for answer in answers)
    # It asks the emulators, which live in this loop.
    result = await asyncio.to_thread(CliRunner().invoke, command, input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


async def test_two_files_come_of_it_and_make_a_whole_configuration(well: SetUp) -> None:
    path = well.folder / "new" / "config.toml"

    code, said = await asked(path, all_answers(well))

    assert code == 0, said
    settings = config.load(path)
    assert settings.community.name == 'Sünny "Meadow" 🌻'
    assert settings.discord.client_id == APPLICATION_ID
    assert settings.discord.team_channel_id == TEAM_ID
    assert settings.banq.api_url == well.banq.api_url
    assert {name: lane.account_space_id for name, lane in settings.lanes.items()} == {
        "main": identities.ACCOUNT_SPACE_ID,
        "lane2": identities.THIRD_ACCOUNT_SPACE_ID,
    }
    secrets = {lane.webhook_secret.get_secret_value() for lane in settings.lanes.values()}
    assert len(secrets) == 2
    for secret in (*secrets, *TYPED_SECRETS):
        assert secret not in said
        assert secret not in path.read_text(encoding="utf-8")


async def test_what_is_next_is_told(well: SetUp) -> None:
    path = well.folder / "new" / "config.toml"

    _, said = await asked(path, all_answers(well))

    told = said.partition(f"Written: {path}, and the secrets to {path.with_name('secrets.toml')}.")[2]
    assert re.findall(r"(?m)^  \d\. (\S+ \S+ \S+ \S+)", told)
    for step in (
        f"https://discord.com/oauth2/authorize?client_id={APPLICATION_ID}&scope=bot+applications.commands",
        "Redirects: add https://bot.example/link/discord",
        "let https://bot.example lead to 127.0.0.1:8080",
        f"banqbot --config {path} doctor",
        f"banqbot --config {path} webhooks set",
    ):
        assert step in told


async def test_the_doctor_finds_in_them_only_what_is_left_to_do(well: SetUp) -> None:
    path = well.folder / "new" / "config.toml"
    await asked(path, [*all_answers(well)[:-2], well.url, ""])

    examined = await examine(path, Sources())

    assert {finding.check for finding in examined.findings if finding.state is State.ERROR} == {
        "webhooks of main",
        "webhooks of lane2",
    }
    assert path.with_name("secrets.toml").stat().st_mode & 0o777 == 0o600


async def test_a_wrong_answer_is_asked_for_again_with_the_reason(well: SetUp) -> None:
    answers = all_answers(well)
    answers[-2:-2] = ["http://bot.example", "CHANGE-ME"]
    answers[-5:-5] = ["seven", "9"]
    answers[3:3] = ["my server", "0"]
    answers[1:2] = ["fr", "de"]

    code, said = await asked(well.folder / "new" / "config.toml", answers)

    assert code == 0, said
    for reason in (
        "It must be a language that the bot speaks: en or de.",
        "It should be a valid integer",
        "It should be greater than 0.",
        "It must be a number from 1 to 4.",
        "It must start with https://, since members sign in through it.",
        "It still says CHANGE-ME; put the real value there.",
    ):
        assert reason in said


async def test_what_discord_or_banq_refuses_can_be_typed_again(well: SetUp) -> None:
    answers = ["Sunny Meadow", "", "MTE4.wrong.one", "n", *discords()]
    answers += [*banqs(well, "wrong"), "n", *banqs(well), "", "https://bot.example", ""]
    path = well.folder / "new" / "config.toml"

    code, said = await asked(path, answers)

    assert code == 0, said
    assert "discord.token: Discord does not accept it." in said
    assert "Banq refuses the sign-in." in said
    assert config.load(path).discord.token.get_secret_value() == BOT_TOKEN
    assert config.load(path).banq.password.get_secret_value() == identities.PASSWORD


async def test_without_discord_and_banq_the_ids_are_typed(well: SetUp) -> None:
    await well.discord.close()
    well.banq.faults.outage = "drop"
    answers = ["Sunny Meadow", "", BOT_TOKEN, "y", "42", "", "", CLIENT_SECRET, "43"]
    answers += [*banqs(well), "y", "space-1", "platform-1", "https://bot.example", "9000"]
    path = well.folder / "new" / "config.toml"

    code, said = await asked(path, answers)

    assert code == 0, said
    settings = config.load(path)
    assert settings.discord.client_id == 43
    assert settings.discord.admin_role_id is None
    assert (settings.lanes["main"].account_space_id, settings.lanes["main"].platform_id) == (
        "space-1",
        "platform-1",
    )
    assert settings.web.port == 9000


async def test_whoever_breaks_off_has_no_files(well: SetUp) -> None:
    path = well.folder / "new" / "config.toml"

    code, said = await asked(path, all_answers(well)[:-2])

    assert (code, said.endswith("Nothing was written.\n")) == (1, True)
    assert names_in(path.parent) == []


@pytest.mark.parametrize("there", ["config.toml", "secrets.toml"])
async def test_neither_file_is_ever_overwritten(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine", encoding="utf-8")

    with pytest.raises(AssertionError, match=f"There is a file .*{there} already"):
        await asked(tmp_path / "config.toml", [])

    assert names_in(tmp_path) == [there]
    assert (tmp_path / there).read_text(encoding="utf-8") == "mine"


async def test_a_file_that_comes_meanwhile_keeps_both_from_being_written(
    well: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = well.folder / "new" / "config.toml"
    link = os.link

    def link_late(source: Path, target: Path) -> None:
        path.write_text("mine", encoding="utf-8")
        link(source, target)

    monkeypatch.setattr("os.link", link_late)

    with pytest.raises(AssertionError, match=r"could not be written: File exists\. Nothing was left behind"):
        await asked(path, all_answers(well))

    assert names_in(path.parent) == ["config.toml"]
    assert path.read_text(encoding="utf-8") == "mine"


def test_what_is_not_asked_stays_as_the_example_explains_it() -> None:
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8").splitlines()
    first = example.index("[community]")

    assert config_text({}, {}).splitlines()[-len(example) + first :] == example[first:]


@pytest.mark.parametrize("name", ['a "b" \\ c', "tab\tline\nend\x7f", "🌻 Ünïcode", "[web]", "x = 1 # y"])
def test_whatever_is_typed_is_read_as_it_was_typed(name: str) -> None:
    written = config_text({"community": {"name": name}}, {})

    assert tomllib.loads(written)["community"] == {"name": name}


async def test_at_a_terminal_what_is_secret_stays_invisible(well: SetUp) -> None:
    path = well.folder / "new" / "config.toml"
    ours, theirs = os.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "--config", str(path), "init"),
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)

    seeing = asyncio.create_task(asyncio.to_thread(typed_at, ours, all_answers(well)))
    try:
        async with asyncio.timeout(30):
            code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
        seen = await seeing

    assert code == 0, seen
    assert config.load(path).discord.token.get_secret_value() == BOT_TOKEN
    for secret in TYPED_SECRETS:
        assert secret not in seen
    assert str(GUILD_ID) in seen


def typed_at(terminal: int, answers: Sequence[str]) -> str:
    """All that is seen there; each answer is typed once its question stands there."""
    seen, waiting, left = "", "", list(answers)
    while True:
        try:
            read = os.read(terminal, 4096).decode(errors="replace")
        except OSError:
            # The other side has closed it.
            os.close(terminal)
            return seen
        seen += read
        waiting += read
        if left and re.search(r"(?m)^[^\n]*(\]|\w): \Z", waiting):
            waiting = ""
            os.write(terminal, f"{left.pop(0)}\n".encode())


async def test_without_a_terminal_it_says_what_to_do_instead(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "--config", str(path), "init"),
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()

    assert process.returncode == 2
    assert f"copy config.example.toml to {path}, fill it in" in said.decode()
    assert names_in(tmp_path) == []
