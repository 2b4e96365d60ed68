"""The two files: config.toml, which may be shown to others, and secrets.toml beside it, which may not."""

import tomllib
from pathlib import Path
from typing import Any

SECRETS = "secrets.toml"
OTHERS = 0o077
OPEN = "may be read or changed by others than its owner"

Values = dict[str, Any]


class Unusable(Exception):
    """A file cannot be used; the message says why and what to do."""


def read(path: Path, *, allow_open_secrets: bool = False) -> Values:
    """The sections of both files; what stands in the secrets file goes over the other. Raises Unusable."""
    values = read_file(path)
    secrets = secrets_beside(path)
    if not secrets.exists():
        return values
    if is_open(secrets) and not allow_open_secrets:
        raise Unusable(f"{secrets} {OPEN}. Close it: chmod 600 {secrets}")
    return merged(values, read_file(secrets))


def secrets_beside(path: Path) -> Path:
    return path.with_name(SECRETS)


def is_open(secrets: Path) -> bool:
    """Whether others than its owner may read or change it."""
    return bool(secrets.stat().st_mode & OTHERS)


def merged(under: Values, over: Values) -> Values:
    """Both, section by section."""
    both = dict(under)
    for key, value in over.items():
        there = both.get(key)
        both[key] = merged(there, value) if isinstance(there, dict) and isinstance(value, dict) else value
    return both


def read_file(path: Path) -> Values:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Unusable(
            f"There is no file {path}. Make it with 'banqbot init', or copy config.example.toml to {path} "
            "and fill it in."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"{path} cannot be read: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise Unusable(f"{path} is not valid TOML: {error}.") from None
