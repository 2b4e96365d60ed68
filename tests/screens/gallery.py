"""/nfts: the gallery, one NFT, and the way from there to a withdrawal."""

from sandbox.banq import identities
from sandbox.banq.faults import Fault
from sandbox.discord import SeenMessage
from tests.cogs.member import ADDRESS, Member
from tests.screens.stage import Stage, Studio

OTHER_ADDRESS = "0x8617E340B3D01FA5F11F306F4090FD50E238070D"


async def play(studio: Studio) -> None:
    async with studio.stage() as stage:
        ada, cleo = stage.ada, stage.cleo
        await stage.shoot(ada, await ada.command("nfts"), "not-linked", "Ada has not linked a wallet.")
        await ada.link(identities.ADA)
        await cleo.link(identities.CLEO)
        await pages(stage)
        await stage.shoot(cleo, await cleo.command("nfts"), "empty", "Cleo's wallet holds nothing.")
        await one_nft(stage)
        await sending(stage)
        await banq_is_silent(stage)


async def pages(stage: Stage) -> None:
    ada = stage.ada
    first = await ada.command("nfts")
    await stage.shoot(ada, first, "first-page", "Ada's NFTs, page 1.")
    await stage.shoot(ada, first, "first-page-phone", "The same on a phone.", phone=True)
    await stage.shoot_dialog(ada, first, "Page 1 of 7", "page-dialog", "She presses the number of the page.")
    await stage.shoot_dialog(ada, first, "Search", "search-dialog", "She presses Search.")
    await ada.fill_in(first, "Page 1 of 7", page="last")
    answer = await ada.next_answer(first)
    await stage.shoot(ada, answer, "not-a-page", "She types something else than a page number.")
    collection = await stage.live.discord.members.autocomplete(ada.id, "nfts", "collection", "pebble")
    filtered = await ada.command("nfts", collection=collection[0]["value"])
    await stage.shoot(ada, filtered, "collection", "She has chosen one collection.")
    searched = await ada.command("nfts", search="harbour")
    await stage.shoot(ada, searched, "search", "She has searched for “harbour”.")
    nothing = await ada.command("nfts", search="unicorn")
    await stage.shoot(ada, nothing, "nothing-fits", "She has searched for something she does not hold.")
    odd = await ada.command("nfts", search="unhatched")
    await stage.shoot(ada, odd, "no-picture", "An NFT for which Banq names no picture.")
    hostile = await ada.command("nfts", search="free mint")
    await stage.shoot(ada, hostile, "hostile", "An NFT with a name that was made to deceive.")


async def one_nft(stage: Stage) -> None:
    ada = stage.ada
    await stage.shoot(ada, await looked_at(ada, "copper"), "details", "Ada looks at one of them.")
    caption = "She looks at one of which she holds five."
    await stage.shoot(ada, await looked_at(ada, "proof"), "details-several", caption)
    caption = "She looks at the one whose name was made to deceive."
    await stage.shoot(ada, await looked_at(ada, "free mint"), "details-hostile", caption)
    await stage.shoot(ada, await looked_at(ada, "unhatched"), "details-no-picture", "One without a picture.")
    caption = "One of which Banq does not tell the network."
    await stage.ben.link(identities.BEN)
    await stage.shoot(stage.ben, await looked_at(stage.ben, "pines"), "details-no-network", caption)


async def looked_at(member: Member, search: str) -> SeenMessage:
    shown = await member.command("nfts", search=search)
    menu = shown.selects[0]
    return await member.choose(shown, menu["custom_id"], menu["options"][0]["label"])


async def sending(stage: Stage) -> None:
    ada = stage.ada
    one, several = await looked_at(ada, "copper"), await looked_at(ada, "proof")
    await stage.shoot_dialog(
        ada, one, "Withdraw", "address-dialog", "She presses Withdraw, with no saved address."
    )
    caption = "The same for an NFT of which she holds five."
    await stage.shoot_dialog(ada, several, "Withdraw", "address-dialog-several", caption)
    await ada.fill_in(several, "Withdraw", to=ADDRESS, amount="a few")
    answer = await ada.next_answer(several)
    await stage.shoot(ada, answer, "not-an-amount", "She types something else than a number.")
    await ada.command("addresses add", label="cold wallet", address=ADDRESS)
    await ada.command("addresses add", label="everyday", address=OTHER_ADDRESS)
    where = await ada.press(await looked_at(ada, "copper"), "Withdraw")
    await stage.shoot(ada, where, "where-to", "She has saved addresses, and presses Withdraw.")
    where = await ada.press(await looked_at(ada, "proof"), "Withdraw")
    await stage.shoot(ada, where, "where-to-several", "The same for an NFT of which she holds five.")
    shown = await ada.command("nfts", search="salt wind")
    stage.live.banq.ledger.move_away(identities.ADA.email, "quiet-hours-6")
    await ada.press(await ada.command("nfts"), "Refresh")
    menu = shown.selects[0]
    gone = await ada.choose(shown, menu["custom_id"], menu["options"][0]["label"])
    await stage.shoot(ada, gone, "gone", "The one that she looks at has left the wallet meanwhile.")


async def banq_is_silent(stage: Stage) -> None:
    ada, faults = stage.ada, stage.live.banq.faults
    shown = await ada.command("nfts")
    # The pictures still come: Discord has kept them.
    faults.add(Fault(route="nfts", status=503))
    old = await ada.press(shown, "Refresh")
    await stage.shoot(ada, old, "old", "Banq does not answer, so it shows what was seen last.")
    await stage.restart()
    await stage.shoot(
        ada, await ada.command("nfts"), "silent", "Banq does not answer, and nothing was seen yet."
    )
    faults.clear()
    await stage.take_back(identities.ADA)
    stale = await ada.command("nfts")
    await stage.shoot(ada, stale, "stale", "She has taken her approval back at Banq.")
