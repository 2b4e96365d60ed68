"""Discord's limits on the translations of commands, options and choices."""

from collections.abc import Mapping

from sandbox.discord.form import Form, Path
from sandbox.discord.locales import LOCALES, translation
from sandbox.discord.wire import Json


def check_localizations(
    form: Form, holder: Json, key: str, path: Path, limits: tuple[int, int]
) -> dict[Path, str]:
    """The translations of that field by their path, each held to the limits of the field itself."""
    field = f"{key}_localizations"
    if holder.get(field) is None:
        return {}
    here = (*path, field)
    given = form.mapping(holder[field], here) or {}
    texts = {}
    for locale in given:
        if locale not in LOCALES:
            message = f"Value must be one of {tuple(sorted(LOCALES))}."
            form.fault((*here, locale), "BASE_TYPE_CHOICES", message)
            continue
        text = form.text(given, locale, here, limits)
        if text is not None:
            texts[(*here, locale)] = text
    return texts


def check_unique_translations(form: Form, siblings: Mapping[Path, Json], code: str) -> None:
    """In no language may two of them read alike; their own names are compared elsewhere."""
    for locale in sorted(LOCALES):
        seen: dict[str, str] = {}
        for path, one in siblings.items():
            name = str(one.get("name"))
            shown = _shown(one, locale)
            if shown in seen and seen[shown] != name:
                form.fault((*path, "name_localizations", locale), code, f"Names must be unique in {locale}")
            seen.setdefault(shown, name)


def longest(holder: Json, key: str) -> int:
    """The length of a field in its longest language."""
    given = holder.get(f"{key}_localizations")
    texts = [holder.get(key), *(given.values() if isinstance(given, dict) else ())]
    return max(len(text) if isinstance(text, str) else 0 for text in texts)


def _shown(holder: Json, locale: str) -> str:
    well_formed = isinstance(holder.get("name_localizations"), dict | None)
    return str((translation(holder, "name", locale) if well_formed else None) or holder.get("name"))
