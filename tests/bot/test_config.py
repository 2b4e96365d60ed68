import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from banq.webhook import GRANTED
from bot import config
from bot.config import ConfigRefused
from bot.config_models import Lane
from tests.bot.settings import SECRET, Sections, complete, write

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
LANE = "lanes.main"


def sentence_for(path: Path) -> str:
    """Why the configuration is refused."""
    with pytest.raises(ConfigRefused) as refused:
        config.load(path)
    return str(refused.value)


def changed(section: str, key: str, value: Any) -> Sections:
    sections = complete()
    sections.setdefault(section, {})[key] = value
    return sections


def test_a_complete_configuration_is_read(tmp_path: Path) -> None:
    settings = config.load(write(tmp_path, complete()))

    assert settings.discord.home_guild_id == 42
    assert settings.lanes["main"].webhook_secret.get_secret_value() == SECRET
    assert settings.web.port == 8080


REQUIRED = [(section, key) for section, values in complete().items() for key in values]


@pytest.mark.parametrize(("section", "key"), REQUIRED)
def test_a_missing_key_is_named_with_its_variable(tmp_path: Path, section: str, key: str) -> None:
    sections = complete()
    del sections[section][key]
    path = write(tmp_path, sections)
    name = f"{section}.{key}"
    variable = "BANQBOT_" + name.replace(".", "__").upper()

    assert sentence_for(path) == (
        f"{name} is missing. Set it in {path}, or as the environment variable {variable}."
    )


@pytest.mark.parametrize("section", ["community", "discord", "banq", "web"])
def test_a_missing_section_is_named(tmp_path: Path, section: str) -> None:
    sections = complete()
    del sections[section]
    assert f"{section} is missing." in sentence_for(write(tmp_path, sections))


def test_there_is_at_least_one_lane(tmp_path: Path) -> None:
    sections = complete()
    del sections[LANE]
    assert sentence_for(write(tmp_path, sections)).startswith("lanes is missing.")
    sentence = sentence_for(write(tmp_path, {**sections, "lanes": {}}))
    assert sentence.startswith("lanes: ")
    assert "at least 1" in sentence
    assert "characters" not in sentence


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("discord", "tokn"),
        ("banq", "pasword"),
        (LANE, "secret"),
        ("web", "url"),
        ("storage", "file"),
        ("linking", "link_seconds"),
        ("nfts", "pictures"),
        ("withdrawals", "explorer"),
    ],
)
def test_an_unknown_key_is_named(tmp_path: Path, section: str, key: str) -> None:
    sentence = sentence_for(write(tmp_path, changed(section, key, "x")))
    assert sentence.startswith(f"{section}.{key} is not a known key.")


def test_an_unknown_section_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, changed("telegram", "token", "x"))
    assert sentence_for(path).startswith("telegram is not a known key.")


@pytest.mark.parametrize(("section", "key"), [pair for pair in REQUIRED if pair[1] != "home_guild_id"])
@pytest.mark.parametrize("value", ["CHANGE-ME", "https://change-me"])
def test_a_placeholder_is_named(tmp_path: Path, section: str, key: str, value: str) -> None:
    sentence = sentence_for(write(tmp_path, changed(section, key, value)))
    assert sentence == f"{section}.{key}: still says CHANGE-ME; put the real value there."


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("community", "name", ""),
        ("discord", "token", ""),
        ("discord", "home_guild_id", 0),
        ("discord", "home_guild_id", 2**64),
        ("discord", "home_guild_id", "my server"),
        ("discord", "admin_role_id", -1),
        ("discord", "team_channel_id", 0),
        ("discord", "api_url", "discord.com"),
        ("discord", "gateway_url", "https://gateway.discord.gg"),
        ("banq", "client_id", 5),
        ("banq", "api_url", "sandbox.banq.com"),
        ("banq", "token_url", "ftp://banq.com"),
        ("banq", "timeout_s", 0),
        ("banq", "timeout_s", 301),
        ("banq", "webhook_types", "userToken"),
        ("banq", "granting_actions", "created"),
        ("banq", "granting_actions", []),
        ("banq", "granting_actions", ["created", ""]),
        ("banq", "company_id", 7),
        (LANE, "webhook_secret", "x" * 23),
        (LANE, "webhook_secret", "x" * 201),
        (LANE, "webhook_secret", "x" * 24 + "/"),
        (LANE, "webhook_secret", "x" * 24 + "é"),
        ("banq", "reference_field", "data.reference"),
        ("withdrawals.explorers", "ethereum", "https://explorer.example/tx/"),
        ("withdrawals.explorers", "ethereum", "javascript:alert('{hash}')"),
        ("web", "public_url", "bot.example"),
        ("web", "port", 65536),
        ("web", "port", -1),
        ("storage", "keep_webhooks_days", 0),
        ("storage", "keep_webhooks_days", 0.5),
        ("linking", "link_minutes", 0),
        ("linking", "turn_minutes", 31),
        ("linking", "code_minutes", "ten"),
        ("linking", "late_approval_minutes", 0),
        ("linking", "late_approval_minutes", 121),
        ("web", "public_url", "https://bot.example/app"),
        ("nfts", "allow_insecure_pictures", "perhaps"),
    ],
)
def test_a_wrong_value_is_named_by_its_key(tmp_path: Path, section: str, key: str, value: Any) -> None:
    sentence = sentence_for(write(tmp_path, changed(section, key, value)))

    assert sentence.startswith(f"{section}.{key}")
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("length", "sentence"),
    [
        (23, "must have at least 24 characters, and has 23."),
        (201, "must have at most 200 characters, and has 201."),
    ],
)
def test_a_secret_that_is_too_short_or_too_long_is_told_so(
    tmp_path: Path, length: int, sentence: str
) -> None:
    path = write(tmp_path, changed(LANE, "webhook_secret", "x" * length))
    assert sentence_for(path) == f"lanes.main.webhook_secret: {sentence}"


