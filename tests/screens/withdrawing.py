"""/withdraw until it is confirmed: its choices, its review, and everything that stands in the way."""

from sandbox.banq import identities
from sandbox.banq.addresses import checksummed
from sandbox.banq.faults import Fault
from sandbox.discord import SeenMessage
from tests.cogs.member import ADDRESS, Member
from tests.screens.gallery import OTHER_ADDRESS
from tests.screens.stage import Stage, Studio
from tests.screens.wallet import NO_HOLD

NFT = "Copper Hills"
BAD_CHECKSUM = "0x52908400098527886E0F7030069857D2E4169Ee7"
SOLANA_ADDRESS = "7v91N7iZ9mNicL8WfG6cgSCKyRXydQjLh6UYBWwm6y1Q"
LOOK_ALIKE = checksummed("0x5290" + "ab1c" * 8 + "9ee7")
# What people paste instead of a good address, by the name of the picture.
NO_ADDRESSES = {
    "bad-checksum": (BAD_CHECKSUM, "An address with a wrong capital letter in it."),
    "wrong-network": (SOLANA_ADDRESS, "A Solana address for an NFT on Ethereum."),
    "not-an-address": ("banana", "Something that is no address."),
    "cut-off": (ADDRESS[:-3], "An address without its end."),
    "burns": ("0x" + "0" * 40, "An address that nobody holds the key to."),
    "a-name": ("ada.eth", "A name that stands for an address elsewhere."),
    "a-seed-phrase": (
        "legal winner thank year wave sausage worth useful legal winner thank yellow",
        "A seed phrase.",
    ),
}


async def play(studio: Studio) -> None:
    async with studio.stage() as stage:
        await stage.ada.link(identities.ADA)
        await choices_and_reviews(stage)
        await refusals(stage)
    async with studio.stage("per_day = 2\nin_flight = 1") as stage:
        await stage.ada.link(identities.ADA)
        await limits(stage)
    async with studio.stage("address_hold_minutes = 1440") as stage:
        await stage.ada.link(identities.ADA)
        await holds(stage)
    async with studio.stage() as stage:
        await stage.ada.link(identities.ADA)
        await stopped(stage)
        await banq_is_slow(stage)


async def choices_and_reviews(stage: Stage) -> None:
    ada = stage.ada
    await stage.shoot_choices(
        ada, "withdraw", "nft-choices", "Ada types a part of an NFT's name.", nft="harb"
    )
    new = await ada.command("withdraw", nft=NFT, to=ADDRESS)
    await stage.shoot(ada, new, "review-new", "She sends one to an address that is not saved.")
    await stage.shoot(ada, new, "review-new-phone", "The same on a phone.", phone=True)
    await stage.shoot_dialog(ada, new, "Withdraw", "retype-dialog", "She presses Withdraw.")
    await ada.confirm(new, "000000")
    await stage.shoot(ada, new, "retype-wrong", "She has typed something else than its last characters.")
    await ada.press(new, "Cancel")
    await stage.shoot(ada, new, "cancelled", "She presses Cancel.")
    new = await ada.command("withdraw", nft="The Gardener's Proof", to=ADDRESS, amount=3)
    await stage.shoot(ada, new, "review-several", "She sends three of the five that she holds.")
    await ada.command("addresses add", label="cold wallet", address=ADDRESS)
    await ada.command("addresses add", label="everyday", address=OTHER_ADDRESS)
    await stage.shoot_choices(
        ada, "withdraw", "address-choices", "She has saved addresses, and chooses one.", nft="copper", to=""
    )
    saved = await ada.command("withdraw", nft=NFT, to="cold wallet")
    await stage.shoot(ada, saved, "review-saved", "She sends one to a saved address.")
    alike = await ada.command("withdraw", nft=NFT, to=LOOK_ALIKE)
    caption = "She has pasted an address that looks like a saved one, and is another."
    await stage.shoot(ada, alike, "look-alike", caption)
    review = await ada.command("withdraw", nft=NFT, to="cold wallet")
    await stage.sql("UPDATE withdrawals SET expires_at = created_at WHERE state = 'draft'")
    await ada.press(review, "Withdraw")
    await stage.shoot(ada, review, "expired", "She confirms too late.")


