"""Discord's limits on message components: rows of old, and the layout components."""

from collections.abc import Collection, Iterator
from typing import Any

from sandbox.discord.form import SNOWFLAKE, Form, Path
from sandbox.discord.wire import SELECTS, ButtonStyle, ComponentType, Json

MAX_ROWS = 5
MAX_IN_ROW = 5
MAX_COMPONENTS = 40
MAX_TEXT = 4000
MAX_OPTIONS = 25
MAX_ID = 2**31 - 1
MAX_COLOR = 0xFFFFFF
LINKS = ("http", "https", "discord")
MEDIA = ("http", "https", "attachment")
FIELD_EXCLUSIVE = "BUTTON_COMPONENT_FIELD_EXCLUSIVE"
DEFAULT_VALUES = {
    ComponentType.USER_SELECT: ("user",),
    ComponentType.ROLE_SELECT: ("role",),
    ComponentType.MENTIONABLE_SELECT: ("user", "role"),
    ComponentType.CHANNEL_SELECT: ("channel",),
}
TOP_LEVEL = frozenset(
    {
        ComponentType.ACTION_ROW,
        ComponentType.SECTION,
        ComponentType.TEXT_DISPLAY,
        ComponentType.MEDIA_GALLERY,
        ComponentType.FILE,
        ComponentType.SEPARATOR,
        ComponentType.CONTAINER,
    }
)
IN_CONTAINER = TOP_LEVEL - {ComponentType.CONTAINER}


def walk(components: Any) -> Iterator[Json]:
    """Every component of a tree, in the order in which it is shown; tolerates any shape."""
    for component in components if isinstance(components, list) else []:
        if isinstance(component, dict):
            yield component
            yield from walk(component.get("components"))
            yield from walk([component.get("accessory"), component.get("component")])


def check_components(
    form: Form, body: Json, path: Path, *, is_v2: bool, filenames: Collection[str] = frozenset()
) -> None:
    """Adds every fault of `body["components"]` to the form."""
    if is_v2:
        _LayoutCheck(form, filenames).top(body, path)
    else:
        for here, row in form.mappings(body, "components", path, (0, MAX_ROWS)):
            if form.choice(row, "type", here, {ComponentType.ACTION_ROW}) is not None:
                check_row(form, row, here)
    check_unique(form, body.get("components"), (*path, "components"))


def check_unique(form: Form, components: Any, path: Path) -> None:
    """Custom ids and component ids may each occur once."""
    custom_ids: set[str] = set()
    numbers: set[int] = set()
    for component in walk(components):
        custom_id = component.get("custom_id")
        if isinstance(custom_id, str) and custom_id:
            if custom_id in custom_ids:
                message = f"Component custom id cannot be duplicated: {custom_id}"
                form.fault(path, "COMPONENT_CUSTOM_ID_DUPLICATED", message)
            custom_ids.add(custom_id)
        number = form.whole(component, "id", path, (0, MAX_ID))
        if number:
            if number in numbers:
                form.fault(path, "COMPONENT_ID_DUPLICATED", f"Component id cannot be duplicated: {number}")
            numbers.add(number)


def check_row(form: Form, row: Json, path: Path) -> None:
    children = list(form.mappings(row, "components", path, (1, MAX_IN_ROW)))
    for here, child in children:
        kind = form.choice(child, "type", here, {ComponentType.BUTTON, *SELECTS})
        if kind == ComponentType.BUTTON:
            check_button(form, child, here)
        elif kind is not None:
            check_select(form, child, here)
            if len(children) > 1:
                message = "The specified component exceeds the maximum width"
                form.fault(here, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)


