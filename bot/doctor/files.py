"""The configuration's files: are they there, and who may read them."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from bot import config_files
from bot.config_reference import secret_keys
from bot.doctor.findings import Finding, error, ok, warning

CONFIG, SECRETS = "config file", "secrets file"
GROUP_OR_OTHERS_WRITE = 0o022


def look_at_files(path: Path) -> list[Finding]:
    if not path.exists():
        # What the configuration says about it says it all.
        return []
    return [_config(path), _secrets(config_files.secrets_beside(path))]


def _config(path: Path) -> Finding:
    mode = path.stat().st_mode
    if mode & GROUP_OR_OTHERS_WRITE:
        return warning(
            CONFIG, f"{path} may be changed by others than its owner.", f"Close it: chmod go-w {path}"
        )
    try:
        held = sorted(_secrets_in(config_files.read_file(path), secret_keys()))
    except config_files.Unusable as unusable:
        return error(CONFIG, str(unusable), "")
    if held and mode & config_files.OTHERS:
        return warning(
            CONFIG,
            f"{path} holds {', '.join(held)}, and others than its owner may read it.",
            f"Close it: chmod 600 {path}; or move them to {config_files.SECRETS} beside it.",
        )
    return ok(CONFIG, f"{path} is there, and nobody else may change it.")


def _secrets_in(values: Any, secrets: Collection[str], section: str = "") -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _secrets_in(value, secrets, f"{section}{key}.")
        elif key in secrets and value:
            yield f"{section}{key}"


def _secrets(secrets: Path) -> Finding:
    if not secrets.exists():
        return ok(
            SECRETS, f"There is no {secrets}: secrets come from the configuration file or the environment."
        )
    if config_files.is_open(secrets):
        return error(SECRETS, f"{secrets} {config_files.OPEN}.", f"Close it: chmod 600 {secrets}")
    return ok(SECRETS, f"{secrets} is its owner's alone.")
