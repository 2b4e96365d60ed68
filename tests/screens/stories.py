"""The story of a withdrawal in each of its states, and the list of all of them."""

from datetime import UTC, datetime

from sandbox.banq import identities
from sandbox.banq.catalogue import NFTS
from sandbox.banq.faults import Fault
from sandbox.discord import SeenMessage
from storage.database import to_ms
from tests.cogs.member import ADDRESS
from tests.screens.stage import Stage, Studio
from tests.screens.withdrawing import NFT, sent

MANY = "per_day = 100\nin_flight = 50"
NEWEST_STATE = "SELECT state FROM withdrawals ORDER BY created_at DESC"
LONG_AGO_S = 14 * 60 - 2
# How transfers end at Banq, by the word for it there.
ENDS = {
    "rejected": ("Harbour Before Rain", "Ada has rejected it at Banq."),
    "canceled": ("First Frost at Elm Pass", "It was cancelled at Banq."),
    "expired": ("Lanterns Over Lake Ino", "She has let the time at Banq pass."),
    "failed": ("The Long Way Home", "It failed at Banq."),
}
# What ends one between the confirmation and the call.
NEVER_SENT = {
    "paused": "The team paused all withdrawals before Banq was asked.",
    "link_ended": "She unlinked her wallet before Banq was asked.",
    "too_late": "The bot was down when it should have asked Banq.",
}


async def play(studio: Studio) -> None:
    async with studio.stage(MANY) as stage:
        await stage.ada.link(identities.ADA)
        await the_whole_way(stage)
        await ends_at_banq(stage)
        await without_an_answer(stage)
        await never_sent(stage)
        await no_longer_followed(stage)


async def the_whole_way(stage: Stage) -> None:
    ada, ledger = stage.ada, stage.live.banq.ledger
    await ada.command("addresses add", label="cold wallet", address=ADDRESS)
    review = await ada.command("withdraw", nft=NFT, to="cold wallet")
    await ada.press(review, "Withdraw")
    await ada.until(review, "e-mailed")
    await stage.shoot(ada, review, "waiting", "Banq has taken it, and waits for Ada.")
    await stage.shoot(ada, review, "waiting-phone", "The same on a phone.", phone=True)
    ledger._move_on(ledger.transactions[-1], "processing")
    await ada.until(review, "Banq is sending it")
    await stage.shoot(ada, review, "sending", "She has approved it at Banq.")
    ledger.finish(ledger.transactions[-1].id, "completed")
    await ada.until(review, "Withdrawal completed")
    await stage.shoot(ada, review, "completed", "It has arrived.")
    await ada.command("addresses remove", label="cold wallet")


async def ends_at_banq(stage: Stage) -> None:
    ada, ledger = stage.ada, stage.live.banq.ledger
    for status, (nft, caption) in ENDS.items():
        key = await ada.live.discord.members.autocomplete(ada.id, "withdraw", "nft", nft)
        story = await sent(ada, key[0]["value"])
        ledger.finish(ledger.transactions[-1].id, status)  # type: ignore[arg-type]
        await ada.until(story, "⛔")
        await stage.shoot(ada, story, f"{status}-at-banq", caption)
    review = await ada.command("withdraw", nft="Salt Wind", to=ADDRESS)
    salt_wind = NFTS["quiet-hours-6"]
    ledger.withdraw(
        token_data_id=salt_wind.token_data_id,
        source_banq=salt_wind.source_banq,
        external_address=ADDRESS,
        amount=1,
        platform_id=identities.PLATFORM_ID,
        user_id=identities.ADA.user_id,
    )
    await ada.confirm(review)
    await stage.shoot(ada, review, "refused", "Banq says no: a transfer of it is open there already.")
    review = await ada.command("withdraw", nft="Night Ferry", to=ADDRESS)
    stage.live.banq.faults.add(Fault(route="withdraw", times=1, status=429, retry_after_s=60))
    await ada.confirm(review)
    await stage.shoot(ada, review, "busy", "Banq has too much to do.")


