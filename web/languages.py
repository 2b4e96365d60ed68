"""Answers each reader in the language that the browser asks for, as far as it is spoken."""

import re
from pathlib import Path

import jinja2
from aiohttp import web
from babel import negotiate_locale

from services.wording.language import ENGLISH, Language, language_of, languages

PAGES = Path(__file__).parent / "templates"
# One entry of Accept-Language: a language, and how much it is wanted.
WANTED = re.compile(
    r"(?P<tag>[a-z]{1,8}(-[a-z0-9]{1,8})*)(\s*;\s*q=(?P<weight>[01](\.[0-9]{0,3})?))?",
    re.ASCII | re.IGNORECASE,
)


def language_of_reader(request: web.Request) -> Language:
    """The best wanted of the languages spoken; English where there is none."""
    entries = ",".join(request.headers.getall("Accept-Language", [])).split(",")
    wanted = [found for entry in entries if (found := WANTED.fullmatch(entry.strip()))]
    best_first = sorted(wanted, key=_weight, reverse=True)
    tags = [found["tag"] for found in best_first if _weight(found) > 0]
    spoken = [language.code for language in languages()]
    return language_of(negotiate_locale(tags, spoken, sep="-") or ENGLISH.code)


def _weight(wanted: re.Match[str]) -> float:
    return float(wanted["weight"] or 1)


def told_in(language: Language) -> dict[str, str]:
    """The headers of an answer that another reader may get in another language."""
    return {"Content-Language": language.code, "Vary": "Accept-Language"}


def templates_in(language: Language) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    # A sentence may be broken into lines in a template; it is translated as one.
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(language.catalog, newstyle=True)  # type: ignore[attr-defined]
    environment.globals["language"] = language.code
    return environment
