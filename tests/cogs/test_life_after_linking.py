"""What becomes of a link: frozen, refused, lost, ended; and of members who crash, leave, or are gone."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.banq import identities
from sandbox.banq.echo import Echo
from sandbox.discord import ADA, BEN, CLEO, ClientRefusedError, SeenMessage
from tests.cogs.member import ADDRESS, Member, browser
from tests.live import LiveBot, living

ANOTHER_NFT = "Salt Wind"
LINKS = "SELECT chat_user_id, state FROM links WHERE state <> 'unlinked' ORDER BY chat_user_id"
SECOND_LANE = f"""\
[lanes.second]
account_space_id = "{identities.SECOND_ACCOUNT_SPACE_ID}"
platform_id = "{identities.SECOND_PLATFORM_ID}"
webhook_secret = "the-webhook-secret-of-the-second-lane"
"""


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveBot]:
    async with living(tmp_path) as running:
        yield running


@pytest.fixture
async def echoing(tmp_path: Path) -> AsyncIterator[LiveBot]:
    """Where Banq names the turn in its webhook, nobody waits for anybody: several members link at once."""
    async with living(tmp_path, echo=Echo("reference", "reference")) as running:
        yield running


async def rows(live: LiveBot, query: str) -> list[tuple[object, ...]]:
    async with live.opened_database() as database:
        return [tuple(row) for row in await database.read.fetch_all(query)]


async def notices(live: LiveBot, member: Member) -> list[tuple[object, ...]]:
    """(kind, state, failed tries) of the member's notices, once each has been tried."""
    query = (
        "SELECT kind, state, attempts, state = 'pending' AND attempts = 0 AS untried FROM outbox"  # noqa: S608
        f" WHERE recipient = '{member.id}' ORDER BY id"
    )
    found = await rows(live, query)
    while any(untried for *_, untried in found):
        found = await rows(live, query)
    return [(kind, state, attempts) for kind, state, attempts, _ in found]


def nothing_went_wrong(live: LiveBot) -> None:
    assert not [line for line in live.output if "Traceback" in line or "ERROR" in line]


async def conflict(member: Member, customer: identities.Customer) -> SeenMessage:
    """Try to link a wallet that another member has."""
    message = await member.command("link")
    async with browser(member.live) as page:
        await page.begin(message.button("Open the secure page")["url"])
        assert (await member.approve_anyhow(page, customer))["state"] == "conflict"
    return await member.until(message, "This wallet is already linked")


# -- freezing


async def test_a_frozen_wallet_is_thawed_by_linking_it_again_alone(live: LiveBot) -> None:
    ada = Member(live, ADA)
    await ada.link(identities.ADA)
    review = await ada.command("withdraw", nft="Copper Hills", to=ADDRESS)
    asked = await ada.press(await ada.command("wallet"), "Freeze")
    assert "nobody can withdraw from here, not even you" in asked.text
    assert "Nothing changed" in (await ada.press(asked, "Keep it as it is")).text
    asked = await ada.press(await ada.command("wallet"), "Freeze")
    assert "Withdrawals are frozen" in (await ada.press(asked, "Freeze now")).text

    assert "nothing was sent" in (await ada.confirm(review)).text
    await live.kill()
    await live.start()
    assert "Withdrawals are frozen" in (await ada.command("withdraw", nft="Copper Hills", to=ADDRESS)).text
    wallet = await ada.command("wallet")
    assert "that thaws it" in wallet.text
    assert not wallet.has_button("Freeze")
    assert "32 NFTs" in (await ada.command("nfts")).text
    assert live.banq.faults.received["withdraw"] == 0

    await ada.link(identities.ADA)
    assert (await ada.command("wallet")).has_button("Freeze")
    review = await ada.command("withdraw", nft="Copper Hills", to=ADDRESS)
    assert "Now approve it at Banq" in (await ada.confirm(review)).text
    nothing_went_wrong(live)


