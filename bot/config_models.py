"""The sections of the configuration. What is said of a key here is what its reference and the example say.

`make reference` writes both. An example stands where there is no default to show.
"""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from banq.webhook import GRANTED
from bot.config_values import (
    PLACEHOLDER,
    ExplorerUrl,
    GatewayUrl,
    IpfsGateway,
    KnownLanguage,
    LowerText,
    PathSecret,
    PublicUrl,
    Secret,
    Snowflake,
    Text,
    Url,
)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Community(_Section):
    name: Text
    """How the link page calls your community."""

    language: KnownLanguage = "en"
    """In which language the bot writes to your team, and to members whose own it does not know: en or de.
    Whoever uses the bot is answered in the language of that person's own Discord."""


class Discord(_Section):
    token: Secret
    """Developer portal -> your application -> Bot -> Token."""

    home_guild_id: Snowflake
    """The server in which /admin exists. Right-click the server -> Copy Server ID (developer mode)."""

    admin_role_id: Snowflake | None = None
    """Who may use /admin: this role. Without it, members with the "Manage Server" permission."""

    team_channel_id: Snowflake | None = None
    """A channel of the team, in which the bot says what needs a person. Give the bot View Channel and Send
    Messages there. Without it, the team is told at its next /admin command."""

    audit_channel_id: Snowflake | None = None
    """A channel in which everybody who may read it sees what the team and the operator do: a line for each
    pause, freeze, unlinking and the like, as it stands in the audit log. Give the bot View Channel and Send
    Messages there."""

    client_id: Snowflake | None = None
    """With client_id and client_secret, members sign in with Discord on the link page: strongly recommended,
    since nobody else can then use a member's link. Without, a 6-digit code stands in for it. Developer portal
    -> your application -> OAuth2 -> Client ID."""

    client_secret: Secret | None = None
    """Beside the Client ID. Add <web.public_url>/link/discord there under Redirects."""

    api_url: Url = Field(default="https://discord.com/api/v10", validate_default=True)
    """Where Discord's API is. Only for tests and the demo."""

    authorize_url: Url = Field(default="https://discord.com/oauth2/authorize", validate_default=True)
    """Where members sign in with Discord. Only for tests and the demo."""

    gateway_url: GatewayUrl | None = Field(default=None, examples=["wss://gateway.discord.gg"])
    """Where Discord's gateway is. Only for tests and the demo."""

    @property
    def has_sign_in(self) -> bool:
        return self.client_id is not None and self.client_secret is not None


class Banq(_Section):
    client_id: Text
    """One of your integrator credentials at Banq, as the next two; never a member's."""

    username: Text
    """The integrator's user at Banq."""

    password: Secret
    """The password of that user."""

    audience: str = "https://banq.com/open/api/"
    """For which API Banq's sign-in is asked."""

    company_id: str = ""
    """Sent as the header X-Company-Id, which some deployments want."""

    api_url: Url = Field(default="https://sandbox.banq.com/api", validate_default=True)
    """Where Banq is. The defaults of this and the next two are Banq's sandbox."""

    token_url: Url = Field(default="https://banq-staging.auth0.com/oauth/token", validate_default=True)
    """Where the bot signs in."""

    widget_url: Url = Field(
        default="https://walletnft-widget.sandbox.banq.com/ecommerce.js", validate_default=True
    )
    """The script of the widget, in which members approve."""

    widget_frame_origins: tuple[Url, ...] = ()
    """Hosts whose pages the widget may open in its frame. Without any, the widget's own."""

    webhook_types: tuple[Text, ...] = ("payment", "transaction", "userToken", "nftTransaction")
    """What Banq should send us; `banqbot webhooks set` tells Banq."""

    granting_actions: Annotated[tuple[LowerText, ...], Field(min_length=1)] = tuple(sorted(GRANTED))
    """The webhook actions, in lower case, that mean a member has approved. Others link nobody."""

    timeout_s: float = Field(default=30, gt=0, le=300)
    """How many seconds to wait for an answer from Banq."""

    webhook_action_stands: bool = False
    """Only where Banq answers 404 for transactions it announced itself: believe the webhook's action."""

    reference_option: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")] | None = Field(
        default=None, examples=["reference"]
    )
    """Only if Banq sends back in its webhook what the widget was given: the name of the widget's option. Then
    nobody has to wait for anybody. It is not known to exist today."""

    reference_field: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")] | None = Field(
        default=None, examples=["reference"]
    )
    """The name of the webhook's field in which that comes back; both or neither."""

    signature_header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,100}$")] = "X-Signature"
    """The header that holds the signature, where a lane has signature_secrets: HMAC-SHA256 of the body, in
    hex or base64, with or without "sha256=" before it. None is documented today."""


