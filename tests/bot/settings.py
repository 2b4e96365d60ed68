"""A configuration that is complete, for tests that break one thing about it."""

import json
from pathlib import Path
from typing import Any

from sandbox.banq import identities
from sandbox.banq.server import BanqSandbox

SECRET = "0123456789abcdef-webhook-secret"
Sections = dict[str, dict[str, Any]]


def complete(banq: BanqSandbox | None = None) -> Sections:
    """Points at the emulator, where one is given."""
    sections: Sections = {
        "community": {"name": "Sunny Meadow"},
        "discord": {"token": "hidden-discord-token", "home_guild_id": 42},
        "banq": {
            "client_id": identities.CLIENT_ID,
            "username": identities.USERNAME,
            "password": identities.PASSWORD,
        },
        "lanes.main": {
            "account_space_id": identities.ACCOUNT_SPACE_ID,
            "platform_id": identities.PLATFORM_ID,
            "webhook_secret": SECRET,
        },
        "web": {"public_url": "https://bot.example"},
    }
    if banq is not None:
        sections["banq"] |= {"api_url": banq.api_url, "token_url": banq.token_url}
    return sections


def write(folder: Path, sections: Sections) -> Path:
    """The sections as a TOML file. JSON values are TOML values, for all that is used here."""
    path = folder / "config.toml"
    lines = []
    for name, values in sections.items():
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
