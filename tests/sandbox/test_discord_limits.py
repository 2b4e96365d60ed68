"""The limits on messages, components, modals, autocomplete answers and commands, as tables."""

from typing import Any

import pytest

from sandbox.discord.check_commands import check_commands
from sandbox.discord.check_message import Setting, check_message, refuse_if_empty
from sandbox.discord.check_modal import check_choices, check_modal
from sandbox.discord.form import Form
from sandbox.discord.wire import Json, OptionType, Problem

V2 = 1 << 15


def faults(errors: Json, path: str = "") -> list[str]:
    """Every fault as "path CODE"."""
    found = [f"{path.lstrip('.')} {one['code']}" for one in errors.get("_errors", [])]
    for key, value in errors.items():
        if key != "_errors":
            found += faults(value, f"{path}.{key}")
    return found


def message_faults(body: Json, setting: Setting | None = None) -> list[str]:
    form = Form()
    check_message(form, body, setting or Setting())
    return faults(form.errors)


def button(**fields: Any) -> Json:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go"} | fields


def row(*children: Json) -> Json:
    return {"type": 1, "components": list(children)}


def select(*options: Json, **fields: Any) -> Json:
    listed = list(options) or [{"label": "A", "value": "a"}]
    return {"type": 3, "custom_id": "pick", "options": listed} | fields


def text(content: str = "words") -> Json:
    return {"type": 10, "content": content}


def section(**fields: Any) -> Json:
    picture = {"type": 11, "media": {"url": "https://example.com/a.png"}}
    return {"type": 9, "components": [text()], "accessory": picture} | fields


def gallery(count: int, url: str = "https://example.com/a.png") -> Json:
    return {"type": 12, "items": [{"media": {"url": url}}] * count}


def layout(*components: Json, **fields: Any) -> Json:
    return {"flags": V2, "components": list(components)} | fields


def embed(**fields: Any) -> Json:
    return {"embeds": [{"title": "t"} | fields]}


GOOD: list[Json] = [
    {"content": "x" * 2000},
    {"content": "x", "unknown": 1},
    embed(description="d" * 4096, color=0xFFFFFF, timestamp="2026-01-01T00:00:00+00:00"),
    embed(image={"url": "attachment://a.png"}, footer={"text": "f" * 2048}),
    embed(fields=[{"name": "n", "value": "v"}] * 25),
    {"components": [row(*[button(custom_id=f"b{n}") for n in range(5)])]},
    {"components": [row(button(style=5, custom_id=None, url="http://127.0.0.1:8080/link"))]},
    {"components": [row(button(label=None, emoji={"name": "📤"}))]},
    {"components": [row(select())]},
    {"components": [row({"type": 5, "custom_id": "who"})]},
    layout(text("x" * 4000)),
    layout(section(), {"type": 14}, gallery(10), {"type": 17, "components": [text(), row(button())]}),
    layout(section(accessory=button())),
    {"content": "x", "allowed_mentions": {"parse": []}},
    {"content": "x", "nonce": "n" * 25, "enforce_nonce": True},
    {"content": "x", "nonce": 2**64 - 1},
]


@pytest.mark.parametrize("body", GOOD)
def test_good_messages_pass(body: Json) -> None:
    assert message_faults(body) == []


