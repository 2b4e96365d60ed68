"""All that a running bot prints and keeps, searched for what nobody may read there."""

import json
import re
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing
from pathlib import Path

from sandbox.banq import identities
from sandbox.banq.faults import Fault
from sandbox.banq.webhooks import Signature
from sandbox.discord import ADA, BEN, BOT_TOKEN, CLEO, CLIENT_SECRET
from tests.cogs.member import ADDRESS, Member, browser
from tests.live import SIGN_IN, WEBHOOK_SECRET, LiveBot, living

SIGNATURE_SECRET = "a-signature-secret-of-tests"
TELLING_ALL = {
    "BANQBOT_LOG__LEVEL": "debug",
    "BANQBOT_LOG__FORMAT": "json",
    "BANQBOT_LANES__MAIN__SIGNATURE_SECRETS": json.dumps([SIGNATURE_SECRET]),
}
OPEN = "Open the secure page"
WALLETS = [one.user_guid(identities.PLATFORM_ID) for one in (identities.ADA, identities.BEN, identities.CLEO)]


async def test_no_secret_is_printed_or_kept_and_no_wallet_is_printed(tmp_path: Path) -> None:
    async with living(tmp_path, environment=TELLING_ALL) as live:
        live.banq.webhooks.signature = Signature(secret=SIGNATURE_SECRET)
        code, first_link = await _link_by_code(live)
        await _withdraw_while_banq_and_discord_fail(live)
        second_link = await _sign_in(live)
        third_link = await _fail_in_each_part(live, first_link)
        await live.stop()
        output, kept = "".join(live.output), _dump(live.database_path)
        issued = [*live.banq.tokens.issued, *live.discord.oauth.issued]

    links = [first_link, second_link, third_link]
    tokens = [link.rpartition("/")[2] for link in links]
    secrets = [
        *(BOT_TOKEN, CLIENT_SECRET, identities.PASSWORD, WEBHOOK_SECRET, SIGNATURE_SECRET),
        *(code, *issued, *tokens),
    ]
    events = [json.loads(line) for line in output.splitlines()]
    failed = {event["logger"] for event in events if "exception" in event}
    assert failed >= {"cogs.failures", "web.app", "services.processor"}
    assert {"DEBUG", "ERROR"} <= {event["level"] for event in events}
    assert all(event.keys() <= {"time", "level", "logger", "message", "ref", "exception"} for event in events)
    assert len(issued) == 4, "two of the bot's at Banq, and a member's two at Discord"
    assert _found(secrets, output) == []
    assert _found(secrets, kept) == []
    assert _found([*WALLETS, ADDRESS, *links], output) == []


async def _link_by_code(live: LiveBot) -> tuple[str, str]:
    """Ada's whole way; the code that she typed, and her personal link."""
    ada = Member(live, ADA)
    message = await ada.command("link")
    link = str(message.button(OPEN)["url"])
    async with browser(live) as page:
        assert await page.begin(link) == 200
        code = await ada.approve(page, identities.ADA)
        await ada.type_code(message, code)
    await ada.until(message, "Your wallet is linked")
    return code, link


async def _withdraw_while_banq_and_discord_fail(live: LiveBot) -> None:
    ada = Member(live, ADA)
    live.banq.faults.add(Fault(route="nfts", times=1, body="wrong-shape"))
    await ada.command("nfts")
    live.discord.faults.drop("PATCH /webhooks")
    await ada.command("wallet")
    review = await ada.command("withdraw", nft="Copper Hills", to=ADDRESS)
    live.banq.faults.add(Fault(route="withdraw", times=1, body="not-json"))
    await ada.type_end(review)
    await live.has_said("submitting -> unknown")


async def _sign_in(live: LiveBot) -> str:
    """Ben, with his account at Discord, after a restart with another configuration; his personal link."""
    await live.stop()
    text = live.config.read_text(encoding="utf-8")
    live.config.write_text(text.replace("[banq]", f"{SIGN_IN}\n[banq]"), encoding="utf-8")
    await live.start()
    ben = Member(live, BEN)
    async with browser(live) as page:
        message = await ben.signed_in_page(page)
    return str(message.button(OPEN)["url"])


async def _fail_in_each_part(live: LiveBot, link: str) -> str:
    """Errors with tracebacks, whose text has all that an error's could have; Cleo's personal link."""
    text = " ".join(
        (
            f"'Bot {BOT_TOKEN}' Bearer {live.banq.tokens.issued[-1]} {link} {live.webhook_url}",
            str(dict(zip(("access_token", "refresh_token"), live.discord.oauth.issued, strict=True))),
            f"{CLIENT_SECRET} {identities.PASSWORD} {SIGNATURE_SECRET} {ADDRESS} {WALLETS[1]}",
            f"{live.banq.api_url}/v1/user-tokens/{WALLETS[0]}/platform-nfts",
        )
    )
    cleo = Member(live, CLEO)
    async with _failing(live, "INSERT ON link_sessions", text):
        assert "Ref " in (await cleo.command("link")).text
    message = await cleo.command("link")
    own_link = str(message.button(OPEN)["url"])
    async with browser(live) as page:
        async with _failing(live, "UPDATE ON link_sessions", text):
            assert await page.begin(own_link) == 500
        live.banq.faults.add(Fault(route="nfts", times=1, status=500))
        async with _failing(live, "INSERT ON grants", text):
            live.banq.ledger.approve_platform(identities.CLEO.email, identities.PLATFORM_ID, None)
            await live.has_said("could not be processed")
    return own_link


@asynccontextmanager
async def _failing(live: LiveBot, what: str, text: str) -> AsyncIterator[None]:
    quoted = text.replace("'", "''")
    with closing(sqlite3.connect(live.database_path)) as database:
        database.execute(f"CREATE TRIGGER failing BEFORE {what} BEGIN SELECT RAISE(ABORT, '{quoted}'); END")
        yield
        database.execute("DROP TRIGGER failing")


def _dump(path: Path) -> str:
    with closing(sqlite3.connect(path)) as database:
        return "\n".join(database.iterdump())


def _found(wanted: Iterable[str], text: str) -> list[str]:
    """Six digits count only as a word of their own: they are easily a part of others."""
    return [
        one for one in wanted if (re.search(rf"(?<![\w.]){one}\b", text) if one.isdigit() else one in text)
    ]
