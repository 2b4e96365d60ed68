"""A small real discord.py bot that uses every corner of the emulator the flows rely on."""

import asyncio
import contextlib
import io
import re
from collections.abc import AsyncIterator

import discord
import yarl
from discord import app_commands, ui

from sandbox.discord import BOT_TOKEN, GUILD_ID, LINKED_ROLE_ID, DiscordSandbox

FRUIT = ("apple", "banana", "cherry")
GERMAN = {
    "ripe": "reife",
    "Say how ripe it is": "Sag, wie reif es ist",
    "stage": "stufe",
    "How far it is": "Wie weit es ist",
    "Green": "Grün",
}


class Translator(app_commands.Translator):
    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        del context
        return GERMAN.get(string.message) if locale is discord.Locale.german else None


class Keep(ui.DynamicItem[ui.Button[ui.View]], template=r"keep:(?P<number>\d+)"):
    """A button that survives a restart."""

    def __init__(self, number: int) -> None:
        super().__init__(ui.Button(label=f"Keep {number}", custom_id=f"keep:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, __: ui.Item[ui.View], match: re.Match[str], /
    ) -> "Keep":
        return cls(int(match["number"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(
            f"Kept {self.number} for {interaction.user.id}", ephemeral=True
        )


class Feedback(ui.Modal, title="Feedback"):
    topic: ui.TextInput["Feedback"] = ui.TextInput(label="Topic", min_length=3, max_length=20)
    taste: ui.Label["Feedback"] = ui.Label(
        text="Taste",
        description="Pick one",
        component=ui.Select(options=[discord.SelectOption(label=one) for one in FRUIT]),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.taste.component, ui.Select)
        text = f"{self.topic.value} / {self.taste.component.values[0]}"
        await interaction.response.send_message(text, ephemeral=True)


class Menu(ui.View):
    @ui.button(label="Count", style=discord.ButtonStyle.primary, custom_id="count")
    async def count(self, interaction: discord.Interaction, button: ui.Button["Menu"]) -> None:
        button.label = "Counted"
        await interaction.response.edit_message(content="Counted once", view=self)

    @ui.button(label="Write", style=discord.ButtonStyle.success, custom_id="write")
    async def write(self, interaction: discord.Interaction, _: ui.Button["Menu"]) -> None:
        await interaction.response.send_modal(Feedback())

    @ui.button(label="Silent", custom_id="silent")
    async def silent(self, interaction: discord.Interaction, _: ui.Button["Menu"]) -> None:
        """Never answers."""

    @ui.select(
        options=[discord.SelectOption(label=one) for one in FRUIT], custom_id="fruit", placeholder="Fruit"
    )
    async def fruit(self, interaction: discord.Interaction, select: ui.Select["Menu"]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content=f"You chose {select.values[0]}")


class Gallery(ui.LayoutView):
    def __init__(self, picture: str) -> None:
        super().__init__(timeout=None)
        section: ui.Section[Gallery] = ui.Section(
            "## Meadow Cat #7", "A cat in a meadow.", accessory=ui.Thumbnail(picture, description="A cat")
        )
        row: ui.ActionRow[Gallery] = ui.ActionRow()
        row.add_item(ui.Button(label="Refresh", custom_id="refresh"))
        row.add_item(ui.Button(label="Banq", url="https://banq.com/help"))
        gallery: ui.MediaGallery[Gallery] = ui.MediaGallery(discord.MediaGalleryItem("attachment://cat.png"))
        self.add_item(ui.Container(section, ui.Separator(), gallery, row, accent_colour=0x3BA55D))


class PageJump(ui.Modal, title="Go to a page"):
    page: ui.Label["PageJump"] = ui.Label(
        text="Page",
        component=ui.Select(
            options=[discord.SelectOption(label=str(one), default=one == 2) for one in range(1, 4)]
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.page.component, ui.Select)
        await interaction.response.edit_message(view=Rack(f"Page {self.page.component.values[0]}"))


class Rack(ui.LayoutView):
    row: ui.ActionRow["Rack"] = ui.ActionRow()
    more: ui.ActionRow["Rack"] = ui.ActionRow()

    def __init__(self, title: str) -> None:
        super().__init__(timeout=None)
        self.add_item(ui.TextDisplay(title))

    @row.select(
        custom_id="open",
        placeholder="Open up to two",
        max_values=2,
        options=[discord.SelectOption(label=one.title(), value=one, description="Ripe") for one in FRUIT],
    )
    async def open(self, interaction: discord.Interaction, select: ui.Select["Rack"]) -> None:
        await interaction.response.edit_message(view=Rack(", ".join(select.values)))

    @more.button(label="Go to a page", custom_id="jump")
    async def jump(self, interaction: discord.Interaction, _: ui.Button["Rack"]) -> None:
        await interaction.response.send_modal(PageJump())


class PlayBot(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True, dm_messages=True), guild_ready_timeout=0.0)
        self.tree = app_commands.CommandTree(self)
        self.ready = asyncio.Event()
        self.resumed = asyncio.Event()
        self.heard: asyncio.Queue[discord.Message] = asyncio.Queue()
        self.errors: asyncio.Queue[discord.HTTPException] = asyncio.Queue()
        self.gate = asyncio.Event()
        _add_commands(self)

    async def setup_hook(self) -> None:
        await self.tree.set_translator(Translator())
        self.add_dynamic_items(Keep)
        await self.tree.sync()
        await self.tree.sync(guild=discord.Object(GUILD_ID))

    async def on_ready(self) -> None:
        self.ready.set()

    async def on_resumed(self) -> None:
        self.resumed.set()

    async def on_message(self, message: discord.Message) -> None:
        if not message.author.bot:
            await self.heard.put(message)


def picture() -> discord.File:
    return discord.File(io.BytesIO(b"\x89PNG not really"), "cat.png")


def _add_commands(bot: PlayBot) -> None:  # noqa: C901 - a list of small commands
    tree = bot.tree

    @tree.command(description="Say hello")
    @app_commands.describe(name="Whom to greet")
    async def hello(interaction: discord.Interaction, name: app_commands.Range[str, 1, 10]) -> None:
        await interaction.response.send_message(f"Hello **{name}**", view=Menu(timeout=None))

    @tree.command(description="Show a gallery")
    async def gallery(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await bot.gate.wait()
        await interaction.edit_original_response(
            view=Gallery("https://example.com/cat.png"), attachments=[picture()]
        )

    @tree.command(description="Look at the rack")
    async def rack(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(view=Rack("Page 1"), ephemeral=True)

    @tree.command(description="Pick a fruit")
    async def pick(interaction: discord.Interaction, fruit: str, amount: int = 1) -> None:
        embed = discord.Embed(title="Basket", description=f"{amount} x {fruit}", colour=0x3BA55D)
        embed.set_image(url="attachment://cat.png")
        await interaction.response.send_message(embed=embed, file=picture(), ephemeral=True)

    @pick.autocomplete("fruit")
    async def fruits(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=one.title(), value=one) for one in FRUIT if typed in one]

    @tree.command(description="Say how ripe it is")
    @app_commands.describe(stage="How far it is")
    @app_commands.choices(stage=[app_commands.Choice(name=one, value=one) for one in ("Green", "Brown")])
    async def ripe(interaction: discord.Interaction, stage: str) -> None:
        await interaction.response.send_message(f"{stage}, {interaction.locale}", ephemeral=True)

    @tree.command(description="Keep a number")
    async def keep(interaction: discord.Interaction, number: int) -> None:
        view = ui.View(timeout=None)
        view.add_item(Keep(number))
        await interaction.response.send_message("Worth keeping?", view=view, ephemeral=True)

    @tree.command(description="Write me a direct message")
    async def whisper(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            await interaction.user.send("A quiet word")
        except discord.Forbidden as error:
            await interaction.followup.send(f"Refused: {error.code}")
        else:
            await interaction.followup.send("Sent")

    @tree.command(description="Never answers")
    async def sulk(_: discord.Interaction) -> None:
        pass

    @tree.command(description="Sends what Discord refuses")
    async def blunder(interaction: discord.Interaction) -> None:
        try:
            await interaction.response.send_message("x" * 2001)
        except discord.HTTPException as error:
            await interaction.response.send_message(f"{error.status} {error.code}", ephemeral=True)

    admin = app_commands.Group(
        name="admin",
        description="For those who run the community",
        guild_ids=[GUILD_ID],
        default_permissions=discord.Permissions(manage_guild=True),
    )

    @admin.command(description="Look at a member")
    async def member(interaction: discord.Interaction, user: discord.Member) -> None:
        await user.add_roles(discord.Object(LINKED_ROLE_ID), reason="Linked")
        assert isinstance(interaction.user, discord.Member)
        may = interaction.permissions.manage_guild
        await interaction.response.send_message(f"{user.mention} {may}", ephemeral=True)

    tree.add_command(admin)


@contextlib.asynccontextmanager
async def playing(sandbox: DiscordSandbox) -> AsyncIterator[PlayBot]:
    """The bot, signed in to the sandbox and ready."""
    before = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    discord.http.Route.BASE = sandbox.api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sandbox.gateway_url)
    bot = PlayBot()
    running = asyncio.create_task(bot.start(BOT_TOKEN))
    is_ready = asyncio.create_task(bot.ready.wait())
    try:
        await asyncio.wait({running, is_ready}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        yield bot
    finally:
        is_ready.cancel()
        await bot.close()
        await asyncio.gather(running, is_ready, return_exceptions=True)
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = before
