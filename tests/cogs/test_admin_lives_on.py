"""/admin of a whole bot: its chart is drawn, and its pages are turned after a crash."""

import struct
from pathlib import Path

from sandbox.banq import identities
from sandbox.discord import ADA, CLEO
from tests.cogs.member import Member
from tests.live import living


async def test_the_chart_is_drawn_and_pages_are_turned_after_a_crash(tmp_path: Path) -> None:
    async with living(tmp_path) as live:
        team = Member(live, CLEO)
        await Member(live, ADA).link(identities.ADA)
        for number in range(5):
            await team.command("admin pause", reason=f"pause {number}")
            await team.command("admin resume", reason=f"resume {number}")

        status = await team.command("admin status")
        shown = await team.until_pictured(status)
        [file] = shown.attachments
        assert (file["content_type"], file["width"], file["height"]) == ("image/png", 1000, 720)
        content = live.discord.members._world.attachments[int(file["id"])].content
        assert struct.unpack(">II", content[16:24]) == (1000, 720)

        first = await team.command("admin audit")
        assert "resume 4" in first.text
        await live.kill()
        await live.start()
        second = await team.press(first, "Next ▶")
        assert "wallet linked" in second.text
        assert "page 2" in second.text
        assert "resume 4" in (await team.press(second, "◀ Back")).text
