"""The emulator's answers on the wire, as a client that makes mistakes meets them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.discord import (
    ADA,
    ADMIN_ROLE_ID,
    APPLICATION_ID,
    BEN,
    BOT_TOKEN,
    CLEO,
    GENERAL_ID,
    GUILD_ID,
    LINKED_ROLE_ID,
    TEAM_ID,
    ClientRefusedError,
    DiscordSandbox,
)
from sandbox.discord.world import NONCE_LIVES_S
from tests.sandbox.discord_wire import COMMANDS, GUILDS, HELLO, Wire, next_event, wired


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with wired() as rig:
        yield rig


async def test_a_token_is_needed_where_discord_needs_one(wire: Wire) -> None:
    assert await wire.call("GET", "/users/@me", token="") == (
        401,
        {"message": "401: Unauthorized", "code": 0},
    )
    assert (await wire.call("GET", "/users/@me", token="wrong"))[0] == 401
    status, me = await wire.call("GET", "/users/@me")
    assert (status, me["id"]) == (200, str(APPLICATION_ID))
    assert (await wire.call("GET", "/nowhere"))[0] == 404


async def test_json_is_answered_without_a_charset(wire: Wire) -> None:
    async with wire.http.get(f"{wire.sandbox.api_url}/users/@me") as answer:
        assert answer.headers["Content-Type"] == "application/json"


async def test_commands_keep_their_id_when_replaced(wire: Wire) -> None:
    _, first = await wire.call("PUT", COMMANDS, [HELLO])
    _, second = await wire.call("PUT", COMMANDS, [HELLO | {"description": "Other"}])
    assert first[0]["id"] == second[0]["id"]
    assert first[0]["version"] != second[0]["version"]
    assert await wire.call("GET", f"{COMMANDS}?with_localizations=true") == (200, second)
    status, refused = await wire.call("PUT", COMMANDS, [HELLO | {"name": "Bad Name"}])
    assert (status, refused["code"]) == (400, 50035)
    assert refused["errors"]["0"]["name"]["_errors"][0]["code"] == "APPLICATION_COMMAND_INVALID_NAME"
    assert await wire.call("GET", f"{COMMANDS}?with_localizations=true") == (200, second)


async def test_commands_are_offered_where_they_belong(wire: Wire) -> None:
    await wire.call(
        "PUT",
        COMMANDS,
        [
            HELLO,
            HELLO | {"name": "here", "contexts": [0]},
            HELLO | {"name": "private", "contexts": [1]},
            HELLO | {"name": "old", "dm_permission": False},
        ],
    )
    assert wire.sandbox.members.command_names(ADA) == ["hello", "here", "old"]
    assert wire.sandbox.members.command_names(ADA, "dm") == ["hello", "private"]


async def test_messages_and_roles_answer_with_their_own_errors(wire: Wire) -> None:
    messages = f"/channels/{GENERAL_ID}/messages"
    status, sent = await wire.call("POST", messages, {"content": "One"})
    assert (status, sent["content"]) == (200, "One")
    _, edited = await wire.call("PATCH", f"{messages}/{sent['id']}", {"content": "Two"})
    assert edited["content"] == "Two"
    assert (await wire.call("POST", messages, {"content": " "}))[1]["code"] == 50006
    assert (await wire.call("DELETE", f"{messages}/{sent['id']}"))[0] == 204
    assert (await wire.call("GET", f"{messages}/{sent['id']}"))[1]["code"] == 10008
    assert (await wire.call("GET", "/channels/1234567890123456789"))[1]["code"] == 10003
    said = await wire.sandbox.members.say(ADA, "Mine")
    assert (await wire.call("PATCH", f"{messages}/{said.id}", {"content": "x"}))[1]["code"] == 50005
    _, channel = await wire.call("POST", "/users/@me/channels", {"recipient_id": str(BEN)})
    refused = await wire.call("POST", f"/channels/{channel['id']}/messages", {"content": "x"})
    assert (refused[0], refused[1]["code"]) == (403, 50007)
    roles = f"/guilds/{GUILD_ID}/members/{ADA}/roles"
    assert (await wire.call("PUT", f"{roles}/{LINKED_ROLE_ID}"))[0] == 204
    assert wire.sandbox.members.roles_of(ADA) == {LINKED_ROLE_ID}
    assert (await wire.call("DELETE", f"{roles}/{LINKED_ROLE_ID}"))[0] == 204
    assert (await wire.call("PUT", f"{roles}/{ADMIN_ROLE_ID}"))[1]["code"] == 50013


async def test_one_bad_picture_costs_the_whole_message(wire: Wire) -> None:
    messages = f"/channels/{GENERAL_ID}/messages"

    def gallery(*urls: str) -> dict[str, Any]:
        items = [{"media": {"url": url}} for url in urls]
        return {"flags": 1 << 15, "components": [{"type": 12, "items": items}]}

    good, bad = "https://example.com/cat.png", "ipfs://cat"
    status, refused = await wire.call("POST", messages, gallery(good, bad, good))
    assert (status, refused["code"]) == (400, 50035)
    assert list(refused["errors"]["components"]["0"]["items"]) == ["1"]
    assert await wire.call("GET", messages) == (200, [])
    _, sent = await wire.call("POST", messages, gallery(good))
    assert (await wire.call("PATCH", f"{messages}/{sent['id']}", gallery(bad)))[0] == 400
    assert (await wire.call("GET", f"{messages}/{sent['id']}"))[1] == sent


async def test_a_message_of_the_same_nonce_is_made_once_where_that_is_asked_for(wire: Wire) -> None:
    messages = f"/channels/{GENERAL_ID}/messages"
    first = {"content": "One", "nonce": 7, "enforce_nonce": True}
    _, sent = await wire.call("POST", messages, first)
    assert (sent["content"], sent["nonce"]) == ("One", 7)

    for again in ({"nonce": 7}, {"nonce": "7"}):
        status, same = await wire.call("POST", messages, first | again | {"content": "Two"})
        assert (status, same["id"], same["content"]) == (200, sent["id"], "One")
    _, channel = await wire.call("POST", "/users/@me/channels", {"recipient_id": str(ADA)})
    _, elsewhere = await wire.call("POST", f"/channels/{channel['id']}/messages", first)
    assert elsewhere["id"] == sent["id"], "a nonce is its author's, not the channel's"
    assert (await wire.call("POST", messages, first | {"content": ""}))[1]["code"] == 50006
    others: list[dict[str, Any]] = [
        {"nonce": 8},
        {"enforce_nonce": False},
        {"enforce_nonce": None},
        {"nonce": None},
    ]
    ids = [(await wire.call("POST", messages, first | other))[1]["id"] for other in others]
    assert len({sent["id"], *ids}) == 5


async def test_a_nonce_is_forgotten_after_a_few_minutes(wire: Wire) -> None:
    messages = f"/channels/{GENERAL_ID}/messages"
    body = {"content": "One", "nonce": "n", "enforce_nonce": True}
    _, sent = await wire.call("POST", messages, body)
    wire.sandbox._world.messages[int(sent["id"])].created_at -= NONCE_LIVES_S

    assert (await wire.call("POST", messages, body))[1]["id"] != sent["id"]


async def test_the_bot_writes_only_where_its_role_may(wire: Wire) -> None:
    messages, members = f"/channels/{TEAM_ID}/messages", wire.sandbox.members
    status, sent = await wire.call("POST", messages, {"content": "For the team"})
    assert status == 200
    for see, write, code, reads in (
        (True, False, 50013, 200),
        (False, True, 50001, 403),
        (False, False, 50001, 403),
    ):
        members.let_bot(TEAM_ID, see=see, write=write)
        status, refused = await wire.call("POST", messages, {"content": "x"})
        assert (status, refused["code"]) == (403, code)
        for path in (f"/channels/{TEAM_ID}", messages, f"{messages}/{sent['id']}"):
            assert (await wire.call("GET", path))[0] == reads
    members.let_bot(TEAM_ID, see=True, write=True)
    assert (await wire.call("POST", messages, {"content": "x"}))[0] == 200
    assert (await wire.call("POST", f"/channels/{GENERAL_ID}/messages", {"content": "x"}))[0] == 200


async def test_only_admins_are_in_the_teams_channel(wire: Wire) -> None:
    members = wire.sandbox.members
    await wire.call("PUT", COMMANDS, [HELLO])
    _, sent = await wire.call("POST", f"/channels/{TEAM_ID}/messages", {"content": "For the team"})
    said = await members.say(CLEO, "On it", "team")
    assert [one.id for one in members.seen_by(CLEO, "team")] == [int(sent["id"]), said.id]
    assert members.command_names(CLEO, "team") == ["hello"]

    assert members.seen_by(ADA, "team") == []
    assert members.command_names(ADA, "team") == []
    with pytest.raises(ClientRefusedError, match="Not everybody"):
        await members.say(ADA, "Let me in", "team")
    async with wire.http.get(f"{wire.sandbox.url}/_chat/state?as=ada") as answer:
        assert list((await answer.json())["channels"]) == ["guild", "dm"]
    async with wire.http.get(f"{wire.sandbox.url}/_chat/state?as=cleo") as answer:
        state = await answer.json()
    assert state["channels"]["team"] == str(TEAM_ID)
    assert "On it" in [one["content"] for one in state["messages"]]


async def test_who_left_cannot_be_written_to_and_comes_back_without_roles(wire: Wire) -> None:
    members = wire.sandbox.members
    await wire.call("PUT", COMMANDS, [HELLO])
    await members.say(CLEO, "Welcome")
    role = f"/guilds/{GUILD_ID}/members/{ADA}/roles/{LINKED_ROLE_ID}"
    assert (await wire.call("PUT", role))[0] == 204
    members.leave(ADA)

    _, channel = await wire.call("POST", "/users/@me/channels", {"recipient_id": str(ADA)})
    messages = f"/channels/{channel['id']}/messages"
    status, refused = await wire.call("POST", messages, {"content": "x"})
    assert (status, refused["code"]) == (403, 50278)
    assert (await wire.call("GET", f"/guilds/{GUILD_ID}/members/{ADA}"))[1]["code"] == 10007
    assert (await wire.call("PUT", role))[1]["code"] == 10007
    assert (await wire.call("GET", f"/users/{ADA}"))[1]["global_name"] == "Ada"
    assert members.seen_by(ADA) == []
    assert members.command_names(ADA) == members.command_names(ADA, "dm") == []
    with pytest.raises(ClientRefusedError):
        await members.say(ADA, "Hello?")
    with pytest.raises(ClientRefusedError):
        await members.run_command(ADA, "hello", force=True)

    members.join(ADA)
    assert members.roles_of(ADA) == set()
    assert members.command_names(ADA) == ["hello"]
    assert (await wire.call("POST", messages, {"content": "x"}))[0] == 200
    with pytest.raises(ClientRefusedError, match="owner"):
        members.leave(CLEO)


async def test_a_deleted_account_keeps_its_id_and_nothing_else(wire: Wire) -> None:
    members = wire.sandbox.members
    _, channel = await wire.call("POST", "/users/@me/channels", {"recipient_id": str(ADA)})
    members.delete_account(ADA)

    status, refused = await wire.call("POST", "/users/@me/channels", {"recipient_id": str(ADA)})
    assert (status, refused["code"]) == (400, 50033)
    status, refused = await wire.call("POST", f"/channels/{channel['id']}/messages", {"content": "x"})
    assert (status, refused["code"]) == (403, 50278)
    _, user = await wire.call("GET", f"/users/{ADA}")
    assert (user["id"], user["global_name"]) == (str(ADA), None)
    assert user["username"].startswith("deleted_user_")
    with pytest.raises(ClientRefusedError):
        await members.say(ADA, "Still here", "dm")
    with pytest.raises(ClientRefusedError):
        members.join(ADA)


async def test_somebody_elsewhere_can_be_named_by_their_id(wire: Wire) -> None:
    option = {"type": 6, "name": "who", "description": "Whom", "required": True}
    await wire.call("PUT", COMMANDS, [HELLO | {"options": [option]}])
    wire.sandbox.members.leave(ADA)
    wire.sandbox.members.delete_account(BEN)
    async with await wire.connect() as socket:
        await next_event(socket, "READY")
        for person, is_member in ((ADA, False), (BEN, False), (CLEO, True)):
            await wire.sandbox.members.run_command(CLEO, "hello", {"who": person})
            resolved = (await next_event(socket, "INTERACTION_CREATE"))["data"]["resolved"]
            assert list(resolved["users"]) == [str(person)]
            assert (str(person) in resolved.get("members", {})) == is_member


async def test_an_answer_that_comes_too_late_is_unknown(wire: Wire) -> None:
    await wire.call("PUT", COMMANDS, [HELLO])
    async with await wire.connect() as socket:
        await next_event(socket, "READY")
        outcome = await wire.sandbox.members.run_command(ADA, "hello")
        assert outcome.kind == "failed"
        assert outcome.message is not None
        assert outcome.message.text == "The application did not respond"
        asked = await next_event(socket, "INTERACTION_CREATE")
        path = f"/interactions/{asked['id']}/{asked['token']}/callback"
        answer = {"type": 4, "data": {"content": "late"}}
        assert await wire.call("POST", path, answer, token="") == (
            404,
            {"message": "Unknown interaction", "code": 10062},
        )


@pytest.fixture
async def answered(wire: Wire) -> AsyncIterator[tuple[str, str]]:
    """The callback path and the follow-up path of an interaction that was answered."""
    await wire.call("PUT", COMMANDS, [HELLO])
    async with await wire.connect() as socket:
        await next_event(socket, "READY")

        async def answer() -> tuple[str, str]:
            asked = await next_event(socket, "INTERACTION_CREATE")
            callback = f"/interactions/{asked['id']}/{asked['token']}/callback"
            follow_up = f"/webhooks/{APPLICATION_ID}/{asked['token']}"
            early = await wire.call("POST", follow_up, {"content": "early"}, token="")
            assert early[1]["code"] == 10015
            for wrong, code in (
                ({"type": 6}, 50035),
                ({"type": 4, "data": {"content": ""}}, 50006),
                ({"type": 4, "data": {"content": "x" * 2001}}, 50035),
            ):
                assert (await wire.call("POST", callback, wrong, token=""))[1]["code"] == code
            right = {"type": 4, "data": {"content": "Hello", "flags": 64}}
            assert (await wire.call("POST", callback, right, token=""))[0] == 204
            return callback, follow_up

        outcome, paths = await asyncio.gather(wire.sandbox.members.run_command(ADA, "hello"), answer())
        assert outcome.kind == "replied"
        yield paths


async def test_the_life_of_an_interaction_token(wire: Wire, answered: tuple[str, str]) -> None:
    callback, follow_up = answered
    assert (await wire.call("POST", callback, {"type": 5}, token=""))[1]["code"] == 40060
    original = f"{follow_up}/messages/@original"
    status, edited = await wire.call("PATCH", original, {"content": "Again"}, token="")
    assert (status, edited["content"], edited["flags"]) == (200, "Again", 64)
    assert (await wire.call("GET", f"{follow_up}/messages/1", token=""))[1]["code"] == 10008
    status, more = await wire.call("POST", follow_up, {"content": "More"}, token="")
    assert status == 200
    # An ephemeral message does not exist outside its interaction.
    assert (await wire.call("GET", f"/channels/{GENERAL_ID}/messages/{edited['id']}"))[1]["code"] == 10008
    assert (await wire.call("GET", f"/channels/{GENERAL_ID}/messages/{more['id']}"))[0] == 200
    wire.sandbox.expire_tokens()
    status, expired = await wire.call("PATCH", original, {"content": "Late"}, token="")
    assert (status, expired["code"]) == (401, 50027)


async def test_faults_wear_off(wire: Wire) -> None:
    faults = wire.sandbox.faults
    faults.rate_limit("GET /users/@me", retry_after_s=2.5, is_global=True)
    async with wire.http.get(wire.sandbox.api_url + "/users/@me") as limited:
        assert limited.status == 429
        assert "Via" in limited.headers
        assert await limited.json() == {
            "message": "You are being rate limited.",
            "retry_after": 2.5,
            "global": True,
        }
    faults.fail("/users", status=503)
    assert (await wire.call("GET", "/users/@me"))[0] == 503
    faults.drop("POST /channels")
    with pytest.raises(aiohttp.ClientConnectionError):
        await wire.call("POST", f"/channels/{GENERAL_ID}/messages", {"content": "x"})
    assert (await wire.call("GET", "/users/@me"))[0] == 200


@pytest.mark.parametrize(
    ("identify", "code"),
    [
        ({"token": "wrong"}, 4004),
        ({"intents": 1 << 15}, 4014),
        ({"intents": 1 << 40}, 4013),
        ({"shard": [1, 1]}, 4010),
        ({"properties": None}, 4002),
    ],
)
async def test_identify_is_checked(wire: Wire, identify: dict[str, Any], code: int) -> None:
    async with await wire.connect(**identify) as socket:
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == code


@pytest.mark.parametrize(("intents", "told"), [(GUILDS, 2), (0, 0)])
async def test_each_shard_is_told_of_its_own_guilds_where_it_asks_for_guilds(intents: int, told: int) -> None:
    async with wired(guilds=4) as wire:
        homes = []
        for shard in (0, 1):
            async with await wire.connect(intents=intents, shard=[shard, 2]) as socket:
                ready = await next_event(socket, "READY")
                homes += [guild["id"] for guild in ready["guilds"]]
                created = [(await next_event(socket, "GUILD_CREATE"))["id"] for _ in range(told)]
                assert created == homes[-len(ready["guilds"]) :][:told]
                # Whatever came before the answer to this was sent before it.
                await socket.send_json({"op": 1, "d": None})
                assert (await socket.receive_json())["op"] == 11
        assert len(set(homes)) == 4
        assert str(GUILD_ID) in homes


async def test_a_session_is_resumed_and_can_be_lost(wire: Wire) -> None:
    async with await wire.connect(intents=GUILDS | 1 << 12) as socket:
        ready = await next_event(socket, "READY")
        await next_event(socket, "GUILD_CREATE")
        assert ready["resume_gateway_url"] == wire.sandbox.gateway_url
        wire.sandbox.gateway.drop()
    await wire.sandbox.members.say(ADA, "Missed", "dm")
    resume = {"op": 6, "d": {"token": BOT_TOKEN, "session_id": ready["session_id"], "seq": 2}}
    async with wire.http.ws_connect(ready["resume_gateway_url"]) as socket:
        await socket.send_json(resume)
        assert (await next_event(socket, "MESSAGE_CREATE"))["content"] == "Missed"
        await next_event(socket, "RESUMED")
        await wire.sandbox.gateway.invalidate_sessions(resumable=False)
        assert await socket.receive_json() == {"op": 9, "d": False}
    async with wire.http.ws_connect(ready["resume_gateway_url"]) as socket:
        await socket.receive_json()
        await socket.send_json(resume)
        assert await socket.receive_json() == {"op": 9, "d": False}


async def test_no_guild_without_the_intent(wire: Wire) -> None:
    async with await wire.connect(intents=0) as socket:
        await next_event(socket, "READY")
        await socket.send_json({"op": 1, "d": None})
        assert (await socket.receive_json())["op"] == 11


async def test_state_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "discord.json"
    before = DiscordSandbox(state_path=path)
    await before.start()
    said = await before.members.say(ADA, "Remember me")
    before.members.set_direct_messages(BEN, is_open=True)
    before.members.delete_account(ADA)
    async with aiohttp.ClientSession() as http:
        await Wire(before, http).call("PUT", COMMANDS, [HELLO])
    await before.close()
    after = DiscordSandbox(state_path=path)
    assert after.members.seen_by(BEN) == [said]
    assert after.members.command_names(BEN) == ["hello"]
    with pytest.raises(ClientRefusedError):
        after.members.join(ADA)
    await after.start()
    async with aiohttp.ClientSession() as http:
        wire = Wire(after, http)
        _, channel = await wire.call("POST", "/users/@me/channels", {"recipient_id": str(BEN)})
        assert (await wire.call("POST", f"/channels/{channel['id']}/messages", {"content": "x"}))[0] == 200
    await after.close()


async def test_faults_can_be_ordered_over_http(wire: Wire) -> None:
    control = f"{wire.sandbox.url}/_control"
    orders: list[tuple[str, dict[str, Any]]] = [
        ("rest", {"route": "GET /users/@me", "kind": 500}),
        ("gateway", {"kind": "reconnect"}),
        ("direct-messages", {"member": "ben", "open": True}),
        ("members", {"member": "ada", "kind": "leave"}),
        ("locale", {"member": "ada", "locale": "de"}),
        ("expire-tokens", {}),
    ]
    for name, order in orders:
        async with wire.http.post(f"{control}/{name}", json=order) as answer:
            assert answer.status == 204
    assert (await wire.call("GET", "/users/@me"))[0] == 500
    assert wire.sandbox.members.command_names(ADA) == []
    for name, order in (
        ("rest", {"kind": "sulk"}),
        ("members", {"member": "ada", "kind": "sulk"}),
        ("members", {"member": "nobody", "kind": "join"}),
        ("members", {"member": "cleo", "kind": "leave"}),
        ("locale", {"member": "ada", "locale": "xx"}),
        ("locale", {"member": "nobody", "locale": "de"}),
    ):
        async with wire.http.post(f"{control}/{name}", json=order) as answer:
            assert answer.status == 400
