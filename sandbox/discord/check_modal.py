"""Discord's limits on modals and on autocomplete answers."""

from sandbox.discord.check_components import check_options, check_select, check_unique
from sandbox.discord.check_localizations import check_localizations
from sandbox.discord.form import Form, Path
from sandbox.discord.wire import SELECTS, ComponentType, Json, OptionType

MAX_VALUE = 4000
MAX_PICKED = 10
MAX_INTEGER = 2**53
IN_LABEL = frozenset(
    {
        ComponentType.TEXT_INPUT,
        ComponentType.FILE_UPLOAD,
        ComponentType.RADIO_GROUP,
        ComponentType.CHECKBOX_GROUP,
        ComponentType.CHECKBOX,
        *SELECTS,
    }
)


def check_modal(form: Form, modal: Json, path: Path) -> None:
    form.text(modal, "title", path, (1, 45))
    form.text(modal, "custom_id", path, (1, 100))
    allowed = {ComponentType.ACTION_ROW, ComponentType.LABEL, ComponentType.TEXT_DISPLAY}
    for here, component in form.mappings(modal, "components", path, (1, 5)):
        match form.choice(component, "type", here, allowed):
            case ComponentType.ACTION_ROW:
                for inner, field in form.mappings(component, "components", here, (1, 1)):
                    if form.choice(field, "type", inner, {ComponentType.TEXT_INPUT}) is not None:
                        form.text(field, "label", inner, (1, 45))
                        _check_text_input(form, field, inner)
            case ComponentType.LABEL:
                _check_label(form, component, here)
            case ComponentType.TEXT_DISPLAY:
                form.text(component, "content", here, (1, MAX_VALUE))
    check_unique(form, modal.get("components"), (*path, "components"))


def _check_label(form: Form, label: Json, path: Path) -> None:
    form.text(label, "label", path, (1, 45))
    form.text(label, "description", path, (0, 100))
    here = (*path, "component")
    if label.get("component") is None:
        form.fault(here, "BASE_TYPE_REQUIRED", "This field is required")
        return
    field = form.mapping(label["component"], here)
    if field is not None:
        _check_field(form, field, here)


def _check_field(form: Form, field: Json, here: Path) -> None:
    form.boolean(field, "required", here)
    if field.get("disabled"):
        form.fault((*here, "disabled"), "BASE_TYPE_UNEXPECTED", "Nothing in a modal can be disabled")
    if field.get("min_values") == 0 and field.get("required") is not False:
        form.fault((*here, "min_values"), "NUMBER_TYPE_MIN", "What is required needs at least one value")
    match form.choice(field, "type", here, IN_LABEL):
        case ComponentType.TEXT_INPUT:
            if field.get("label") is not None:
                message = "A text input within a label cannot have a label of its own"
                form.fault((*here, "label"), "BASE_TYPE_UNEXPECTED", message)
            _check_text_input(form, field, here)
        case ComponentType.RADIO_GROUP:
            form.text(field, "custom_id", here, (1, 100))
            check_options(form, field, here, most=1, limits=(2, 10))
        case ComponentType.CHECKBOX_GROUP:
            form.text(field, "custom_id", here, (1, 100))
            check_options(form, field, here, most=_check_how_many(form, field, here), limits=(1, 10))
        case ComponentType.FILE_UPLOAD:
            form.text(field, "custom_id", here, (1, 100))
            _check_how_many(form, field, here)
        case ComponentType.CHECKBOX:
            form.text(field, "custom_id", here, (1, 100))
            form.boolean(field, "default", here)
        case None:
            pass
        case _:
            check_select(form, field, here)


def _check_how_many(form: Form, field: Json, path: Path) -> int:
    """The most that may be picked, or uploaded."""
    least = form.whole(field, "min_values", path, (0, MAX_PICKED)) or 0
    most = form.whole(field, "max_values", path, (1, MAX_PICKED)) or MAX_PICKED
    if least > most:
        form.fault((*path, "min_values"), "NUMBER_TYPE_MAX", "min_values must not exceed max_values")
    return most


def _check_text_input(form: Form, field: Json, path: Path) -> None:
    form.text(field, "custom_id", path, (1, 100))
    form.choice(field, "style", path, {1, 2})
    least = form.whole(field, "min_length", path, (0, MAX_VALUE)) or 0
    most = form.whole(field, "max_length", path, (1, MAX_VALUE)) or MAX_VALUE
    if least > most:
        form.fault((*path, "min_length"), "NUMBER_TYPE_MAX", "min_length must not exceed max_length")
    form.boolean(field, "required", path)
    form.text(field, "placeholder", path, (0, 100))
    value = form.text(field, "value", path, (0, MAX_VALUE))
    if value and not least <= len(value) <= most:
        message = f"Must be between {least} and {most} in length."
        form.fault((*path, "value"), "BASE_TYPE_BAD_LENGTH", message)


def check_choices(form: Form, data: Json, path: Path, option_type: int) -> None:
    """The choices of an autocomplete answer, for an option of that type."""
    if data.get("choices") is None:
        form.fault((*path, "choices"), "BASE_TYPE_REQUIRED", "This field is required")
    for here, choice in form.mappings(data, "choices", path, (0, 25)):
        check_choice(form, choice, here, option_type)


def check_choice(form: Form, choice: Json, path: Path, option_type: int) -> None:
    form.text(choice, "name", path, (1, 100))
    check_localizations(form, choice, "name", path, (1, 100))
    value = choice.get("value")
    if option_type == OptionType.STRING:
        form.text(choice, "value", path, (1, 100))
    elif option_type == OptionType.INTEGER:
        form.whole(choice, "value", path, (-MAX_INTEGER, MAX_INTEGER), required=True)
    elif not isinstance(value, int | float) or isinstance(value, bool):
        form.fault((*path, "value"), "NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')
