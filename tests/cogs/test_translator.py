"""What Discord is told of the commands in another language."""

import pytest
from discord import Locale
from discord.app_commands import TranslationContext, locale_str
from discord.app_commands import TranslationContextLocation as Location

from bot.wiring import COGS
from cogs.translator import Translator

COMMANDS = {command.name: command for cog in COGS for command in cog.__cog_app_commands__}
LINK = COMMANDS["link"]


async def translated(text: str, locale: Locale, location: Location) -> str | None:
    context = TranslationContext(location, LINK)  # type: ignore[call-overload]
    return await Translator().translate(locale_str(text), locale, context)


@pytest.mark.parametrize("locale", [Locale.british_english, Locale.american_english, Locale.french])
@pytest.mark.parametrize("location", [Location.command_name, Location.command_description])
async def test_english_and_what_is_not_spoken_are_left_to_discord(locale: Locale, location: Location) -> None:
    text = LINK.name if location is Location.command_name else str(LINK.description)

    assert await translated(text, locale, location) is None


@pytest.mark.parametrize(
    ("text", "location", "german"),
    [
        ("link", Location.command_name, "verknüpfen"),
        ("addresses", Location.group_name, "adressen"),
        ("address", Location.parameter_name, "adresse"),
    ],
)
async def test_names_are_those_of_commands(text: str, location: Location, german: str) -> None:
    assert await translated(text, Locale.german, location) == german
    assert await translated(text, Locale.german, Location.choice_name) == text


async def test_descriptions_and_choices_are_sentences() -> None:
    said = await translated(str(LINK.description), Locale.german, Location.command_description)

    assert said is not None
    assert said.endswith("verknüpfen")
    assert (
        await translated("Ethereum-like (EVM)", Locale.german, Location.choice_name) == "Ethereum-artig (EVM)"
    )
