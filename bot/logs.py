"""Logging to standard error, without what must never be in a log."""

import logging
import re

FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"

# Libraries put URLs into their messages and tracebacks, and ours hold tokens, secrets and wallets.
REDACTIONS = (
    (re.compile(r"(/webhooks/(?:\d+/)?)[A-Za-z0-9_-]{16,}"), r"\1…"),
    (re.compile(r"(/interactions/\d+/)[^/\s'\"]+"), r"\1…"),
    (re.compile(r"(/link/)[A-Za-z0-9_-]{20,}"), r"\1…"),
    (re.compile(r"(/user-tokens/)[^/\s'\"]+"), r"\1…"),
    (re.compile(r"(/nft-transactions/)[^/\s'\"]+"), r"\1…"),
    (re.compile(r"\b(Bearer|Bot) [A-Za-z0-9._~+/-]{8,}=*"), r"\1 …"),
    (re.compile(r"\b(0[xX][0-9a-fA-F]{4})[0-9a-fA-F]{32}([0-9a-fA-F]{4})\b"), r"\1…\2"),
)


def redact(text: str) -> str:
    for pattern, replacement in REDACTIONS:
        text = pattern.sub(replacement, text)
    return text


class RedactingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def set_up() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter(FORMAT))
    # discord.py warns at every start of what this bot leaves out on purpose: intents and voice.
    logging.getLogger("discord.state").setLevel(logging.ERROR)
    logging.getLogger("discord.client").setLevel(logging.ERROR)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def be_quiet() -> None:
    """For commands that talk to a person: they say themselves what went wrong."""
    logging.disable(logging.CRITICAL)
