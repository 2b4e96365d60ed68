"""/wallet, /unlink and freezing."""

from sandbox.banq import identities
from tests.cogs.member import ADDRESS
from tests.screens.stage import Stage, Studio

NO_HOLD = "link_hold_minutes = 0"


async def play(studio: Studio) -> None:
    async with studio.stage() as stage:
        ada = stage.ada
        await stage.shoot(ada, await ada.command("wallet"), "not-linked", "Ada has not linked a wallet.")
        await ada.link(identities.ADA)
        wallet = await ada.command("wallet")
        await stage.shoot(ada, wallet, "linked", "She has linked one.")
        await stage.shoot(ada, wallet, "linked-phone", "The same on a phone.", phone=True)
        await stage.restart(NO_HOLD, "link_hold_minutes = 60")
        caption = "In a community where new links have to wait for an hour."
        await stage.shoot(ada, await ada.command("wallet"), "new-link", caption)
        await stage.restart("link_hold_minutes = 60", NO_HOLD)
        await busy(stage)
        stage.live.banq.faults.outage = "503"
        await stage.restart()
        await stage.shoot(ada, await ada.command("wallet"), "banq-silent", "Banq does not answer.")
        stage.live.banq.faults.outage = None
        await frozen(stage)
        await ada.link(identities.ADA)
        await stage.take_back(identities.ADA)
        caption = "She has taken her approval back at Banq."
        await stage.shoot(ada, await ada.command("wallet"), "stale", caption)


async def busy(stage: Stage) -> None:
    ada = stage.ada
    for nft in ("Copper Hills", "Salt Wind"):
        await ada.until(await ada.confirm(await ada.command("withdraw", nft=nft, to=ADDRESS)), "approve")
    await ada.command("limits", new_address_hours=24)
    await ada.command("addresses add", label="cold wallet", address=ADDRESS)
    caption = "With two withdrawals under way, and a saved address that is still new."
    await stage.shoot(ada, await ada.command("wallet"), "busy", caption)
    await stage.cleo.command("admin pause", reason="odd approvals")
    caption = "The team has paused all withdrawals, too."
    await stage.shoot(ada, await ada.command("wallet"), "paused", caption)
    await stage.cleo.command("admin resume", reason="all is well")


async def frozen(stage: Stage) -> None:
    ada = stage.ada
    review = await ada.press(await ada.command("wallet"), "Freeze")
    await stage.shoot(ada, review, "freeze-review", "Ada presses Freeze.")
    await ada.press(review, "Keep it as it is")
    await stage.shoot(ada, review, "freeze-kept", "She presses Keep it as it is.")
    done = await ada.press(await ada.press(await ada.command("wallet"), "Freeze"), "Freeze now")
    await stage.shoot(ada, done, "freeze-done", "Or she presses Freeze now.")
    await stage.shoot(ada, await ada.command("wallet"), "frozen", "Her wallet is frozen.")


async def play_unlinking(studio: Studio) -> None:
    async with studio.stage() as stage:
        ada = stage.ada
        caption = "Ada has nothing to unlink."
        await stage.shoot(ada, await ada.command("unlink"), "not-linked", caption)
        await ada.link(identities.ADA)
        review = await ada.command("unlink")
        await stage.shoot(ada, review, "review", "She has linked a wallet, and uses `/unlink`.")
        await ada.press(review, "Keep it linked")
        await stage.shoot(ada, review, "kept", "She presses Keep it linked.")
        story = await ada.confirm(await ada.command("withdraw", nft="Copper Hills", to=ADDRESS))
        await ada.until(story, "approve")
        review = await ada.command("unlink")
        await stage.shoot(ada, review, "review-busy", "With a withdrawal under way.")
        await ada.press(review, "Unlink")
        await stage.shoot(ada, review, "done", "She presses Unlink.")
