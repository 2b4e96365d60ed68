"""The limits on modals, autocomplete answers and commands, as tables."""

from typing import Any

import pytest

from sandbox.discord.check_commands import check_commands
from sandbox.discord.check_modal import check_choices, check_modal
from sandbox.discord.form import Form
from sandbox.discord.wire import Json, OptionType
from tests.sandbox.discord_bodies import (
    MANY_CHOICES,
    OPTIONS,
    button,
    command,
    faults,
    option,
    row,
    select,
    text,
)


def modal(*components: Json, **fields: Any) -> Json:
    return {"title": "t", "custom_id": "m", "components": list(components)} | fields


def field(**fields: Any) -> Json:
    return row({"type": 4, "custom_id": "f", "style": 1, "label": "l"} | fields)


def label(component: Json, **fields: Any) -> Json:
    return {"type": 18, "label": "l", "component": component} | fields


def ticks(**fields: Any) -> Json:
    return {"type": 22, "custom_id": "t", "options": OPTIONS} | fields


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
    (modal(label(select(), description="d" * 101)), "components.0.description BASE_TYPE_MAX_LENGTH"),
    (modal(label(select(disabled=True))), "components.0.component.disabled BASE_TYPE_UNEXPECTED"),
    (modal(label(select(min_values=0))), "components.0.component.min_values NUMBER_TYPE_MIN"),
    (modal(label(ticks(max_values=11))), "components.0.component.max_values NUMBER_TYPE_MAX"),
    (
        modal(label(ticks(min_values=2, max_values=1))),
        "components.0.component.min_values NUMBER_TYPE_MAX",
    ),
    (
        modal(label({"type": 19, "custom_id": "f", "max_values": 0})),
        "components.0.component.max_values NUMBER_TYPE_MIN",
    ),
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
    optional = label(select(custom_id="more", required=False, min_values=0))
    check_modal(form, modal(field(), label(select()), optional, label(ticks()), text()), ())
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
        [command(option(choices=[{"name": "n", "value": "1"}, {"name": "n", "value": "2"}]))],
        "0.options.0.choices.1.name APPLICATION_COMMAND_OPTIONS_CHOICE_DUPLICATE",
    ),
    (
        [command(option(choices=[{"name": "1", "value": "v"}, {"name": "2", "value": "v"}]))],
        "0.options.0.choices.1.value APPLICATION_COMMAND_OPTIONS_CHOICE_DUPLICATE",
    ),
    ([command(option(type=4, min_value=2, max_value=1))], "0.options.0.min_value NUMBER_TYPE_MAX"),
    ([command(option(type=4, min_value="2"))], "0.options.0.min_value NUMBER_TYPE_COERCE"),
    (
        [{"type": 2, "name": "Look", "description": "d"}],
        "0.description APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION",
    ),
    (
        [{"type": 2, "name": "Look", "options": [option()]}],
        "0.options APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION",
    ),
]


@pytest.mark.parametrize(("commands", "fault"), BAD_COMMANDS, ids=[fault for _, fault in BAD_COMMANDS])
def test_bad_commands_are_refused(commands: list[Json], fault: str) -> None:
    form = Form()
    check_commands(form, commands)
    assert faults(form.errors) == [fault]
