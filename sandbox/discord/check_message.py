"""Discord's limits on a message, as pure functions over the JSON body."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sandbox.discord.check_components import check_components
from sandbox.discord.form import Form, Path
from sandbox.discord.wire import EMPTY_MESSAGE, Json, MessageFlag, Problem

MAX_CONTENT = 2000
MAX_EMBEDS = 10
MAX_EMBED_TEXT = 6000
MAX_FIELDS = 25
MAX_ATTACHMENTS = 10
MAX_MENTIONS = 100
MAX_NONCE = 25
MAX_COLOR = 0xFFFFFF
MAX_FLAGS = 1 << 31
WEB = ("http", "https")
MEDIA = ("http", "https", "attachment")
LEGACY_WITH_V2 = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
PARSE_EXCLUSIVE = "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"


@dataclass(frozen=True)
class Setting:
    """What surrounds a message body: where it goes and what it changes."""

    path: Path = ()
    is_reply: bool = False
    is_edit: bool = False
    was_v2: bool = False
    filenames: Collection[str] = ()


def check_message(form: Form, body: Json, setting: Setting) -> None:
    """Adds every fault of the body to the form."""
    path = setting.path
    is_v2 = _check_flags(form, body, setting)
    form.text(body, "content", path, (0, MAX_CONTENT))
    form.boolean(body, "tts", path)
    form.boolean(body, "enforce_nonce", path)
    if isinstance(body.get("nonce"), int):
        form.whole(body, "nonce", path, (-(1 << 63), (1 << 64) - 1))
    else:
        form.text(body, "nonce", path, (0, MAX_NONCE))
    if is_v2:
        for key in ("content", "embeds", "poll", "sticker_ids"):
            if body.get(key):
                message = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                form.fault((*path, key), LEGACY_WITH_V2, message)
    _check_embeds(form, body, path)
    if body.get("components") is not None:
        check_components(form, body, path, is_v2=is_v2, filenames=setting.filenames)
    _check_allowed_mentions(form, body, path)
    if len(setting.filenames) > MAX_ATTACHMENTS:
        message = f"Must be {MAX_ATTACHMENTS} or fewer in length."
        form.fault((*path, "attachments"), "BASE_TYPE_MAX_LENGTH", message)
    for here, attachment in form.mappings(body, "attachments", path, (0, MAX_ATTACHMENTS)):
        if not str(attachment.get("id", "")).isdigit():
            form.fault(
                (*here, "id"), "NUMBER_TYPE_COERCE", f'Value "{attachment.get("id")}" is not snowflake.'
            )
        form.text(attachment, "description", here, (0, 1024))


def refuse_if_empty(body: Json, *, has_files: bool) -> None:
    """Answers 50006 for a message with nothing to show."""
    content = body.get("content")
    shown = content.strip() if isinstance(content, str) else content
    if not (shown or body.get("embeds") or body.get("components") or body.get("attachments") or has_files):
        raise Problem(*EMPTY_MESSAGE)


def _check_flags(form: Form, body: Json, setting: Setting) -> bool:
    flags = form.whole(body, "flags", setting.path, (0, MAX_FLAGS))
    here = (*setting.path, "flags")
    if flags is None:
        return setting.was_v2
    if flags & MessageFlag.EPHEMERAL and not (setting.is_reply or setting.is_edit):
        form.fault(here, "MESSAGE_FLAGS_INVALID", "Ephemeral messages can only be replies to interactions.")
    if setting.was_v2 and not flags & MessageFlag.COMPONENTS_V2:
        form.fault(
            here, "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG", "The IS_COMPONENTS_V2 flag cannot be removed."
        )
    return setting.was_v2 or bool(flags & MessageFlag.COMPONENTS_V2)


def _check_embeds(form: Form, body: Json, path: Path) -> None:
    total = 0
    for here, embed in form.mappings(body, "embeds", path, (0, MAX_EMBEDS)):
        total += _check_embed(form, embed, here)
    if total > MAX_EMBED_TEXT:
        message = f"Embed size exceeds maximum size of {MAX_EMBED_TEXT}"
        form.fault((*path, "embeds"), "MAX_EMBED_SIZE_EXCEEDED", message)


def _check_embed(form: Form, embed: Json, path: Path) -> int:
    texts = [
        form.text(embed, "title", path, (0, 256)),
        form.text(embed, "description", path, (0, 4096)),
    ]
    form.url(embed, "url", path, WEB)
    form.whole(embed, "color", path, (0, MAX_COLOR))
    _check_timestamp(form, embed, path)
    for key, text_key, most in (("footer", "text", 2048), ("author", "name", 256)):
        if embed.get(key) is not None:
            part = form.mapping(embed[key], (*path, key)) or {}
            texts.append(form.text(part, text_key, (*path, key), (1, most)))
            form.url(part, "icon_url", (*path, key), MEDIA)
            form.url(part, "url", (*path, key), WEB)
    for key in ("image", "thumbnail"):
        if embed.get(key) is not None:
            part = form.mapping(embed[key], (*path, key)) or {}
            form.url(part, "url", (*path, key), MEDIA, required=True)
    for here, field in form.mappings(embed, "fields", path, (0, MAX_FIELDS)):
        texts.append(form.text(field, "name", here, (1, 256)))
        texts.append(form.text(field, "value", here, (1, 1024)))
        form.boolean(field, "inline", here)
    if not any(
        embed.get(key) for key in ("title", "description", "footer", "author", "image", "thumbnail", "fields")
    ):
        form.fault((*path, "description"), "BASE_TYPE_REQUIRED", "This field is required")
    return sum(len(text) for text in texts if text)


def _check_timestamp(form: Form, embed: Json, path: Path) -> None:
    value = embed.get("timestamp")
    if value is None:
        return
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        message = f"Could not parse {value}. Should be ISO8601."
        form.fault((*path, "timestamp"), "DATE_TIME_TYPE_PARSE", message)


def _check_allowed_mentions(form: Form, body: Json, path: Path) -> None:
    if body.get("allowed_mentions") is None:
        return
    here = (*path, "allowed_mentions")
    mentions = form.mapping(body["allowed_mentions"], here)
    if mentions is None:
        return
    parse = form.items(mentions, "parse", here, (0, 3))
    for index, kind in enumerate(parse):
        if kind not in ("roles", "users", "everyone"):
            message = "Value must be one of ('users', 'roles', 'everyone')."
            form.fault((*here, "parse", index), "BASE_TYPE_CHOICES", message)
    for kind in ("users", "roles"):
        if form.snowflakes(mentions, kind, here, MAX_MENTIONS) and kind in parse:
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            form.fault(here, PARSE_EXCLUSIVE, message)
    form.boolean(mentions, "replied_user", here)
