"""Logging to standard error: one line an event, without what must never be in a log."""

import logging
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from textwrap import indent
from typing import Any, Literal

from pydantic import BaseModel, SecretStr

FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
# At level "debug", only these say more: libraries would print whole messages, with all their secrets.
OURS = ("banq", "bot", "cogs", "services", "storage", "web")
# A shorter one would be found in the middle of words.
SHORTEST_SECRET = 6

BASE58 = "[1-9A-HJ-NP-Za-km-z]"
# Libraries put URLs into their messages and tracebacks, and ours hold tokens, secrets and wallets.
REDACTIONS = (
    (re.compile(r"(/webhooks/(?:\d+/)?)[A-Za-z0-9_-]{16,}"), r"\1…"),
    (re.compile(r"(/interactions/\d+/)[^/\s'\"]+"), r"\1…"),
    (re.compile(r"(/link/)[A-Za-z0-9_-]{20,}"), r"\1…"),
    (re.compile(r"(/user-tokens/)[^/\s'\"]+"), r"\1…"),
    (re.compile(r"(/nft-transactions/)[^/\s'\"]+"), r"\1…"),
    (re.compile(r"\b(Bearer|Bot) [A-Za-z0-9._~+/-]{8,}=*"), r"\1 …"),
    (
        re.compile(r"""(["'](?:access_token|refresh_token|token|password|client_secret)["']: ?["'])[^"']+"""),
        r"\1…",
    ),
    # Addresses: of Ethereum and its like, of Flow, of Solana.
    (re.compile(r"\b(0[xX][0-9a-fA-F]{4})[0-9a-fA-F]{32}([0-9a-fA-F]{4})\b"), r"\1…\2"),
    (re.compile(r"\b(0[xX][0-9a-fA-F]{4})[0-9a-fA-F]{8}([0-9a-fA-F]{4})\b"), r"\1…\2"),
    (re.compile(rf"\b(?=[A-Za-z]*[1-9])({BASE58}{{4}}){BASE58}{{24,36}}({BASE58}{{4}})\b"), r"\1…\2"),
    # How Banq names members, spaces and platforms.
    (re.compile(r"\b([0-9a-fA-F]{4})[0-9a-fA-F]{4}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"), r"\1…"),
)
# What could end a line, or steer a terminal.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
CONTROLS_IN_LINES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")


class Redaction:
    """Takes out what looks like a secret or a wallet, and these secrets wherever they stand."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # The longest first: one may begin like another.
        known = sorted((one for one in secrets if len(one) >= SHORTEST_SECRET), key=len, reverse=True)
        self._known = re.compile("|".join(re.escape(one) for one in known)) if known else None

    def __call__(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub("…", text)
        for pattern, replacement in REDACTIONS:
            text = pattern.sub(replacement, text)
        return text


class ConsoleFormatter(logging.Formatter):
    """A line that begins with a time is an event; its traceback follows, indented."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__(FORMAT)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        return CONTROLS.sub(_escaped, super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        return indent(CONTROLS_IN_LINES.sub(_escaped, super().formatException(ei)), "    ")


def set_up(form: Literal["console", "json"], level: str, secrets: Iterable[str]) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_formatter(form, Redaction(secrets)))
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=max(number, logging.INFO), handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(number)
    # discord.py warns at every start of what this bot leaves out on purpose: intents and voice.
    logging.getLogger("discord.state").setLevel(logging.ERROR)
    logging.getLogger("discord.client").setLevel(logging.ERROR)
    _log_what_nobody_caught()


def secrets_in(part: object) -> Iterator[str]:
    """All that a configuration keeps secret, so that no new secret has to be named here."""
    match part:
        case SecretStr():
            yield part.get_secret_value()
        case BaseModel():
            for _, value in part:
                yield from secrets_in(value)
        case Mapping():
            yield from secrets_in(tuple(part.values()))
        case tuple():
            for value in part:
                yield from secrets_in(value)


def be_quiet() -> None:
    """For commands that talk to a person: they say themselves what went wrong."""
    logging.disable(logging.CRITICAL)


def _formatter(form: Literal["console", "json"], redact: Redaction) -> logging.Formatter:
    if form == "console":
        return ConsoleFormatter(redact)
    from bot.json_logs import JsonLines  # noqa: PLC0415 - only who wants it waits for its library

    return JsonLines(redact)


def _escaped(control: re.Match[str]) -> str:
    return control[0].encode("unicode_escape").decode()


def _log_what_nobody_caught() -> None:
    """Python itself would print it past the redaction."""
    log = logging.getLogger(__name__)
    logging.captureWarnings(capture=True)
    sys.excepthook = lambda *error: log.critical("an unexpected error ends the bot", exc_info=error)
    threading.excepthook = lambda failed: log.error("a thread failed", exc_info=failed.exc_value)
    sys.unraisablehook = lambda failed: log.error("an error that nobody handles", exc_info=failed.exc_value)