def test_each_mistake_has_its_line(tmp_path: Path) -> None:
    sections = changed("web", "port", -1)
    del sections["discord"]["token"]
    sections["banq"]["pasword"] = "x"
    lines = sentence_for(write(tmp_path, sections)).splitlines()

    assert [line.split(" ")[0].rstrip(":") for line in lines] == ["discord.token", "banq.pasword", "web.port"]


@pytest.mark.parametrize("name", ["Main", "my lane", "a.b", "", "x" * 41])
def test_a_lanes_name_is_plain(tmp_path: Path, name: str) -> None:
    sections = complete()
    sections[f"lanes.{name!r}"] = {**sections[LANE], "webhook_secret": SECRET + "2"}
    assert sentence_for(write(tmp_path, sections)).startswith("lanes.")


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://bot.example/", "https://bot.example"),
        ("https://Bot.Example:443", "https://bot.example"),
        ("https://bot.example:8443", "https://bot.example:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_members_come_over_https_or_from_this_machine(tmp_path: Path, url: str, kept: str) -> None:
    assert config.load(write(tmp_path, changed("web", "public_url", url))).web.public_url == kept


@pytest.mark.parametrize(
    "url",
    ["http://bot.example", "http://127.0.0.1.bot.example", "http://localhost@bot.example", "http://10.0.0.1"],
)
def test_plain_http_from_elsewhere_is_refused(tmp_path: Path, url: str) -> None:
    sentence = sentence_for(write(tmp_path, changed("web", "public_url", url)))
    assert sentence == "web.public_url: must start with https://, since members sign in through it."


@pytest.mark.parametrize(
    "url",
    [
        "https://bot.example/app",
        "https://bot.example/app/",
        "https://bot.example/?x=1",
        "https://bot.example?x=1",
        "https://bot.example/#x",
        "http://127.0.0.1:8080/app",
    ],
)
def test_a_public_url_has_no_path(tmp_path: Path, url: str) -> None:
    sentence = sentence_for(write(tmp_path, changed("web", "public_url", url)))
    assert sentence.startswith("web.public_url: must be a host without a path, such as https://")


def test_what_grants_and_how_late_can_be_set(tmp_path: Path) -> None:
    settings = config.load(write(tmp_path, complete()))
    assert settings.banq.granting_actions == tuple(sorted(GRANTED))
    assert settings.linking.late_approval_minutes == 10

    sections = complete() | {"linking": {"late_approval_minutes": 30}}
    sections["banq"]["granting_actions"] = ["Shared"]
    settings = config.load(write(tmp_path, sections))
    assert settings.banq.granting_actions == ("shared",)
    assert settings.linking.late_approval_minutes == 30


def test_without_a_company_there_is_no_company_id(tmp_path: Path) -> None:
    assert config.load(write(tmp_path, complete())).banq.company_id == ""
    assert config.load(write(tmp_path, changed("banq", "company_id", "c-7"))).banq.company_id == "c-7"


@pytest.mark.parametrize("shared", ["account_space_id", "platform_id", "webhook_secret"])
def test_two_lanes_share_nothing(tmp_path: Path, shared: str) -> None:
    """What is approved in one account space could count for somebody in the other lane."""
    sections = complete()
    first = sections[LANE]
    sections["lanes.second"] = {key: value + "-2" for key, value in first.items()}
    assert set(config.load(write(tmp_path, sections)).lanes) == {"main", "second"}
    sections["lanes.second"][shared] = first[shared]
    assert f"the same {shared}" in sentence_for(write(tmp_path, sections))


def test_no_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    sentence = sentence_for(tmp_path / "none.toml")
    assert sentence.startswith(f"There is no file {tmp_path / 'none.toml'}.")
    assert "config.example.toml" in sentence


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"[banq\n", "is not valid TOML"),
        (b"a = 1\na = 2\n", "is not valid TOML"),
        (b"a = \xff\n", "cannot be read"),
    ],
)
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    assert sentence in sentence_for(path)


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    assert "cannot be read" in sentence_for(tmp_path)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("banq = 3", "banq: "),
        ("lanes = 'main'", "lanes: "),
        ("lanes = []", "lanes: "),
        ("[lanes]\nmain = 1", "lanes.main: "),
    ],
)
def test_a_section_that_is_a_value_is_refused(tmp_path: Path, content: str, key: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(content)
    assert any(line.startswith(key) for line in sentence_for(path).splitlines())


# -- the environment


def test_the_environment_goes_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, complete())
    for name, value in {
        "BANQBOT_DISCORD__TOKEN": "12345",
        "BANQBOT_LANES__MAIN__WEBHOOK_SECRET": "9" * 24,
        "BANQBOT_LANES__MAIN__PLATFORM_ID": "77",
        "BANQBOT_BANQ__WEBHOOK_TYPES": '["userToken"]',
        "BANQBOT_WEB__PORT": "9000",
        "BANQBOT_STORAGE__PATH": "/elsewhere/db",
        "BANQBOT_CONFIG": "not a key",
    }.items():
        monkeypatch.setenv(name, value)
    settings = config.load(path)

    assert settings.discord.token.get_secret_value() == "12345"
    assert settings.discord.home_guild_id == 42
    assert settings.lanes["main"].webhook_secret.get_secret_value() == "9" * 24
    assert settings.lanes["main"].platform_id == "77"
    assert settings.banq.webhook_types == ("userToken",)
    assert (settings.web.port, settings.storage.path) == (9000, Path("/elsewhere/db"))


