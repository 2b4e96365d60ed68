"""The configuration: TOML files, with environment variables over them. A mistake is named, never guessed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from bot import config_files
from bot.config_models import (
    Banq,
    Community,
    Discord,
    Lane,
    Linking,
    Log,
    Metrics,
    Nfts,
    Storage,
    Web,
    Withdrawals,
)

ENVIRONMENT_PREFIX = "BANQBOT_"


class ConfigRefused(Exception):
    """The configuration cannot be used; each line names a key, what is wrong and what to do."""


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
