"""Whatever breaks, each command, button, menu and modal is answered: no interaction ever just fails."""

import ast
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from bot.wiring import COGS
from cogs.client import BanqBot
from sandbox.banq import identities
from sandbox.discord import ADA, BOT_TOKEN, CLEO, GENERAL_ID, Outcome, SeenMessage
from tests.cogs.member import ADDRESS, Member
from tests.cogs.unconnected import SETTINGS, services_of
from tests.live import LiveBot, living
from tests.services.rig import Rig

COGS_FOLDER = Path(__file__).parents[2] / "cogs"
WORDING_FOLDER = Path(__file__).parents[2] / "services" / "wording"
STRING, INTEGER, USER = 3, 4, 6
BROKEN = ("links", "withdrawals", "addresses", "member_limits", "link_sessions", "outbox", "pauses")
# The only places that answer an interaction: what defers, what opens a modal, and what reports a failure.
ANSWERING = {"client.py", "presses.py", "failures.py"}


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveBot]:
    async with living(tmp_path) as running:
        yield running
        # It has no tables any more to stop in an orderly way.
        await running.kill()


async def break_database(live: LiveBot) -> None:
    async with live.opened_database() as database, database.transaction() as tx:
        await tx.execute("PRAGMA legacy_alter_table = ON")
        for table in BROKEN:
            await tx.execute(f"ALTER TABLE {table} RENAME TO lost_{table}")


async def answer_to(live: LiveBot, member_id: int, outcome: Outcome) -> SeenMessage:
    """The message that answers; fails where the emulator says that the interaction failed."""
    return await live.discord.members.settled(member_id, outcome)


async def test_every_command_is_answered_even_if_nothing_can_be_read(live: LiveBot) -> None:
    await break_database(live)
    members = live.discord.members

    answered = set()
    for name, options in each_command(live, CLEO):
        answer = await answer_to(live, CLEO, await members.run_command(CLEO, name, options))
        assert not answer.failed
        assert answer.is_ephemeral
        assert answer.text.strip(), name
        answered.add(name)

    assert {"link", "nfts", "withdraw", "help", "admin stuck", "addresses add"} <= answered
    for command, option in (("withdraw", "nft"), ("withdraw", "to"), ("nfts", "collection")):
        # An answer that says nothing comes at once; no answer would be an error here.
        assert await members.autocomplete(CLEO, command, option, "x") == []


async def test_every_press_is_answered_even_if_nothing_can_be_read(live: LiveBot) -> None:
    ada, members = Member(live, ADA), live.discord.members
    await ada.link(identities.ADA)
    gallery = await ada.command("nfts")
    wallet = await ada.command("wallet")
    choice = (await members.autocomplete(ADA, "withdraw", "nft", "copper"))[0]["value"]
    review = await ada.command("withdraw", nft=choice, to=ADDRESS)
    await break_database(live)
    after = members.seen_by(ADA)[-1]

    for message in (gallery, wallet, review):
        for item in (*message.buttons, *message.selects):
            if item.get("disabled") or item.get("url"):
                continue
            used = (
                await members.choose(ADA, message.id, item["custom_id"], [item["options"][0]["value"]])
                if "options" in item
                else await members.press(ADA, message.id, item["custom_id"])
            )
            if used.modal is not None:
                values = {
                    each["custom_id"]: "1" * (each.get("min_length") or 1) for each in used.modal.fields
                }
                used = await members.submit_modal(ADA, used.modal, values)
            assert await told_of_it(ada, after), item
            after = members.seen_by(ADA)[-1]


async def told_of_it(member: Member, after: SeenMessage) -> bool:
    """Whether a new message says that something went wrong; not only that the press was taken."""
    return "Something went wrong" in (await member.next_answer(after)).text


async def test_a_button_of_an_earlier_version_says_so(live: LiveBot) -> None:
    members = live.discord.members
    ids = ("forgotten-action:0:1", f"nfts-page:{ADA}:1:2", "Another Shape", f"menu/nfts-page:{ADA}:1")
    buttons = [{"type": 2, "style": 2, "label": str(n), "custom_id": each} for n, each in enumerate(ids)]
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {BOT_TOKEN}"}) as http:
        url = f"{live.discord.api_url}/channels/{GENERAL_ID}/messages"
        rows = [{"type": 1, "components": buttons}]
        async with http.post(url, json={"content": "From long ago", "components": rows}) as posted:
            message_id = int((await posted.json())["id"])

    for custom_id in ids:
        outcome = await members.press(ADA, message_id, custom_id)
        answer = await answer_to(live, ADA, outcome)
        assert "out of date" in answer.text
        assert answer.is_ephemeral


def each_command(live: LiveBot, member_id: int) -> Iterator[tuple[str, dict[str, object]]]:
    """Each command and subcommand that the member is offered, with all that it needs."""
    for command in live.discord.members.commands(member_id):
        options = command.get("options", [])
        inner = [option for option in options if option["type"] == 1]
        for each in inner or [command]:
            name = f"{command['name']} {each['name']}" if inner else command["name"]
            required = [option for option in each.get("options", []) if option.get("required")]
            yield name, {option["name"]: filled_in(option) for option in required}


def filled_in(option: dict[str, object]) -> object:
    return {STRING: "something", INTEGER: 1, USER: str(ADA)}[int(str(option["type"]))]


def modules(folder: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(folder.glob("*.py")):
        yield path.name, ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if called in names:
                yield node


def test_a_command_cannot_forget_to_defer() -> None:
    """Commands are deferred by the tree, the rest by what runs it: nothing else answers by itself."""
    for name, tree in modules(COGS_FOLDER):
        answers = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and ast.unparse(node) == "interaction.response"
        ]
        assert not answers or name in ANSWERING, name


def test_no_view_or_modal_lives_in_memory_only() -> None:
    """Those of the library's own kind would be deaf after a restart."""
    for name, tree in modules(COGS_FOLDER):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                bases = {ast.unparse(base).split("[")[0] for base in node.bases}
                assert not bases & {"ui.View", "ui.LayoutView", "ui.Modal", "ui.Button", "ui.Select"}, name
        for call in calls(tree, "Button", "Select"):
            has_id = any(keyword.arg == "custom_id" for keyword in call.keywords)
            is_link = any(keyword.arg == "url" for keyword in call.keywords)
            assert is_link or (has_id and name == "presses.py"), f"{name}: {ast.unparse(call)}"


def actions_in(tree: ast.AST, *names: str) -> set[str]:
    """The actions that buttons, menus or modals name: the literals in their second argument."""
    return {
        node.value
        for call in calls(tree, *names)
        for argument in call.args[1:2]
        for node in ast.walk(argument)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


async def test_all_that_can_be_pressed_chosen_or_filled_in_has_a_handler(rig: Rig) -> None:
    bot = BanqBot(services_of(rig), SETTINGS)
    for cog in COGS:
        cog(bot)

    trees = [tree for folder in (COGS_FOLDER, WORDING_FOLDER) for _, tree in modules(folder)]
    pressed = set().union(*(actions_in(tree, "Press", "Action") for tree in trees))
    chosen = set().union(*(actions_in(tree, "Menu") for tree in trees))

    assert pressed == bot.presses.keys() | bot.forms.keys()
    assert chosen == bot.menus.keys()
    assert bot.modals.keys() == set().union(*(opened_in(tree) for tree in trees))


def opened_in(tree: ast.AST) -> set[str]:
    """The actions of modals: the literals in their second argument."""
    return actions_in(tree, "Form")
