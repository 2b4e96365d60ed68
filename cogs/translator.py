"""The commands in the languages of the members' own clients."""

from discord import Locale, app_commands
from discord.app_commands import TranslationContextLocation as Location

from services.wording.language import ENGLISH, language_of

NAMES = {Location.command_name, Location.group_name, Location.parameter_name}


class Translator(app_commands.Translator):
    async def translate(
        self, string: app_commands.locale_str, locale: Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """None leaves it to Discord, which then shows the English."""
        language = language_of(locale.value)
        if language is ENGLISH:
            return None
        if context.location in NAMES:
            return language.command_name(string.message)
        return language.say(string.message)
