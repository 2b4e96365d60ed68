"""The example and the reference say what the models say."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot import config_reference

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (config_reference.EXAMPLE, config_reference.example),
        (config_reference.REFERENCE, config_reference.reference),
    ],
)
def test_what_is_written_from_the_models_is_up_to_date(path: Path, text: Callable[[], str]) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == text(), "run: make reference"


@pytest.mark.parametrize(
    ("key", "facts"),
    [
        ("discord.token", "text, **secret**, **must be set**; `BANQBOT_DISCORD__TOKEN`"),
        ("discord.admin_role_id", "a Discord id, not set by default; `BANQBOT_DISCORD__ADMIN_ROLE_ID`"),
        ("banq.timeout_s", "a number, above 0, at most 300, by default `30`; `BANQBOT_BANQ__TIMEOUT_S`"),
        (
            "lanes.main.signature_secrets",
            "a list, each text, at most 2, **secret**, by default `[]`",
        ),
        ("web.public_url", "a URL, **must be set**; `BANQBOT_WEB__PUBLIC_URL`"),
        ("web.trusted_proxies", 'a list, each a network, by default `["127.0.0.0/8", "::1/128"]`'),
        ("withdrawals.explorers", "a table, each value a URL, by default `{}`"),
    ],
)
def test_the_reference_tells_of_each_key_what_it_takes(key: str, facts: str) -> None:
    paragraphs = config_reference.reference().split(f"### {key}\n", maxsplit=1)[1].split("\n\n")
    assert paragraphs[1].startswith(f"*{facts}")
