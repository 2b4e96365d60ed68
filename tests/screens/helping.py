"""The list of commands, and /help in each situation that a member may be in."""

from sandbox.banq import identities
from tests.screens.stage import Stage, Studio
from tests.screens.withdrawing import NFT, sent


async def play_commands(studio: Studio) -> None:
    async with studio.stage() as stage:
        await stage.shoot_commands(stage.ada, "member", "What Ada, a member, can do.")
        await stage.shoot_commands(stage.cleo, "team", "What Cleo, of the team, can do.")


async def play(studio: Studio) -> None:
    async with studio.stage() as stage:
        ada, cleo = stage.ada, stage.cleo
        await helped(stage, "not-linked", "Ada has not linked a wallet.")
        await ada.command("link")
        await helped(stage, "linking", "She has begun to link one.")
        await ada.link(identities.ADA)
        await helped(stage, "linked", "Her wallet is linked.")
        await helped(stage, "linked-phone", "The same on a phone.", phone=True)
        await sent(ada, NFT)
        await helped(stage, "under-way", "She has a withdrawal under way.")
        await cleo.command("admin pause", reason="odd approvals")
        await helped(stage, "paused", "The team has paused all withdrawals.")
        await cleo.command("admin resume", reason="all is well")
        wallet = await ada.command("wallet")
        await ada.press(await ada.press(wallet, "Freeze"), "Freeze now")
        await helped(stage, "frozen", "She has frozen her withdrawals.")
        await ada.link(identities.ADA)
        await stage.take_back(identities.ADA)
        await helped(stage, "stale", "She has taken her approval back at Banq.")


async def helped(stage: Stage, name: str, caption: str, *, phone: bool = False) -> None:
    await stage.shoot(stage.ada, await stage.ada.command("help"), name, caption, phone=phone)
