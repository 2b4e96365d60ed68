"""The configuration: TOML files, with environment variables over them. A mistake is named, never guessed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    TypeAdapter,
    ValidationError,
    WebsocketUrl,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from banq.webhook import GRANTED
from bot import config_files
from services.wording.language import languages

ENVIRONMENT_PREFIX = "BANQBOT_"
PLACEHOLDER = "CHANGE-ME"


class ConfigRefused(Exception):
    """The configuration cannot be used; each line names a key, what is wrong and what to do."""


def _no_placeholder(value: Any) -> Any:
    if isinstance(value, str) and PLACEHOLDER.lower() in value.lower():
        raise ValueError(f"still says {PLACEHOLDER}; put the real value there")
    return value


def _http_url(value: str) -> str:
    return str(TypeAdapter(HttpUrl).validate_python(value)).rstrip("/")


def _websocket_url(value: str) -> str:
    return str(TypeAdapter(WebsocketUrl).validate_python(value)).rstrip("/")


def _public_origin(value: str) -> str:
    url = urlsplit(value)
    if url.scheme != "https" and url.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise ValueError("must start with https://, since members sign in through it")
    if url.path or url.query:
        raise ValueError("must be a host without a path, such as https://bot.example.com")
    return value


def _explorer_url(value: str) -> str:
    if "{hash}" not in value:
        raise ValueError("must have {hash} in it, where the transaction's hash belongs")
    _http_url(value.replace("{hash}", "0"))
    return value


def _known_language(value: str) -> str:
    known = [language.code for language in languages()]
    if value not in known:
        raise ValueError(f"must be a language that the bot speaks: {' or '.join(known)}")
    return value


def _ipfs_gateway(value: str) -> str:
    _http_url(value)
    if not (value.startswith("https://") and value.endswith("/ipfs/")):
        raise ValueError("must start with https:// and end with /ipfs/, such as https://ipfs.io/ipfs/")
    return value


def _safe_in_a_path(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]*", value.get_secret_value()):
        raise ValueError("may have only letters, digits, '-' and '_'")
    return value


Text = Annotated[str, Field(min_length=1), BeforeValidator(_no_placeholder)]
LowerText = Annotated[Text, AfterValidator(str.lower)]
Secret = Annotated[SecretStr, Field(min_length=1), BeforeValidator(_no_placeholder)]
# Long enough that it cannot be guessed, and safe in a URL path.
PathSecret = Annotated[
    SecretStr,
    Field(min_length=24, max_length=200),
    BeforeValidator(_no_placeholder),
    AfterValidator(_safe_in_a_path),
]
Url = Annotated[str, BeforeValidator(_no_placeholder), AfterValidator(_http_url)]
PublicUrl = Annotated[Url, AfterValidator(_public_origin)]
IpfsGateway = Annotated[str, AfterValidator(_ipfs_gateway)]
ExplorerUrl = Annotated[str, AfterValidator(_explorer_url)]
GatewayUrl = Annotated[str, AfterValidator(_websocket_url)]
KnownLanguage = Annotated[str, AfterValidator(_known_language)]
Snowflake = Annotated[int, Field(gt=0, lt=2**64)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Community(_Section):
    name: Text
    language: KnownLanguage = "en"


class Discord(_Section):
    token: Secret
    home_guild_id: Snowflake
    admin_role_id: Snowflake | None = None
    team_channel_id: Snowflake | None = None
    audit_channel_id: Snowflake | None = None
    client_id: Snowflake | None = None
    client_secret: Secret | None = None
    api_url: Url = Field(default="https://discord.com/api/v10", validate_default=True)
    authorize_url: Url = Field(default="https://discord.com/oauth2/authorize", validate_default=True)
    gateway_url: GatewayUrl | None = None

    @property
    def has_sign_in(self) -> bool:
        return self.client_id is not None and self.client_secret is not None


class Banq(_Section):
    client_id: Text
    username: Text
    password: Secret
    audience: str = "https://banq.com/open/api/"
    company_id: str = ""
    api_url: Url = Field(default="https://sandbox.banq.com/api", validate_default=True)
    token_url: Url = Field(default="https://banq-staging.auth0.com/oauth/token", validate_default=True)
    widget_url: Url = Field(
        default="https://walletnft-widget.sandbox.banq.com/ecommerce.js", validate_default=True
    )
    widget_frame_origins: tuple[Url, ...] = ()
    webhook_types: tuple[Text, ...] = ("payment", "transaction", "userToken", "nftTransaction")
    granting_actions: Annotated[tuple[LowerText, ...], Field(min_length=1)] = tuple(sorted(GRANTED))
    timeout_s: float = Field(default=30, gt=0, le=300)
    webhook_action_stands: bool = False
    reference_option: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")] | None = None
    reference_field: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")] | None = None
    signature_header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,100}$")] = "X-Signature"


class Lane(_Section):
    account_space_id: Text
    platform_id: Text
    webhook_secret: PathSecret
    signature_secrets: Annotated[tuple[Secret, ...], Field(max_length=2)] = ()


class Web(_Section):
    public_url: PublicUrl
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = (
        IPv4Network("127.0.0.0/8"),
        IPv6Network("::1/128"),
    )


class Metrics(_Section):
    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = Field(default=9464, ge=0, le=65535)


class Storage(_Section):
    path: Path = Path("data/banqbot.sqlite3")
    keep_webhooks_days: int = Field(default=30, ge=1, le=3650)


class Linking(_Section):
    link_minutes: float = Field(default=10, gt=0, le=60)
    turn_minutes: float = Field(default=5, gt=0, le=30)
    code_minutes: float = Field(default=10, gt=0, le=60)
    late_approval_minutes: float = Field(default=10, ge=2, le=120)
    cool_down_minutes: float = Field(default=10, gt=0, le=120)
    page_silence_seconds: float = Field(default=60, ge=15, le=300)
    require_sign_in: bool = False


class Withdrawals(_Section):
    link_hold_minutes: float = Field(default=60, ge=0, le=30 * 24 * 60)
    address_hold_minutes: float = Field(default=0, ge=0, le=30 * 24 * 60)
    per_day: int = Field(default=10, ge=1, le=1000)
    in_flight: int = Field(default=5, ge=1, le=1000)
    loosening_minutes: float = Field(default=24 * 60, ge=0, le=30 * 24 * 60)
    explorers: dict[str, ExplorerUrl] = {}


class Nfts(_Section):
    ipfs_gateway: IpfsGateway = "https://ipfs.io/ipfs/"
    allow_insecure_pictures: bool = False


class Log(_Section):
    format: Literal["console", "json"] = "console"
    level: Literal["debug", "info", "warning", "error"] = "info"


class _Sources(BaseSettings):
    model_config = SettingsConfigDict(
        frozen=True,
        hide_input_in_errors=True,
        env_prefix=ENVIRONMENT_PREFIX,
        env_nested_delimiter="__",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the library's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes over the files, so that secrets need not stand in them."""
        return (env_settings, init_settings)


