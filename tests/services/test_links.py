"""Links after they are made: looked at, ended, lost, frozen."""

import pytest

from sandbox.banq import identities
from services import withdrawal_steps
from services.identity import ChatUser
from services.linking import LinkingEnded
from services.links import Frozen, LinkFrozen, NotLinked, Unlinked, WalletOverview
from services.wording.withdrawal_list import list_entry
from tests.conftest import Clock
from tests.services.messenger import Messenger
from tests.services.rig import ADA, BEN, GOOD_ADDRESS, Rig, key_of

PICTURE, TILE, THIRD = "quiet-hours-2", "glaze-garden-8", "quiet-hours-3"


async def audit(rig: Rig) -> list[tuple[object, ...]]:
    """The audit log since the wallet was linked: (actor, action, member, reason)."""
    rows = await rig.database.read.fetch_all(
        "SELECT actor, action, chat_user_id, reason FROM audit WHERE id >"
        " (SELECT max(id) FROM audit WHERE action = 'wallet linked') ORDER BY id"
    )
    return [tuple(row) for row in rows]


async def confirmed_only(rig: Rig, slug: str) -> None:
    draft = await rig.draft(ADA, slug)
    async with rig.database.transaction() as tx:
        await withdrawal_steps.confirm(tx, draft, rig.sources.now(), held=draft.amount, retyped=True)


async def test_the_overview_counts_what_is_on_its_way(linked: Rig, clock: Clock) -> None:
    linked_at = clock()
    await linked.draft(ADA, THIRD)
    await linked.confirm(ADA, await linked.draft(ADA, PICTURE))

    assert await linked.links.overview(ADA) == WalletOverview("active", linked_at, ("discord",), 1, 0)
    assert await linked.links.overview(BEN) == NotLinked()


async def test_one_wallet_may_be_linked_on_each_chat_platform(linked: Rig, clock: Clock) -> None:
    clock.forward(minutes=11)
    elsewhere = ChatUser("telegram", "7", "Ada")

    await linked.link(elsewhere, identities.ADA)

    for user in (ADA, elsewhere):
        overview = await linked.links.overview(user)
        assert isinstance(overview, WalletOverview)
        assert overview.chats == ("discord", "telegram")


async def test_unlinking_cancels_what_is_not_sent_and_counts_what_is(linked: Rig) -> None:
    await linked.draft(ADA, THIRD)
    await confirmed_only(linked, TILE)
    await linked.confirm(ADA, await linked.draft(ADA, PICTURE))

    assert await linked.links.unlink(ADA, "member", "by command") == Unlinked(cancelled=1, still_running=1)

    assert await linked.links.of(ADA) is None
    states = await linked.column("SELECT state FROM withdrawals ORDER BY rowid")
    assert states == ["cancelled", "cancelled", "awaiting_owner"]
    assert (await linked.history.of(ADA)).count == 2


async def test_what_an_earlier_link_sent_still_counts_as_running(linked: Rig) -> None:
    await linked.confirm(ADA, await linked.draft(ADA, PICTURE))
    await linked.links.unlink(ADA, "member", "by command")

    await linked.link(ADA, identities.ADA)

    overview = await linked.links.overview(ADA)
    assert isinstance(overview, WalletOverview)
    assert overview.running_withdrawals == 1


async def test_unlinking_twice_changes_nothing(linked: Rig) -> None:
    await linked.links.unlink(ADA, "member", "by command")

    assert await linked.links.unlink(ADA, "member", "by command") == NotLinked()
    assert await audit(linked) == [("member", "wallet unlinked", ADA.id, "by command")]


async def test_unlinking_one_member_leaves_the_others(linked: Rig, clock: Clock) -> None:
    clock.forward(seconds=10)
    await linked.link(BEN, identities.BEN)

    assert await linked.links.unlink(ADA, "member", "by command") == Unlinked(0, 0)

    assert await linked.links.of(BEN) is not None


