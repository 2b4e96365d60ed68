"""/admin, the panel, and what the team is told in its channel."""

from sandbox.banq import identities
from sandbox.banq.echo import Echo
from sandbox.discord import ADA, BEN, GENERAL_ID, TEAM_ID
from tests.cogs.member import browser
from tests.screens.history import a_month
from tests.screens.stage import PATIENCE_S, PLACES, Stage, Studio
from tests.screens.stories import newest, no_answer
from tests.screens.withdrawing import NFT, sent

WITH_AUDIT = f"audit_channel_id = {TEAM_ID}\nhome_guild_id ="
WITH_CHANNEL = f"team_channel_id = {TEAM_ID}\nhome_guild_id ="
WHY = {"reason": "odd approvals"}


async def play(studio: Studio) -> None:
    async with studio.stage(echo=Echo("reference", "reference")) as stage:
        cleo = stage.cleo
        await stage.restart("home_guild_id =", WITH_CHANNEL)
        await stage.shoot(cleo, await cleo.command("admin status"), "status-new", "Nothing has happened yet.")
        await a_month(stage)
        status = await cleo.until_pictured(await cleo.command("admin status"))
        await stage.shoot(cleo, status, "status", "All is well. The chart comes a moment after the text.")
        await stage.shoot(cleo, status, "status-phone", "The same on a phone.", phone=True)
        refused = await stage.live.discord.members.run_command(ADA, "admin status", {}, force=True)
        refused_message = await stage.live.discord.members.settled(ADA, refused)
        await stage.shoot(stage.ada, refused_message, "team-only", "Ada is not of the team.")
        await members(stage)
        await pause(stage)
        await stuck(stage)
        await audit(stage)
        await webhook(stage)
        await trouble(stage)


async def members(stage: Stage) -> None:
    ada, ben, cleo = stage.ada, stage.ben, stage.cleo
    unlinked = await cleo.command("admin member", member=ADA)
    await stage.shoot(cleo, unlinked, "member-not-linked", "A member without a wallet.")
    await ada.link(identities.ADA)
    await sent(ada, NFT)
    linked = await cleo.command("admin member", member=ADA)
    await stage.shoot(cleo, linked, "member", "A member with a wallet and a withdrawal under way.")
    message = await ben.command("link")
    async with browser(stage.live) as page:
        await page.begin(message.button("Open the secure page")["url"])
        await ben.approve_anyhow(page, identities.ADA)
    refused = await cleo.command("admin member", member=BEN)
    await stage.shoot(cleo, refused, "member-conflict", "Ben has tried to link the wallet that is Ada's.")
    frozen = await cleo.command("admin freeze", member=ADA, reason="account taken over")
    await stage.shoot(cleo, frozen, "freeze", "Cleo freezes Ada's withdrawals.")
    linked = await cleo.command("admin member", member=ADA)
    await stage.shoot(cleo, linked, "member-frozen", "She looks at Ada afterwards.")
    unlinked = await cleo.command("admin unlink", member=ADA, reason="asked for it")
    await stage.shoot(cleo, unlinked, "unlink", "She unlinks Ada's wallet.")


async def pause(stage: Stage) -> None:
    cleo = stage.cleo
    await stage.shoot(cleo, await cleo.command("admin pause", **WHY), "pause", "She pauses all withdrawals.")
    again = await cleo.command("admin pause", reason="me too")
    await stage.shoot(cleo, again, "already-paused", "She pauses them once more.")
    resumed = await cleo.command("admin resume", reason="all is well")
    await stage.shoot(cleo, resumed, "resume", "She lets them go on.")
    again = await cleo.command("admin resume", reason="all is well")
    await stage.shoot(cleo, again, "nothing-to-resume", "She does so once more.")


async def stuck(stage: Stage) -> None:
    ada, cleo = stage.ada, stage.cleo
    await stage.shoot(
        cleo, await cleo.command("admin stuck"), "nothing-stuck", "Banq has answered about all."
    )
    await ada.link(identities.ADA)
    await no_answer(stage, "Salt Wind")
    withdrawal = await newest(stage)
    await stage.shoot(cleo, await cleo.command("admin stuck"), "stuck", "Banq gave no answer about one.")
    few = await cleo.command("admin stuck", withdrawal=withdrawal)
    await stage.shoot(cleo, few, "settle-needs-all", "Cleo settles it without saying how it ended.")
    settling = {"withdrawal": withdrawal, "outcome": "sent", "reason": "asked Banq's support"}
    early = await cleo.command("admin stuck", **settling)
    await stage.shoot(cleo, early, "settle-too-early", "She settles it within an hour.")
    await stage.sql("UPDATE withdrawals SET updated_at = updated_at - 3600000 WHERE state = 'unknown'")
    await stage.shoot_choices(
        cleo, "admin stuck", "stuck-choices", "An hour later, she chooses it.", withdrawal=withdrawal[:2]
    )
    settled = await cleo.command("admin stuck", **settling)
    await stage.shoot(cleo, settled, "settled", "She settles it.")
    again = await cleo.command("admin stuck", **settling)
    await stage.shoot(cleo, again, "settled-before", "She settles it once more.")


