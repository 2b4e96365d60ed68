import dataclasses
import json
import logging
import re

import pytest

from services.identity import ChatUser
from services.linking import LinkStarted
from tests.conftest import Clock
from tests.services.rig import ADA, BEN
from tests.web.side_server import CSRF_COOKIE, SESSION_COOKIE, SETTINGS, Answer, SideServer, serving

SESSIONS = "SELECT id, state, lane, browser_hash, expires_at FROM link_sessions ORDER BY rowid"


# -- a link is used once, by a POST of its own page


async def test_looking_at_a_link_changes_nothing(side: SideServer) -> None:
    link = await side.new_link()
    before = await side.rows(SESSIONS)
    for _ in range(5):
        for method in ("GET", "HEAD"):
            answer = await side.browser().call(method, link)
            assert answer.status == 200
            assert not any(cookie.startswith(SESSION_COOKIE) for cookie in answer.set_cookies)

    assert await side.rows(SESSIONS) == before
    assert (await side.browser().open(link)).status == 303


async def test_the_first_browser_to_continue_has_the_session(side: SideServer) -> None:
    link, browser = await side.new_link(), side.browser()
    page = await browser.get(link)
    assert ADA.name in page.body
    assert "Sunny Meadow" in page.body

    answer = await browser.submit(link)
    assert (answer.status, answer.headers["Location"]) == (303, "/link/session")
    assert (await browser.get("/link/session")).status == 200
    assert '"state": "open"' in (await browser.get("/link/state")).body


async def test_the_same_browser_finds_its_session_by_the_link(side: SideServer) -> None:
    link, browser = await side.new_link(), side.browser()
    await browser.open(link)

    answer = await browser.get(link)
    assert (answer.status, answer.headers["Location"]) == (303, "/link/session")


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        (None, {}),
        ({"csrf": ""}, {}),
        ({"csrf": "guessed"}, {}),
        ({"other": "field"}, {}),
        (None, {"X-CSRF-Token": "guessed"}),
        (None, {"X-CSRF-Token": ""}),
        ({"csrf": "guessed"}, {"Origin": "https://evil.example"}),
        ({"csrf": "guessed"}, {"Origin": "https://bot.example"}),
    ],
)
async def test_another_site_cannot_act_for_the_member(
    side: SideServer, form: dict[str, str] | None, headers: dict[str, str]
) -> None:
    link, browser = await side.new_link(), side.browser()
    await browser.get(link)
    assert (await browser.call("POST", link, form=form, headers=headers)).status == 403
    await browser.open(link)
    before = await side.rows(SESSIONS)
    for what in ("approved", "closed", "again"):
        answer = await browser.call("POST", f"/link/{what}", form=form, headers=headers)
        assert answer.status == 403

    assert before[0][1] == "open"
    assert await side.rows(SESSIONS) == before


async def test_a_token_without_its_cookie_is_no_proof(side: SideServer) -> None:
    link, browser = await side.new_link(), side.browser()
    await browser.get(link)
    known = browser.cookies.pop(CSRF_COOKIE)
    assert (await browser.call("POST", link, form={"csrf": known})).status == 403
    assert (await browser.call("POST", link, form={"csrf": ""})).status == 403
    assert (await side.rows(SESSIONS))[0][1] == "issued"


async def test_a_page_keeps_its_form_token_when_it_is_opened_again(side: SideServer) -> None:
    link, browser = await side.new_link(), side.browser()
    await browser.get(link)
    first = browser.cookies[CSRF_COOKIE]
    await browser.get(link)

    assert browser.cookies[CSRF_COOKIE] == first
    assert first in (await browser.get(link)).body


async def test_each_browser_has_a_form_token_of_its_own(side: SideServer) -> None:
    link, browsers = await side.new_link(), [side.browser() for _ in range(3)]
    for browser in browsers:
        await browser.get(link)
    tokens = {browser.cookies[CSRF_COOKIE] for browser in browsers}

    assert len(tokens) == 3
    assert all(len(token) >= 43 for token in tokens)


# -- what does not work looks all the same