async def test_an_admin_is_named_in_the_audit_log(linked: Rig) -> None:
    await linked.links.unlink(ADA, "admin:9", "asked by mail")

    assert await audit(linked) == [("admin:9", "wallet unlinked", ADA.id, "asked by mail")]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("all\x1b[8m\nis \u202ewell", "all[8m is well"),
        ("\u200b\u200b\u200b", "(nothing that can be read)"),
        ("x" * 201, "x" * 199 + "…"),
    ],
)
async def test_a_reason_is_kept_without_what_deceives_its_readers(linked: Rig, typed: str, kept: str) -> None:
    await linked.links.freeze(ADA, "admin:9", typed)
    await linked.links.unlink(ADA, "admin:9", typed)
    await linked.kill_switch.pause("admin:9", typed)
    await linked.kill_switch.resume("admin:9", typed)

    reasons = await linked.column("SELECT reason FROM audit WHERE actor = 'admin:9'")
    assert reasons == [kept] * 4
    assert await linked.column("SELECT reason FROM pauses") == [kept]


async def test_linking_is_in_the_audit_log(linked: Rig) -> None:
    rows = await linked.database.read.fetch_all("SELECT actor, action, chat_user_id FROM audit ORDER BY id")

    assert [tuple(row) for row in rows] == [
        ("member", "linking: issued", ADA.id),
        ("banq", "linking: matched", ADA.id),
        ("member", "linking: linked", ADA.id),
        ("member", "wallet linked", ADA.id),
    ]


async def test_the_audit_log_has_no_secrets_and_no_holdings(linked: Rig) -> None:
    await linked.confirm(ADA, await linked.draft(ADA, PICTURE))

    rows = await linked.database.read.fetch_all("SELECT * FROM audit")
    written = " ".join(str(value) for row in rows for value in tuple(row))

    for secret in ("token-", "100001", "0x5290", "First Frost", identities.ADA.user_id):
        assert secret not in written


async def test_losing_access_twice_is_told_once(linked: Rig) -> None:
    link = await linked.links.of(ADA)
    assert link is not None

    for _ in range(2):
        await linked.links.access_lost(link.id)
    await linked.links.access_lost("made up")

    stale = await linked.links.of(ADA)
    assert stale is not None
    assert stale.state == "stale"
    assert await audit(linked) == [("banq", "access revoked", ADA.id, None)]
    assert await linked.column("SELECT kind FROM outbox") == ["link_stale"]


async def test_losing_access_does_not_bring_an_ended_link_back(linked: Rig) -> None:
    link = await linked.links.of(ADA)
    assert link is not None
    await linked.links.unlink(ADA, "member", "by command")

    await linked.links.access_lost(link.id)

    assert await linked.links.of(ADA) is None
    assert await linked.column("SELECT count(*) FROM outbox") == [0]


async def test_a_stale_link_can_be_unlinked(linked: Rig) -> None:
    link = await linked.links.of(ADA)
    assert link is not None
    await linked.links.access_lost(link.id)

    assert await linked.links.unlink(ADA, "member", "by command") == Unlinked(0, 0)


async def test_freezing_stops_what_is_not_sent_and_counts_what_is(linked: Rig) -> None:
    await linked.draft(ADA, THIRD)
    await confirmed_only(linked, TILE)
    await linked.confirm(ADA, await linked.draft(ADA, PICTURE))

    assert await linked.links.freeze(ADA, "member", "by command") == Frozen(cancelled=1, still_running=1)

    states = await linked.column("SELECT state FROM withdrawals ORDER BY rowid")
    assert states == ["cancelled", "cancelled", "awaiting_owner"]
    assert await linked.withdrawals.draft(ADA, key_of(THIRD), GOOD_ADDRESS, 1) == LinkFrozen()


async def test_freezing_twice_is_told_once(linked: Rig) -> None:
    for _ in range(2):
        assert await linked.links.freeze(ADA, "admin:9", "asked by mail") == Frozen(0, 0)

    assert await audit(linked) == [("admin:9", "wallet frozen", ADA.id, "asked by mail")]
    assert await linked.column("SELECT kind FROM outbox WHERE recipient <> 'audit'") == ["frozen_by_admin"]


async def test_whoever_freezes_their_own_wallet_needs_no_message(linked: Rig) -> None:
    await linked.links.freeze(ADA, "member", "by command")

    assert await linked.column("SELECT kind FROM outbox") == []