async def without_an_answer(stage: Stage) -> None:
    ada = stage.ada
    lost = await no_answer(stage, "Moss and Morning")
    await stage.shoot(ada, lost, "unknown", "Banq was asked and gave no answer.")
    caption = "Its NFT is gone from the wallet since then."
    await stage.shoot(
        ada, await became(stage, lost, "completed", "left_the_wallet"), "left-the-wallet", caption
    )
    for outcome, nft, was in (("sent", "Bumble Okonkwo", "sent"), ("not_sent", "Miss Tuff", "not sent")):
        lost = await no_answer(stage, nft)
        await stage.sql("UPDATE withdrawals SET updated_at = updated_at - 3600000 WHERE state = 'unknown'")
        reason = "asked Banq's support"
        await stage.cleo.command(
            "admin stuck", withdrawal=await newest(stage), outcome=outcome, reason=reason
        )
        await ada.until(lost, "says the team")
        caption = f"The team has found out at Banq that it was {was}."
        await stage.shoot(ada, lost, f"settled-{outcome.replace('_', '-')}", caption)


async def no_answer(stage: Stage, nft: str) -> SeenMessage:
    """The story of a withdrawal that Banq took and gave no answer about."""
    review = await stage.ada.command("withdraw", nft=nft, to=ADDRESS)
    stage.live.banq.faults.add(Fault(route="withdraw", times=1, drop=True, after_acting=True))
    return await stage.ada.until(await stage.ada.confirm(review), "Do not start again")


async def newest(stage: Stage) -> str:
    return await stage.one("SELECT id FROM withdrawals ORDER BY created_at DESC")


async def became(stage: Stage, story: SeenMessage, state: str, reason: str) -> SeenMessage:
    """The story of the newest withdrawal once it has moved on, as it would with time."""
    withdrawal, now = await newest(stage), to_ms(datetime.now(UTC))
    await stage.sql(
        "UPDATE withdrawals SET state = ?2, reason = ?3, confirmed_at = coalesce(confirmed_at, ?4),"
        " held_when_confirmed = coalesce(held_when_confirmed, 1), updated_at = ?4 WHERE id = ?1",
        withdrawal,
        state,
        reason,
        now,
    )
    audited = "INSERT INTO audit (at, actor, action, object_id) VALUES (?1, 'bot', ?2, ?3)"
    await stage.sql(audited, now, f"withdrawal: {state}", withdrawal)
    if story.has_button("Refresh"):
        return await stage.ada.press(story, "Refresh")
    return await stage.ada.press(await stage.ada.command("withdrawals"), "Details")


async def never_sent(stage: Stage) -> None:
    for reason, caption in NEVER_SENT.items():
        review = await stage.ada.command("withdraw", nft="Noor", to=ADDRESS)
        story = await became(stage, review, "cancelled", reason)
        await stage.shoot(stage.ada, story, f"cancelled-{reason.replace('_', '-')}", caption)


async def no_longer_followed(stage: Stage) -> None:
    review = await stage.ada.command("withdraw", nft="Fennel", to=ADDRESS)
    stage.live.discord.members.act_long_ago(LONG_AGO_S)
    story = await stage.ada.confirm(review)
    stage.live.discord.members.act_long_ago(0)
    await stage.ada.until(story, "This message cannot follow along any longer")
    caption = "She has not approved it after a quarter of an hour."
    await stage.shoot(stage.ada, story, "no-longer-followed", caption)


async def play_list(studio: Studio) -> None:
    async with studio.stage(MANY) as stage:
        ada, ledger = stage.ada, stage.live.banq.ledger
        await stage.shoot(ada, await ada.command("withdrawals"), "not-linked", "Ada has not linked a wallet.")
        await ada.link(identities.ADA)
        await stage.shoot(
            ada, await ada.command("withdrawals"), "none", "She has linked one, and sent nothing."
        )
        for status, (nft, _) in ENDS.items():
            key = await ada.live.discord.members.autocomplete(ada.id, "withdraw", "nft", nft)
            await sent(ada, key[0]["value"])
            ledger.finish(ledger.transactions[-1].id, status)  # type: ignore[arg-type]
        await sent(ada, NFT)
        ledger.approve_transfer(ledger.transactions[-1].id)
        await no_answer(stage, "Salt Wind")
        await sent(ada, "Night Ferry")
        await stage.live.banq.webhooks.settled()
        listed = await ada.command("withdrawals")
        await stage.shoot(ada, listed, "list", "She has sent some.")
        await stage.shoot(ada, listed, "list-phone", "The same on a phone.", phone=True)
        second = await ada.press(listed, "Next ▶")
        await stage.shoot(ada, second, "page-2", "She presses Next.")
        await stage.shoot(ada, await ada.press(second, "Details"), "details", "She presses Details.")
