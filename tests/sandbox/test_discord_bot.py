"""A real discord.py bot against the emulator, over real sockets."""

from collections.abc import AsyncIterator

import pytest

from sandbox.discord import ADA, BEN, CLEO, LINKED_ROLE_ID, ClientRefusedError, DiscordSandbox
from tests.sandbox.discord_playbot import FRUIT, PlayBot, playing


@pytest.fixture(scope="module")
async def discord_sandbox() -> AsyncIterator[DiscordSandbox]:
    sandbox = DiscordSandbox(answer_within_s=1.0)
    await sandbox.start()
    yield sandbox
    await sandbox.close()


@pytest.fixture(scope="module")
async def bot(discord_sandbox: DiscordSandbox) -> AsyncIterator[PlayBot]:
    async with playing(discord_sandbox) as playbot:
        yield playbot


async def test_a_command_is_answered(discord_sandbox: DiscordSandbox, bot: PlayBot) -> None:
    assert bot.user is not None
    outcome = await discord_sandbox.members.run_command(ADA, "hello", {"name": "meadow"})
    assert outcome.kind == "replied"
    assert outcome.message is not None
    assert outcome.message.text == "Hello **meadow**"
    assert discord_sandbox.members.seen_by(BEN)[-1] == outcome.message


@pytest.mark.usefixtures("bot")
async def test_a_client_refuses_what_does_not_fit(discord_sandbox: DiscordSandbox) -> None:
    members = discord_sandbox.members
    with pytest.raises(ClientRefusedError, match="required"):
        await members.run_command(ADA, "hello")
    with pytest.raises(ClientRefusedError, match="characters"):
        await members.run_command(ADA, "hello", {"name": "x" * 11})
    with pytest.raises(ClientRefusedError, match="not a number"):
        await members.run_command(ADA, "keep", {"number": "seven"})
    with pytest.raises(ClientRefusedError, match="no option"):
        await members.run_command(ADA, "hello", {"name": "x", "colour": "red"})


@pytest.mark.usefixtures("bot")
async def test_a_press_changes_the_message(discord_sandbox: DiscordSandbox) -> None:
    members = discord_sandbox.members
    shown = (await members.run_command(ADA, "hello", {"name": "a"})).message
    assert shown is not None
    outcome = await members.press(BEN, shown.id, shown.button("Count")["custom_id"])
    assert outcome.kind == "updated"
    assert outcome.message is not None
    assert outcome.message.text == "Counted once"
    assert outcome.message.has_button("Counted")


@pytest.mark.usefixtures("bot")
async def test_a_choice_is_acknowledged_then_shown(discord_sandbox: DiscordSandbox) -> None:
    members = discord_sandbox.members
    shown = (await members.run_command(ADA, "hello", {"name": "a"})).message
    assert shown is not None
    outcome = await members.choose(ADA, shown.id, shown.select("Fruit")["custom_id"], ["cherry"])
    assert outcome.kind == "acknowledged"
    assert (await members.settled(ADA, outcome)).text == "You chose cherry"
    with pytest.raises(ClientRefusedError):
        await members.choose(ADA, shown.id, "fruit", ["durian"])


@pytest.mark.usefixtures("bot")
async def test_a_modal_is_filled_in(discord_sandbox: DiscordSandbox) -> None:
    members = discord_sandbox.members
    shown = (await members.run_command(ADA, "hello", {"name": "a"})).message
    assert shown is not None
    modal = (await members.press(ADA, shown.id, "write")).modal
    assert modal is not None
    topic, taste = (field["custom_id"] for field in modal.fields)
    with pytest.raises(ClientRefusedError):
        await members.submit_modal(ADA, modal, {topic: "no", taste: ["apple"]})
    outcome = await members.submit_modal(ADA, modal, {topic: "Fruit", taste: ["apple"]})
    assert outcome.message is not None
    assert outcome.message.text == "Fruit / apple"


@pytest.mark.usefixtures("bot")
async def test_a_layout_is_chosen_from_and_turned_to_a_page(discord_sandbox: DiscordSandbox) -> None:
    members = discord_sandbox.members
    shown = (await members.run_command(ADA, "rack")).message
    assert shown is not None
    select = shown.select("Open up to two")["custom_id"]
    chosen = (await members.choose(ADA, shown.id, select, ["cherry", "apple"])).message
    assert chosen is not None
    assert (chosen.id, chosen.text) == (shown.id, "cherry, apple")
    for wrong in ([], ["apple", "apple"], list(FRUIT)):
        with pytest.raises(ClientRefusedError, match="Too few or too many"):
            await members.choose(ADA, shown.id, select, wrong)

    modal = (await members.press(ADA, shown.id, "jump")).modal
    assert modal is not None
    page = modal.fields[0]["custom_id"]
    for too_few_or_many in ([], ["1", "3"]):
        with pytest.raises(ClientRefusedError, match="too few or too many"):
            await members.submit_modal(ADA, modal, {page: too_few_or_many})
    turned = await members.submit_modal(ADA, modal, {page: ["3"]})
    assert (turned.kind, members.look(ADA, shown.id).text) == ("updated", "Page 3")
    again = (await members.press(ADA, shown.id, "jump")).modal
    assert again is not None
    await members.submit_modal(ADA, again, {})
    assert members.look(ADA, shown.id).text == "Page 2"  # which the form had picked beforehand


