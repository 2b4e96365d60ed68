"""The languages of members: what the bot is told, and what it may call its commands."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.discord import ADA, BEN, BOT_TOKEN, ClientRefusedError, DiscordSandbox
from sandbox.discord.check_commands import check_commands
from sandbox.discord.form import Form
from sandbox.discord.locales import localized
from sandbox.discord.wire import Json
from tests.sandbox.discord_bodies import MANY_CHOICES, command, faults, option
from tests.sandbox.discord_wire import COMMANDS, HELLO, Wire, next_event, wired


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with wired() as rig:
        yield rig


@pytest.mark.parametrize(("where", "of_guild"), [("guild", "en-US"), ("dm", None)])
async def test_an_interaction_tells_whose_language_it_is(
    wire: Wire, where: str, of_guild: str | None
) -> None:
    members = wire.sandbox.members
    await wire.call("PUT", COMMANDS, [HELLO])
    members.set_locale(ADA, "de")
    async with await wire.connect() as socket:
        await next_event(socket, "READY")
        for person, locale in ((ADA, "de"), (BEN, "en-US")):
            asking = asyncio.create_task(members.run_command(person, "hello", where=where))
            told = await next_event(socket, "INTERACTION_CREATE")
            assert (told["locale"], told.get("guild_locale")) == (locale, of_guild)
            asking.cancel()


def test_there_are_only_the_languages_of_the_client() -> None:
    sandbox = DiscordSandbox()
    with pytest.raises(ClientRefusedError, match="no language xx"):
        sandbox.members.set_locale(ADA, "xx")


async def test_a_language_outlives_a_restart(tmp_path: Path) -> None:
    DiscordSandbox(state_path=tmp_path / "state").members.set_locale(ADA, "de")
    members = DiscordSandbox(state_path=tmp_path / "state").members
    assert (members.locale_of(ADA), members.locale_of(BEN)) == ("de", "en-US")


async def test_commands_are_read_in_one_language_or_in_all(wire: Wire) -> None:
    choice = {"name": "All", "name_localizations": {"de": "Alle"}, "value": "all"}
    which = option(name="which", choices=[choice])
    german = {"name_localizations": {"de": "hallo"}, "description_localizations": {"de": "Grüßen"}}
    await wire.call("PUT", COMMANDS, [HELLO | german | {"options": [which]}])
    _, (everything,) = await wire.call("GET", f"{COMMANDS}?with_localizations=true")
    assert everything["description_localizations"] == {"de": "Grüßen"}
    assert everything["options"] == [which]
    _, (default,) = await wire.call("GET", COMMANDS)
    assert not {"name_localizations", "name_localized"} & set(default)
    headers = {"Authorization": f"Bot {BOT_TOKEN}", "X-Discord-Locale": "de"}
    async with wire.http.get(wire.sandbox.api_url + COMMANDS, headers=headers) as answer:
        (shown,) = json.loads(await answer.text())
    assert (shown["name"], shown["name_localized"]) == ("hello", "hallo")
    assert shown["description_localized"] == "Grüßen"
    assert shown["options"][0]["choices"] == [{"name": "All", "name_localized": "Alle", "value": "all"}]


@pytest.mark.parametrize(
    ("given", "locale", "shown"),
    [
        ({"de": "geldbörse"}, "de", "geldbörse"),
        ({"de": "geldbörse"}, "fr", None),
        ({"en-GB": "colour"}, "en-US", "colour"),
        ({"en-US": "color", "en-GB": "colour"}, "en-US", "color"),
        ({"es-ES": "cartera"}, "es-419", "cartera"),
        (None, "de", None),
    ],
)
def test_a_language_falls_back_on_its_sister_alone(
    given: dict[str, str] | None, locale: str, shown: str | None
) -> None:
    assert localized(command(name_localizations=given), locale).get("name_localized") == shown


def named(name: str, **translations: str) -> Json:
    return option(name=name, name_localizations=translations)


def group(*options: Json) -> Json:
    return option(name="more", type=2, options=list(options))


GERMAN = {"de": "ä" * 100}
GOOD: list[list[Json]] = [
    [command(name_localizations=None, description_localizations={})],
    [command(name_localizations={"de": "verknüpfen", "th": "เชื่อมต่อ", "hi": "जोड़ें"})],
    [command(description_localizations=GERMAN)],
    [command(named("nft", de="nft"), named("to", de="an"))],
    [command(name="a", name_localizations={"de": "b"}), command(name="c", name_localizations={"fr": "b"})],
    [{"type": 2, "name": "Look", "name_localizations": {"de": "Mitglied ansehen"}}],
    [command(option(choices=[{"name": "All", "name_localizations": {"de": "Alle NFTs"}, "value": "a"}]))],
]


def faults_of(commands: list[Any]) -> list[str]:
    form = Form()
    check_commands(form, commands)
    return faults(form.errors)


@pytest.mark.parametrize("commands", GOOD)
def test_good_translations_pass(commands: list[Json]) -> None:
    assert faults_of(commands) == []


BAD: list[tuple[list[Json], str]] = [
    ([command(name_localizations={"xx": "link"})], "0.name_localizations.xx BASE_TYPE_CHOICES"),
    ([command(name_localizations={"en": "link"})], "0.name_localizations.en BASE_TYPE_CHOICES"),
    ([command(name_localizations=["de"])], "0.name_localizations DICT_TYPE_CONVERT"),
    ([command(name_localizations={"de": 7})], "0.name_localizations.de STRING_TYPE_CONVERT"),
    ([command(name_localizations={"de": ""})], "0.name_localizations.de BASE_TYPE_REQUIRED"),
    ([command(name_localizations={"de": "l" * 33})], "0.name_localizations.de BASE_TYPE_BAD_LENGTH"),
    (
        [command(name_localizations={"de": "Verknüpfen"})],
        "0.name_localizations.de APPLICATION_COMMAND_INVALID_NAME",
    ),
    (
        [command(name_localizations={"de": "konto öffnen"})],
        "0.name_localizations.de APPLICATION_COMMAND_INVALID_NAME",
    ),
    (
        [command(description_localizations={"de": "d" * 101})],
        "0.description_localizations.de BASE_TYPE_BAD_LENGTH",
    ),
    (
        [command(description_localizations={"de": ""})],
        "0.description_localizations.de BASE_TYPE_REQUIRED",
    ),
    (
        [command(named("nft", de="Bild"))],
        "0.options.0.name_localizations.de APPLICATION_COMMAND_INVALID_NAME",
    ),
    (
        [command(group(option(name="add", type=1, description_localizations={"de": "d" * 101})))],
        "0.options.0.options.0.description_localizations.de BASE_TYPE_BAD_LENGTH",
    ),
    (
        [command(option(choices=[{"name": "n", "name_localizations": {"de": "n" * 101}, "value": "v"}]))],
        "0.options.0.choices.0.name_localizations.de BASE_TYPE_BAD_LENGTH",
    ),
    (
        [
            command(name="a", name_localizations={"de": "x"}),
            command(name="b", name_localizations={"de": "x"}),
        ],
        "1.name_localizations.de APPLICATION_COMMANDS_DUPLICATE_NAME",
    ),
    (
        [command(name="a", name_localizations={"de": "b"}), command(name="b")],
        "1.name_localizations.de APPLICATION_COMMANDS_DUPLICATE_NAME",
    ),
    (
        [command(named("a", de="x"), named("b", de="x"))],
        "0.options.1.name_localizations.de APPLICATION_COMMAND_OPTIONS_DUPLICATE_NAME",
    ),
    (
        [
            command(
                option(
                    choices=[
                        {"name": "a", "name_localizations": {"de": "x"}, "value": "1"},
                        {"name": "b", "name_localizations": {"de": "x"}, "value": "2"},
                    ]
                )
            )
        ],
        "0.options.0.choices.1.name_localizations.de APPLICATION_COMMAND_OPTIONS_CHOICE_DUPLICATE",
    ),
    (
        [
            command(
                *[option(name=f"o{n}", choices=MANY_CHOICES) for n in range(4)],
                *[option(name=f"d{n}", description_localizations=GERMAN) for n in range(8)],
            )
        ],
        "0 APPLICATION_COMMAND_TOO_LARGE",
    ),
    (
        [{"type": 2, "name": "Look", "description_localizations": {"de": "d"}}],
        "0.description_localizations APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION",
    ),
]


@pytest.mark.parametrize(("commands", "fault"), BAD, ids=[fault for _, fault in BAD])
def test_bad_translations_are_refused(commands: list[Json], fault: str) -> None:
    assert faults_of(commands) == [fault]


def test_only_the_longest_language_counts_towards_the_size_of_a_command() -> None:
    options = [option(name=f"o{n}", choices=MANY_CHOICES) for n in range(4)]
    described = [option(name=f"d{n}", description_localizations=GERMAN | {"fr": "é" * 20}) for n in range(7)]
    assert faults_of([command(*options, *described)]) == []