async def test_the_team_alone_freezes_others_and_says_why(live: LiveBot) -> None:
    ada, cleo = Member(live, ADA), Member(live, CLEO)
    members = live.discord.members
    await ada.link(identities.ADA)
    why = {"member": ADA, "reason": "account taken over"}
    for who, where in ((ADA, "guild"), (BEN, "guild"), (CLEO, "dm")):
        refused = await members.run_command(who, "admin freeze", why, where, force=True)
        assert "This is for the team" in (await members.settled(who, refused)).text
    with pytest.raises(ClientRefusedError, match="reason"):
        await cleo.command("admin freeze", member=ADA)
    assert await rows(live, LINKS) == [(str(ADA), "active")]

    for _ in range(2):
        assert "Member frozen" in (await cleo.command("admin freeze", **why)).text
    told = await ada.direct_message()
    assert "The team of this community stopped withdrawals" in told.text
    assert "account taken over" not in told.text
    assert "Withdrawals are frozen" in (await ada.command("withdraw", nft="Copper Hills", to=ADDRESS)).text
    assert "Withdrawals from it are frozen" in (await cleo.command("admin member", member=ADA)).text
    assert (
        "has no wallet linked" in (await cleo.command("admin freeze", member=BEN, reason="to be sure")).text
    )
    assert await rows(
        live, "SELECT actor, chat_user_id, reason FROM audit WHERE action = 'wallet frozen'"
    ) == [(f"admin:{CLEO}", str(ADA), "account taken over")]
    assert await notices(live, ada) == [("frozen_by_admin", "delivered", 0)]
    assert len(members.seen_by(ADA, "dm")) == 1


# -- confirming


async def test_not_mine_links_nobody_and_link_it_links(tmp_path: Path) -> None:
    async with living(tmp_path, signs_in=True) as live, browser(live) as page:
        ada = Member(live, ADA)
        message = await ada.command("link")
        await page.begin(message.button("Open the secure page")["url"])
        assert "Who are you?" not in await page.at_discord(account="ada")
        declined = await page.at_discord(answer="cancel")
        assert "You did not continue with Discord" in declined
        assert (await page.state())["state"] == "opened"
        await page.sign_in_again()
        await page.at_discord(answer="authorize")
        matched = await ada.approve_anyhow(page, identities.ADA)
        assert (matched["state"], matched["finishCode"], matched["holding"]) == ("matched", None, "32 NFTs")

        asked = await ada.until(message, "Is this your wallet?")
        assert "holding **32 NFTs**" in asked.text
        refused = await live.discord.members.press(
            BEN, asked.id, asked.button("Link it")["custom_id"], force=True
        )
        assert refused.message is not None
        assert "This is not yours" in refused.message.text
        answer = await ada.press(asked, "Not mine")
        assert "Nothing was linked" in answer.text
        assert answer.buttons == []
        assert (await page.state())["state"] == "cancelled"
        assert await rows(live, LINKS) == []
        assert "No wallet linked" in (await ada.command("wallet")).text

        message = await ada.command("link")
        # She agreed before, and this browser is signed in as her: Discord does not ask again.
        await page.begin(message.button("Open the secure page")["url"])
        await ada.approve_anyhow(page, identities.ADA)
        asked = await ada.until(message, "Is this your wallet?")
        assert "Your wallet is linked" in (await ada.press(asked, "Link it")).text
        assert (await page.state())["state"] == "linked"
        assert await rows(live, LINKS) == [(str(ADA), "active")]
        assert live.discord.members.seen_by(ADA, "dm") == []
        nothing_went_wrong(live)


