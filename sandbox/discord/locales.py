"""The languages of Discord's client, and what a command is called in each."""

from sandbox.discord.wire import Json

DEFAULT_LOCALE = "en-US"
# https://docs.discord.com/developers/reference#locales
LOCALES = frozenset(
    {"bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "hi", "hr", "hu", "id"}
    | {"it", "ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk", "vi"}
    | {"zh-CN", "zh-TW"}
)
FALLBACKS = {"en-US": "en-GB", "en-GB": "en-US", "es-419": "es-ES"}
LOCALIZED = ("name", "description")


def translation(holder: Json, key: str, locale: str) -> str | None:
    """The text of a command, option or choice in that language, where the bot brought one."""
    given: dict[str, str] = holder.get(f"{key}_localizations") or {}
    return given.get(locale) or given.get(FALLBACKS.get(locale, ""))


def localized(holder: Json, locale: str) -> Json:
    """A command as one language has it: `name_localized` and the like in place of the dictionaries."""
    shown = {key: value for key, value in holder.items() if not key.endswith("_localizations")}
    for key in LOCALIZED:
        text = translation(holder, key, locale)
        if text is not None:
            shown[f"{key}_localized"] = text
    for key in ("options", "choices"):
        if holder.get(key):
            shown[key] = [localized(one, locale) for one in holder[key]]
    return shown
