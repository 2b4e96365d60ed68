"""/link, from its three steps to a linked wallet, and every way in which it ends without one."""

from sandbox.banq import identities
from sandbox.banq.echo import Echo
from sandbox.discord import SeenMessage
from sandbox.discord.cast import PEOPLE
from tests.cogs.member import LinkPage, Member, browser
from tests.screens.stage import Stage, Studio


async def play(studio: Studio) -> None:
    async with studio.stage(signs_in=True) as stage, browser(stage.live) as bens, browser(stage.live) as adas:
        await the_whole_way(stage, adas, bens)
    async with studio.stage(signs_in=True) as stage:
        await ends_without_a_link(stage)
    async with studio.stage(echo=Echo("reference", "reference")) as stage:
        await stage.ada.link(identities.ADA)
        message = await approved(stage, stage.ben, identities.ADA)
        await stage.shoot(stage.ben, message, "conflict", "Ben has approved a wallet that is Ada's here.")
    async with studio.stage() as stage:
        await with_the_code(stage)


async def the_whole_way(stage: Stage, adas: LinkPage, bens: LinkPage) -> None:
    ada, ben = stage.ada, stage.ben
    await ben.signed_in_page(bens)
    message = await ada.command("link")
    await stage.shoot(ada, message, "steps", "Ada uses `/link`: three steps, and her own page.")
    await stage.shoot(ada, message, "steps-phone", "The same on a phone.", phone=True)
    await adas.begin(message.button("Open the secure page")["url"])
    await ada.until(message, "The page is open")
    await stage.shoot(ada, message, "opened", "She has opened the page; Discord asks who she is.")
    await adas.sign_in("ada")
    await ada.until(message, "in line")
    await stage.shoot(ada, message, "in-line", "Ben is at Banq just now, so she waits.")
    again = await ada.command("link")
    await stage.shoot(ada, again, "again", "She uses `/link` once more meanwhile.")

    await bens.tell("closed")
    await nobody_was_here(stage)
    await adas.until("open")
    await ada.until(again, "It is your turn")
    await stage.shoot(ada, again, "your-turn", "Ben is done: it is her turn at Banq.")
    await adas.tell("closed")
    await ada.until(again, "You have not approved yet")
    await stage.shoot(ada, again, "not-approved", "She has closed Banq's page without approving.")
    await adas.tell("again")
    await adas.until("open")
    state = await adas.state()
    await adas.report_approval()
    await ada.until(again, "You approved")
    await stage.shoot(ada, again, "approved", "She has approved; Banq's own word is still on its way.")
    stage.live.banq.ledger.approve_platform(identities.ADA.email, state["platformId"], state["reference"])
    await ada.until(again, "Is this your wallet?")
    await stage.shoot(ada, again, "confirm", "Banq has confirmed it, and the bot asks whose wallet it is.")
    await ada.press(again, "Link it")
    await stage.shoot(ada, again, "linked", "She has pressed Link it.")
    await stage.shoot(ada, await ada.command("link"), "already", "She uses `/link` once more later.")


async def nobody_was_here(stage: Stage) -> None:
    """As if all turns had ended long ago: none keeps the lane from the next, or a member from another try."""
    await stage.sql("UPDATE turns SET ended_at = opened_at - 86400000 WHERE ended_at IS NOT NULL")


async def ends_without_a_link(stage: Stage) -> None:
    ada, ben = stage.ada, stage.ben
    message = await ada.command("link")
    await ada.press(message, "Cancel")
    await stage.shoot(ada, message, "cancelled", "She has pressed Cancel.")
    message = await ada.command("link")
    await stage.sql("UPDATE link_sessions SET expires_at = created_at")
    await ada.until(message, "expired")
    await stage.shoot(ada, message, "expired", "Nobody has opened her link in time.")

    async with browser(stage.live) as page:
        message = await ada.command("link")
        await page.begin(message.button("Open the secure page")["url"])
        await page.sign_in("ben")
        await ada.until(message, "Somebody else")
        caption = "Ben has opened her link, as his sign-in with Discord shows."
        await stage.shoot(ada, message, "another-account", caption)
    message = await approved(stage, ada, identities.ADA)
    await ada.press(message, "Not mine")
    await stage.shoot(ada, message, "not-mine", "The bot asked whether the wallet is hers, and she said no.")
    await nobody_was_here(stage)
    message = await approved(stage, ada, identities.ADA, identities.CLEO)
    await stage.shoot(ada, message, "unmatched", "Two wallets approved in one turn, so neither is linked.")
    for _ in range(11):
        waits = await ben.command("link")
    await stage.shoot(ben, waits, "cooling-down", "Ben has used `/link` ten times without linking.")


async def approved(stage: Stage, member: Member, *customers: identities.Customer) -> SeenMessage:
    """The message of a member on whose page these customers have approved."""
    async with browser(stage.live) as page:
        message = await member.command("link")
        await page.begin(message.button("Open the secure page")["url"])
        if page.discord_url:
            await page.sign_in(PEOPLE[member.id].key)
        state = await page.until("open")
        for customer in customers:
            stage.live.banq.ledger.approve_platform(customer.email, state["platformId"], state["reference"])
        await stage.live.banq.webhooks.settled()
        if len(customers) == 1:
            await page.report_approval()
        await page.until("matched", "conflict", "unmatched")
        return await member.until(message, "wallet")


async def with_the_code(stage: Stage) -> None:
    ada = stage.ada
    message = await ada.command("link")
    await stage.shoot(
        ada, message, "code-steps", "Where members do not sign in with Discord, a code stands in for it."
    )
    await ada.type_code(message, "123456")
    early = await ada.next_answer(message)
    await stage.shoot(ada, early, "too-early", "She has typed a code before there was one.")
    async with browser(stage.live) as page:
        await page.begin(message.button("Open the secure page")["url"])
        code = await ada.approve(page, identities.ADA)
    await ada.until(message, "Almost done")
    await stage.shoot(ada, message, "code-confirm", "She has approved, and her page shows the code.")
    await stage.shoot_dialog(ada, message, "Enter code", "code-dialog", "She presses Enter code.")
    await ada.type_code(message, "12x456")
    unreadable = await ada.next_answer(early)
    await stage.shoot(ada, unreadable, "code-unreadable", "She has typed something else.")
    answer = unreadable
    for left in range(4, 0, -1):
        await ada.type_code(message, f"{(int(code) + 1) % 1_000_000:06}")
        answer = await ada.next_answer(answer)
        if left in {4, 1}:
            await stage.shoot(
                ada, answer, f"code-wrong-{left}-left", f"She has typed a wrong code, with {left} left."
            )
    await ada.type_code(message, f"{(int(code) + 1) % 1_000_000:06}")
    await ada.until(message, "That was the last try")
    await stage.shoot(ada, message, "last-try", "She has typed a wrong code for the fifth time.")
