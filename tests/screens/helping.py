"""/help, in each situation that a member may be in."""

from sandbox.banq import identities
from tests.screens.stage import Stage, Studio


async def play(studio: Studio) -> None:
    async with studio.stage() as stage:
        ada = stage.ada
        await helped(stage, "not-linked", "Ada has not linked a wallet.")
        await ada.command("link")
        await helped(stage, "linking", "She has begun to link one.")
        await ada.link(identities.ADA)
        await helped(stage, "linked", "Her wallet is linked.")
        wallet = await ada.command("wallet")
        await ada.press(await ada.press(wallet, "Freeze"), "Freeze now")
        await helped(stage, "frozen", "She has frozen her withdrawals.")
        await ada.link(identities.ADA)
        stage.live.banq.ledger.revoke_platform(identities.ADA.email, identities.PLATFORM_ID)
        await ada.command("nfts")
        await helped(stage, "stale", "She has taken her approval back at Banq.")
        await stage.shoot(ada, await ada.command("help"), "phone", "The same on a phone.", phone=True)


async def helped(stage: Stage, name: str, caption: str) -> None:
    await stage.shoot(stage.ada, await stage.ada.command("help"), name, caption)