async def audit(stage: Stage) -> None:
    cleo = stage.cleo
    page = await cleo.command("admin audit")
    await stage.shoot(cleo, page, "audit", "Who did what, newest first.")
    await stage.shoot(cleo, page, "audit-phone", "The same on a phone.", phone=True)
    await stage.shoot(cleo, await cleo.press(page, "Next ▶"), "audit-page-2", "She presses Next.")
    about = await cleo.command("admin audit", member=BEN)
    await stage.shoot(cleo, about, "audit-member", "Only what is about Ben.")


async def webhook(stage: Stage) -> None:
    cleo, configs = stage.cleo, stage.live.banq.store.state.webhook_configs
    shown = await cleo.command("admin webhook show")
    await stage.shoot(cleo, shown, "webhook-show", "Banq sends its webhooks here.")
    ours = configs[identities.ACCOUNT_SPACE_ID]
    elsewhere = {"url": "https://old-bot.example/hooks/secret", "types": ["payment"]}
    configs[identities.ACCOUNT_SPACE_ID] = ours.model_copy(update=elsewhere)
    review = await cleo.command("admin webhook set")
    await stage.shoot(
        cleo, review, "webhook-set", "It sends them elsewhere, and Cleo is asked before that is changed."
    )
    await stage.shoot(cleo, await cleo.press(review, "Change it"), "webhook-changed", "She changes it.")
    kept = await cleo.press(await cleo.command("admin webhook set"), "Leave it")
    await stage.shoot(cleo, kept, "webhook-kept", "Or she leaves it.")


async def trouble(stage: Stage) -> None:
    cleo = stage.cleo
    await no_answer(stage, "Night Ferry")
    gallery = await stage.ada.command("nfts")
    await cleo.command("admin pause", **WHY)
    stage.live.banq.ledger.approve_platform(identities.BEN.email, identities.PLATFORM_ID)
    await stage.live.banq.webhooks.settled()
    await stage.live.has_said("it links nobody")
    stage.live.discord.members.let_bot(TEAM_ID, see=False, write=False)
    await stage.notice("team_stuck", await newest(stage), "team")
    await stage.live.has_said("the bot may not write there")
    await stage.sql("UPDATE outbox SET state = 'dead' WHERE kind = 'unlinked_by_admin'")
    stage.live.banq.faults.outage = "503"
    await stage.ada.press(gallery, "Refresh")
    status = await cleo.command("admin status")
    await stage.shoot(cleo, status, "status-trouble", "Everything at once.")
    await stage.shoot(cleo, status, "status-trouble-phone", "The same on a phone.", phone=True)
    kept = await cleo.next_answer(status)
    caption = "What the team's channel did not take comes after the next command."
    await stage.shoot(cleo, kept, "kept-notice", caption)


async def play_channel(studio: Studio) -> None:
    async with studio.stage() as stage:
        ada, cleo = stage.ada, stage.cleo
        await stage.restart("home_guild_id =", WITH_CHANNEL)
        await ada.link(identities.ADA)
        await no_answer(stage, "Salt Wind")
        withdrawal = await newest(stage)
        await stage.notice("team_stuck", withdrawal, "team")
        told = await stage.live.discord.members.next_message(cleo.id, "team", within_s=PATIENCE_S)
        await stage.shoot(cleo, told, "stuck", "Banq has given no answer about a withdrawal for an hour.")
        await stage.sql("UPDATE withdrawals SET updated_at = updated_at - 3600000 WHERE state = 'unknown'")
        await cleo.command("admin stuck", withdrawal=withdrawal, outcome="sent", reason="asked Banq")
        await stage.notice("team_contradicted", withdrawal, "team")
        told = await stage.live.discord.members.next_message(
            cleo.id, "team", after=told.id, within_s=PATIENCE_S
        )
        await stage.shoot(cleo, told, "contradicted", "The team has settled one, and Banq says otherwise.")


async def play_audit_channel(studio: Studio) -> None:
    async with studio.stage() as stage:
        cleo = stage.cleo
        await stage.restart("home_guild_id =", WITH_AUDIT)
        await cleo.command("admin pause", **WHY)
        told = await stage.live.discord.members.next_message(cleo.id, "team", within_s=PATIENCE_S)
        await stage.shoot(cleo, told, "line", "One line for each thing that the team or the operator does.")


async def play_panel(studio: Studio) -> None:
    async with studio.stage() as stage:
        cleo, members = stage.cleo, stage.live.discord.members
        members.let_bot(GENERAL_ID, see=True, write=False)
        refused = await cleo.command("admin panel")
        await stage.shoot(cleo, refused, "refused", "The bot may not write in this channel.")
        members.let_bot(GENERAL_ID, see=True, write=True)
        posted = await cleo.command("admin panel")
        await stage.shoot(cleo, posted, "posted", "Cleo posts the panel.")
        [panel] = [each for each in members.seen_by(ADA) if not each.is_ephemeral]
        assert PLACES[panel.channel_id] == "guild"
        await stage.shoot(stage.ada, panel, "panel", "The panel, as everybody sees it.")
        await stage.shoot(stage.ada, panel, "panel-phone", "The same on a phone.", phone=True)