class Lane(_Section):
    """A lane is one merchant account space at Banq. `banqbot doctor` prints the ids.

    One member at a time can be at the widget of a lane; add [lanes.second] and so on where many link at once.
    """

    account_space_id: Text
    """The id of the account space."""

    platform_id: Text
    """The id of its identity, by which the widget knows it."""

    webhook_secret: PathSecret
    """The last part of the webhook address; it must be hard to guess: openssl rand -hex 24"""

    signature_secrets: Annotated[tuple[Secret, ...], Field(max_length=2)] = ()
    """Only if Banq signs its webhooks: the secret it signs with; two while you change it, the new one and the
    old. With it, a webhook without a right signature is refused."""


class Web(_Section):
    public_url: PublicUrl = Field(examples=[f"https://{PLACEHOLDER}"])
    """Where members and Banq reach the side server, as they see it (https, through your reverse proxy)."""

    host: str = "127.0.0.1"
    """On which address it listens."""

    port: int = Field(default=8080, ge=0, le=65535)
    """On which port it listens."""

    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = (
        IPv4Network("127.0.0.0/8"),
        IPv6Network("::1/128"),
    )
    """The addresses of your reverse proxy: only what it says about where a request comes from is believed."""


class Metrics(_Section):
    """What Prometheus scrapes: /metrics; and /healthz and /readyz, with what keeps the bot from its work.

    Each tells how the bot is doing and nothing of single members; still, keep the address private.
    """

    enabled: bool = True
    """Whether there is such a listener."""

    host: str = "127.0.0.1"
    """On which address it listens."""

    port: int = Field(default=9464, ge=0, le=65535)
    """On which port it listens."""


class Storage(_Section):
    path: Path = Path("data/banqbot.sqlite3")
    """The database: one file, with others beside it that begin with its name."""

    keep_webhooks_days: int = Field(default=30, ge=1, le=3650)
    """Banq's webhooks are deleted so many days after they came, once they are worked off. A webhook that
    comes again later than that counts as a new one. What they brought about is kept."""


class Linking(_Section):
    link_minutes: float = Field(default=10, gt=0, le=60)
    """How long a personal link works."""

    turn_minutes: float = Field(default=5, gt=0, le=30)
    """How long a member may take at the widget."""

    code_minutes: float = Field(default=10, gt=0, le=60)
    """How long the code counts, and the question whether the wallet is the member's."""

    late_approval_minutes: float = Field(default=10, ge=2, le=120)
    """How late Banq's webhook may come after a page has reported an approval. So long, nobody else gets the
    lane, since that approval could fall into the wrong turn."""

    cool_down_minutes: float = Field(default=10, gt=0, le=120)
    """After three turns without a link, or ten uses of /link, a member has to wait so long."""

    page_silence_seconds: float = Field(default=60, ge=15, le=300)
    """A page that is silent for so long counts as closed, and its turn goes to whoever waits."""

    require_sign_in: bool = False
    """Refuse to start where members cannot sign in with Discord, instead of falling back to the code."""


class Withdrawals(_Section):
    link_hold_minutes: float = Field(default=60, ge=0, le=30 * 24 * 60)
    """A newly linked wallet waits so long before anything can be withdrawn from it."""

    address_hold_minutes: float = Field(default=0, ge=0, le=30 * 24 * 60)
    """Above 0: an address must have been saved with /addresses add for so long before anything goes there. At
    0, a new address may be used at once; its last characters must be typed once more."""

    per_day: int = Field(default=10, ge=1, le=1000)
    """How many a member may make within 24 hours."""

    in_flight: int = Field(default=5, ge=1, le=1000)
    """How many of a member's may be under way at a time."""

    loosening_minutes: float = Field(default=24 * 60, ge=0, le=30 * 24 * 60)
    """Members may set stricter limits of their own with /limits, in force at once; looser again only after so
    long."""

    explorers: dict[str, ExplorerUrl] = {}
    """Where members look at a transaction instead of the usual explorer of its chain, by the chain's name,
    with {hash} for the transaction: { ethereum="https://explorer.example/tx/{hash}" }."""


class Nfts(_Section):
    ipfs_gateway: IpfsGateway = "https://ipfs.io/ipfs/"
    """Through which gateway Discord is asked to fetch pictures that are kept on IPFS."""

    allow_insecure_pictures: bool = False
    """Show pictures over http as well. Only for tests and the demo."""


class Log(_Section):
    format: Literal["console", "json"] = "console"
    """"console" for people, or "json": one object a line with time (UTC), level, logger, message; where there
    are any, exception, and ref: the reference that a member was shown."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """How much is told. Secrets, tokens, addresses and links are left out at each of them."""