async def test_a_crash_before_the_question_was_seen_is_made_good_by_a_direct_message(tmp_path: Path) -> None:
    """Or, where a member takes none, at the next command."""
    async with (
        living(tmp_path, SECOND_LANE, signs_in=True) as live,
        browser(live) as adas,
        browser(live) as bens,
    ):
        ada, ben = Member(live, ADA), Member(live, BEN)
        await ada.signed_in_page(adas)
        await ben.signed_in_page(bens)
        # From here on, the messages in chat cannot follow.
        live.discord.faults.fail("PATCH /webhooks", times=99, status=400)
        for member, page, customer in ((ada, adas, identities.ADA), (ben, bens, identities.BEN)):
            assert (await member.approve_anyhow(page, customer))["state"] == "matched"
        await live.kill()
        async with live.opened_database() as database, database.transaction() as tx:
            await tx.execute("UPDATE outbox SET next_try_at = created_at")  # it is down for a while
        live.discord.faults.clear()
        await live.start()

        asked = await ada.direct_message()
        assert "Is this your wallet?" in asked.text
        done = await ada.press(asked, "Link it")
        assert "Your wallet is linked" in done.text
        assert "32 NFTs" in (await ada.press(done, "Show NFTs")).text

        assert await notices(live, ben) == [("link_confirm", "kept", 0)]
        answer = await ben.command("help")
        asked = await ben.next_answer(answer)
        assert "Is this your wallet?" in asked.text
        assert asked.is_ephemeral
        assert "Your wallet is linked" in (await ben.press(asked, "Link it")).text
        assert {(await page.state())["state"] for page in (adas, bens)} == {"linked"}
        assert await rows(live, LINKS) == [(str(ADA), "active"), (str(BEN), "active")]
        nothing_went_wrong(live)


# -- trying often, and in vain


async def test_who_tries_often_without_linking_is_asked_to_wait(live: LiveBot) -> None:
    ada, ben, cleo = (Member(live, who) for who in (ADA, BEN, CLEO))
    message = await ben.command("link")
    async with browser(live) as page:
        await page.begin(message.button("Open the secure page")["url"])
        for _ in range(2):
            await page.tell("closed")
            await page.tell("again")
        await page.tell("closed")
        await page.tell("again")
        state = await page.state()
        assert (state["state"], state["coolsDownInS"] is not None) == ("proven", True)
    waits = await ben.command("link")
    assert "Please wait a little" in waits.text
    assert re.search(r"<t:\d+:R>", waits.text)

    for _ in range(10):
        message = await ada.command("link")
    assert "Please wait a little" in (await ada.command("link")).text
    async with browser(live) as page:
        status = await page.begin(message.button("Open the secure page")["url"])
        assert (status, (await page.state())["state"]) == (200, "waiting"), "the latest link still works"
    assert (await cleo.command("link")).has_button("Open the secure page"), "others do not wait"


async def test_a_wallet_of_another_member_stays_theirs_until_the_team_unlinks_it(echoing: LiveBot) -> None:
    ada, ben, cleo = (Member(echoing, who) for who in (ADA, BEN, CLEO))
    await ada.link(identities.ADA)

    told = await conflict(ben, identities.ADA)

    assert "linked to another Discord account" in told.text
    seen = "".join(message.text for message in echoing.discord.members.seen_by(BEN))
    assert not any(name in seen for name in (str(ADA), "Ada", "ada"))
    assert await rows(echoing, LINKS) == [(str(ADA), "active")]
    assert "32 NFTs" in (await ada.command("nfts")).text
    found = re.search(r"linked to the account `(\d+)`", (await cleo.command("admin member", member=BEN)).text)
    assert found is not None
    assert int(found[1]) == ADA
    unlinked = await cleo.command("admin unlink", member=found[1], reason="same person, asked at Banq")
    assert "Ada's wallet is unlinked" in unlinked.text
    assert "The team of this community unlinked" in (await ada.direct_message()).text
    await ben.link(identities.ADA)
    assert await rows(echoing, LINKS) == [(str(BEN), "active")]
    nothing_went_wrong(echoing)


# -- leaving


async def test_who_leaves_and_comes_back_still_has_the_wallet(live: LiveBot) -> None:
    ada = Member(live, ADA)
    members = live.discord.members
    await ada.link(identities.ADA)
    review = await ada.command("withdraw", nft="Copper Hills", to=ADDRESS)
    story = await ada.confirm(review)
    (transaction,) = live.banq.ledger.transactions
    members.dismiss(ADA, story.id)
    members.leave(ADA)

    live.banq.ledger.approve_transfer(transaction.id)
    await live.banq.webhooks.settled()
    await ada.nothing_is_held_back("withdrawal_completed")
    assert (await notices(live, ada))[-1] == ("withdrawal_completed", "kept", 0)
    seen = (await Member(live, CLEO).command("admin member", member=ADA)).text
    assert "Ada linked a wallet" in seen
    assert members.seen_by(ADA, "dm") == []

    members.join(ADA)
    answer = await ada.command("wallet")
    assert "It holds 31 NFTs" in answer.text
    assert "Withdrawal completed" in (await ada.next_answer(answer)).text
    assert "Completed" in (await ada.command("withdrawals")).text
    again = await ada.command("withdraw", nft=ANOTHER_NFT, to=ADDRESS)
    assert again.has_button("Withdraw")
    assert await rows(live, LINKS) == [(str(ADA), "active")]
    nothing_went_wrong(live)