@pytest.mark.parametrize("step", ["unlink", "freeze"])
async def test_an_attempt_that_the_team_ends_is_told_with_its_reason(rig: Rig, step: str) -> None:
    await rig.start(BEN)
    ending = getattr(rig.links, step)

    assert await ending(BEN, "admin:7", "somebody else's account") == NotLinked()
    assert await ending(BEN, "admin:7", "once more") == NotLinked()

    assert await rig.column("SELECT reason FROM audit WHERE action = 'link attempt ended'") == [
        "somebody else's account"
    ]


async def test_there_is_nothing_to_freeze_without_a_link(linked: Rig) -> None:
    assert await linked.links.freeze(BEN, "member", "by command") == NotLinked()

    link = await linked.links.of(ADA)
    assert link is not None
    assert link.state == "active"


async def test_a_frozen_link_stays_frozen_until_the_wallet_is_linked_again(linked: Rig, clock: Clock) -> None:
    frozen = await linked.links.of(ADA)
    assert frozen is not None
    await linked.links.freeze(ADA, "member", "by command")

    await linked.links.access_lost(frozen.id)
    assert await linked.column("SELECT state FROM links") == ["frozen"]
    clock.forward(minutes=1)
    await linked.link(ADA, identities.ADA)

    assert await linked.column("SELECT state FROM links ORDER BY rowid") == ["unlinked", "active"]
    await linked.draft(ADA, THIRD)


async def test_a_stale_link_can_be_frozen(linked: Rig) -> None:
    link = await linked.links.of(ADA)
    assert link is not None
    await linked.links.access_lost(link.id)

    await linked.links.freeze(ADA, "admin:9", "asked by mail")

    assert await linked.column("SELECT state FROM links") == ["frozen"]


async def test_what_the_team_sees_of_a_conflict_ends_with_the_next_link(linked: Rig, clock: Clock) -> None:
    clock.forward(minutes=11)
    _, browser = await linked.start(BEN)
    await linked.granted(*await linked.approve(identities.ADA))
    await linked.page.approved(browser)
    clock.forward(minutes=2, seconds=1)
    await linked.time_passes()
    assert await linked.links.latest_conflict(BEN) is not None
    clock.forward(minutes=11)
    await linked.link(BEN, identities.BEN)

    assert await linked.links.latest_conflict(BEN) is None


async def test_the_overview_tells_apart_what_is_not_sent_yet(linked: Rig) -> None:
    await confirmed_only(linked, TILE)
    await linked.confirm(ADA, await linked.draft(ADA, PICTURE))

    overview = await linked.links.overview(ADA)
    assert isinstance(overview, WalletOverview)
    assert (overview.running_withdrawals, overview.unsent_withdrawals) == (2, 1)


@pytest.mark.parametrize("is_linked", [False, True])
async def test_the_team_stops_an_attempt_that_is_under_way(
    rig: Rig, clock: Clock, *, is_linked: bool
) -> None:
    if is_linked:
        await rig.link(ADA, identities.ADA)
        link = await rig.links.of(ADA)
        assert link is not None
        await rig.links.access_lost(link.id)
        clock.forward(minutes=11)
    session_id, code = await rig.matched(ADA, identities.ADA)
    await rig.links.freeze(ADA, "admin:9", "account taken over")

    assert await rig.linking.finish(session_id, ADA, code) == LinkingEnded("cancelled")
    link = await rig.links.of(ADA)
    assert link is None or link.state == "frozen"


@pytest.mark.parametrize("end", ["unlink", "freeze"])
async def test_who_had_confirmed_is_told_that_it_was_not_sent(
    linked: Rig, messenger: Messenger, clock: Clock, end: str
) -> None:
    await confirmed_only(linked, PICTURE)

    await getattr(linked.links, end)(ADA, "admin:9", "asked by mail")
    clock.forward(seconds=5)
    await linked.outbox.step()

    assert (ADA.id, "Withdrawal not sent") in messenger.sent
    [withdrawal] = (await linked.history.of(ADA)).items
    assert "before it was sent" in list_entry(messenger.plain, withdrawal)
