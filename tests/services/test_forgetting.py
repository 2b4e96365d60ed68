"""Forgetting a person: what goes, what stays as proof, and what it is no way around."""

from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.banq import identities
from services.forgetting import ATTEMPTS_FOR, PROOF_FOR, Forgetting, Forgotten, StillRunning
from services.linking import LinkStarted
from tests.conftest import Clock
from tests.services.rig import GOOD_ADDRESS, Rig
from tests.services.whole_life import ABOUT_A_MEMBER, ADA, BEN, LABEL, lived

REASON = "asked by mail"
# By then, no attempt to link keeps anybody from anything.
LATER = ATTEMPTS_FOR + timedelta(hours=1)


def forgetting(rig: Rig) -> Forgetting:
    return Forgetting(rig.database, rig.links, rig.sources)


async def forgotten(rig: Rig) -> Forgotten:
    outcome = await forgetting(rig).forget(ADA, "operator", REASON)
    assert isinstance(outcome, Forgotten), outcome
    return outcome


async def everything(rig: Rig) -> dict[str, list[tuple[object, ...]]]:
    return {
        table: [tuple(row) for row in await rig.database.read.fetch_all(f"SELECT * FROM {table}")]  # noqa: S608
        for table in ABOUT_A_MEMBER
    }


async def test_what_may_go_goes_and_what_proves_something_stays(rig: Rig, clock: Clock) -> None:
    withdrawal = await lived(rig, clock)
    clock.time += LATER

    outcome = await forgotten(rig)

    assert (outcome.unlinked, outcome.frozen, outcome.blanked) == (True, False, 1)
    assert outcome.removed == {"addresses": 1, "member_languages": 1, "withdrawals": 1, "grants": 1}
    assert await rig.links.of(ADA) is None
    assert (await rig.stored(withdrawal)).state == "completed"
    left = await everything(rig)
    assert (left["addresses"], left["member_languages"], left["grants"]) == ([], [], [])
    assert len(left["withdrawals"]) == len(left["links"]) == len(left["link_sessions"]) == 1
    assert await rig.column("SELECT chat_user_name || coalesce(chat_avatar_url, '') FROM link_sessions") == [
        ""
    ]
    assert await rig.column("SELECT value FROM member_limits") == [3]
    [line] = await rig.database.read.fetch_all("SELECT * FROM audit ORDER BY id DESC LIMIT 1")
    assert (line["actor"], line["action"], line["reason"]) == ("operator", "person forgotten", REASON)
    assert "unlinked_by_admin" in await rig.column("SELECT kind FROM outbox WHERE state = 'pending'")


async def test_of_whoever_never_withdrew_only_what_nobody_can_remove_stays(rig: Rig, clock: Clock) -> None:
    await rig.link(ADA, identities.ADA)
    clock.time += LATER

    assert (await forgotten(rig)).removed == {"grants": 1, "links": 1, "turns": 1, "link_sessions": 1}

    left = await everything(rig)
    assert [table for table in ABOUT_A_MEMBER if left[table]] == ["outbox", "audit"]


async def test_what_was_removed_is_not_in_the_file_any_more(rig: Rig, clock: Clock, tmp_path: Path) -> None:
    await lived(rig, clock)
    clock.time += LATER
    file = tmp_path / "banqbot.sqlite3"
    traces = (ADA.name.encode(), b"avatars/1/ada.png", LABEL.encode())
    await rig.database.read.fetch_all("PRAGMA wal_checkpoint(TRUNCATE)")
    assert all(trace in file.read_bytes() for trace in traces)

    await forgotten(rig)

    await rig.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert [trace for trace in traces if trace in file.read_bytes()] == []


async def test_a_preview_says_just_that_and_changes_nothing(rig: Rig, clock: Clock) -> None:
    await lived(rig, clock)
    clock.time += LATER
    before = await everything(rig)

    preview = await forgetting(rig).preview(ADA)

    assert await everything(rig) == before
    outcome = await forgotten(rig)
    assert isinstance(preview, Forgotten)
    assert (preview.removed, preview.blanked, preview.unlinked) == (outcome.removed, outcome.blanked, True)
    assert preview.kept == outcome.kept


async def test_forgetting_once_more_changes_nothing(rig: Rig, clock: Clock) -> None:
    await lived(rig, clock)
    clock.time += LATER
    await forgotten(rig)
    before = await everything(rig)

    assert not (await forgotten(rig)).changed_something

    assert await everything(rig) == before


async def test_a_withdrawal_that_is_under_way_comes_first(linked: Rig) -> None:
    await linked.confirm(ADA, await linked.draft(ADA, "quiet-hours-2"))
    before = await everything(linked)

    for outcome in (
        await forgetting(linked).preview(ADA),
        await forgetting(linked).forget(ADA, "operator", REASON),
    ):
        assert outcome == StillRunning(1)
    assert await everything(linked) == before


async def test_forgetting_is_no_way_around_a_freeze(rig: Rig, clock: Clock) -> None:
    await lived(rig, clock)
    await rig.links.freeze(ADA, "admin:9", "stolen account")
    clock.time += LATER

    outcome = await forgotten(rig)

    assert (outcome.frozen, outcome.unlinked) == (True, False)
    assert "addresses" in outcome.removed
    link = await rig.links.of(ADA)
    assert link is not None
    assert link.state == "frozen"


async def test_an_attempt_that_is_under_way_ends_with_the_freeze_kept(rig: Rig, clock: Clock) -> None:
    await rig.link(ADA, identities.ADA)
    await rig.links.freeze(ADA, "admin:9", "stolen account")
    clock.forward(minutes=11)
    assert isinstance(await rig.linking.start(ADA), LinkStarted)

    await forgotten(rig)

    assert not await rig.linking.is_under_way(ADA)


async def test_the_last_day_s_attempts_still_count_without_a_name(rig: Rig, clock: Clock) -> None:
    await rig.link(ADA, identities.ADA)
    clock.forward(minutes=60)

    assert (await forgotten(rig)).removed == {"links": 1}

    assert await rig.column("SELECT chat_user_name FROM link_sessions") == [""]
    assert await rig.column("SELECT count(*) FROM turns") == [1]
    assert await rig.column("SELECT count(*) FROM grants") == [1]


@pytest.mark.parametrize("is_old", [False, True])
async def test_a_withdrawal_is_proof_for_three_years(rig: Rig, clock: Clock, *, is_old: bool) -> None:
    await lived(rig, clock)
    clock.time += PROOF_FOR if is_old else PROOF_FOR * 0.9

    await forgotten(rig)

    addresses = await rig.column("SELECT address FROM withdrawals")
    assert addresses == ([] if is_old else [GOOD_ADDRESS])
    assert await rig.column("SELECT count(*) FROM links") == [0 if is_old else 1]


async def test_nobody_else_is_forgotten(rig: Rig, clock: Clock) -> None:
    await lived(rig, clock)
    await rig.link(BEN, identities.BEN)
    await rig.address_book.add(BEN, LABEL, GOOD_ADDRESS)
    clock.time += LATER

    await forgotten(rig)

    assert await rig.links.of(BEN) is not None
    assert len(await rig.address_book.entries(BEN)) == 1
    assert await rig.column("SELECT chat_user_name FROM link_sessions ORDER BY rowid") == ["", BEN.name]
    assert await rig.column("SELECT count(*) FROM grants") == [1]


async def test_whoever_was_forgotten_can_link_again(rig: Rig, clock: Clock) -> None:
    await lived(rig, clock)
    clock.time += LATER
    await forgotten(rig)

    await rig.link(ADA, identities.ADA)

    assert await rig.links.of(ADA) is not None
