"""The limits on messages and their components, as tables."""

import pytest

from sandbox.discord.check_message import Setting, check_message, refuse_if_empty
from sandbox.discord.form import Form
from sandbox.discord.wire import Json, Problem
from tests.sandbox.discord_bodies import (
    OPTIONS,
    button,
    embed,
    faults,
    gallery,
    layout,
    people,
    row,
    section,
    select,
    text,
    thumbnail,
)


def message_faults(body: Json, setting: Setting | None = None) -> list[str]:
    form = Form()
    check_message(form, body, setting or Setting())
    return faults(form.errors)


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
    {"components": [row(select(*OPTIONS, min_values=0, max_values=2, placeholder="p" * 150))]},
    {"components": [row(select(OPTIONS[0] | {"default": True}, OPTIONS[1]))]},
    {"components": [row({"type": 5, "custom_id": "who"})]},
    {"components": [row(people({"id": "702934418856120337", "type": "user"}))]},
    {"components": [row({"type": 2, "style": 6, "sku_id": "1093620174839201792"})]},
    {"components": [row(button(style=5, custom_id=None, url="https://a.example/".ljust(512, "x")))]},
    layout(text("x" * 4000)),
    layout(section(), {"type": 14}, gallery(10), {"type": 17, "components": [text(), row(button())]}),
    layout(section(accessory=button())),
    layout(section(components=[text()] * 3, accessory=thumbnail(description="d" * 1024))),
    layout(*[text()] * 37, section()),
    layout({"type": 17, "accent_color": None, "components": [{"type": 12, "items": gallery(1)["items"]}]}),
    layout(gallery(1, "https://a.example:8443/".ljust(2048, "x"))),
    {"content": "x", "allowed_mentions": {"parse": []}},
    {"content": "x", "nonce": "n" * 25, "enforce_nonce": True},
    {"content": "x", "nonce": 2**64 - 1},
]


@pytest.mark.parametrize("body", GOOD)
def test_good_messages_pass(body: Json) -> None:
    assert message_faults(body) == []


PICTURE = "components.0.items.0.media.url"
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
    (
        {"components": [row(select(max_values=0))]},
        "components.0.components.0.max_values NUMBER_TYPE_MIN",
    ),
    (
        {"components": [row(select(*OPTIONS, max_values=3))]},
        "components.0.components.0.options BASE_TYPE_BAD_LENGTH",
    ),
    (
        {"components": [row(select(*[one | {"default": True} for one in OPTIONS]))]},
        "components.0.components.0 SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
    ),
    (
        {"components": [row(select(placeholder="p" * 151))]},
        "components.0.components.0.placeholder BASE_TYPE_MAX_LENGTH",
    ),
    (
        {"components": [row(select({"label": "x", "value": "v" * 101}))]},
        "components.0.components.0.options.0.value BASE_TYPE_BAD_LENGTH",
    ),
    (
        {"components": [row(select({"label": "x", "value": ""}))]},
        "components.0.components.0.options.0.value BASE_TYPE_REQUIRED",
    ),
    (
        {"components": [row(select({"label": " ", "value": "v"}))]},
        "components.0.components.0.options.0.label BASE_TYPE_BAD_LENGTH",
    ),
    (
        {"components": [row(people({"id": "702934418856120337", "type": "role"}))]},
        "components.0.components.0.default_values.0.type BASE_TYPE_CHOICES",
    ),
    (
        {"components": [row(people({"id": "ben", "type": "user"}))]},
        "components.0.components.0.default_values.0.id NUMBER_TYPE_COERCE",
    ),
    (
        {"components": [row(people(*[{"id": "702934418856120337", "type": "user"}] * 2))]},
        "components.0.components.0.default_values BASE_TYPE_BAD_LENGTH",
    ),
    (
        {"components": [row(button(label="  "))]},
        "components.0.components.0.label BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED",
    ),
    (
        {"components": [row(button(emoji={"id": "1093620174839201792", "name": "cat"}))]},
        "components.0.components.0.emoji.id COMPONENT_INVALID_EMOJI",
    ),
    (
        {"components": [row(button(sku_id="1093620174839201792"))]},
        "components.0.components.0 BUTTON_COMPONENT_FIELD_EXCLUSIVE",
    ),
    (
        {"components": [row({"type": 2, "style": 6})]},
        "components.0.components.0.sku_id BASE_TYPE_REQUIRED",
    ),
    (
        {"components": [row({"type": 2, "style": 6, "sku_id": "1093620174839201792", "label": "Buy"})]},
        "components.0.components.0 BUTTON_COMPONENT_FIELD_EXCLUSIVE",
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
    (layout(gallery(1, "https://a.example/".ljust(2049, "x"))), f"{PICTURE} BASE_TYPE_BAD_LENGTH"),
    (layout(gallery(1, "https://a.example:99999/")), f"{PICTURE} URL_TYPE_INVALID_URL"),
    (layout(gallery(1, "//a.example/a.png")), f"{PICTURE} URL_TYPE_INVALID_URL"),
    (layout(gallery(1, "https:///a.png")), f"{PICTURE} URL_TYPE_INVALID_URL"),
    (layout(gallery(1, "https://a.example/a cat.png")), f"{PICTURE} URL_TYPE_INVALID_URL"),
    (layout(gallery(1, "data:image/png;base64,AA")), f"{PICTURE} URL_TYPE_INVALID_SCHEME"),
    (layout(gallery(1, "")), f"{PICTURE} BASE_TYPE_REQUIRED"),
    (layout({"type": 12, "items": [{}]}), "components.0.items.0.media BASE_TYPE_REQUIRED"),
    (
        layout({"type": 12, "items": [gallery(1)["items"][0] | {"description": "d" * 1025}]}),
        "components.0.items.0.description BASE_TYPE_MAX_LENGTH",
    ),
    (
        layout(section(accessory=thumbnail("ipfs://cat"))),
        "components.0.accessory.media.url URL_TYPE_INVALID_SCHEME",
    ),
    (
        layout(section(accessory=thumbnail(description="d" * 1025))),
        "components.0.accessory.description BASE_TYPE_MAX_LENGTH",
    ),
    (layout(section(components=[])), "components.0.components BASE_TYPE_BAD_LENGTH"),
    (
        layout({"type": 13, "file": {"url": "https://a.example/a.txt"}}),
        "components.0.file.url URL_TYPE_INVALID_SCHEME",
    ),
    (
        layout({"type": 17, "accent_color": 0x1000000, "components": [text()]}),
        "components.0.accent_color NUMBER_TYPE_MAX",
    ),
    (layout(text() | {"id": 7}, text() | {"id": 7}), "components COMPONENT_ID_DUPLICATED"),
    (
        layout(section(accessory=button()), {"type": 17, "components": [row(button())]}),
        "components COMPONENT_CUSTOM_ID_DUPLICATED",
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


def test_a_message_has_no_more_than_ten_files() -> None:
    assert message_faults({"content": "x"}, Setting(filenames=["a.png"] * 10)) == []
    assert message_faults({"content": "x"}, Setting(filenames=["a.png"] * 11)) == [
        "attachments BASE_TYPE_MAX_LENGTH"
    ]


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
