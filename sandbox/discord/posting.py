"""Turns a checked body into a message, and applies an edit to one."""

import json
import mimetypes
import time
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import quote

from sandbox.discord.check_components import walk
from sandbox.discord.check_message import Setting, check_message, refuse_if_empty
from sandbox.discord.faults import Faults
from sandbox.discord.form import Form, Path
from sandbox.discord.wire import ComponentType, Json, MessageFlag
from sandbox.discord.world import Attachment, Message, World

KEPT_FLAGS = (
    MessageFlag.SUPPRESS_EMBEDS
    | MessageFlag.EPHEMERAL
    | MessageFlag.SUPPRESS_NOTIFICATIONS
    | MessageFlag.COMPONENTS_V2
)


class Posting:
    """Creates and edits messages under Discord's rules."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self.base_url = ""

    def create(
        self, fields: Any, files: dict[int, Attachment], message: Message, path: Path = (), *, is_reply: bool
    ) -> Message:
        """Fills the blank message from the body and publishes it.

        Where the body insists on its nonce, the message that already has it comes back instead.
        """
        form = Form()
        body = form.mapping(fields, path) or {}
        check_message(
            form, body, Setting(path, is_reply=is_reply, filenames=_names(body, files, message.attachments))
        )
        self._check_hosts(form, body, path)
        form.refuse_if_faulty()
        refuse_if_empty(body, has_files=bool(files))
        message.nonce = body.get("nonce")
        if body.get("enforce_nonce") and message.nonce is not None:
            earlier = self._world.sent_lately(message.author_id, message.nonce)
            if earlier is not None:
                return earlier
        message.flags = (message.flags & MessageFlag.EPHEMERAL) | (body.get("flags") or 0) & KEPT_FLAGS
        self._fill(message, body, files)
        self._world.put(message)
        return message

    def edit(self, fields: Any, files: dict[int, Attachment], message: Message, path: Path = ()) -> Message:
        """Applies the body to the message; nothing changes when it is refused."""
        form = Form()
        body = form.mapping(fields, path) or {}
        names = _names(body, files, message.attachments)
        check_message(form, body, Setting(path, is_edit=True, was_v2=message.is_v2, filenames=names))
        self._check_hosts(form, body, path)
        was_loading = message.is_loading
        changed = deepcopy(message)
        flags = body.get("flags")
        if isinstance(flags, int):
            fixed = MessageFlag.EPHEMERAL | MessageFlag.COMPONENTS_V2
            changed.flags = message.flags & fixed | flags & KEPT_FLAGS & ~MessageFlag.EPHEMERAL
        changed.flags &= ~MessageFlag.LOADING
        if changed.is_v2:
            for key in ("content", "embeds"):
                if getattr(message, key) and key not in body:
                    text = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                    form.fault((*path, key), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", text)
        form.refuse_if_faulty()
        self._fill(changed, body, files)
        refuse_if_empty(vars(changed), has_files=False)
        changed.edited_at = None if was_loading else time.time()
        self._world.put(changed)
        return changed

    def _check_hosts(self, form: Form, body: Json, path: Path) -> None:
        """Discord points at the picture; here it is enough that one of the message is refused."""
        text = json.dumps(body)
        for host in self._faults.unusable_hosts:
            if f"//{host}" in text:
                form.fault((*path, "components"), "URL_TYPE_INVALID_URL", "Not a well formed URL.")

    def _fill(self, message: Message, body: Json, files: dict[int, Attachment]) -> None:
        if "content" in body:
            message.content = (body["content"] or "").strip()
        if "attachments" in body or files:
            message.attachments = self._attach(message, body, files)
        urls = {one["filename"]: one["url"] for one in message.attachments}
        if "embeds" in body:
            message.embeds = [{"type": "rich"} | deepcopy(embed) for embed in body["embeds"] or []]
        if "components" in body:
            message.components = deepcopy(body["components"] or [])
            _number(message.components)
        for media in _media(message):
            for key in ("url", "icon_url"):
                url = media.get(key) or ""
                if url.startswith("attachment://"):
                    media[key] = urls.get(url.removeprefix("attachment://"), url)
            if "url" in media:
                kind = mimetypes.guess_type(media["url"].partition("?")[0])[0]
                media |= {"proxy_url": media["url"], "width": None, "height": None, "content_type": kind}

    def _attach(self, message: Message, body: Json, files: dict[int, Attachment]) -> list[Json]:
        described = {str(one["id"]): one for one in body.get("attachments") or []}
        kept = [
            one for one in message.attachments if body.get("attachments") is None or one["id"] in described
        ]
        for number, file in sorted(files.items()):
            attachment_id = self._world.new_id()
            self._world.attachments[attachment_id] = file
            about = described.get(str(number), {})
            url = f"{self.base_url}/cdn/attachments/{attachment_id}/{quote(file.filename)}"
            width, height = file.dimensions or (None, None)
            kept.append(
                {
                    "id": str(attachment_id),
                    "filename": file.filename,
                    "description": about.get("description"),
                    "content_type": file.content_type,
                    "size": len(file.content),
                    "width": width,
                    "height": height,
                    "url": url,
                    "proxy_url": url,
                    "ephemeral": bool(message.flags & MessageFlag.EPHEMERAL),
                }
            )
        return kept


def _names(body: Json, files: dict[int, Attachment], existing: list[Json]) -> list[str]:
    """Of the files that the message will have: those that come, and those that stay."""
    listed = body.get("attachments")
    kept = existing
    if isinstance(listed, list):
        ids = {str(one.get("id")) for one in listed if isinstance(one, dict)}
        kept = [one for one in existing if one["id"] in ids]
    return [file.filename for file in files.values()] + [one["filename"] for one in kept]


def _number(components: list[Json]) -> None:
    taken = {one["id"] for one in walk(components) if one.get("id")}
    free = (number for number in range(1, len(taken) + 100) if number not in taken)
    for component in walk(components):
        if not component.get("id"):
            component["id"] = next(free)


def _media(message: Message) -> Iterator[Json]:
    """Every part of a message that names a picture or a file."""
    for embed in message.embeds:
        for key in ("image", "thumbnail", "footer", "author"):
            if embed.get(key):
                yield embed[key]
    for component in walk(message.components):
        if component.get("type") == ComponentType.THUMBNAIL:
            yield component["media"]
        elif component.get("type") == ComponentType.FILE:
            yield component["file"]
        for item in component.get("items") or []:
            yield item["media"]
