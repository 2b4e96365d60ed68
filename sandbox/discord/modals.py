"""The part of a chat client that fills in a modal."""

from collections.abc import Mapping
from typing import Any

from sandbox.discord.options import ClientRefusedError
from sandbox.discord.seen import Modal
from sandbox.discord.wire import ComponentType, Json

MAX_VALUE = 4000
MULTIPLE = frozenset(
    {
        ComponentType.STRING_SELECT,
        ComponentType.USER_SELECT,
        ComponentType.ROLE_SELECT,
        ComponentType.MENTIONABLE_SELECT,
        ComponentType.CHANNEL_SELECT,
        ComponentType.CHECKBOX_GROUP,
        ComponentType.FILE_UPLOAD,
    }
)


def fill_in_modal(modal: Modal, values: Mapping[str, Any]) -> list[Json]:
    """The modal's components with the member's values, checked as the open form checks them."""
    unknown = set(values) - {field["custom_id"] for field in modal.fields}
    if unknown:
        raise ClientRefusedError(f"The form has no field {', '.join(sorted(unknown))}")
    return [_fill_in(component, values) for component in modal.components]


def _fill_in(component: Json, values: Mapping[str, Any]) -> Json:
    number = component.get("id") or 0
    match component["type"]:
        case ComponentType.ACTION_ROW:
            inner = [_answer(field, values) for field in component["components"]]
            return {"type": ComponentType.ACTION_ROW, "id": number, "components": inner}
        case ComponentType.LABEL:
            answer = _answer(component["component"], values)
            return {"type": ComponentType.LABEL, "id": number, "component": answer}
    return {"type": component["type"], "id": number}


def _answer(field: Json, values: Mapping[str, Any]) -> Json:
    kind, custom_id = field["type"], field["custom_id"]
    answer: Json = {"type": kind, "id": field.get("id") or 0, "custom_id": custom_id}
    is_required = field.get("required") is not False
    if kind in MULTIPLE:
        beforehand = [option["value"] for option in field.get("options") or [] if option.get("default")]
        picked = values.get(custom_id, beforehand)
        answer["values"] = _picked(field, list(picked or []), is_required=is_required)
    elif kind == ComponentType.CHECKBOX:
        answer["value"] = bool(values.get(custom_id, field.get("default")))
    elif kind == ComponentType.RADIO_GROUP:
        one = [values[custom_id]] if values.get(custom_id) else []
        answer["value"] = next(iter(_picked(field, one, is_required=is_required)), None)
    else:
        answer["value"] = _typed(field, str(values.get(custom_id, field.get("value") or "")), is_required)
    return answer


def _typed(field: Json, value: str, is_required: bool) -> str:
    least, most = field.get("min_length") or 0, field.get("max_length") or MAX_VALUE
    if not value and not is_required:
        return value
    if not max(least, 1 if is_required else 0) <= len(value) <= most:
        raise ClientRefusedError(f"{field['custom_id']}: between {max(least, 1)} and {most} characters")
    return value


def _picked(field: Json, picked: list[str], *, is_required: bool) -> list[str]:
    options = field.get("options") or []
    if options and not set(picked) <= {option["value"] for option in options}:
        raise ClientRefusedError(f"{field['custom_id']}: not one of the options")
    most = field.get("max_values") or (len(options) if field["type"] == ComponentType.CHECKBOX_GROUP else 1)
    least = (field.get("min_values") or 1) if is_required or picked else 0
    if not least <= len(picked) <= most:
        raise ClientRefusedError(f"{field['custom_id']}: too few or too many picked")
    return picked
