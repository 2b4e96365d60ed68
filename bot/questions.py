"""What 'banqbot init' asks: in which words, where the answer is found, and how it is checked."""

from dataclasses import dataclass
from typing import Any

import typer
from pydantic import SecretStr
from rich.console import Console

from bot import config

console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Question:
    """For one key of the configuration. An `optional` one may be left unanswered."""

    section: str
    key: str
    asks: str
    where: str
    default: str = ""
    optional: bool = False
    hidden: bool = False


NAME = Question(
    "community", "name", "Name of your community", "The link page calls your community by this name."
)
LANGUAGE = Question(
    "community",
    "language",
    "Language (en or de)",
    "In which language the bot writes to your team; members are answered in that of their own Discord.",
    default="en",
)
TOKEN = Question(
    "discord",
    "token",
    "Discord bot token",
    "https://discord.com/developers/applications -> your application -> Bot -> Reset Token. It needs none of "
    "the privileged intents. What you type stays invisible.",
    hidden=True,
)
SERVER = Question(
    "discord",
    "home_guild_id",
    "Home server's id",
    "The server in which your team uses /admin. In Discord: Settings -> Advanced -> Developer Mode; then "
    "right-click the server -> Copy Server ID.",
)
ROLE = Question(
    "discord",
    "admin_role_id",
    "Admin role's id",
    "Who may use /admin: Server settings -> Roles -> right-click the role -> Copy Role ID. Without one, "
    "members with the 'Manage Server' permission. Enter leaves it out.",
    optional=True,
)
CHANNEL = Question(
    "discord",
    "team_channel_id",
    "Team channel's id",
    "Where the bot says what needs a person: right-click the channel -> Copy Channel ID, and give the bot "
    "View Channel and Send Messages there. Enter leaves it out.",
    optional=True,
)
CLIENT_SECRET = Question(
    "discord",
    "client_secret",
    "Discord client secret",
    "So that members sign in with Discord on the link page, and nobody else can use their link: developer "
    "portal -> your application -> OAuth2 -> Reset Secret. Strongly recommended; Enter leaves it out.",
    optional=True,
    hidden=True,
)
CLIENT_ID = Question(
    "discord", "client_id", "Discord client id", "On the same page of the developer portal: Client ID."
)
BANQ = (
    Question(
        "banq",
        "client_id",
        "Banq client id",
        "Your integrator credentials at Banq, as Banq gave them to you; never a member's.",
    ),
    Question("banq", "username", "Banq user name", "The user name that belongs to them."),
    Question("banq", "password", "Banq password", "It stays invisible while you type it.", hidden=True),
)
BANQ_PLACES = (
    Question("banq", "api_url", "Banq's API", "As Banq told you, such as https://banq.com/api."),
    Question("banq", "token_url", "Banq's token URL", "As Banq told you; it ends in /oauth/token."),
    Question("banq", "widget_url", "Banq's widget", "The address of the script; it ends in /ecommerce.js."),
)
SPACE = Question(
    "lanes",
    "account_space_id",
    "Account space's id",
    "Your merchant's account space at Banq; 'banqbot doctor' lists them once Banq takes the sign-in.",
)
PLATFORM = Question(
    "lanes", "platform_id", "Its platform id", "Banq calls it the identity's id of that space."
)
PUBLIC_URL = Question(
    "web",
    "public_url",
    "Public URL",
    "Where members and Banq reach the bot's pages: https and a host of yours, such as "
    "https://bot.example.com. A reverse proxy there passes requests on to the bot.",
)
PORT = Question(
    "web",
    "port",
    "Port",
    "Where the bot listens on this machine; the reverse proxy passes requests on to 127.0.0.1 and this port.",
    default="8080",
)


def ask(question: Question) -> Any:
    """The answer as it is kept, once it is a right one; None where it was left out. Raises typer.Abort."""
    console.print(f"\n{question.where}", style="dim", markup=False)
    while True:
        typed = str(
            typer.prompt(
                question.asks,
                default=question.default,
                show_default=bool(question.default),
                hide_input=question.hidden,
            )
        ).strip()
        if not typed and question.optional:
            return None
        if not typed:
            console.print("This one is needed.", style="red")
            continue
        try:
            kept = config.check_one(question.section, question.key, typed)
        except config.ConfigRefused as refused:
            console.print(f"It {refused}", style="red", markup=False)
            continue
        return kept.get_secret_value() if isinstance(kept, SecretStr) else kept
