"""What is shipped to run and to check the bot: it names only what there is, and agrees with itself."""

import configparser
import json
import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.config import Config
from bot.config_models import Web
from web import link_page, sign_in, webhooks
from web.pictures import NEUTRAL

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
BOT, CADDY = COMPOSE["services"]["bot"], COMPOSE["services"]["caddy"]
CADDYFILE = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def image_environment() -> dict[str, str]:
    return dict(re.findall(r"(BANQBOT_\w+)=(\S+)", DOCKERFILE))


def lets_through(path: str) -> bool:
    """Whether Caddy's list of public paths has this one."""
    listed = re.search(r"@public path (.+)", CADDYFILE)
    assert listed is not None
    return any(re.fullmatch(pattern.replace("*", ".*"), path) for pattern in listed[1].split())


def unit() -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.read(DEPLOY / "banqbot.service", encoding="utf-8")
    return parsed


# -- the image


def test_the_image_copies_only_what_there_is_and_what_the_ignore_file_lets_in() -> None:
    sources = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    let_in = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)

    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert sorted(sources) == sorted(let_in)


def test_the_image_has_every_package_that_a_live_bot_imports() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    left_out = {"bench", "sandbox", "tests"}

    assert {
        name for name in packages - left_out if f"COPY {name} {name}\n" in DOCKERFILE
    } == packages - left_out


def test_the_image_sets_keys_that_the_configuration_has_and_keeps_its_port() -> None:
    environment = image_environment()

    for name in environment.keys() - {"BANQBOT_CONFIG"}:
        section, _, key = name.removeprefix("BANQBOT_").lower().partition("__")
        assert key in Config.model_fields[section].annotation.model_fields  # type: ignore[union-attr]
    port = str(Web.model_fields["port"].default)
    assert environment["BANQBOT_WEB__PORT"] == port
    assert f"EXPOSE {port}\n" in DOCKERFILE
    assert f"http://127.0.0.1:{port}/healthz" in DOCKERFILE
    assert environment["BANQBOT_STORAGE__PATH"].startswith("/data/")


def test_the_image_runs_as_nobody_in_particular_and_installs_by_hash() -> None:
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]

    assert "\nUSER banqbot\n" in last_stage
    assert "pip install --no-cache-dir --require-hashes -r requirements.lock" in DOCKERFILE


# -- behind Caddy


def test_compose_mounts_only_what_there_is_or_what_it_says_how_to_make() -> None:
    made = {"./config.toml"}
    mounted = {
        volume.split(":")[0] for service in (BOT, CADDY) for volume in service["volumes"] if volume[0] == "."
    }

    assert {path for path in mounted - made if not (DEPLOY / path).exists()} == set()
    assert (DEPLOY / f"{BOT['env_file']}.example").exists()
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {f"/deploy/{BOT['env_file']}", "/deploy/config.toml"} <= set(ignored)
    config, data = BOT["volumes"]
    assert config.split(":")[1] == image_environment()["BANQBOT_CONFIG"]
    assert data == "data:/data"


def test_the_bot_believes_caddy_and_nobody_else_about_addresses() -> None:
    (subnet,) = COMPOSE["networks"]["inside"]["ipam"]["config"]
    caddy = ip_address(CADDY["networks"]["inside"]["ipv4_address"])
    (trusted,) = json.loads(BOT["environment"]["BANQBOT_WEB__TRUSTED_PROXIES"])

    assert caddy in ip_network(subnet["subnet"])
    assert list(ip_network(trusted)) == [caddy]


def test_only_caddy_is_reached_from_outside_and_it_reaches_the_bot() -> None:
    port = image_environment()["BANQBOT_WEB__PORT"]

    assert "ports" not in BOT
    assert f"reverse_proxy bot:{port} {{" in CADDYFILE
    assert "flush_interval -1" in CADDYFILE


@pytest.mark.parametrize(
    "path",
    [
        *("/link/token", "/link/events", "/link/static/link.css", "/webhooks/secret"),
        *(sign_in.CALLBACK, NEUTRAL, "/healthz", "/readyz"),
        *(route.replace("{", "").replace("}", "") for route in (link_page.LINK_ROUTE, webhooks.ROUTE)),
    ],
)
def test_what_members_banq_and_a_look_from_outside_need_is_let_through(path: str) -> None:
    assert lets_through(path)


@pytest.mark.parametrize("path", ["/metrics", "/", "/linked"])
def test_what_is_for_the_operator_is_not_let_through(path: str) -> None:
    assert not lets_through(path)


def test_the_secrets_of_the_example_are_keys_of_the_configuration() -> None:
    text = (DEPLOY / "banqbot.env.example").read_text(encoding="utf-8")
    names = re.findall(r"^(?:# )?BANQBOT_(\w+)=", text, re.MULTILINE)
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8")

    assert len(names) >= 3
    assert [name for name in names if f"{name.rpartition('__')[2].lower()} = " not in example] == []


# -- systemd


def test_the_unit_leaves_the_bot_its_time_to_stop_and_restarts_no_mistake() -> None:
    service = unit()["Service"]

    assert service["Type"] == "notify"
    assert int(service["TimeoutStopSec"].removesuffix("s")) > 10
    assert int(BOT["stop_grace_period"].removesuffix("s")) > 10
    assert service["RestartPreventExitStatus"] == "2"
    assert "ExecReload" not in service
    assert service["StateDirectory"] == "banqbot"


# -- checks


def test_what_checks_a_commit_calls_make_targets_that_there_are() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    called = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step] + [
        hook["entry"] for repo in hooks["repos"] for hook in repo["hooks"]
    ]
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))

    assert {"make test", "make audit", "make lint", "make unit"} == set(called)
    assert {command.removeprefix("make ") for command in called} <= targets
    assert workflow["permissions"] == {"contents": "read"}


def test_each_action_is_pinned() -> None:
    text = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")

    assert [
        use for use in re.findall(r"uses: (\S+)", text) if not re.search(r"@(v\d+|[0-9a-f]{40})$", use)
    ] == []
