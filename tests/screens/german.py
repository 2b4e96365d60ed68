"""Some of it again, for members whose Discord is in German."""

from sandbox.banq import identities
from sandbox.discord import ADA, CLEO, SeenMessage
from tests.cogs.member import ADDRESS, Member
from tests.screens.news import told
from tests.screens.stage import Stage, Studio
from tests.screens.stories import NEWEST_STATE, newest
from tests.screens.withdrawing import BAD_CHECKSUM, NFT

GERMAN = "de"


async def play(studio: Studio) -> None:
    async with studio.stage() as stage:
        members = stage.live.discord.members
        await stage.ada.link(identities.ADA)
        members.set_locale(ADA, GERMAN)
        members.set_locale(CLEO, GERMAN)
        await stage.shoot_commands(stage.ada, "commands", "What Ada can do.")
        await commands(stage)
        await withdrawal(stage)
        await team(stage)


async def commands(stage: Stage) -> None:
    ada, ben = stage.ada, stage.ben
    stage.live.discord.members.set_locale(ben.id, GERMAN)
    await stage.shoot(ben, await ben.command("link"), "link", "`/link`: the three steps.")
    await stage.shoot(ada, await ada.command("help"), "help", "`/help`, with a linked wallet.")
    await stage.shoot(ada, await ada.command("wallet"), "wallet", "`/wallet`.")
    await stage.shoot(ada, await ada.command("unlink"), "unlink", "`/unlink`: what it means.")
    gallery = await ada.command("nfts")
    await stage.shoot(ada, gallery, "nfts", "`/nfts`, page 1.")
    await stage.shoot(ada, gallery, "nfts-phone", "The same on a phone.", phone=True)
    menu = gallery.selects[0]
    one = await ada.choose(gallery, menu["custom_id"], menu["options"][0]["label"])
    await stage.shoot(ada, one, "details", "One of her NFTs.")
    added = await ada.command("addresses add", label="Tresor", address=ADDRESS)
    await stage.shoot(ada, added, "address", "`/addresses add`.")
    wrong = await ada.command("addresses add", label="Neu", address=BAD_CHECKSUM)
    await stage.shoot(ada, wrong, "address-refused", "An address with a wrong letter in it.")
    await ada.command("addresses remove", label="Tresor")
    limits = await ada.command("limits", per_day=3)
    await stage.shoot(ada, limits, "limits", "`/limits`, with a stricter one of her own.")


async def withdrawal(stage: Stage) -> None:
    ada, ledger = stage.ada, stage.live.banq.ledger
    review = await ada.command("withdraw", nft=NFT, to=ADDRESS)
    await stage.shoot(ada, review, "review", "`/withdraw`: the review.")
    retype = label(review, "withdraw-retype")
    await stage.shoot_dialog(ada, review, retype, "retype-dialog", "She confirms, and the address is new.")
    await ada.fill_in(review, retype, end=ADDRESS[-6:])
    await ada.until(review, "Complete Transfer")
    await stage.shoot(ada, review, "story", "Banq has taken it, and waits for her.")
    listed = await ada.command("withdrawals")
    await stage.shoot(ada, listed, "withdrawals", "`/withdrawals`.")
    stage.live.discord.members.dismiss(ada.id, review.id)
    ledger.finish(ledger.transactions[-1].id, "completed")
    await stage.until("completed", NEWEST_STATE)
    await told(stage, "withdrawal_completed", await newest(stage), "direct-message", "A direct message.")


def label(message: SeenMessage, action: str) -> str:
    """What stands on the button that does this."""
    return next(str(each["label"]) for each in message.buttons if each["custom_id"].startswith(f"{action}:"))


async def team(stage: Stage) -> None:
    cleo: Member = stage.cleo
    await stage.shoot(cleo, await cleo.command("admin status"), "status", "`/admin status`.")
    paused = await cleo.command("admin pause", reason="seltsame Anfragen")
    await stage.shoot(cleo, paused, "pause", "`/admin pause`.")
