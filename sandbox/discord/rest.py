"""REST: everything under a bot token - login, commands, channels, messages, roles."""

import time
from typing import Any

from aiohttp import web

from sandbox.discord import render
from sandbox.discord.access import require_send, require_view
from sandbox.discord.announce import Announcer
from sandbox.discord.bodies import json_answer, read_body
from sandbox.discord.cast import (
    ACCOUNTS,
    ADMIN_ROLE_ID,
    APPLICATION_ID,
    BOT_USER,
    GUILD_ID,
    OWNER,
    ROLES,
)
from sandbox.discord.check_commands import check_commands
from sandbox.discord.form import Form
from sandbox.discord.locales import DEFAULT_LOCALE, localized
from sandbox.discord.posting import Posting
from sandbox.discord.wire import (
    INVALID_RECIPIENT,
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    NOT_THE_AUTHOR,
    UNKNOWN_GUILD,
    UNKNOWN_MEMBER,
    UNKNOWN_MESSAGE,
    UNKNOWN_ROLE,
    UNKNOWN_USER,
    Json,
    Problem,
)
from sandbox.discord.world import Change, Message, World

HISTORY = 100


class Rest:
    def __init__(self, world: World, posting: Posting, announcer: Announcer) -> None:
        self._world = world
        self._posting = posting
        self._announcer = announcer
        self.gateway_url = ""

    def routes(self) -> list[web.RouteDef]:
        commands = "/applications/{application}/commands"
        guild_commands = "/applications/{application}/guilds/{guild}/commands"
        messages = "/channels/{channel}/messages"
        role = "/guilds/{guild}/members/{user}/roles/{role}"
        return [
            web.get("/users/@me", self.me),
            web.get("/users/{user}", self.user),
            web.get("/oauth2/applications/@me", self.application),
            web.get("/applications/@me", self.application),
            web.get("/gateway/bot", self.gateway_bot),
            web.get("/guilds/{guild}", self.guild),
            web.get("/guilds/{guild}/members/{user}", self.member),
            web.put(role, self.add_role),
            web.delete(role, self.remove_role),
            web.get(commands, self.get_commands),
            web.put(commands, self.put_commands),
            web.get(guild_commands, self.get_commands),
            web.put(guild_commands, self.put_commands),
            web.post("/users/@me/channels", self.open_dm),
            web.get("/channels/{channel}", self.channel),
            web.post("/channels/{channel}/typing", self.typing),
            web.get(messages, self.history),
            web.post(messages, self.send),
            web.get(f"{messages}/{{message}}", self.get_message),
            web.patch(f"{messages}/{{message}}", self.edit_message),
            web.delete(f"{messages}/{{message}}", self.delete_message),
        ]

    async def me(self, _: web.Request) -> web.Response:
        return json_answer(BOT_USER | {"verified": True, "mfa_enabled": True, "email": None})

    async def user(self, request: web.Request) -> web.Response:
        user_id = _number(request, "user")
        return json_answer(render.user(user_id, deleted=user_id in self._world.deleted))

    async def application(self, _: web.Request) -> web.Response:
        owner = render.user(OWNER)
        return json_answer(
            {
                "id": str(APPLICATION_ID),
                "name": BOT_USER["username"],
                "icon": None,
                "description": "",
                "bot_public": False,
                "bot_require_code_grant": False,
                "verify_key": "0" * 64,
                "owner": owner,
                "team": None,
                "flags": 0,
                "summary": "",
            }
        )

    async def gateway_bot(self, _: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return json_answer({"url": self.gateway_url, "shards": 1, "session_start_limit": limit})

    async def guild(self, request: web.Request) -> web.Response:
        _require_guild(request)
        if not self._world.is_member(APPLICATION_ID):
            raise Problem(*UNKNOWN_GUILD)
        return json_answer(render.guild(self._world))

    async def member(self, request: web.Request) -> web.Response:
        return json_answer(render.member(self._world, self._member(request)))

    async def add_role(self, request: web.Request) -> web.Response:
        member_id, role_id = self._member(request), _role(request)
        self._world.roles[member_id].add(role_id)
        self._world.changed(Change("roles"))
        return web.Response(status=204)

    async def remove_role(self, request: web.Request) -> web.Response:
        member_id, role_id = self._member(request), _role(request)
        self._world.roles[member_id].discard(role_id)
        self._world.changed(Change("roles"))
        return web.Response(status=204)

    async def get_commands(self, request: web.Request) -> web.Response:
        """Without `with_localizations` only what the asking locale reads, which for a bot is the default."""
        commands = self._commands(request)
        if request.query.get("with_localizations", "").lower() in ("1", "true"):
            return json_answer(commands)
        locale = request.headers.get("X-Discord-Locale", DEFAULT_LOCALE)
        return json_answer([localized(one, locale) for one in commands])

    async def put_commands(self, request: web.Request) -> web.Response:
        """Replaces every command of the scope; those that keep their name keep their id."""
        known = self._commands(request)
        body = await read_body(request)
        if not isinstance(body.fields, list):
            message = "Only iterables may be used in a ListType"
            errors = {"_errors": [{"code": "LIST_TYPE_CONVERT", "message": message}]}
            raise Problem(400, 50035, "Invalid Form Body", errors)
        form = Form()
        check_commands(form, body.fields)
        form.refuse_if_faulty()
        ids = {(one["type"], one["name"]): one["id"] for one in known}
        guild_id = request.match_info.get("guild")
        known[:] = [self._command(fields, ids, guild_id) for fields in body.fields]
        self._world.changed(Change("commands"))
        return json_answer(known)

    def _commands(self, request: web.Request) -> list[Json]:
        if request.match_info["application"] != str(APPLICATION_ID):
            raise Problem(*MISSING_ACCESS)
        if "guild" not in request.match_info:
            return self._world.global_commands
        _require_guild(request)
        if not self._world.is_member(APPLICATION_ID):
            raise Problem(*MISSING_ACCESS)
        return self._world.guild_commands

    def _command(self, fields: Json, ids: dict[tuple[int, str], str], guild_id: str | None) -> Json:
        kind = fields.get("type") or 1
        permissions = fields.get("default_member_permissions")
        contexts = fields.get("contexts")
        if contexts is None and guild_id is None and fields.get("dm_permission") is False:
            contexts = [0]
        command: Json = {
            "id": ids.get((kind, fields["name"])) or str(self._world.new_id()),
            "application_id": str(APPLICATION_ID),
            "version": str(self._world.new_id()),
            "type": kind,
            "name": fields["name"],
            "name_localizations": fields.get("name_localizations"),
            "description": fields.get("description") or "",
            "description_localizations": fields.get("description_localizations"),
            "options": fields.get("options") or [],
            "default_member_permissions": None if permissions is None else str(permissions),
            "dm_permission": contexts is None or 1 in contexts,
            "contexts": contexts,
            "integration_types": fields.get("integration_types") or [0],
            "nsfw": bool(fields.get("nsfw")),
        }
        if guild_id is not None:
            command["guild_id"] = guild_id
        return command

    async def open_dm(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        recipient: Any = body.fields.get("recipient_id") if isinstance(body.fields, dict) else None
        person = ACCOUNTS.get(int(recipient)) if str(recipient).isdigit() else None
        if person is None:
            raise Problem(*UNKNOWN_USER)
        # As in https://github.com/discord/discord-api-docs/issues/8274. Who only left still has a channel.
        if person.id in self._world.deleted:
            raise Problem(*INVALID_RECIPIENT)
        return json_answer(render.channel(self._world, person.channel_id))

    async def channel(self, request: web.Request) -> web.Response:
        channel_id = _number(request, "channel")
        require_view(self._world, channel_id)
        return json_answer(render.channel(self._world, channel_id))

    async def typing(self, request: web.Request) -> web.Response:
        require_send(self._world, _number(request, "channel"))
        return web.Response(status=204)

    async def history(self, request: web.Request) -> web.Response:
        channel_id = _number(request, "channel")
        require_view(self._world, channel_id)
        shown = [one for one in self._world.shown(channel_id, APPLICATION_ID) if not one.failed]
        limit = request.query.get("limit", "50")
        newest = shown[::-1][: min(int(limit) if limit.isdigit() else 50, HISTORY)]
        return json_answer([render.message(one) for one in newest])

    async def send(self, request: web.Request) -> web.Response:
        channel_id = _number(request, "channel")
        require_send(self._world, channel_id)
        body = await read_body(request)
        blank = Message(self._world.new_id(), channel_id, APPLICATION_ID, time.time())
        message = self._posting.create(body.fields, body.files, blank, is_reply=False)
        if message is blank:
            await self._announcer.created(message)
        return json_answer(render.message(message))

    async def get_message(self, request: web.Request) -> web.Response:
        return json_answer(render.message(self._message(request)))

    async def edit_message(self, request: web.Request) -> web.Response:
        message = self._message(request)
        body = await read_body(request)
        if message.author_id != APPLICATION_ID:
            raise Problem(*NOT_THE_AUTHOR)
        edited = self._posting.edit(body.fields, body.files, message)
        await self._announcer.edited(edited)
        return json_answer(render.message(edited))

    async def delete_message(self, request: web.Request) -> web.Response:
        message = self._message(request)
        if message.author_id != APPLICATION_ID:
            raise Problem(*MISSING_PERMISSIONS)
        self._world.delete(message)
        return web.Response(status=204)

    def _message(self, request: web.Request) -> Message:
        channel_id = _number(request, "channel")
        require_view(self._world, channel_id)
        message = self._world.message(_number(request, "message"), channel_id)
        # An ephemeral message exists for the bot only behind its interaction's token.
        if message.visible_to is not None:
            raise Problem(*UNKNOWN_MESSAGE)
        return message

    def _member(self, request: web.Request) -> int:
        _require_guild(request)
        member_id = _number(request, "user")
        if not self._world.is_member(member_id):
            raise Problem(*UNKNOWN_MEMBER)
        return member_id


def _number(request: web.Request, name: str) -> int:
    raw = request.match_info[name]
    if not raw.isdigit():
        errors = {
            f"{name}_id": {
                "_errors": [{"code": "NUMBER_TYPE_COERCE", "message": f'Value "{raw}" is not snowflake.'}]
            }
        }
        raise Problem(400, 50035, "Invalid Form Body", errors)
    return int(raw)


def _require_guild(request: web.Request) -> None:
    if _number(request, "guild") != GUILD_ID:
        raise Problem(*UNKNOWN_GUILD)


def _role(request: web.Request) -> int:
    role_id = _number(request, "role")
    if role_id not in ROLES:
        raise Problem(*UNKNOWN_ROLE)
    if role_id in (ADMIN_ROLE_ID, GUILD_ID):  # above the bot's own role, or everyone's
        raise Problem(*MISSING_PERMISSIONS)
    return role_id