def test_secrets_need_not_stand_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sections = complete()
    del sections["discord"]["token"], sections["banq"]["password"], sections[LANE]["webhook_secret"]
    monkeypatch.setenv("BANQBOT_DISCORD__TOKEN", "t")
    monkeypatch.setenv("BANQBOT_BANQ__PASSWORD", "p")
    monkeypatch.setenv("BANQBOT_LANES__MAIN__WEBHOOK_SECRET", SECRET)

    assert config.load(write(tmp_path, sections)).banq.password.get_secret_value() == "p"


@pytest.mark.parametrize(
    ("variable", "value", "key"),
    [
        ("BANQBOT_DISCORD__TOKN", "x", "discord.tokn"),
        ("BANQBOT_WEB__PORT", "many", "web.port"),
        ("BANQBOT_COMMUNITY__NAME", "", "community.name"),
        ("BANQBOT_LANES__MAIN__WEBHOOK_SECRET", "too-short", "lanes.main.webhook_secret"),
        ("BANQBOT_BANQ__WEBHOOK_TYPES", "userToken", "banq"),
        ("BANQBOT_BANQ", "x", "banq"),
    ],
)
def test_a_mistake_in_the_environment_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, key: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert key in sentence_for(write(tmp_path, complete())).lower()


# -- secrets


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("discord", "token", ["hidden-word"]),
        ("banq", "password", {"hidden-word": 1}),
        (LANE, "webhook_secret", "hidden-word"),
        (LANE, "webhook_secret", "hidden-word" * 3 + "/"),
        (LANE, "webhook_secret", "hidden-word-CHANGE-ME"),
        ("discord", "hidden", "hidden-word"),
        ("web", "public_url", "http://hidden-word.example"),
    ],
)
def test_a_refusal_never_repeats_a_value(tmp_path: Path, section: str, key: str, value: Any) -> None:
    sections = changed(section, key, value) if not isinstance(value, dict) else changed(section, key, 7)
    assert "hidden-word" not in sentence_for(write(tmp_path, sections))


def test_a_configuration_does_not_show_its_secrets(tmp_path: Path) -> None:
    shown = repr(config.load(write(tmp_path, complete())))
    for hidden in (SECRET, "hidden-discord-token", complete()["banq"]["password"]):
        assert hidden not in shown


# -- the secrets file