async def dead_ends(side: SideServer, clock: Clock) -> dict[str, Answer]:
    """Every way of not having the link: somebody else used it, it never was, it is over, it was replaced."""
    used, browser = await side.new_link(BEN), side.browser()
    await browser.open(used)
    replaced = await side.new_link()
    expired = await side.new_link()
    clock.forward(minutes=11)
    thief, answers = side.browser(), {}
    await thief.get("/link/session")  # for the token of the form
    for name, path in {
        "used": used,
        "guessed": "/link/" + "A" * 43,
        "short": "/link/A",
        "odd": "/link/%C3%A9%00",
        "replaced": replaced,
        "expired": expired,
        "no session": "/link/session",
    }.items():
        answers[name] = await thief.get(path)
        if name != "no session":
            answers[f"{name}, posted"] = await thief.submit(path)
    return answers


async def test_a_used_a_guessed_and_an_expired_link_look_alike(side: SideServer, clock: Clock) -> None:
    answers = await dead_ends(side, clock)

    assert {answer.status for answer in answers.values()} == {404}
    assert len({answer.body for answer in answers.values()}) == 1
    ours = {"Content-Security-Policy", "Set-Cookie", "Date"}
    seen = {
        tuple(sorted((name, value) for name, value in answer.headers.items() if name not in ours))
        for answer in answers.values()
    }
    assert len(seen) == 1
    assert {answer.set_cookies[0].split("=")[0] for answer in answers.values()} == {CSRF_COOKIE}


async def test_a_stranger_has_no_state_and_moves_nothing(side: SideServer) -> None:
    await side.browser().open(await side.new_link())
    before = await side.rows(SESSIONS)
    stranger = side.browser()
    await stranger.get("/link/session")
    stranger.cookies[SESSION_COOKIE] = "guessed"

    state = await stranger.get("/link/state")
    assert (state.status, state.body) == (404, '{"state": "gone"}')
    assert [(await stranger.tell(what)).status for what in ("approved", "closed", "again")] == [204] * 3
    assert await side.rows(SESSIONS) == before


# -- what the page's script tells and asks


async def test_the_page_follows_its_session(side: SideServer) -> None:
    browser = side.browser()
    await browser.open(await side.new_link())
    states = []
    for what in ("closed", "again", "approved", "approved", "closed", "again"):
        assert (await browser.tell(what)).status == 204
        states.append((await side.rows(SESSIONS))[0][1])

    assert states == ["proven", "open", "approved", "approved", "approved", "approved"]


async def test_the_second_in_line_waits_and_is_told_no_platform(side: SideServer) -> None:
    first, second = side.browser(), side.browser()
    await first.open(await side.new_link(ADA))
    await second.open(await side.new_link(BEN))

    state = (await second.get("/link/state")).body
    assert json.loads(state) == {
        "state": "waiting",
        "proof": "code",
        "place": 1,
        "wait": "Your turn comes in about a minute.",
        "platformId": None,
        "reference": None,
        "referenceOption": None,
        "turnEndsInS": None,
        "finishCode": None,
        "holding": None,
        "coolsDownInS": None,
    }
    assert '"state": "open"' in (await first.get("/link/state")).body


async def test_the_page_is_told_how_long_its_turn_lasts(side: SideServer, clock: Clock) -> None:
    browser = side.browser()
    await browser.open(await side.new_link())

    async def ends_in_s() -> object:
        return json.loads((await browser.get("/link/state")).body)["turnEndsInS"]

    assert await ends_in_s() == 300
    clock.forward(minutes=4)
    assert await ends_in_s() == 60
    await browser.tell("closed")
    assert await ends_in_s() is None
    await browser.tell("again")
    assert await ends_in_s() == 300
    await browser.tell("approved")
    assert await ends_in_s() is None


# -- cookies, headers, log


async def test_the_cookies_are_for_this_page_and_nobody_else(side: SideServer) -> None:
    link, browser = await side.new_link(), side.browser()
    cookies = (*(await browser.get(link)).set_cookies, *(await browser.submit(link)).set_cookies)

    assert [cookie.split("=")[0] for cookie in cookies] == [CSRF_COOKIE, SESSION_COOKIE]
    for cookie in cookies:
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "secure", "path=/", "max-age=86400", "samesite=lax"} <= attributes
        assert not any(attribute.startswith("domain") for attribute in attributes)


