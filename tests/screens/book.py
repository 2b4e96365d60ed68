"""/addresses and /limits."""

from sandbox.banq import identities
from tests.cogs.member import ADDRESS
from tests.screens.gallery import OTHER_ADDRESS
from tests.screens.stage import Stage, Studio
from tests.screens.withdrawing import BAD_CHECKSUM, LOOK_ALIKE, SOLANA_ADDRESS, sent

MOST = 25


async def play(studio: Studio) -> None:
    async with studio.stage() as stage:
        ada = stage.ada
        await stage.shoot(ada, await ada.command("addresses list"), "empty", "Ada has saved none.")
        await added(stage, "added", "She saves one.", "cold wallet", ADDRESS)
        await added(stage, "bad-checksum", "One with a wrong letter in it.", "new", BAD_CHECKSUM)
        await added(stage, "label-taken", "Another one under the same name.", "Cold Wallet", OTHER_ADDRESS)
        await added(stage, "address-taken", "The same one under another name.", "new", ADDRESS)
        await added(stage, "label-refused", "A name that looks like an address.", "0x5290", OTHER_ADDRESS)
        await added(
            stage, "look-alike", "One that looks like a saved one, and is another.", "new", LOOK_ALIKE
        )
        await added(stage, "added-solana", "One on Solana.", "sol", SOLANA_ADDRESS)
        listed = await ada.command("addresses list")
        await stage.shoot(ada, listed, "list", "All that she has saved.")
        await stage.shoot(ada, listed, "list-phone", "The same on a phone.", phone=True)
        for number in range(MOST - 3):
            spare = f"0x{number + 1:02x}{ADDRESS[4:].lower()}"
            await ada.command("addresses add", label=f"spare {number + 1}", address=spare)
        await added(stage, "full", "The book is full.", "one more", OTHER_ADDRESS)
        await stage.shoot(ada, await ada.command("addresses list"), "pages", "A full book has pages.")
        removed = await ada.command("addresses remove", label="cold wallet")
        await stage.shoot(ada, removed, "removed", "She removes one.")
        missing = await ada.command("addresses remove", label="cold wallet")
        await stage.shoot(ada, missing, "not-in-book", "She removes it once more.")
    async with studio.stage("address_hold_minutes = 1440") as stage:
        caption = "Where saved addresses have to wait for a day."
        await added(stage, "added-waits", caption, "cold wallet", ADDRESS)
        await stage.shoot(
            stage.ada, await stage.ada.command("addresses list"), "list-waits", "The list there."
        )
        removed = await stage.ada.command("addresses remove", label="cold wallet")
        await stage.shoot(stage.ada, removed, "removed-waits", "She removes it there.")


async def added(stage: Stage, name: str, caption: str, label: str, address: str) -> None:
    answer = await stage.ada.command("addresses add", label=label, address=address)
    await stage.shoot(stage.ada, answer, name, caption)


async def play_limits(studio: Studio) -> None:
    async with studio.stage() as stage:
        ada = stage.ada
        await ada.link(identities.ADA)
        await stage.shoot(ada, await ada.command("limits"), "shown", "Ada looks at what holds.")
        await sent(ada, "Copper Hills")
        strict = await ada.command("limits", per_day=3, under_way=1, new_address_hours=24)
        await stage.shoot(ada, strict, "set", "She sets stricter limits of her own.")
        await stage.shoot(ada, strict, "set-phone", "The same on a phone.", phone=True)
        loose = await ada.command("limits", per_day=5)
        await stage.shoot(ada, loose, "waits", "She loosens one of them.")
        refused = await ada.command("limits", under_way=50)
        await stage.shoot(ada, refused, "refused", "She asks for more than the community allows.")
        await ada.command("limits", per_day=0)
        await stage.shoot(ada, await ada.command("limits"), "zero", "She wants no withdrawals at all.")
        await stage.cleo.command("admin pause", reason="odd approvals")
        await stage.shoot(ada, await ada.command("limits"), "paused", "The team has paused all withdrawals.")
        await stage.restart("link_hold_minutes = 0", "link_hold_minutes = 60\naddress_hold_minutes = 1440")
        await stage.cleo.command("admin resume", reason="all is well")
        caption = "Where new links wait for an hour, and new addresses for a day."
        await stage.shoot(ada, await ada.command("limits"), "holds", caption)
