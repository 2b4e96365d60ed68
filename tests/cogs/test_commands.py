"""The commands as a member meets them: the live bot in a process of its own, between the emulators."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from sandbox.banq import identities
from sandbox.banq.faults import Fault
from sandbox.discord import ADA, BEN, CLEO
from tests.cogs.member import ADDRESS, Member, browser
from tests.live import LiveBot, free_port, living

BAD_CHECKSUM = "0x52908400098527886E0F7030069857D2E4169Ee7"


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveBot]:
    async with living(tmp_path) as running:
        yield running


@pytest.fixture
def ada(live: LiveBot) -> Member:
    return Member(live, ADA)


async def choose(member: Member, typed: str) -> str:
    """The value of the first choice that autocomplete offers."""
    choices = await member.live.discord.members.autocomplete(member.id, "withdraw", "nft", typed)
    return str(choices[0]["value"])


async def test_before_linking_every_command_says_what_to_do(ada: Member) -> None:
    for command in ("wallet", "nfts", "unlink"):
        assert "/link" in (await ada.command(command)).text
    answer = await ada.command("withdraw", nft="anything", to=ADDRESS)
    assert "No wallet linked" in answer.text
    history = await ada.command("withdrawals")
    assert "No withdrawals yet" in history.text
    assert "Use /link first" in history.text
    [choice] = await ada.live.discord.members.autocomplete(ADA, "withdraw", "nft", "copper")
    assert choice["name"] == "No wallet linked: use /link first"
    assert "No wallet linked" in (await ada.command("withdraw", nft=choice["value"], to=ADDRESS)).text
    assert "/link" in (await ada.command("help")).text


async def test_all_answers_are_seen_by_their_owner_alone(live: LiveBot, ada: Member) -> None:
    await ada.link(identities.ADA)
    for command in ("help", "wallet", "nfts", "withdrawals", "link", "unlink"):
        assert (await ada.command(command)).is_ephemeral

    assert live.discord.members.seen_by(BEN) == []


async def test_a_wrong_code_costs_a_try_and_the_last_one_ends_it(live: LiveBot, ada: Member) -> None:
    message = await ada.command("link")
    async with browser(live) as page:
        await page.begin(message.button("Open the secure page")["url"])
        code = await ada.approve(page, identities.ADA)
        wrong = f"{(int(code) + 1) % 1_000_000:06}"

        answer = message
        for left in ("4 tries", "3 tries", "2 tries", "1 try"):
            await ada.type_code(message, wrong)
            answer = await ada.next_answer(answer)
            assert "That code is not right" in answer.text
            assert left in answer.text
        await ada.type_code(message, wrong)
        await ada.until(message, "That was the last try")
        assert (await page.state())["state"] == "refused"

    assert "No wallet linked" in (await ada.command("wallet")).text


async def test_a_code_before_the_approval_is_too_early(live: LiveBot, ada: Member) -> None:
    message = await ada.command("link")
    await ada.type_code(message, "123456")
    assert "There is nothing to confirm yet" in (await ada.next_answer(message)).text
    # The next edit must not take away the only place where the link stands.
    async with browser(live) as page:
        assert await page.begin(message.button("Open the secure page")["url"]) == 200
    turn = await ada.until(message, "It is your turn")
    assert turn.button("Open the secure page") == message.button("Open the secure page")


async def test_a_message_says_when_it_cannot_follow_any_longer(live: LiveBot, ada: Member) -> None:
    async with browser(live) as bens, browser(live) as adas:
        await bens.begin((await Member(live, BEN).command("link")).button("Open the secure page")["url"])
        live.discord.members.act_long_ago(14 * 60 - 2)
        message = await ada.command("link")
        live.discord.members.act_long_ago(0)
        await adas.begin(message.button("Open the secure page")["url"])
        message = await ada.until(message, "This message cannot follow along any longer")
        assert "You are number 1 in line" in message.text
        assert message.has_button("Cancel")

        # Asking again gives up nothing, and brings a message that follows.
        again = await ada.command("link")
        assert "You are number 1 in line" in again.text
        assert await adas.open(again.button("Back to the page")["url"]) == 200
        assert (await adas.state())["state"] == "waiting"


async def test_a_used_link_opens_nothing_in_another_browser(live: LiveBot, ada: Member) -> None:
    message = await ada.command("link")
    url = message.button("Open the secure page")["url"]
    async with browser(live) as mine, browser(live) as another:
        assert await mine.begin(url) == 200
        assert await another.open(url) == 404
        assert await mine.open(url) == 200


async def test_an_expired_link_opens_nothing(tmp_path: Path) -> None:
    async with living(tmp_path, "[linking]\nlink_minutes = 0.002") as live, browser(live) as page:
        ada = Member(live, ADA)
        message = await ada.command("link")
        while await page.open(message.button("Open the secure page")["url"]) != 404:
            pass  # a tenth of a second
        await ada.until(message, "This link has expired")


async def test_a_member_freezes_withdrawals_until_the_wallet_is_linked_again(ada: Member) -> None:
    await ada.link(identities.ADA)
    review = await ada.command("withdraw", nft=await choose(ada, "copper hills"), to=ADDRESS)
    wallet = await ada.command("wallet")
    assert "Freeze withdrawals?" in (await ada.press(wallet, "Freeze")).text
    assert "Nobody can withdraw from your wallet here" in (await ada.press(wallet, "Freeze now")).text

    assert "nothing was sent" in (await ada.confirm(review)).text
    refused = await ada.command("withdraw", nft="anything", to=ADDRESS)
    assert "Withdrawals are frozen" in refused.text
    assert "32" in (await ada.command("wallet")).text, "what it holds can still be seen"
    await ada.link(identities.ADA)
    assert "Which one?" in (await ada.command("withdraw", nft="harbour", to=ADDRESS)).text


async def test_the_team_has_no_say_in_a_direct_message(live: LiveBot) -> None:
    members = live.discord.members
    for where, answer in (("guild", "How things are"), ("dm", "This is for the team")):
        outcome = await members.run_command(CLEO, "admin status", where=where, force=True)
        assert answer in (await members.settled(CLEO, outcome)).text


async def test_an_approval_that_is_nobodys_is_counted_for_the_team(live: LiveBot) -> None:
    live.banq.ledger.approve_platform(identities.BEN.email, identities.PLATFORM_ID)
    await live.banq.webhooks.settled()
    await live.has_said("it links nobody")

    status = await Member(live, CLEO).command("admin status")

    assert "matched nobody in 24 hours** 1." in status.text


async def test_the_team_freezes_a_member_who_is_told(live: LiveBot, ada: Member) -> None:
    await ada.link(identities.ADA)

    answer = await Member(live, CLEO).command("admin freeze", member=ADA, reason="account was taken")

    assert "Member frozen" in answer.text
    assert "stopped withdrawals from your Banq wallet" in (await ada.direct_message()).text
    assert "Withdrawals are frozen" in (await ada.command("withdraw", nft="anything", to=ADDRESS)).text


async def test_a_stranger_cannot_press_a_button(live: LiveBot, ada: Member) -> None:
    message = await ada.command("link")
    custom_id = message.button("Cancel")["custom_id"]

    outcome = await live.discord.members.press(BEN, message.id, custom_id, force=True)

    assert outcome.message is not None
    assert "This is not yours" in outcome.message.text
    await ada.type_code(message, "123456")
    assert "There is nothing to confirm yet" in (await ada.next_answer(message)).text


async def test_withdrawals_are_refused_with_the_reason(live: LiveBot, ada: Member) -> None:
    await ada.link(identities.ADA)
    nft = await choose(ada, "copper")
    five = await choose(
        ada, next(nft.name for nft, n in live.banq.ledger.wallet(identities.ADA.email) if n == 5)
    )

    async def answer(nft: str, to: str = ADDRESS, **more: object) -> str:
        return (await ada.command("withdraw", nft=nft, to=to, **more)).text

    assert "This address has a mistake in it" in await answer(nft, BAD_CHECKSUM)
    assert "That is not an address" in await answer(nft, "banana")
    assert "destroys what it gets" in await answer(nft, "0x" + "0" * 40)
    assert "You do not hold this NFT" in await answer("0123456789abcdef0123")
    assert "You do not hold that many" in await answer(nft, amount=2)
    assert "You hold 5 of this NFT" in await answer(five, amount=6)
    assert "Withdraw 5" in await answer(five, amount=5)
    assert live.banq.faults.received["withdraw"] == 0


async def test_same_named_nfts_are_told_apart(live: LiveBot, ada: Member) -> None:
    await ada.link(identities.ADA)
    choices = await live.discord.members.autocomplete(ADA, "withdraw", "nft", "harbour before rain")
    assert len({choice["name"] for choice in choices}) == 2
    assert "Which one?" in (await ada.command("withdraw", nft="Harbour Before Rain", to=ADDRESS)).text
    assert "Which one?" in (await ada.command("withdraw", nft="harbour", to=ADDRESS)).text
    reviews = [(await ada.command("withdraw", nft=choice["value"], to=ADDRESS)).text for choice in choices]
    assert "#1)" in reviews[0].replace("\\", "")
    assert "#10)" in reviews[1].replace("\\", "")


async def test_an_nft_that_left_the_wallet_before_confirming_is_not_sent(live: LiveBot, ada: Member) -> None:
    await ada.link(identities.ADA)
    review = await ada.command("withdraw", nft=await choose(ada, "copper"), to=ADDRESS)
    live.banq.ledger.move_away(identities.ADA.email, "quiet-hours-11")

    assert "You do not hold this NFT" in (await ada.confirm(review)).text
    assert live.banq.faults.received["withdraw"] == 0


async def test_a_cancelled_review_sends_nothing(live: LiveBot, ada: Member) -> None:
    await ada.link(identities.ADA)
    review = await ada.command("withdraw", nft=await choose(ada, "copper"), to=ADDRESS)

    cancelled = await ada.press(review, "Cancel")

    assert "Nothing was sent" in cancelled.text
    assert cancelled.buttons == []
    assert live.banq.faults.received["withdraw"] == 0


async def test_no_answer_from_banq_is_said_and_never_sent_again(live: LiveBot, ada: Member) -> None:
    await ada.link(identities.ADA)
    review = await ada.command("withdraw", nft=await choose(ada, "copper"), to=ADDRESS)
    live.banq.faults.add(Fault(route="withdraw", times=1, drop=True, after_acting=True))

    story = await ada.confirm(review)

    assert "Do not start again" in story.text
    await live.kill()
    await live.start()
    again = await ada.command("withdraw", nft=await choose(ada, "copper"), to=ADDRESS)
    assert "already being withdrawn" in again.text
    (transaction,) = live.banq.ledger.transactions
    live.banq.ledger.approve_transfer(transaction.id)
    await ada.nothing_is_held_back("withdrawal_completed")
    await live.discord.members.wait_for(
        lambda: (
            any("Withdrawal completed" in seen.text for seen in live.discord.members.seen_by(ADA, "dm"))
            or None
        )
    )
    assert live.banq.faults.accepted["withdraw"] == 1


async def became_of(live: LiveBot, kind: str) -> str:
    """The state of the notice, once it waits no more."""
    async with live.opened_database() as database:
        query = "SELECT state FROM outbox WHERE kind = ?1"
        row = await database.read.fetch_one(query, kind)
        while row is None or row["state"] == "pending":
            row = await database.read.fetch_one(query, kind)
        return str(row["state"])


async def test_closed_direct_messages_are_shown_at_the_next_command(live: LiveBot) -> None:
    ben = Member(live, BEN)
    await ben.link(identities.BEN)
    review = await ben.command("withdraw", nft=await choose(ben, ""), to=ADDRESS)
    story = await ben.confirm(review)
    assert await became_of(live, "withdrawal_awaiting_owner") == "delivered", "the press has shown it"
    (transaction,) = live.banq.ledger.transactions
    live.discord.members.dismiss(BEN, story.id)

    live.banq.ledger.approve_transfer(transaction.id)
    await live.banq.webhooks.settled()
    await ben.nothing_is_held_back("withdrawal_completed")
    assert await became_of(live, "withdrawal_completed") == "kept"

    answer = await ben.command("help")
    told = (await ben.next_answer(answer)).text
    assert "Withdrawal completed" in told
    assert "Where it is now:** at" in told
    before = len(live.discord.members.seen_by(BEN))
    await ben.command("help")
    await ben.command("help")
    assert len(live.discord.members.seen_by(BEN)) == before + 2


async def test_the_team_sees_whether_a_member_is_linked_and_can_unlink(live: LiveBot, ada: Member) -> None:
    cleo = Member(live, CLEO)
    assert "has no wallet linked" in (await cleo.command("admin member", member=ADA)).text
    await ada.link(identities.ADA)

    seen = (await cleo.command("admin member", member=ADA)).text
    assert "Ada linked a wallet" in seen
    # The digits of a time say nothing of holdings, and now and then have these among them.
    assert "32" not in re.sub(r"<t:\d+:R>", "", seen), "the team never sees what a member holds"
    assert "answers, and takes our sign-in" in (await cleo.command("admin status")).text
    assert "Member unlinked" in (await cleo.command("admin unlink", member=ADA, reason="asked for it")).text
    assert "The team of this community unlinked" in (await ada.direct_message()).text
    assert "No wallet linked" in (await ada.command("wallet")).text


async def test_who_is_not_of_the_team_is_refused_whatever_the_client_shows(live: LiveBot) -> None:
    assert not any(name.startswith("admin") for name in live.discord.members.command_names(ADA))
    members = live.discord.members
    for name, options in (
        ("admin status", {}),
        ("admin member", {"member": BEN}),
        ("admin unlink", {"member": BEN, "reason": "because"}),
        ("admin freeze", {"member": BEN, "reason": "because"}),
    ):
        outcome = await members.run_command(ADA, name, options, force=True)
        assert "This is for the team" in (await members.settled(ADA, outcome)).text


async def test_buttons_work_after_a_restart(live: LiveBot, ada: Member) -> None:
    await ada.link(identities.ADA)
    gallery = await ada.command("nfts")
    await live.kill()
    await live.start()
    assert (await ada.press(gallery, "Next ▶")).has_button("Page 2 of 7")


async def test_unlinking_shows_what_it_means_first(ada: Member) -> None:
    await ada.link(identities.ADA)
    review = await ada.command("unlink")
    assert "Your NFTs stay in your Banq wallet" in review.text
    assert "stays as it is" in (await ada.press(review, "Keep it linked")).text

    review = await ada.command("unlink")
    assert "Wallet unlinked" in (await ada.press(review, "Unlink")).text
    assert "No wallet linked" in (await ada.command("nfts")).text
    await ada.link(identities.ADA)


async def test_an_approval_taken_back_at_banq_asks_to_link_again(live: LiveBot, ada: Member) -> None:
    await ada.link(identities.ADA)
    live.banq.ledger.revoke_platform(identities.ADA.email, identities.PLATFORM_ID)

    assert "Banq no longer gives access" in (await ada.direct_message()).text
    assert "Banq no longer gives access" in (await ada.command("nfts")).text
    await ada.link(identities.ADA)


async def test_an_outage_is_neither_an_empty_wallet_nor_a_lost_link(live: LiveBot, ada: Member) -> None:
    await ada.link(identities.ADA)
    live.banq.faults.outage = "503"
    for command in ("nfts", "wallet"):
        text = (await ada.command(command)).text
        assert "Banq is not answering" in text
        assert "no NFTs" not in text

    live.banq.faults.outage = None
    assert "32 NFTs" in (await ada.command("nfts")).text


async def _nothing_listens(live: LiveBot) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    live.config.write_text(live.config.read_text().replace(live.banq.url, gone))


async def _hangs_up(live: LiveBot) -> None:
    live.banq.faults.outage = "drop"


async def _refuses_service(live: LiveBot) -> None:
    live.banq.faults.outage = "503"


@pytest.mark.parametrize("breaks", [_nothing_listens, _hangs_up, _refuses_service])
async def test_the_bot_starts_without_banq_and_says_what_is_true(
    live: LiveBot, breaks: Callable[[LiveBot], Awaitable[None]]
) -> None:
    ada, cleo = Member(live, ADA), Member(live, CLEO)
    await ada.link(identities.ADA)
    await live.kill()
    await breaks(live)
    await live.start()
    await live.has_said("banq: cannot be reached now")

    for command in ("nfts", "wallet"):
        assert "Banq is not answering" in (await ada.command(command)).text
    assert "Banq is not answering" in (await ada.command("withdraw", nft="x", to=ADDRESS)).text
    for command, words in (
        ("help", "/nfts"),
        ("withdrawals", "No withdrawals yet"),
        ("link", "already linked"),
        ("unlink", "Your NFTs stay in your Banq wallet"),
    ):
        assert words in (await ada.command(command)).text
    assert "does not answer" in (await cleo.command("admin status")).text


async def test_webhooks_are_refused_as_promised(live: LiveBot) -> None:
    async with aiohttp.ClientSession() as http:

        async def status(url: str, body: bytes) -> int:
            async with http.post(url, data=body) as response:
                return response.status

        assert await status(f"{live.url}/webhooks/guessed-by-somebody-out-there", b"{}") == 404
        assert await status(live.webhook_url, b"{") == 400
        assert await status(live.webhook_url, b"{" + b" " * 70_000 + b"}") == 413
        assert await status(live.webhook_url, b"{}") == 204

    told = (await Member(live, CLEO).command("admin status")).text
    assert "1 with a wrong secret in the address, 1 that could not be read" in told


async def test_a_grant_while_nobody_is_linking_binds_nobody(live: LiveBot, ada: Member) -> None:
    live.banq.ledger.approve_platform(identities.ADA.email, identities.PLATFORM_ID)
    await live.banq.webhooks.settled()

    cleo = Member(live, CLEO)
    for who in (ada, Member(live, BEN), cleo):
        assert "No wallet linked" in (await who.command("wallet")).text
    assert "Approvals that matched nobody in 24 hours 1" in (await cleo.command("admin status")).text.replace(
        "*", ""
    )


async def test_a_failure_is_told_with_the_reference_that_the_log_has(live: LiveBot, ada: Member) -> None:
    live.discord.faults.fail("POST /interactions", times=1, status=400)

    text = (await ada.command("help")).text

    found = re.search(r"Ref ([A-Z0-9]{5})\.", text)
    assert found is not None
    await live.has_said(f"Ref {found[1]}: /help failed")
