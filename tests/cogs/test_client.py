"""What the client does where Discord or Banq fails in the midst of an answer."""

import asyncio
import logging

import pytest

from sandbox.banq.faults import Fault
from sandbox.discord import ADA, BEN
from tests.cogs.inside import ADA_IN_CHAT, Inside

EDITS = "PATCH /webhooks"
ANSWERS = "POST /interactions"
LOOK = "Look at one of these…"


class Warned(logging.Handler):
    """Sets its event on the first warning."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.event = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - that there is one is enough
        self.event.set()


async def test_a_gallery_of_which_discord_refuses_one_picture_is_shown_without_any(linked: Inside) -> None:
    ada = linked.ada
    assert len((await ada.command("nfts")).images) == 5

    linked.discord.faults.unusable_hosts.add("127.0.0.1")
    gallery = await ada.command("nfts")
    assert gallery.images == []
    assert "32 NFTs" in gallery.text
    details = await ada.choose(gallery, LOOK, gallery.select(LOOK)["options"][0]["label"])
    assert details.images == []
    assert details.has_button("Withdraw")


async def test_another_error_than_a_refused_picture_is_not_passed_over(linked: Inside) -> None:
    linked.discord.faults.fail(EDITS, status=400)

    assert "Something went wrong" in (await linked.ada.command("nfts")).text


@pytest.mark.parametrize("drops", [False, True])
async def test_what_banq_tells_is_shown_though_it_could_not_be_said_that_it_is_slow(
    linked: Inside, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, drops: bool
) -> None:
    monkeypatch.setattr("cogs.client.PATIENCE_S", 0)
    warned = Warned(logging.WARNING)
    monkeypatch.setattr(logging.getLogger("cogs.client"), "handlers", [warned])
    faults, banq = linked.discord.faults, linked.rig.sandbox
    if drops:
        faults.drop(EDITS)
    else:
        faults.fail(EDITS, status=400)
    banq.faults.add(Fault(route="nfts", times=1, hold=True))

    answer = asyncio.create_task(linked.ada.command("nfts"))
    async with asyncio.timeout(10):
        await warned.event.wait()
    assert "could not say that Banq is slow" in caplog.text
    await banq.store.until(lambda: banq.faults.held == 1)
    banq.faults.release()

    assert "32 NFTs" in (await answer).text


@pytest.mark.parametrize("drops", [False, True])
async def test_a_command_that_could_not_be_deferred_does_not_run_and_says_so(
    linked: Inside, drops: bool
) -> None:
    asked = linked.rig.sandbox.faults.received["nfts"]
    if drops:
        linked.discord.faults.drop(ANSWERS)
    else:
        linked.discord.faults.fail(ANSWERS, status=400)

    assert "Something went wrong" in (await linked.ada.command("nfts")).text

    assert linked.rig.sandbox.faults.received["nfts"] == asked


async def test_a_command_that_ends_asks_banq_no_further(linked: Inside) -> None:
    banq = linked.rig.sandbox
    banq.faults.add(Fault(route="nfts", times=1, hold=True))
    await linked.discord.members.run_command(ADA, "nfts", {})
    await banq.store.until(lambda: banq.faults.held == 1)
    [command] = linked.commands
    [asking] = [task for task in asyncio.all_tasks() if "Nfts.of" in repr(task)]

    command.cancel()
    await asyncio.gather(command, return_exceptions=True)

    assert asking.cancelling()
    banq.faults.release()


async def test_a_kept_notice_is_shown_once_though_two_commands_come_at_once(linked: Inside) -> None:
    link = await linked.rig.links.of(ADA_IN_CHAT)
    assert link is not None
    await linked.rig.links.access_lost(link.id)
    async with linked.rig.database.transaction() as tx:
        await tx.execute("UPDATE outbox SET state = 'kept'")

    await asyncio.gather(linked.ada.command("help"), linked.ada.command("help"))
    await asyncio.gather(*linked.commands)

    added = [each for each in linked.discord.members.seen_by(ADA) if each.command is None]
    assert ["Banq no longer gives access" in each.text for each in added] == [True]


async def test_a_choice_from_a_menu_is_not_called_out_of_date(
    linked: Inside, caplog: pytest.LogCaptureFixture
) -> None:
    gallery = await linked.ada.command("nfts")

    await linked.ada.choose(gallery, LOOK, gallery.select(LOOK)["options"][0]["label"])

    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert len(linked.discord.members.seen_by(ADA)) == 1


async def test_a_form_that_a_stranger_hands_in_is_refused(linked: Inside) -> None:
    members = linked.discord.members
    gallery = await linked.ada.command("nfts")
    opened = await members.press(ADA, gallery.id, gallery.button("Search")["custom_id"])
    assert opened.modal is not None

    answer = await members.settled(BEN, await members.submit_modal(BEN, opened.modal, {"search": "copper"}))

    assert "This is not yours" in answer.text
    assert members.look(ADA, gallery.id).text == gallery.text