async def refusals(stage: Stage) -> None:
    ada, ben = stage.ada, stage.ben
    for name, (address, caption) in NO_ADDRESSES.items():
        await refused(stage, name, caption, to=address)
    await refused(stage, "not-in-book", "A saved address that there is not.", to="saved:0123456789abcdef")
    await refused(stage, "amount", "More than she holds.", nft="The Gardener's Proof", amount=6)
    await refused(stage, "nft-not-chosen", "A word that fits several NFTs.", nft="harbour")
    await refused(stage, "nft-not-found", "An NFT that is not hers.", nft="0123456789abcdef0123")
    await ben.command("link")
    unlinked = await ben.command("withdraw", nft=NFT, to=ADDRESS)
    await stage.shoot(ben, unlinked, "not-linked", "Ben has not linked a wallet.")
    review = await ada.command("withdraw", nft="Salt Wind", to=ADDRESS)
    stage.live.banq.ledger.move_away(identities.ADA.email, "quiet-hours-6")
    await ada.press(review, "Withdraw")
    await stage.shoot(ada, review, "gone-meanwhile", "The NFT has left the wallet before she confirms.")


async def refused(stage: Stage, name: str, caption: str, **options: object) -> None:
    answer = await stage.ada.command("withdraw", **{"nft": NFT, "to": ADDRESS, **options})
    await stage.shoot(stage.ada, answer, name, caption)


async def limits(stage: Stage) -> None:
    ada = stage.ada
    story = await sent(ada, NFT)
    await refused(stage, "already-running", "The same NFT once more.")
    await refused(stage, "under-way", "Only one may be under way at a time here.", nft="Salt Wind")
    stage.live.banq.ledger.finish(stage.live.banq.ledger.transactions[-1].id, "rejected")
    await ada.until(story, "rejected")
    await sent(ada, "Salt Wind")
    await refused(stage, "too-many-today", "Only two may be made within 24 hours here.", nft="Night Ferry")
    await ada.command("limits", per_day=0)
    await refused(stage, "own-limit-zero", "She has set her own limit to none.", nft="Night Ferry")


async def sent(member: Member, nft: str, to: str = ADDRESS) -> SeenMessage:
    """The story of a withdrawal that Banq has taken."""
    return await member.until(
        await member.confirm(await member.command("withdraw", nft=nft, to=to)), "e-mailed"
    )


async def holds(stage: Stage) -> None:
    ada = stage.ada
    await refused(
        stage, "address-not-saved", "Addresses have to be saved for a day here, and this one is not."
    )
    await ada.command("addresses add", label="cold wallet", address=ADDRESS)
    await refused(stage, "address-too-new", "This one is saved since just now.")
    await stage.restart(NO_HOLD, "link_hold_minutes = 60")
    await refused(stage, "link-too-fresh", "New links have to wait for an hour here.")


async def stopped(stage: Stage) -> None:
    ada, cleo = stage.ada, stage.cleo
    review = await ada.command("withdraw", nft=NFT, to=ADDRESS)
    await cleo.command("admin pause", reason="odd approvals")
    await ada.confirm(review)
    await stage.shoot(ada, review, "paused", "The team has paused all withdrawals.")
    await cleo.command("admin resume", reason="all is well")
    review = await ada.command("withdraw", nft=NFT, to=ADDRESS)
    await ada.press(await ada.press(await ada.command("wallet"), "Freeze"), "Freeze now")
    await refused(stage, "frozen", "She has frozen her withdrawals.")
    await ada.confirm(review)
    await stage.shoot(ada, review, "frozen-meanwhile", "She has frozen them before she confirms.")
    await ada.link(identities.ADA)
    stage.live.banq.faults.outage = "503"
    await stage.restart()
    await refused(stage, "banq-silent", "Banq does not answer.")
    stage.live.banq.faults.outage = None
    await stage.restart()
    review = await ada.command("withdraw", nft=NFT, to=ADDRESS)
    stage.live.banq.faults.outage = "503"
    await ada.confirm(review)
    await stage.shoot(ada, review, "banq-silent-meanwhile", "Banq does not answer when she confirms.")
    stage.live.banq.faults.outage = None
    await stage.restart()
    await stage.shoot_choices(ada, "withdraw", "command", "Ada has typed nothing yet.", nft="")


async def banq_is_slow(stage: Stage) -> None:
    ada, faults = stage.ada, stage.live.banq.faults
    review = await ada.command("withdraw", nft=NFT, to=ADDRESS)
    faults.add(Fault(route="withdraw", times=1, hold=True))
    await ada.type_end(review)
    await ada.until(review, "Waiting for Banq")
    await stage.shoot(ada, review, "slow", "She has confirmed, and Banq takes its time.")
    listed = await ada.command("withdrawals")
    asking = await ada.press(listed, "Details")
    await stage.shoot(ada, asking, "asking", "Meanwhile, its details in `/withdrawals`.")
    faults.release()
    await ada.until(review, "e-mailed")
