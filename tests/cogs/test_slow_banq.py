"""A withdrawal through the live bot while a stranger presses its buttons and Banq is slow."""

from pathlib import Path

from sandbox.banq import identities
from sandbox.banq.faults import Fault
from sandbox.discord import ADA, BEN
from tests.cogs.member import ADDRESS, Member
from tests.live import living


async def test_a_slow_withdrawal_is_its_owners_alone_and_goes_on_by_itself(tmp_path: Path) -> None:
    async with living(tmp_path) as live:
        members, faults = live.discord.members, live.banq.faults
        ben = Member(live, BEN)
        await ben.link(identities.BEN)
        [nft, *_] = await members.autocomplete(BEN, "withdraw", "nft", "")
        review = await ben.command("withdraw", nft=nft["value"], to=ADDRESS)

        for label in ("Withdraw", "Cancel"):
            pressed = await members.press(ADA, review.id, review.button(label)["custom_id"], force=True)
            assert pressed.message is not None
            assert "This is not yours" in pressed.message.text
        assert faults.received["withdraw"] == 0

        faults.add(Fault(route="withdraw", times=1, hold=True))
        await ben.type_end(review)
        waiting = await ben.until(review, "Waiting for Banq")
        assert "This message goes on by itself; there is nothing you need to do." in waiting.text
        assert waiting.buttons == []
        faults.release()
        await ben.until(review, "in your Banq wallet, until you approve.")
        assert (faults.received["withdraw"], faults.accepted["withdraw"]) == (1, 1)
