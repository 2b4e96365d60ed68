"""Direct messages, and what goes wrong."""

from sandbox.banq import identities
from sandbox.discord import ADA, SeenMessage
from sandbox.discord.check_components import walk
from tests.cogs.member import ADDRESS, browser
from tests.screens.stage import PATIENCE_S, Stage, Studio
from tests.screens.stories import NEWEST_STATE, became, newest, no_answer
from tests.screens.withdrawing import NFT, sent


async def play(studio: Studio) -> None:
    async with studio.stage(signs_in=True) as stage, browser(stage.live) as page:
        ada = stage.ada
        message = await ada.signed_in_page(page)
        state = await page.until("open")
        # In chat it would be told first, and counts as told then.
        await unseen(stage, await ada.until(message, "It is your turn"))
        session = await stage.one("SELECT id FROM link_sessions")
        await told(
            stage, "link_open", session, "your-turn", "Ada waited in line, and it is her turn at Banq."
        )
        stage.live.banq.ledger.approve_platform(identities.ADA.email, state["platformId"], state["reference"])
        await page.report_approval()
        await page.until("matched")
        asked = await told(stage, "link_confirm", session, "confirm", "She has not confirmed in chat yet.")
        await ada.press(asked, "Link it")
        link = await stage.one("SELECT id FROM links")
        await about_withdrawals(stage)
        await stage.sql("UPDATE links SET state = 'stale'")
        await told(stage, "link_stale", link, "stale", "She has taken her approval back at Banq.")
        await stage.sql("UPDATE links SET state = 'frozen'")
        await told(stage, "frozen_by_admin", link, "frozen", "The team has frozen her withdrawals.")
        await stage.sql("UPDATE links SET state = 'unlinked', ended_at = linked_at")
        await told(stage, "unlinked_by_admin", link, "unlinked", "The team has unlinked her wallet.")
        caption = "An approval that the bot could match with nobody's turn."
        await told(stage, "link_unmatched", session, "unmatched", caption)


async def told(stage: Stage, kind: str, object_id: str, name: str, caption: str) -> SeenMessage:
    members = stage.live.discord.members
    last = max((message.id for message in members.seen_by(ADA, "dm")), default=0)
    await stage.notice(kind, object_id, str(ADA))
    message = await members.next_message(ADA, "dm", after=last, within_s=PATIENCE_S)
    await stage.shoot(stage.ada, message, name, caption)
    return message


async def about_withdrawals(stage: Stage) -> None:
    ada, ledger = stage.ada, stage.live.banq.ledger
    await unseen(stage, await sent(ada, NFT))
    withdrawal = await newest(stage)
    caption = "Banq has taken a withdrawal, and Ada does not see its message."
    await told(stage, "withdrawal_awaiting_owner", withdrawal, "waiting", caption)
    await told(stage, "withdrawal_reminder", withdrawal, "reminder", "She has not approved it for an hour.")
    ledger.finish(ledger.transactions[-1].id, "completed")
    await stage.until("completed", NEWEST_STATE)
    await told(stage, "withdrawal_completed", withdrawal, "completed", "It has arrived.")
    await told(
        stage,
        "withdrawal_contradicted",
        withdrawal,
        "contradicted",
        "Later, Banq says something else about it.",
    )
    await unseen(stage, await sent(ada, "Salt Wind"))
    withdrawal = await newest(stage)
    ledger.finish(ledger.transactions[-1].id, "rejected")
    await stage.until("failed", NEWEST_STATE)
    await told(stage, "withdrawal_failed", withdrawal, "rejected", "Another one was rejected at Banq.")
    await unseen(stage, await no_answer(stage, "Night Ferry"))
    caption = "Banq gave no answer about another one."
    await told(stage, "withdrawal_unknown", await newest(stage), "unknown", caption)
    review = await ada.command("withdraw", nft="A Field in August", to=ADDRESS)
    await became(stage, review, "cancelled", "paused")
    caption = "The team paused all withdrawals before another one was sent."
    await told(stage, "withdrawal_cancelled", await newest(stage), "cancelled", caption)


async def unseen(stage: Stage, story: SeenMessage) -> None:
    """Take the message off the member's screen, so that it cannot tell what goes on."""
    stage.live.discord.members.dismiss(ADA, story.id)


async def play_failures(studio: Studio) -> None:
    async with studio.stage() as stage:
        ada, ben = stage.ada, stage.ben
        members = stage.live.discord.members
        message = await ada.command("link")
        cancel = message.button("Cancel")["custom_id"]
        outcome = await members.press(ben.id, message.id, cancel, force=True)
        assert outcome.message is not None
        await stage.shoot(ben, outcome.message, "not-yours", "Ben presses a button of Ada's.")
        for component in walk(stage.live.discord._world.messages[message.id].components):
            if component.get("custom_id") == cancel:
                component["custom_id"] = "cancel-all"
        outcome = await members.press(ada.id, message.id, "cancel-all")
        assert outcome.message is not None
        await stage.shoot(ada, outcome.message, "outdated", "Ada presses a button of an older version.")
        await stage.sql("DROP TABLE addresses")
        failed = await ada.command("addresses list")
        await stage.shoot(ada, failed, "reference", "Something that nobody has thought of.")