async def test_a_deferred_layout_arrives_later(discord_sandbox: DiscordSandbox, bot: PlayBot) -> None:
    members = discord_sandbox.members
    bot.gate.clear()
    outcome = await members.run_command(ADA, "gallery")
    assert outcome.kind == "deferred"
    assert outcome.message is not None
    assert outcome.message.is_thinking
    bot.gate.set()
    shown = await members.settled(ADA, outcome)
    assert "Meadow Cat #7" in shown.text
    assert shown.is_ephemeral
    assert shown.id not in [one.id for one in members.seen_by(BEN)]
    assert shown.images[0] == "https://example.com/cat.png"
    assert shown.images[1].startswith(f"{discord_sandbox.url}/cdn/")


@pytest.mark.usefixtures("bot")
async def test_autocomplete_offers_choices(discord_sandbox: DiscordSandbox) -> None:
    members = discord_sandbox.members
    assert await members.autocomplete(ADA, "pick", "fruit", "an") == [{"name": "Banana", "value": "banana"}]
    shown = (await members.run_command(ADA, "pick", {"fruit": "banana", "amount": 2})).message
    assert shown is not None
    assert shown.text == "Basket\n2 x banana"


@pytest.mark.usefixtures("bot")
async def test_a_stranger_can_press_only_by_force(discord_sandbox: DiscordSandbox) -> None:
    members = discord_sandbox.members
    shown = (await members.run_command(ADA, "keep", {"number": 7})).message
    assert shown is not None
    with pytest.raises(ClientRefusedError):
        await members.press(BEN, shown.id, "keep:7")
    outcome = await members.press(BEN, shown.id, "keep:7", force=True)
    assert outcome.message is not None
    assert outcome.message.text == f"Kept 7 for {BEN}"
    members.dismiss(ADA, shown.id)
    with pytest.raises(LookupError):
        members.look(ADA, shown.id)


@pytest.mark.usefixtures("bot")
async def test_direct_messages_open_and_closed(discord_sandbox: DiscordSandbox) -> None:
    members = discord_sandbox.members
    outcome = await members.run_command(ADA, "whisper")
    assert (await members.settled(ADA, outcome)).text == "Sent"
    assert (await members.next_message(ADA, "dm")).text == "A quiet word"
    outcome = await members.run_command(BEN, "whisper")
    assert (await members.settled(BEN, outcome)).text == "Refused: 50007"
    assert members.seen_by(BEN, "dm") == []


@pytest.mark.usefixtures("bot")
async def test_admin_commands_are_for_admins_in_the_community(discord_sandbox: DiscordSandbox) -> None:
    members = discord_sandbox.members
    assert "admin member" not in members.command_names(ADA)
    assert "admin member" in members.command_names(CLEO)
    assert "admin member" not in members.command_names(CLEO, "dm")
    outcome = await members.run_command(CLEO, "admin member", {"user": ADA})
    assert outcome.message is not None
    assert outcome.message.text == f"<@{ADA}> True"
    assert members.roles_of(ADA) == {LINKED_ROLE_ID}


@pytest.mark.usefixtures("bot")
async def test_a_refused_answer_can_be_given_again(discord_sandbox: DiscordSandbox) -> None:
    outcome = await discord_sandbox.members.run_command(ADA, "blunder")
    assert outcome.message is not None
    assert outcome.message.text == "400 50035"


async def test_commands_work_in_direct_messages(discord_sandbox: DiscordSandbox, bot: PlayBot) -> None:
    members = discord_sandbox.members
    outcome = await members.run_command(ADA, "hello", {"name": "you"}, where="dm")
    assert outcome.message is not None
    assert outcome.message.text == "Hello **you**"
    await members.say(ADA, "Good morning", "dm")
    assert (await bot.heard.get()).author.id == ADA


async def test_a_reconnecting_client_gets_what_it_missed(
    discord_sandbox: DiscordSandbox, bot: PlayBot
) -> None:
    await discord_sandbox.gateway.ask_to_reconnect()
    outcome = await discord_sandbox.members.run_command(ADA, "hello", {"name": "back"})
    await bot.resumed.wait()
    assert outcome.message is not None
    assert outcome.message.text == "Hello **back**"


@pytest.mark.usefixtures("bot")
async def test_a_rate_limited_call_is_tried_again(discord_sandbox: DiscordSandbox) -> None:
    discord_sandbox.faults.rate_limit("POST /users/@me/channels", retry_after_s=0.01)
    outcome = await discord_sandbox.members.run_command(CLEO, "whisper")
    assert (await discord_sandbox.members.settled(CLEO, outcome)).text == "Sent"
