"""The log, in both formats: what an event looks like, and what is left out of it."""

import json
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from bot import config, logs
from bot.logs import Redaction
from tests.bot.settings import complete, write

TOKEN = "A-Za_z0123456789abcdefghijklmnopqrstuvwxyz0"
FORMS: tuple[Literal["console", "json"], ...] = ("console", "json")
both = pytest.mark.parametrize("form", FORMS)

log = logging.getLogger("web.app")


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """What setting up changes for the whole process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in (*logs.OURS, "discord.state", "discord.client")}
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    logging.captureWarnings(capture=False)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> "Written":
    return Written(capsys)


def raised(text: str) -> ValueError:
    """An error that has a traceback."""
    with pytest.raises(ValueError) as error:  # noqa: PT011 - whatever its text
        raise ValueError(text)
    return error.value


class Written:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def lines(self) -> list[str]:
        """All that was logged since the last look."""
        return self._capsys.readouterr().err.splitlines()

    def values(self) -> str:
        """The same, where it may be JSON: all that anybody could read in it."""
        lines = self.lines()
        return "\n".join(
            "\n".join(json.loads(line).values()) if line.startswith("{") else line for line in lines
        )

    def line(self) -> str:
        (line,) = self.lines()
        return line


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"POST /webhooks/{TOKEN} 204", "POST /webhooks/… 204"),
        (
            f"https://discord.com/api/v10/webhooks/123456/{TOKEN}/messages",
            "https://discord.com/api/v10/webhooks/123456/…/messages",
        ),
        (f"/interactions/123456/{TOKEN}/callback", "/interactions/123456/…/callback"),
        ("'/interactions/1/aW50.x~y=='", "'/interactions/1/…'"),
        (f"GET https://bot.example/link/{TOKEN}?x=1", "GET https://bot.example/link/…?x=1"),
        ("GET /link/session", "GET /link/session"),
        ("GET /link/static/link.css", "GET /link/static/link.css"),
        ("/v1/user-tokens/guid-1/platform-nfts", "/v1/user-tokens/…/platform-nfts"),
        ("/v1/nft-transactions/12 failed", "/v1/nft-transactions/… failed"),
        (f"Authorization: Bearer {TOKEN}.{TOKEN}=", "Authorization: Bearer …"),
        (f"{{'Authorization': 'Bot {TOKEN}.x.y'}}", "{'Authorization': 'Bot …'}"),
        ("{'access_token': 'x.y', \"token\":\"z\"}", "{'access_token': '…', \"token\":\"…\"}"),
        ("to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed now", "to 0x5aAe…eAed now"),
        ("to 0X5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "to 0X5aAe…eAed"),
        ("hash 0x" + "ab" * 32, "hash 0x" + "ab" * 32),
        ("to 0x1654653399040a61 on Flow", "to 0x1654…0a61 on Flow"),
        ("to 7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV.", "to 7EcD…FLtV."),
        ("KeyError: '5b0c6a3e-8f41-4d0f-9a56-2f4f3f9f7a01'", "KeyError: '5b0c…'"),
        ("in AVeryLongNameOfAnythingInOurOwnPrograms: <Task at 0x7f12a0b3c4d5>",) * 2,
        ("web POST /webhooks/{secret}: 204", "web POST /webhooks/{secret}: 204"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_what_must_not_be_in_a_log_is_taken_out(text: str, kept: str) -> None:
    assert Redaction()(text) == kept


def test_two_on_one_line_are_both_taken_out() -> None:
    assert Redaction()(f"/link/{TOKEN} and /webhooks/{TOKEN}") == "/link/… and /webhooks/…"


def test_what_the_configuration_keeps_secret_is_taken_out_wherever_it_stands(tmp_path: Path) -> None:
    sections = complete()
    sections["discord"] |= {"client_id": 1, "client_secret": "hidden-client-secret"}
    sections["lanes.main"]["signature_secrets"] = ["hidden-signature", "hidden-signature-before"]
    settings = config.load(write(tmp_path, sections))

    secrets = set(logs.secrets_in(settings))

    assert secrets == {
        "hidden-discord-token",
        "hidden-client-secret",
        "hidden-signature",
        "hidden-signature-before",
        sections["banq"]["password"],
        sections["lanes.main"]["webhook_secret"],
    }
    assert Redaction(secrets)("is 'hidden-signature-before' it?") == "is '…' it?"


def test_a_secret_of_few_letters_leaves_words_as_they_are() -> None:
    assert Redaction(["a"])("a bank") == "a bank"


@both
def test_arguments_and_tracebacks_are_redacted(form: Literal["console", "json"], written: Written) -> None:
    logs.set_up(form, "info", ["hidden-secret"])
    error = raised(f"no answer from /webhooks/{TOKEN} with hidden-secret")
    log.error("at %s with %s", f"/link/{TOKEN}", "hidden-secret", exc_info=error)

    said = written.values()
    assert "at /link/… with …" in said
    assert "ValueError: no answer from /webhooks/… with …" in said
    assert TOKEN not in said
    assert "hidden-secret" not in said


def test_an_event_is_one_line_of_json_with_the_same_keys_always(written: Written) -> None:
    logs.set_up("json", "info", ())

    log.warning("Banq says: %s", "first\nsecond")

    event = json.loads(written.line())
    assert list(event) == ["time", "level", "logger", "message"]
    assert event["time"].endswith("+00:00")
    assert (event["level"], event["logger"]) == ("WARNING", "web.app")
    assert event["message"] == "Banq says: first\nsecond"


def test_the_reference_and_the_traceback_are_fields_of_their_own(written: Written) -> None:
    logs.set_up("json", "info", ())
    error = raised('it said "no" to /user-tokens/guid-1"')
    log.error("Ref %s: /link failed", "AB12C", exc_info=error, extra={"ref": "AB12C", "other": 1})

    event = json.loads(written.line())
    assert list(event) == ["time", "level", "logger", "message", "exception", "ref"]
    assert event["ref"] == "AB12C"
    assert event["exception"].startswith("Traceback (most recent call last):\n")
    assert event["exception"].endswith('ValueError: it said "no" to /user-tokens/…"')


def test_in_the_console_no_foreign_text_can_pass_for_an_event(written: Written) -> None:
    logs.set_up("console", "info", ())
    forged = "x\n2026-01-01 00:00:00,000 INFO    web.app: forged\r\x1b[2J\u2028"
    log.error("Banq says: %s", forged, exc_info=raised(forged))

    first, *traceback = written.lines()
    assert first.endswith(r"Banq says: x\n2026-01-01 00:00:00,000 INFO    web.app: forged\r\x1b[2J\u2028")
    assert traceback[0] == "    Traceback (most recent call last):"
    assert all(line.startswith("    ") and "\x1b" not in line for line in traceback)


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("debug", ["ours debug", "ours info", "theirs info", "ours error", "theirs error"]),
        ("info", ["ours info", "theirs info", "ours error", "theirs error"]),
        ("error", ["ours error", "theirs error"]),
    ],
)
def test_debug_makes_only_our_own_parts_tell_more(level: str, said: list[str], written: Written) -> None:
    logs.set_up("console", level, ())

    for name in ("debug", "info", "error"):
        number = logging.getLevelNamesMapping()[name.upper()]
        log.log(number, "ours %s", name)
        logging.getLogger("discord.http").log(number, "theirs %s", name)

    assert [line.partition(": ")[2] for line in written.lines()] == said


@both
def test_what_nobody_caught_is_logged_and_redacted(
    form: Literal["console", "json"], written: Written
) -> None:
    logs.set_up(form, "info", ())
    error = ValueError(f"/link/{TOKEN}")

    sys.excepthook(ValueError, error, None)
    threading.excepthook(threading.ExceptHookArgs((ValueError, error, None, None)))

    said = written.values()
    assert "an unexpected error ends the bot" in said
    assert "a thread failed" in said
    assert said.count("ValueError: /link/…") == 2
    assert TOKEN not in said