class Config(_Sources):
    model_config = SettingsConfigDict(extra="forbid")

    community: Community
    discord: Discord
    banq: Banq
    lanes: dict[Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")], Lane] = Field(min_length=1)
    web: Web
    metrics: Metrics = Metrics()
    storage: Storage = Storage()
    linking: Linking = Linking()
    withdrawals: Withdrawals = Withdrawals()
    nfts: Nfts = Nfts()
    log: Log = Log()


class _OnlyBanq(_Sources):
    model_config = SettingsConfigDict(extra="ignore")

    banq: Banq


class _OnlyDiscord(_Sources):
    model_config = SettingsConfigDict(extra="ignore")

    discord: Discord


def load(path: Path, *, allow_open_secrets: bool = False) -> Config:
    """Read and check the configuration. Raises ConfigRefused."""
    return check(path, _read(path, allow_open_secrets=allow_open_secrets))


def check(path: Path, values: config_files.Values) -> Config:
    """What stands in the file, or is to stand there, as a whole. Raises ConfigRefused."""
    with _refusing(path):
        config = Config(**values)
    _refuse_half_settings(config)
    _refuse_equal_lanes(config)
    return config


def load_banq(path: Path) -> Banq:
    """Read and check only [banq], for what helps to fill in the rest. Raises ConfigRefused."""
    return check_banq(path, _read(path, allow_open_secrets=True))


def check_banq(path: Path, values: config_files.Values) -> Banq:
    with _refusing(path):
        return _OnlyBanq(banq=values.get("banq", {})).banq


def check_discord(path: Path, values: config_files.Values) -> Discord:
    with _refusing(path):
        return _OnlyDiscord(discord=values.get("discord", {})).discord


def check_one(section: str, key: str, value: Any) -> Any:
    """One value by its own rule, as it would be kept. Raises ConfigRefused."""
    model = Lane if section == "lanes" else Config.model_fields[section].annotation
    field: FieldInfo = model.model_fields[key]  # type: ignore[union-attr]
    rule: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    try:
        return TypeAdapter(rule).validate_python(value)
    except ValidationError as error:
        reasons = [_sentence(Path(), problem).removeprefix(": ") for problem in error.errors()]
        raise ConfigRefused(reasons[0]) from None


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        raise ConfigRefused("\n".join(_sentence(path, problem) for problem in error.errors())) from None
    except SettingsError as error:
        raise _environment_refusal(error) from None


def _refuse_equal_lanes(config: Config) -> None:
    """Approvals in one account space cannot be told apart: two lanes of it would mix them up."""
    for key in ("account_space_id", "platform_id", "webhook_secret"):
        values = [getattr(lane, key) for lane in config.lanes.values()]
        if len(set(values)) != len(values):
            raise ConfigRefused(
                f"lanes: two lanes have the same {key}. Each lane needs an account space of its own at Banq, "
                "and a webhook_secret of its own."
            )


def _refuse_half_settings(config: Config) -> None:
    """What only works together must be there together. Raises ConfigRefused."""
    if (config.discord.client_id is None) != (config.discord.client_secret is None):
        raise ConfigRefused(
            "discord: client_id and client_secret belong together. Set both, so that members sign in with "
            "Discord on the link page, or neither."
        )
    if config.linking.require_sign_in and not config.discord.has_sign_in:
        raise ConfigRefused(
            "linking.require_sign_in is on, but members cannot sign in: set discord.client_id and "
            "discord.client_secret, or turn it off."
        )
    if (config.banq.reference_option is None) != (config.banq.reference_field is None):
        raise ConfigRefused(
            "banq: reference_option and reference_field belong together. Set both only if Banq sends back "
            "in its webhook what the widget was given."
        )


def _read(path: Path, *, allow_open_secrets: bool) -> config_files.Values:
    try:
        return config_files.read(path, allow_open_secrets=allow_open_secrets)
    except config_files.Unusable as unusable:
        raise ConfigRefused(str(unusable)) from None


def _environment_refusal(error: SettingsError) -> ConfigRefused:
    """The library's message names the field; its cause would hold the value, and is dropped."""
    return ConfigRefused(
        f"The environment: {error}. Lists and sections must be written as JSON there, "
        f"such as {ENVIRONMENT_PREFIX}BANQ__WEBHOOK_TYPES='[\"payment\"]'."
    )


def _sentence(path: Path, problem: Any) -> str:
    key = ".".join(str(part) for part in problem["loc"])
    variable = ENVIRONMENT_PREFIX + "__".join(str(part) for part in problem["loc"]).upper()
    match problem["type"]:
        case "missing":
            return f"{key} is missing. Set it in {path}, or as the environment variable {variable}."
        case "extra_forbidden":
            return f"{key} is not a known key. Correct or remove it; config.example.toml lists all keys."
        case "too_short" | "too_long":
            limits = problem["ctx"]
            wanted = (
                f"at least {limits['min_length']}"
                if "min_length" in limits
                else f"at most {limits['max_length']}"
            )
            unit = "entry" if limits["field_type"] in {"Dictionary", "Tuple"} else "characters"
            return f"{key}: must have {wanted} {unit}, and has {limits['actual_length']}."
    message = problem["msg"].removeprefix("Value error, ").removeprefix("Input ").removeprefix("URL ")
    return f"{key}: {message}."
