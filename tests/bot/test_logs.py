import logging

import pytest

from bot.logs import FORMAT, RedactingFormatter, redact

TOKEN = "A-Za_z0123456789abcdefghijklmnopqrstuvwxyz0"


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
        ("to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed now", "to 0x5aAe…eAed now"),
        ("to 0X5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "to 0X5aAe…eAed"),
        ("hash 0x" + "ab" * 32, "hash 0x" + "ab" * 32),
        ("web POST /webhooks/{secret}: 204", "web POST /webhooks/{secret}: 204"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_what_must_not_be_in_a_log_is_taken_out(text: str, kept: str) -> None:
    assert redact(text) == kept


def test_two_on_one_line_are_both_taken_out() -> None:
    assert redact(f"/link/{TOKEN} and /webhooks/{TOKEN}") == "/link/… and /webhooks/…"


def test_arguments_and_tracebacks_are_redacted_too() -> None:
    error = ValueError(f"no answer from /webhooks/{TOKEN}")
    reason = (ValueError, error, None)
    record = logging.LogRecord("web", logging.ERROR, "", 0, "at %s", (f"/link/{TOKEN}",), reason)
    line = RedactingFormatter(FORMAT).format(record)

    assert "at /link/…" in line
    assert "ValueError: no answer from /webhooks/…" in line
    assert TOKEN not in line