@pytest.mark.parametrize("name", [SESSION_COOKIE, CSRF_COOKIE])
async def test_a_cookie_that_a_sibling_host_could_have_set_is_not_ours(side: SideServer, name: str) -> None:
    browser = side.browser()
    await browser.open(await side.new_link())
    browser.cookies[name.removeprefix("__Host-")] = browser.cookies.pop(name)
    before = await side.rows(SESSIONS)

    token = browser.cookies.get("banqbot_csrf") or browser.cookies[CSRF_COOKIE]
    answer = await browser.call("POST", "/link/closed", headers={"X-CSRF-Token": token})
    assert answer.status == (403 if name == CSRF_COOKIE else 204)
    assert await side.rows(SESSIONS) == before


async def test_over_plain_http_on_this_machine_cookies_do_without_secure(side: SideServer) -> None:
    local = dataclasses.replace(SETTINGS, public_url="http://127.0.0.1:8080")
    started = await side.rig.linking.start(ADA)
    assert isinstance(started, LinkStarted)
    link = started.url.removeprefix(SETTINGS.public_url)
    async with serving(side.rig, local) as plain:
        browser = plain.browser()
        page = await browser.get(link)
        answer = await browser.call("POST", link, form={"csrf": browser.cookies["banqbot_csrf"]})
        assert (await browser.get("/link/session")).status == 200

    assert answer.status == 303
    assert set(browser.cookies) == {"banqbot_csrf", "banqbot_link"}
    assert not any("secure" in cookie.lower() for cookie in page.set_cookies + answer.set_cookies)


async def test_every_answer_is_locked_down(side: SideServer) -> None:
    link, browser = await side.new_link(), side.browser()
    answers = [await browser.get(link), await browser.submit(link), await browser.get("/link/session")]
    answers += [await browser.get(path) for path in ("/link/state", "/link/gone", "/nowhere", "/healthz")]
    answers.append(await side.browser().call("POST", link))
    await side.new_link()  # ends the attempt, and with it the stream
    answers.append(await browser.get("/link/events"))
    for answer in answers:
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Server"] == "banqbot"


async def test_a_page_runs_only_its_own_script_and_banqs(side: SideServer) -> None:
    link, browser = await side.new_link(), side.browser()
    await browser.open(link)
    pages = [await browser.get("/link/session") for _ in range(2)]
    policies = [
        dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))
        for page in pages
    ]

    assert policies[0]["script-src"] != policies[1]["script-src"]
    for page, policy in zip(pages, policies, strict=True):
        own, banqs = policy["script-src"].split()
        nonce = own.removeprefix("'nonce-").removesuffix("'")
        assert len(nonce) >= 20
        assert banqs == "https://widget.example"
        assert page.body.count("<script") == page.body.count(f'nonce="{nonce}"') == 1
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert policy["form-action"] == "'self'"
        assert policy["frame-src"] == "https://widget.example"
        assert page.headers["X-Frame-Options"] == "DENY"
        assert "noindex" in page.headers["X-Robots-Tag"]