def check_button(form: Form, button: Json, path: Path) -> None:
    style = form.choice(button, "style", path, set(ButtonStyle))
    form.text(button, "label", path, (0, 80))
    form.boolean(button, "disabled", path)
    _check_emoji(form, button, path)
    if style == ButtonStyle.PREMIUM:
        _check_premium(form, button, path)
        return
    if button.get("sku_id") is not None:
        form.fault(path, FIELD_EXCLUSIVE, "Only a premium button can have a sku_id")
    if not str(button.get("label") or "").strip() and not button.get("emoji"):
        form.fault(
            (*path, "label"), "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A label or emoji is required"
        )
    wanted, other = ("url", "custom_id") if style == ButtonStyle.LINK else ("custom_id", "url")
    if style is not None and button.get(other) is not None:
        form.fault(path, FIELD_EXCLUSIVE, f"A button of this style cannot have a {other}")
    if style is not None and wanted == "url":
        form.url(button, "url", path, LINKS, most=512, required=True)
    elif style is not None:
        form.text(button, "custom_id", path, (1, 100))


def _check_premium(form: Form, button: Json, path: Path) -> None:
    if SNOWFLAKE.fullmatch(str(button.get("sku_id"))) is None:
        form.fault((*path, "sku_id"), "BASE_TYPE_REQUIRED", "This field is required")
    for key in ("custom_id", "label", "url", "emoji"):
        if button.get(key) is not None:
            form.fault(path, FIELD_EXCLUSIVE, f"A premium button cannot have a {key}")


def check_select(form: Form, select: Json, path: Path) -> None:
    form.text(select, "custom_id", path, (1, 100))
    form.text(select, "placeholder", path, (0, 150))
    form.boolean(select, "disabled", path)
    least = form.whole(select, "min_values", path, (0, MAX_OPTIONS))
    most = form.whole(select, "max_values", path, (1, MAX_OPTIONS))
    at_least, at_most = 1 if least is None else least, 1 if most is None else most
    if at_least > at_most:
        form.fault(
            (*path, "min_values"), "SELECT_COMPONENT_MIN_ABOVE_MAX", "min_values must not exceed max_values"
        )
    if select.get("type") != ComponentType.STRING_SELECT:
        _check_default_values(form, select, path, (at_least, at_most))
        return
    # As many must be offered as may be picked: https://github.com/Rapptz/discord.py/issues/6984
    check_options(form, select, path, most=at_most, limits=(at_most, MAX_OPTIONS))


def _check_default_values(form: Form, select: Json, path: Path, limits: tuple[int, int]) -> None:
    """The people, roles or channels that are picked beforehand."""
    if not select.get("default_values"):
        return
    allowed = DEFAULT_VALUES.get(select["type"], ())
    for here, value in form.mappings(select, "default_values", path, limits):
        if value.get("type") not in allowed:
            form.fault((*here, "type"), "BASE_TYPE_CHOICES", f"Value must be one of {allowed}.")
        if SNOWFLAKE.fullmatch(str(value.get("id"))) is None:
            message = f'Value "{value.get("id")}" is not snowflake.'
            form.fault((*here, "id"), "NUMBER_TYPE_COERCE", message)