def with_secrets(folder: Path, mode: int = 0o600) -> Path:
    """A configuration without its secrets, which stand in a file beside it."""
    sections = complete()
    secrets = {
        "discord": {"token": sections["discord"].pop("token")},
        "banq": {"password": sections["banq"].pop("password")},
        LANE: {"webhook_secret": sections[LANE].pop("webhook_secret")},
    }
    write(folder, secrets).rename(folder / "secrets.toml").chmod(mode)
    return write(folder, sections)


def test_secrets_may_stand_in_a_file_beside_it(tmp_path: Path) -> None:
    settings = config.load(with_secrets(tmp_path))

    assert settings.discord.token.get_secret_value() == "hidden-discord-token"
    assert settings.discord.home_guild_id == 42
    assert settings.lanes["main"].webhook_secret.get_secret_value() == SECRET


def test_the_secrets_file_goes_over_the_other_and_the_environment_over_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_secrets(tmp_path)
    sections = changed("discord", "token", "an-older-token")
    path = write(tmp_path, sections)
    assert config.load(path).discord.token.get_secret_value() == "hidden-discord-token"

    monkeypatch.setenv("BANQBOT_DISCORD__TOKEN", "from-the-environment")
    assert config.load(path).discord.token.get_secret_value() == "from-the-environment"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o777])
def test_a_secrets_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    secrets = tmp_path / "secrets.toml"
    assert sentence_for(with_secrets(tmp_path, mode)) == (
        f"{secrets} may be read or changed by others than its owner. Close it: chmod 600 {secrets}"
    )


def test_a_mistake_in_the_secrets_file_is_named(tmp_path: Path) -> None:
    path = with_secrets(tmp_path)
    (tmp_path / "secrets.toml").write_text('[discord]\ntokn = "hidden-word"\n', encoding="utf-8")
    assert "discord.tokn is not a known key." in sentence_for(path)
    assert "hidden-word" not in sentence_for(path)

    (tmp_path / "secrets.toml").write_text("[discord\n", encoding="utf-8")
    assert sentence_for(path).startswith(f"{tmp_path / 'secrets.toml'} is not valid TOML")


# -- only Banq


def test_banqs_part_needs_nothing_else(tmp_path: Path) -> None:
    path = write(tmp_path, {"banq": complete()["banq"], "discord": {"token": "CHANGE-ME"}})
    assert config.load_banq(path).client_id == complete()["banq"]["client_id"]


def test_banqs_part_is_checked_like_the_whole(tmp_path: Path) -> None:
    with pytest.raises(ConfigRefused, match=r"banq\.password is missing"):
        config.load_banq(write(tmp_path, {"banq": {"client_id": "c", "username": "u"}}))
    with pytest.raises(ConfigRefused, match=r"banq\.pasword is not a known key"):
        config.load_banq(write(tmp_path, {"banq": {**complete()["banq"], "pasword": "x"}}))


# -- the example


def models() -> dict[str, type[BaseModel]]:
    sections: dict[str, type[BaseModel]] = {}
    for name, field in config.Config.model_fields.items():
        if name == "lanes":
            sections[LANE] = Lane
            continue
        assert isinstance(field.annotation, type)
        assert issubclass(field.annotation, BaseModel)
        sections[name] = field.annotation
    return sections


def example(*, with_defaults: bool) -> dict[str, dict[str, Any]]:
    """The example's sections; with the commented keys in force, or without them."""
    text = EXAMPLE.read_text(encoding="utf-8")
    if with_defaults:
        text = re.sub(r"(?m)^# (?=[a-z_]+ = )", "", text)
    sections = tomllib.loads(text)
    sections[LANE] = sections.pop("lanes")["main"]
    return sections


def test_the_example_names_every_key_and_no_other() -> None:
    named = {section: set(keys) for section, keys in example(with_defaults=True).items()}
    assert named == {section: set(model.model_fields) for section, model in models().items()}


def test_the_example_comments_out_exactly_what_has_a_default() -> None:
    required = {
        section: {key for key, field in model.model_fields.items() if field.is_required()}
        for section, model in models().items()
    }
    assert {section: set(keys) for section, keys in example(with_defaults=False).items()} == required


def test_the_examples_defaults_are_the_real_ones() -> None:
    shown = example(with_defaults=True)
    for section, model in models().items():
        for key, field in model.model_fields.items():
            if field.is_required() or field.default is None:
                continue
            default = TypeAdapter(object).dump_python(field.default, mode="json")
            assert shown[section][key] == default, f"{section}.{key}"


def test_the_untouched_example_is_refused_for_each_key_to_fill_in() -> None:
    lines = sentence_for(EXAMPLE).splitlines()
    assert {line.split(":")[0] for line in lines} == {f"{section}.{key}" for section, key in REQUIRED}