OWN = {
    "default-src": "'none'",
    "script-src": "'nonce-'",
    "style-src": "'self'",
    "img-src": "'self' data: https://cdn.discordapp.com",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
WITH_WIDGET = OWN | {
    "script-src": "'nonce-' https://widget.example",
    "style-src": "'self' 'unsafe-inline' https://widget.example",
    "img-src": "'self' data: https://cdn.discordapp.com https://widget.example",
    "connect-src": "'self' https://widget.example",
    "frame-src": "https://widget.example",
}


async def test_a_page_may_load_and_reach_nothing_that_is_not_listed(side: SideServer) -> None:
    link, browser = await side.new_link(), side.browser()
    invitation, begun = await browser.get(link), await browser.submit(link)
    session, gone = await browser.get("/link/session"), await browser.get("/link/unknown")

    assert begun.status == 303
    for page, expected in ((invitation, OWN), (session, WITH_WIDGET), (gone, OWN)):
        policy = re.sub(r"'nonce-[^']+'", "'nonce-'", page.headers["Content-Security-Policy"])
        assert dict(part.strip().split(" ", 1) for part in policy.split(";")) == expected


async def test_no_secret_leaves_by_a_header_or_the_log(
    side: SideServer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, logger="web")
    link, browser = await side.new_link(), side.browser()
    answers = [await browser.get(link), await browser.submit(link), await browser.get(link)]
    session = browser.cookies[SESSION_COOKIE]
    answers += [
        await browser.get("/link/session"),
        await browser.tell("closed"),
        await browser.submit(link),
    ]
    answers += (await dead_ends(side, clock)).values()

    token = link.removeprefix("/link/")
    for answer in answers:
        headers = {name: value for name, value in answer.headers.items() if name != "Set-Cookie"}
        assert token not in str(headers)
        assert session not in str(headers) + answer.body
        assert token not in str(answer.set_cookies)
    assert "/link/{token}" in caplog.text
    for secret in (token, session, browser.cookies[CSRF_COOKIE]):
        assert secret not in caplog.text


async def test_only_what_is_not_routine_is_worth_a_line(
    side: SideServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="web")
    browser = side.browser()
    await browser.open(await side.new_link())
    for _ in range(3):
        await browser.get("/link/state")
    await browser.get("/nowhere")

    assert [message for message in caplog.messages if message.startswith("web ")] == [
        "web POST /link/{token}: 303",
        "web GET (no such route): 404",
    ]


async def test_a_hostile_name_is_only_text(side: SideServer) -> None:
    hostile = ChatUser("discord", "9", '"><script>alert(1)</script>')
    browser = side.browser()
    link = await side.new_link(hostile)
    pages = [await browser.get(link)]
    await browser.submit(link)
    pages.append(await browser.get("/link/session"))

    for page in pages:
        assert "<script>alert" not in page.body
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.body


# -- the rest of the server


async def test_the_two_static_files_and_nothing_else(side: SideServer) -> None:
    browser = side.browser()
    for name, kind in {"link.css": "text/css", "link.js": "text/javascript"}.items():
        answer = await browser.get(f"/link/static/{name}")
        assert (answer.status, answer.headers["Content-Type"]) == (200, f"{kind}; charset=utf-8")
    for name in (
        "",
        "link.html",
        "../keys.py",
        "..%2Fkeys.py",
        "%2e%2e/keys.py",
        "LINK.CSS",
        "link.css/",
        ".",
    ):
        assert (await browser.get(f"/link/static/{name}")).status == 404


@pytest.mark.parametrize(
    "path", ["/", "/link", "/link/", "/static/link.css", "/webhooks", "/admin", "/healthz/x"]
)
async def test_nothing_else_is_there(side: SideServer, path: str) -> None:
    assert (await side.browser().get(path)).status == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_no_other_method_is_taken(side: SideServer, method: str) -> None:
    link = await side.new_link()
    assert (await side.browser().call(method, link)).status == 405


async def test_a_failure_of_ours_is_a_short_sentence_with_a_reference(
    side: SideServer, caplog: pytest.LogCaptureFixture
) -> None:
    link = await side.new_link()
    await lose_table(side, "link_sessions")

    answer = await side.browser().get(link)
    assert answer.status == 500
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Server"] == "banqbot"
    reference = answer.body.removeprefix("Something went wrong on our side. Ref ")
    assert reference in caplog.text
    assert link not in caplog.text
    assert "Traceback" in caplog.text


async def test_what_cannot_be_written_is_told_in_a_line_without_where_in_the_program(
    side: SideServer, caplog: pytest.LogCaptureFixture
) -> None:
    link, browser = await side.new_link(), side.browser()
    writer = side.rig.database._writer
    assert writer is not None
    await writer.execute("PRAGMA query_only = ON")

    answers = [await browser.open(link) for _ in range(3)]

    assert [answer.status for answer in answers] == [500] * 3
    lines = [
        record for record in caplog.records if record.name == "web.app" and record.levelno > logging.INFO
    ]
    assert len(lines) == 3
    assert not any(record.exc_info for record in lines)


async def lose_table(side: SideServer, name: str) -> None:
    """Break the database for good, so that SQLite itself raises."""
    async with side.rig.database.transaction() as tx:
        await tx.execute(f"ALTER TABLE {name} RENAME TO lost")