BAD: list[tuple[Json, str]] = [
    ({"content": "x" * 2001}, "content BASE_TYPE_MAX_LENGTH"),
    ({"content": 7}, "content STRING_TYPE_CONVERT"),
    ({"content": "x", "nonce": "n" * 26}, "nonce BASE_TYPE_MAX_LENGTH"),
    ({"content": "x", "nonce": 2**64}, "nonce NUMBER_TYPE_MAX"),
    ({"content": "x", "nonce": [7]}, "nonce STRING_TYPE_CONVERT"),
    ({"content": "x", "enforce_nonce": "yes"}, "enforce_nonce BOOLEAN_TYPE_CONVERT"),
    ({"embeds": [{"title": "t"}] * 11}, "embeds BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{}]}, "embeds.0.description BASE_TYPE_REQUIRED"),
    (embed(title="t" * 257), "embeds.0.title BASE_TYPE_MAX_LENGTH"),
    (embed(description="d" * 4097), "embeds.0.description BASE_TYPE_MAX_LENGTH"),
    (embed(fields=[{"name": "n", "value": "v"}] * 26), "embeds.0.fields BASE_TYPE_MAX_LENGTH"),
    (embed(fields=[{"name": "n" * 257, "value": "v"}]), "embeds.0.fields.0.name BASE_TYPE_BAD_LENGTH"),
    (embed(fields=[{"name": "n", "value": " "}]), "embeds.0.fields.0.value BASE_TYPE_BAD_LENGTH"),
    (embed(fields=[{"name": "n", "value": ""}]), "embeds.0.fields.0.value BASE_TYPE_REQUIRED"),
    (embed(footer={"text": "f" * 2049}), "embeds.0.footer.text BASE_TYPE_BAD_LENGTH"),
    (embed(author={"name": "a" * 257}), "embeds.0.author.name BASE_TYPE_BAD_LENGTH"),
    (embed(color=0x1000000), "embeds.0.color NUMBER_TYPE_MAX"),
    (embed(timestamp="yesterday"), "embeds.0.timestamp DATE_TIME_TYPE_PARSE"),
    (embed(image={"url": "ipfs://cat"}), "embeds.0.image.url URL_TYPE_INVALID_SCHEME"),
    (embed(image={"url": "data:image/png;base64,AA"}), "embeds.0.image.url URL_TYPE_INVALID_SCHEME"),
    (embed(thumbnail={"url": "http://localhost/a.png"}), "embeds.0.thumbnail.url URL_TYPE_INVALID_URL"),
    (embed(thumbnail={"url": "not a url"}), "embeds.0.thumbnail.url URL_TYPE_INVALID_URL"),
    (embed(url="attachment://a.png"), "embeds.0.url URL_TYPE_INVALID_SCHEME"),
    (
        {"embeds": [{"description": "d" * 3001}, {"description": "d" * 3000}]},
        "embeds MAX_EMBED_SIZE_EXCEEDED",
    ),
    ({"components": [row(button(custom_id=str(n))) for n in range(6)]}, "components BASE_TYPE_MAX_LENGTH"),
    (
        {"components": [row(*[button(custom_id=str(n)) for n in range(6)])]},
        "components.0.components BASE_TYPE_BAD_LENGTH",
    ),
    ({"components": [row()]}, "components.0.components BASE_TYPE_BAD_LENGTH"),
    ({"components": [button()]}, "components.0.type BASE_TYPE_CHOICES"),
    ({"components": [text()]}, "components.0.type BASE_TYPE_CHOICES"),
    (
        {"components": [row(button(), select())]},
        "components.0.components.1 COMPONENT_LAYOUT_WIDTH_EXCEEDED",
    ),
    ({"components": [row(button(label="x" * 81))]}, "components.0.components.0.label BASE_TYPE_MAX_LENGTH"),
    (
        {"components": [row(button(label=None))]},
        "components.0.components.0.label BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED",
    ),
    ({"components": [row(button(style=9))]}, "components.0.components.0.style BASE_TYPE_CHOICES"),
    (
        {"components": [row(button(custom_id="x" * 101))]},
        "components.0.components.0.custom_id BASE_TYPE_BAD_LENGTH",
    ),
    (
        {"components": [row(button(custom_id=None))]},
        "components.0.components.0.custom_id BASE_TYPE_REQUIRED",
    ),
    (
        {"components": [row(button(url="https://a.example"))]},
        "components.0.components.0 BUTTON_COMPONENT_FIELD_EXCLUSIVE",
    ),
    (
        {"components": [row(button(style=5, url="https://a.example"))]},
        "components.0.components.0 BUTTON_COMPONENT_FIELD_EXCLUSIVE",
    ),
    (
        {"components": [row(button(style=5, custom_id=None))]},
        "components.0.components.0.url BASE_TYPE_REQUIRED",
    ),
    (
        {"components": [row(button(style=5, custom_id=None, url="javascript:alert(1)"))]},
        "components.0.components.0.url URL_TYPE_INVALID_SCHEME",
    ),
    (
        {"components": [row(button(style=5, custom_id=None, url="https://a.example/" + "x" * 500))]},
        "components.0.components.0.url BASE_TYPE_BAD_LENGTH",
    ),
    (
        {"components": [row(button(emoji={"name": "cat"}))]},
        "components.0.components.0.emoji.name COMPONENT_INVALID_EMOJI",
    ),
    ({"components": [row(button(), button())]}, "components COMPONENT_CUSTOM_ID_DUPLICATED"),
    (
        {"components": [row(select(options=[]))]},
        "components.0.components.0.options BASE_TYPE_BAD_LENGTH",
    ),
    (
        {"components": [row(select(*[{"label": "x", "value": str(n)} for n in range(26)]))]},
        "components.0.components.0.options BASE_TYPE_BAD_LENGTH",
    ),
    (
        {"components": [row(select({"label": "a", "value": "1"}, {"label": "b", "value": "1"}))]},
        "components.0.components.0.options.1.value SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
    ),
    (
        {"components": [row(select({"label": "x" * 101, "value": "1"}))]},
        "components.0.components.0.options.0.label BASE_TYPE_BAD_LENGTH",
    ),
    (
        {"components": [row(select({"label": "x", "value": "1", "description": "x" * 101}))]},
        "components.0.components.0.options.0.description BASE_TYPE_MAX_LENGTH",
    ),
    (
        {"components": [row(select(min_values=2, max_values=1))]},
        "components.0.components.0.min_values SELECT_COMPONENT_MIN_ABOVE_MAX",
    ),
    (
        {"components": [row(select(max_values=26))]},
        "components.0.components.0.max_values NUMBER_TYPE_MAX",
    ),
    (layout(text(), content="x"), "content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
    (
        layout(text(), embeds=[{"title": "t"}]),
        "embeds MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    (layout(), "components BASE_TYPE_BAD_LENGTH"),
    (layout(text("")), "components.0.content BASE_TYPE_REQUIRED"),
    (layout(text("  ")), "components.0.content BASE_TYPE_BAD_LENGTH"),
    (layout(text("x" * 2001), text("x" * 2000)), "components COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
    (layout(*[text()] * 38, section()), "components COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
    (layout(section(accessory=None)), "components.0.accessory BASE_TYPE_REQUIRED"),
    (layout(section(accessory=text())), "components.0.accessory.type BASE_TYPE_CHOICES"),
    (layout(section(components=[text()] * 4)), "components.0.components BASE_TYPE_BAD_LENGTH"),
    (layout(section(components=[button()])), "components.0.components.0.type BASE_TYPE_CHOICES"),
    (layout(gallery(0)), "components.0.items BASE_TYPE_BAD_LENGTH"),
    (layout(gallery(11)), "components.0.items BASE_TYPE_BAD_LENGTH"),
    (layout(gallery(1, "ipfs://cat")), "components.0.items.0.media.url URL_TYPE_INVALID_SCHEME"),
    (
        layout(gallery(1, "attachment://cat.png")),
        "components.0.items.0.media.url UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
    ),
    (layout({"type": 17, "components": []}), "components.0.components BASE_TYPE_BAD_LENGTH"),
    (
        layout({"type": 17, "components": [{"type": 17, "components": [text()]}]}),
        "components.0.components.0.type BASE_TYPE_CHOICES",
    ),
    (layout(button()), "components.0.type BASE_TYPE_CHOICES"),
    (layout({"type": 14, "spacing": 3}), "components.0.spacing NUMBER_TYPE_MAX"),
    (layout({"type": 99}), "components.0.type BASE_TYPE_CHOICES"),
    ({"content": "x", "flags": 64}, "flags MESSAGE_FLAGS_INVALID"),
    ({"content": "x", "flags": "64"}, "flags NUMBER_TYPE_COERCE"),
    (
        {"content": "x", "allowed_mentions": {"parse": ["all"]}},
        "allowed_mentions.parse.0 BASE_TYPE_CHOICES",
    ),
    (
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1093620174839201792"]}},
        "allowed_mentions MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
    ),
    ({"content": "x", "allowed_mentions": "none"}, "allowed_mentions DICT_TYPE_CONVERT"),
]


@pytest.mark.parametrize(("body", "fault"), BAD, ids=[fault for _, fault in BAD])
def test_bad_messages_are_refused_at_the_right_place(body: Json, fault: str) -> None:
    assert message_faults(body) == [fault]


def test_a_layout_message_stays_one() -> None:
    edit = Setting(is_edit=True, was_v2=True)
    assert message_faults({"components": [text()]}, edit) == []
    assert message_faults({"components": [text()], "flags": 0}, edit) == [
        "flags MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG"
    ]
    assert "content" in message_faults({"content": "x"}, edit)[0]


@pytest.mark.parametrize("body", [{}, {"content": " \n"}, {"content": "", "embeds": [], "components": []}])
def test_an_empty_message_is_refused(body: Json) -> None:
    with pytest.raises(Problem) as refused:
        refuse_if_empty(body, has_files=False)
    assert refused.value.body["code"] == 50006
    refuse_if_empty(body, has_files=True)


def modal(*components: Json, **fields: Any) -> Json:
    return {"title": "t", "custom_id": "m", "components": list(components)} | fields


def field(**fields: Any) -> Json:
    return row({"type": 4, "custom_id": "f", "style": 1, "label": "l"} | fields)


def label(component: Json, **fields: Any) -> Json:
    return {"type": 18, "label": "l", "component": component} | fields


BAD_MODALS: list[tuple[Json, str]] = [
    (modal(field(), title="t" * 46), "title BASE_TYPE_BAD_LENGTH"),
    (modal(field(), custom_id=""), "custom_id BASE_TYPE_REQUIRED"),
    (modal(), "components BASE_TYPE_BAD_LENGTH"),
    (modal(*[text()] * 6), "components BASE_TYPE_BAD_LENGTH"),
    (modal(row(button())), "components.0.components.0.type BASE_TYPE_CHOICES"),
    (modal(field(label="l" * 46)), "components.0.components.0.label BASE_TYPE_BAD_LENGTH"),
    (modal(field(placeholder="p" * 101)), "components.0.components.0.placeholder BASE_TYPE_MAX_LENGTH"),
    (modal(field(value="v" * 4001)), "components.0.components.0.value BASE_TYPE_MAX_LENGTH"),
    (modal(field(value="vv", max_length=1)), "components.0.components.0.value BASE_TYPE_BAD_LENGTH"),
    (modal(field(min_length=5, max_length=4)), "components.0.components.0.min_length NUMBER_TYPE_MAX"),
    (modal(field(style=3)), "components.0.components.0.style BASE_TYPE_CHOICES"),
    (modal(field(), field()), "components COMPONENT_CUSTOM_ID_DUPLICATED"),
    (modal(label(select(), label="l" * 46)), "components.0.label BASE_TYPE_BAD_LENGTH"),
    (modal(label(button())), "components.0.component.type BASE_TYPE_CHOICES"),
    (
        modal(label({"type": 4, "custom_id": "f", "style": 1, "label": "l"})),
        "components.0.component.label BASE_TYPE_UNEXPECTED",
    ),
]


@pytest.mark.parametrize(("body", "fault"), BAD_MODALS, ids=[fault for _, fault in BAD_MODALS])
def test_bad_modals_are_refused(body: Json, fault: str) -> None:
    form = Form()
    check_modal(form, body, ())
    assert faults(form.errors) == [fault]


def test_good_modals_pass() -> None:
    form = Form()
    check_modal(form, modal(field(), label(select()), text()), ())
    assert form.errors == {}


@pytest.mark.parametrize(
    ("choices", "kind", "expected"),
    [
        ([{"name": "n", "value": "v"}] * 25, OptionType.STRING, []),
        ([{"name": "n", "value": "v"}] * 26, OptionType.STRING, ["choices BASE_TYPE_MAX_LENGTH"]),
        (
            [{"name": "n" * 101, "value": "v"}],
            OptionType.STRING,
            ["choices.0.name BASE_TYPE_BAD_LENGTH"],
        ),
        ([{"name": "", "value": "v"}], OptionType.STRING, ["choices.0.name BASE_TYPE_REQUIRED"]),
        (
            [{"name": "n", "value": "v" * 101}],
            OptionType.STRING,
            ["choices.0.value BASE_TYPE_BAD_LENGTH"],
        ),
        ([{"name": "n", "value": 1}], OptionType.STRING, ["choices.0.value STRING_TYPE_CONVERT"]),
        ([{"name": "n", "value": "1"}], OptionType.INTEGER, ["choices.0.value NUMBER_TYPE_COERCE"]),
    ],
)
def test_autocomplete_answers(choices: list[Json], kind: int, expected: list[str]) -> None:
    form = Form()
    check_choices(form, {"choices": choices}, (), kind)
    assert faults(form.errors) == expected


def command(*options: Json, **fields: Any) -> Json:
    return {"name": "link", "description": "d", "options": list(options)} | fields


def option(**fields: Any) -> Json:
    return {"name": "nft", "description": "d", "type": 3} | fields


MANY_CHOICES = [{"name": f"{n:0>90}", "value": f"{n:0>90}"} for n in range(10)]
BAD_COMMANDS: list[tuple[list[Json], str]] = [
    ([command(name="Link")], "0.name APPLICATION_COMMAND_INVALID_NAME"),
    ([command(name="my link")], "0.name APPLICATION_COMMAND_INVALID_NAME"),
    ([command(name="l" * 33)], "0.name BASE_TYPE_BAD_LENGTH"),
    ([command(description="")], "0.description BASE_TYPE_REQUIRED"),
    ([command(description="d" * 101)], "0.description BASE_TYPE_BAD_LENGTH"),
    ([command(), command()], "1.name APPLICATION_COMMANDS_DUPLICATE_NAME"),
    ([command(contexts=[3])], "0.contexts.0. BASE_TYPE_CHOICES"),
    ([command(contexts=[0, 0])], "0.contexts SET_TYPE_ALREADY_CONTAINS_VALUE"),
    ([command(*[option(name=f"o{n}") for n in range(26)])], "0.options BASE_TYPE_MAX_LENGTH"),
    ([command(option(), option())], "0.options.1.name APPLICATION_COMMAND_OPTIONS_DUPLICATE_NAME"),
    (
        [command(option(), option(name="to", required=True))],
        "0.options.1 APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
    ),
    (
        [command(option(choices=[{"name": str(n), "value": str(n)} for n in range(26)]))],
        "0.options.0.choices BASE_TYPE_MAX_LENGTH",
    ),
    (
        [command(option(autocomplete=True, choices=[{"name": "n", "value": "v"}]))],
        "0.options.0.choices APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID",
    ),
    ([command(option(type=12))], "0.options.0.type BASE_TYPE_CHOICES"),
    (
        [command(option(type=6, autocomplete=True))],
        "0.options.0.autocomplete APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID",
    ),
    (
        [command(option(type=1), option(name="x"))],
        "0.options APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
    ),
    (
        [command(option(type=1, options=[option(type=1)]))],
        "0.options.0.options.0 APPLICATION_COMMAND_OPTIONS_DEPTH",
    ),
    (
        [command(*[option(name=f"o{n}", choices=MANY_CHOICES) for n in range(5)])],
        "0 APPLICATION_COMMAND_TOO_LARGE",
    ),
    (
        [{"type": 2, "name": "Look", "description": "d"}],
        "0.description APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION",
    ),
]


@pytest.mark.parametrize(("commands", "fault"), BAD_COMMANDS, ids=[fault for _, fault in BAD_COMMANDS])
def test_bad_commands_are_refused(commands: list[Json], fault: str) -> None:
    form = Form()
    check_commands(form, commands)
    assert faults(form.errors) == [fault]