def check_options(
    form: Form, holder: Json, path: Path, *, most: int, limits: tuple[int, int] = (1, MAX_OPTIONS)
) -> None:
    """The options of a select, of radio buttons or of check boxes."""
    values: set[str] = set()
    defaults = 0
    for here, option in form.mappings(holder, "options", path, limits):
        form.text(option, "label", here, (1, 100))
        form.text(option, "description", here, (0, 100))
        value = form.text(option, "value", here, (1, 100))
        if value in values:
            message = "The specified option value is already used"
            form.fault((*here, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
        if value is not None:
            values.add(value)
        defaults += form.boolean(option, "default", here)
        _check_emoji(form, option, here)
    if defaults > most:
        message = "More options are chosen by default than may be chosen"
        form.fault(path, "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", message)


def _check_emoji(form: Form, holder: Json, path: Path) -> None:
    if holder.get("emoji") is None:
        return
    emoji = form.mapping(holder["emoji"], (*path, "emoji"))
    if emoji is None:
        return
    name = emoji.get("name")
    is_symbol = isinstance(name, str) and bool(name) and not name.isascii()
    if emoji.get("id") is not None:
        # The community has none of its own.
        form.fault((*path, "emoji", "id"), "COMPONENT_INVALID_EMOJI", "Invalid emoji")
    elif not is_symbol:
        form.fault((*path, "emoji", "name"), "COMPONENT_INVALID_EMOJI", "Invalid emoji")


class _LayoutCheck:
    """Components V2: nesting, and limits that hold over the whole message."""

    def __init__(self, form: Form, filenames: Collection[str]) -> None:
        self._form = form
        self._filenames = filenames

    def top(self, body: Json, path: Path) -> None:
        for here, component in self._form.mappings(body, "components", path, (1, MAX_COMPONENTS)):
            self._component(component, here, TOP_LEVEL)
        everything = list(walk(body.get("components")))
        if len(everything) > MAX_COMPONENTS:
            message = f"The total number of components must be {MAX_COMPONENTS} or fewer."
            self._form.fault((*path, "components"), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
        shown = [one.get("content") for one in everything if one.get("type") == ComponentType.TEXT_DISPLAY]
        if sum(len(text) for text in shown if isinstance(text, str)) > MAX_TEXT:
            message = f"The total length of displayable text must be {MAX_TEXT} or fewer."
            self._form.fault((*path, "components"), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)

    def _component(self, component: Json, path: Path, allowed: Collection[int]) -> None:
        form = self._form
        kind = form.choice(component, "type", path, allowed)
        match kind:
            case ComponentType.ACTION_ROW:
                check_row(form, component, path)
            case ComponentType.BUTTON:
                check_button(form, component, path)
            case ComponentType.SECTION:
                self._section(component, path)
            case ComponentType.MEDIA_GALLERY:
                for here, item in form.mappings(component, "items", path, (1, 10)):
                    self._picture(item, here)
            case ComponentType.CONTAINER:
                form.whole(component, "accent_color", path, (0, MAX_COLOR))
                form.boolean(component, "spoiler", path)
                for here, child in form.mappings(component, "components", path, (1, MAX_COMPONENTS)):
                    self._component(child, here, IN_CONTAINER)
            case _:
                self._leaf(component, path, kind)

    def _leaf(self, component: Json, path: Path, kind: int | None) -> None:
        match kind:
            case ComponentType.TEXT_DISPLAY:
                self._form.text(component, "content", path, (1, MAX_TEXT))
            case ComponentType.THUMBNAIL:
                self._picture(component, path)
            case ComponentType.FILE:
                self._form.boolean(component, "spoiler", path)
                self._media(component, "file", path, ("attachment",))
            case ComponentType.SEPARATOR:
                self._form.boolean(component, "divider", path)
                self._form.whole(component, "spacing", path, (1, 2))

    def _section(self, section: Json, path: Path) -> None:
        for here, child in self._form.mappings(section, "components", path, (1, 3)):
            self._component(child, here, {ComponentType.TEXT_DISPLAY})
        here = (*path, "accessory")
        if section.get("accessory") is None:
            self._form.fault(here, "BASE_TYPE_REQUIRED", "This field is required")
            return
        accessory = self._form.mapping(section["accessory"], here)
        if accessory is not None:
            self._component(accessory, here, {ComponentType.BUTTON, ComponentType.THUMBNAIL})

    def _picture(self, holder: Json, path: Path) -> None:
        self._form.text(holder, "description", path, (0, 1024))
        self._form.boolean(holder, "spoiler", path)
        self._media(holder, "media", path, MEDIA)

    def _media(self, holder: Json, key: str, path: Path, schemes: Collection[str]) -> None:
        if holder.get(key) is None:
            self._form.fault((*path, key), "BASE_TYPE_REQUIRED", "This field is required")
            return
        media = self._form.mapping(holder[key], (*path, key)) or {}
        url = self._form.url(media, "url", (*path, key), schemes, required=True)
        if (
            url
            and url.startswith("attachment://")
            and url.removeprefix("attachment://") not in self._filenames
        ):
            self._form.fault(
                (*path, key, "url"),
                "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                "The referenced attachment was not found",
            )
