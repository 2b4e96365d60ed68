"""The configuration: a TOML file, with environment variables over it. A mistake is named, never guessed."""

import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    ValidationError,
    WebsocketUrl,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

ENVIRONMENT_PREFIX = "BANQBOT_"
PLACEHOLDER = "CHANGE-ME"


class ConfigRefused(Exception):
    """The configuration cannot be used; each line names a key, what is wrong and what to do."""


def _no_placeholder(value: str) -> str:
    if PLACEHOLDER.lower() in value.lower():
        raise ValueError(f"still says {PLACEHOLDER}; put the real value there")
    return value


def _no_placeholder_secret(value: SecretStr) -> SecretStr:
    _no_placeholder(value.get_secret_value())
    return value


def _no_trailing_slash(value: HttpUrl | WebsocketUrl) -> str:
    return str(value).rstrip("/")


Text = Annotated[str, Field(min_length=1), AfterValidator(_no_placeholder)]
Secret = Annotated[SecretStr, Field(min_length=1), AfterValidator(_no_placeholder_secret)]
# Long enough that it cannot be guessed, and safe in a URL path.
PathSecret = Annotated[
    SecretStr, Field(min_length=24, max_length=200), AfterValidator(_no_placeholder_secret)
]
Url = Annotated[HttpUrl, AfterValidator(_no_trailing_slash)]
GatewayUrl = Annotated[WebsocketUrl, AfterValidator(_no_trailing_slash)]
Snowflake = Annotated[int, Field(gt=0, lt=2**64)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Community(_Section):
    name: Text


class Discord(_Section):
    token: Secret
    home_guild_id: Snowflake
    admin_role_id: Snowflake | None = None
    api_url: Url | None = None
    gateway_url: GatewayUrl | None = None


class Banq(_Section):
    client_id: Text
    username: Text
    password: Secret
    audience: str = "https://banq.com/open/api/"
    company_id: str | None = None
    api_url: Url = Field("https://sandbox.banq.com/api", validate_default=True)
    token_url: Url = Field("https://banq-staging.auth0.com/oauth/token", validate_default=True)
    widget_url: Url = Field("https://walletnft-widget.sandbox.banq.com/ecommerce.js", validate_default=True)
    widget_frame_origins: tuple[Url, ...] = ()
    webhook_types: tuple[Text, ...] = ("payment", "transaction", "userToken", "nftTransaction")
    timeout_s: float = Field(30, gt=0, le=300)
    webhook_action_stands: bool = False


class Lane(_Section):
    account_space_id: Text
    platform_id: Text
    webhook_secret: PathSecret


class Web(_Section):
    public_url: Url
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)


class Storage(_Section):
    path: Path = Path("data/banqbot.sqlite3")


class Linking(_Section):
    link_minutes: float = Field(10, gt=0, le=60)
    turn_minutes: float = Field(5, gt=0, le=30)
    code_minutes: float = Field(10, gt=0, le=60)


class Nfts(_Section):
    allow_insecure_pictures: bool = False


class Config(BaseSettings):
    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        env_prefix=ENVIRONMENT_PREFIX,
        env_nested_delimiter="__",
    )

    community: Community
    discord: Discord
    banq: Banq
    lanes: dict[Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")], Lane] = Field(min_length=1)
    web: Web
    storage: Storage = Storage()
    linking: Linking = Linking()
    nfts: Nfts = Nfts()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes over the file, so that secrets need not stand in it."""
        return (env_settings, init_settings)


def load(path: Path) -> Config:
    """Read and check the configuration. Raises ConfigRefused."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigRefused(
            f"There is no file {path}. Copy config.example.toml to {path} and fill it in."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigRefused(f"{path} cannot be read: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigRefused(f"{path} is not valid TOML: {error}.") from None
    try:
        config = Config(**values)
    except ValidationError as error:
        raise ConfigRefused("\n".join(_sentence(path, problem) for problem in error.errors())) from None
    _refuse_same_secrets(config)
    return config


def _refuse_same_secrets(config: Config) -> None:
    secrets = [lane.webhook_secret.get_secret_value() for lane in config.lanes.values()]
    if len(set(secrets)) != len(secrets):
        raise ConfigRefused("lanes: two lanes have the same webhook_secret. Give each its own.")


def _sentence(path: Path, problem: Any) -> str:
    key = ".".join(str(part) for part in problem["loc"])
    variable = ENVIRONMENT_PREFIX + "__".join(str(part) for part in problem["loc"]).upper()
    match problem["type"]:
        case "missing":
            return f"{key} is missing. Set it in {path}, or as the environment variable {variable}."
        case "extra_forbidden":
            return f"{key} is not a known key. Correct or remove it; config.example.toml lists all keys."
    message = problem["msg"].removeprefix("Value error, ")
    return f"{key}: {message[0].lower()}{message[1:]}."