@pytest.mark.parametrize("written_to_before", [False, True])
async def test_the_wallet_of_a_deleted_account_can_be_freed(
    echoing: LiveBot, *, written_to_before: bool
) -> None:
    """Whether or not the bot still knows a channel to it, nothing is tried for ever."""
    ada, ben, cleo = (Member(echoing, who) for who in (ADA, BEN, CLEO))
    await ada.link(identities.ADA)
    if written_to_before:
        await cleo.command("admin freeze", member=ADA, reason="looks odd")
        await ada.direct_message()
    echoing.discord.members.delete_account(ADA)
    await conflict(ben, identities.ADA)

    found = re.search(r"linked to the account `(\d+)`", (await cleo.command("admin member", member=BEN)).text)
    assert found is not None
    seen = (await cleo.command("admin member", member=found[1])).text
    assert seen.replace("\\", "").startswith("### Member\ndeleted_user_")
    assert (
        "Member unlinked"
        in (await cleo.command("admin unlink", member=found[1], reason="old account deleted")).text
    )
    assert (await notices(echoing, ada))[-1] == ("unlinked_by_admin", "kept", 0)
    await ben.link(identities.ADA)
    assert await rows(echoing, LINKS) == [(str(BEN), "active")]
    nothing_went_wrong(echoing)


# -- ending


async def test_a_link_ends_with_its_consequences_said_and_can_be_made_again(live: LiveBot) -> None:
    ada = Member(live, ADA)
    await ada.link(identities.ADA)
    story = await ada.confirm(await ada.command("withdraw", nft="Copper Hills", to=ADDRESS))
    unsent = await ada.command("withdraw", nft=ANOTHER_NFT, to=ADDRESS)
    review = await ada.command("unlink")
    assert "1 withdrawal is under way at Banq. That one goes on" in review.text
    done = await ada.press(review, "Unlink")
    assert "Withdrawals still under way: 1" in done.text
    assert "open your account at Banq" in done.text
    assert "nothing was sent" in (await ada.confirm(unsent)).text
    for command in ("wallet", "nfts", "unlink"):
        assert "No wallet linked" in (await ada.command(command)).text

    (transaction,) = live.banq.ledger.transactions
    live.banq.ledger.approve_transfer(transaction.id)
    await ada.until(story, "Withdrawal completed")
    await ada.link(identities.ADA)
    assert "31 NFTs" in (await ada.command("nfts")).text
    assert live.banq.faults.accepted["withdraw"] == 1
    nothing_went_wrong(live)


async def test_an_approval_taken_back_during_an_outage_counts_once_banq_says_so(live: LiveBot) -> None:
    ada = Member(live, ADA)
    await ada.link(identities.ADA)
    for outage in ("503", "drop"):
        live.banq.faults.outage = outage
        live.banq.ledger.revoke_platform(identities.ADA.email, identities.PLATFORM_ID)
        await live.banq.webhooks.settled()
        for command in ("wallet", "nfts"):
            assert "Banq is not answering" in (await ada.command(command)).text
        assert await rows(live, LINKS) == [(str(ADA), "active")]
        assert "already linked" in (await ada.command("link")).text
    live.banq.faults.outage = None

    for command in ("nfts", "wallet", "withdraw"):
        options = {"nft": "Copper Hills", "to": ADDRESS} if command == "withdraw" else {}
        assert "Banq no longer gives access" in (await ada.command(command, **options)).text
    assert "Use /link to approve it again" in (await ada.direct_message()).text
    assert await rows(live, LINKS) == [(str(ADA), "stale")]
    await ada.link(identities.ADA)
    assert "32 NFTs" in (await ada.command("nfts")).text
    assert await rows(live, LINKS) == [(str(ADA), "active")]
    nothing_went_wrong(live)
