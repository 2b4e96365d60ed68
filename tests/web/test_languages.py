"""In which language the pages speak: the one that the browser asks for, or English."""

import json
import logging
import re
from dataclasses import replace

import pytest
from multidict import CIMultiDict

from sandbox.banq.server import BanqSandbox
from services.linking_rules import LinkingRules
from services.sources import Sources
from storage.database import Database
from storage.link_sessions import Proof
from tests.services.rig import ADA, BEN, build
from tests.web.side_server import SETTINGS, Answer, Browser, SideServer, serving
from tests.web.test_rubbish import answer_to

BOTH = ("en", "de")


def lang_of(page: Answer) -> str:
    lang = page.body.removeprefix('<!doctype html>\n<html lang="').split('"')[0]
    assert page.headers["Content-Language"] == lang
    assert page.headers["Vary"] == "Accept-Language"
    return lang


def title_of(page: Answer) -> str:
    return page.body.split("<title>")[1].split("</title>")[0]


def sentences_of(page: Answer) -> set[str]:
    """All that the page says, or would say later, in pieces."""
    body = page.body.replace(title_of(page), "")
    texts = [*re.split("<[^>]*>", body), *re.findall('aria-label="([^"]*)"', body)]
    return {text.strip() for text in texts if re.search("[a-z]{2}", text)}


async def called(browser: Browser, method: str, path: str, accepted: str | None) -> Answer:
    headers = {} if accepted is None else {"Accept-Language": accepted}
    return await browser.call(method, path, headers=headers)


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        (None, "en"),
        ("de", "de"),
        ("DE-at", "de"),
        ("de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", "de"),
        ("en-US,en;q=0.9,de;q=0.8", "en"),
        ("de;q=0.8,en", "en"),
        ("en;q=0.1, de ; q=0.9", "de"),
        # The first that we speak, not the first of all.
        ("fr-CH, fr;q=0.9, de;q=0.7, en;q=0.5, *;q=0.1", "de"),
        ("fr,tlh-QS;q=0.9", "en"),
        ("de;q=0", "en"),
        ("de;q=0.000,fr", "en"),
        ("*", "en"),
        # Rubbish is as good as nothing, and takes nothing else along.
        ("", "en"),
        (",;,q=1,;q=1,-,de-,deutsch-und-sonst-nichts", "en"),
        ("de;q=2", "en"),
        ("de;q=nan,de;q=-1,de;q=1e9,de;level=1", "en"),
        ("../de,de.po,de/../en,de\tde,{de},%(de)s", "en"),
        ("déutsch,dé,de\u00a0de,\u0434\u0435", "en"),
        ("🏳,;;;,de;q=0.5", "de"),
        ("x" * 8000, "en"),
        ("a-" * 4000, "en"),
        ("de," * 2000 + "en", "de"),
        ("q" + " " * 7000 + ";q", "en"),
    ],
)
async def test_the_page_speaks_what_the_browser_asks_for(
    side: SideServer, accepted: str | None, lang: str
) -> None:
    page = await called(side.browser(), "GET", "/link/unknown", accepted)

    assert (page.status, lang_of(page)) == (404, lang)


async def test_what_is_no_text_at_all_does_no_harm(side: SideServer) -> None:
    assert await answer_to(side, b"GET /link/unknown HTTP/1.1\r\nAccept-Language: \xff\xfe,de", b"") == 404


async def test_several_headers_are_one(side: SideServer) -> None:
    headers = CIMultiDict([("Accept-Language", "fr;q=0.9"), ("Accept-Language", "en;q=0.2, de;q=0.3")])
    async with side.http.get(f"{side.url}/link/unknown", headers=headers) as answer:
        assert answer.headers["Content-Language"] == "de"


@pytest.mark.parametrize("proof", ["code", "sign_in"])
async def test_every_page_says_all_that_it_says_in_german(
    database: Database, sources: Sources, proof: Proof
) -> None:
    async with (
        build(BanqSandbox(), database, sources, rules=LinkingRules(proof=proof)) as rig,
        serving(rig) as side,
        serving(rig, links_at_once=0) as busy,
    ):
        browser, link = side.browser(), await side.new_link()
        told = [
            [await called(each, "GET", link, lang) for lang in BOTH] for each in (busy.browser(), browser)
        ]
        await browser.submit(link)
        paths = ["/link/unknown", "/link/session"]
        paths += [f"/link/session?discord={how}" for how in ("denied", "refused", "unavailable")]
        told += [[await called(browser, "GET", path, lang) for lang in BOTH] for path in paths]

    assert [english.status for english, _ in told] == [429, 200, 404, 200, 200, 200, 200]
    for english, german in told:
        assert (lang_of(english), lang_of(german), german.status) == ("en", "de", english.status)
        assert title_of(english) != title_of(german)
        assert sentences_of(english) & sentences_of(german) <= {"Sunny Meadow", ADA.name, "/nfts"}


async def test_what_the_script_shows_comes_in_german_too(side: SideServer) -> None:
    await side.browser().open(await side.new_link(ADA))
    second = side.browser()
    await second.open(await side.new_link(BEN))

    state = await called(second, "GET", "/link/state", "de")
    page = await called(second, "GET", "/link/session", "de")

    wait = "Du bist in etwa einer Minute dran."
    assert (json.loads(state.body)["wait"], state.headers["Content-Language"]) == (wait, "de")
    assert wait in page.body
    async with second.http.get(
        f"{side.url}/link/events", cookies=second.cookies, headers={"Accept-Language": "de"}
    ) as stream:
        first = await stream.content.readline()
    assert json.loads(first.removeprefix(b"data: "))["wait"] == wait


async def test_refusals_and_failures_are_told_in_german_too(
    side: SideServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    link = await side.new_link()
    refused = await called(side.browser(), "POST", link, "de")
    async with side.rig.database.transaction() as tx:
        await tx.execute("ALTER TABLE link_sessions RENAME TO lost")
    failed = await called(side.browser(), "GET", link, "de")

    assert refused.status == 403
    assert refused.body == "Das kam nicht von unserer eigenen Seite. Öffne deinen Link noch einmal."
    assert failed.status == 500
    assert failed.body.startswith("Bei uns ist etwas schiefgegangen. Ref ")
    for answer in (refused, failed):
        assert (answer.headers["Content-Language"], answer.headers["Vary"]) == ("de", "Accept-Language")


@pytest.mark.parametrize("lang", BOTH)
async def test_a_name_with_signs_of_every_kind_is_only_text_in_a_sentence(
    side: SideServer, lang: str
) -> None:
    settings = replace(SETTINGS, community="Tom & <i>100 %(x)s {y}</i>")
    async with serving(side.rig, settings) as odd:
        page = await called(odd.browser(), "GET", await odd.new_link(), lang)

    assert page.body.count("Tom &amp; &lt;i&gt;100 %(x)s {y}&lt;/i&gt;") == 4
    assert "<i>" not in page.body
