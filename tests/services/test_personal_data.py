"""What a person is given of what is stored about them: all of it, and nothing of anybody else's."""

import json

from sandbox.banq import identities
from services import personal_data
from services.personal_data import NOT_ABOUT_A_PERSON, PARTS, PersonalData
from storage.database import Database
from tests.conftest import Clock
from tests.services.rig import GOOD_ADDRESS, Rig
from tests.services.whole_life import ABOUT_A_MEMBER, ADA, BEN, LABEL, lived


def of(rig: Rig) -> PersonalData:
    return PersonalData(rig.database, 30, rig.sources)


async def test_every_column_is_handed_out_or_left_out_with_a_reason(database: Database) -> None:
    columns = await database.read.fetch_all(
        "SELECT tables.name, columns.name FROM sqlite_schema AS tables,"
        " pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'"
    )
    assert {table for table, _ in columns} == {part.table for part in PARTS.values()} | set(
        NOT_ABOUT_A_PERSON
    )
    for name, part in PARTS.items():
        declared = [*part.values, *part.times, *part.json_ids, *part.left_out]
        assert sorted(declared) == sorted(column for table, column in columns if table == part.table), name


async def test_a_person_is_given_what_every_table_holds_about_them(rig: Rig, clock: Clock) -> None:
    withdrawal = await lived(rig, clock)

    data = await of(rig).of(ADA)

    assert data is not None
    assert data["user"] == {"platform": "discord", "id": ADA.id}
    assert data["made_at"] == "2026-03-01T13:00:00+00:00"
    stored = data["stored"]
    assert [part for part in stored if stored[part]["rows"]] == [
        part for part in PARTS if part in ABOUT_A_MEMBER
    ]
    assert all(part["explanation"] for part in stored.values())
    [link] = stored["links"]["rows"]
    assert link["banq_user_id"] == identities.ADA.user_id
    assert link["linked_at"] == "2026-03-01T12:00:00+00:00"
    [session] = stored["link_sessions"]["rows"]
    assert (session["chat_user_name"], session["chat_avatar_url"]) == (ADA.name, ADA.avatar_url)
    assert session["user_guid"] == link["user_guid"]
    [saved] = stored["addresses"]["rows"]
    assert (saved["label"], saved["address"]) == (LABEL, GOOD_ADDRESS)
    sent, _draft = stored["withdrawals"]["rows"]
    assert (sent["id"], sent["state"], sent["address"]) == (withdrawal.id, "completed", GOOD_ADDRESS)
    [approval] = stored["grants"]["rows"]
    assert approval["user_guid"] == link["user_guid"]


async def test_no_secret_is_handed_out(rig: Rig, clock: Clock) -> None:
    await lived(rig, clock)
    await rig.links.unlink(ADA, "member", "by command")
    clock.forward(minutes=10)
    _, code = await rig.matched(ADA, identities.ADA)

    data = await of(rig).of(ADA)

    assert data is not None
    assert code not in json.dumps(data)
    assert data["stored"]["link_sessions"]["rows"][1]["user_guid"] is None
    assert "deleted 30 days after they came" in data["not_in_this_file"][0]


async def test_whoever_was_refused_is_not_told_whose_wallet_it_is(rig: Rig, clock: Clock) -> None:
    await rig.link(ADA, identities.ADA)
    clock.forward(minutes=11)
    _, browser = await rig.start(BEN)
    await rig.granted(*await rig.approve(identities.ADA))
    await rig.page.approved(browser)
    clock.forward(minutes=3)
    await rig.time_passes()
    assert await rig.state_of(browser) == "conflict"

    data = await of(rig).of(BEN)

    assert data is not None
    assert [row["reason"] for row in data["stored"]["audit"]["rows"]] == [None, None]
    [approval] = data["stored"]["grants"]["rows"]
    assert (approval["user_guid"], approval["banq_user_id"]) == (None, None)
    for secret in (identities.ADA.user_id, identities.ADA.user_guid(identities.PLATFORM_ID), "user 1"):
        assert secret not in json.dumps(data)


async def test_what_the_team_did_is_theirs_without_whom_it_was_about(rig: Rig) -> None:
    await rig.link(ADA, identities.ADA)
    await rig.links.freeze(ADA, "admin:2", "asked by mail")
    await rig.kill_switch.pause("admin:2", "an odd evening")

    admins, members = await of(rig).of(BEN), await of(rig).of(ADA)

    assert admins is not None
    assert members is not None
    assert [row["action"] for row in admins["stored"]["audit_by_them"]["rows"]] == [
        "wallet frozen",
        "withdrawals paused",
    ]
    assert [row["reason"] for row in admins["stored"]["pauses"]["rows"]] == ["an odd evening"]
    assert "asked by mail" not in json.dumps(admins)
    frozen = members["stored"]["audit"]["rows"][-1]
    assert (frozen["actor"], frozen["reason"]) == ("team", "asked by mail")


async def test_about_a_stranger_nothing_is_stored(rig: Rig, clock: Clock) -> None:
    await lived(rig, clock)

    assert await of(rig).of(BEN) is None


def test_each_explanation_is_a_sentence() -> None:
    sentences = [part.explanation for part in PARTS.values()] + list(personal_data.NOT_IN_IT)
    assert [sentence for sentence in sentences if not sentence.endswith(".")] == []
