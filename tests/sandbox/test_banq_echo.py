"""The reference that this Banq can be told to send back; the real one is not known to."""

import re
from typing import Any

import pytest

from sandbox.banq.echo import Echo
from sandbox.banq.identities import ADA, CUSTOMER_PASSWORD, PLATFORM_ID
from tests.sandbox.banq_rig import Rig, hidden_fields, running

ECHO = Echo(option="reference", field="data.reference")
REFERENCE = "a_Reference-" + 116 * "9"
OPENED = {"platformId": PLATFORM_ID, "reference": REFERENCE}
KNOWN = {"email": ADA.email, "password": CUSTOMER_PASSWORD}
USER = {"userGuid": ADA.user_guid(PLATFORM_ID), "userId": ADA.user_id}


async def announced(rig: Rig) -> list[Any]:
    await rig.banq.webhooks.settled()
    return rig.receiver.bodies


@pytest.mark.parametrize(
    ("field", "top", "data"),
    [
        ("reference", {"reference": REFERENCE}, {}),
        ("data.reference", {}, {"reference": REFERENCE}),
        ("data.metadata.note", {}, {"metadata": {"note": REFERENCE}}),
    ],
)
async def test_the_webhook_names_it_at_the_place_given(
    field: str, top: dict[str, object], data: dict[str, object]
) -> None:
    async with running(echo=Echo("reference", field)) as rig:
        await rig.want_webhooks()
        rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID, reference=REFERENCE)
        (body,) = await announced(rig)
    assert body == {
        "action": "created",
        "resourceType": "UserToken",
        "resourceId": USER["userGuid"],
        "data": USER | data,
        **top,
    }


async def test_it_is_absent_where_none_was_given_and_from_a_revocation() -> None:
    async with running(echo=ECHO) as rig:
        await rig.want_webhooks()
        rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
        rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID, REFERENCE)
        rig.banq.ledger.revoke_platform(ADA.email, PLATFORM_ID)
        bodies = await announced(rig)
    assert [body["action"] for body in bodies] == ["created", "created", "deleted"]
    assert [body["data"] for body in bodies] == [USER, USER | {"reference": REFERENCE}, USER]


async def test_the_pages_keep_it_up_to_the_approval() -> None:
    async with running(echo=ECHO) as rig:
        await rig.want_webhooks()
        _, opened = await rig.page(f"/widget?platformId={PLATFORM_ID}&reference={REFERENCE}")
        _, wrong = await rig.page("/widget/sign-in", hidden_fields(opened) | KNOWN | {"password": "wrong"})
        _, consent = await rig.page("/widget/sign-in", hidden_fields(wrong) | KNOWN)
        link = re.search(r'href="(/widget\?[^"]+)"', consent)
        assert link is not None
        _, other_account = await rig.page(link[1].replace("&amp;", "&"))
        _, signed_out = await rig.page("/widget/approve", hidden_fields(consent) | {"refreshToken": "old"})
        await rig.page("/widget/approve", hidden_fields(consent))
        bodies = await announced(rig)
    for html in (opened, wrong, other_account, signed_out):
        assert hidden_fields(html) == OPENED
    assert [body["data"]["reference"] for body in bodies] == [REFERENCE]


@pytest.mark.parametrize("reference", ["", REFERENCE + "9", "a b", "a.b", "é", "a\n", '"><script>'])
async def test_a_malformed_one_is_refused_on_each_page(reference: str) -> None:
    async with running(echo=ECHO) as rig:
        _, consent = await rig.page("/widget/sign-in", OPENED | KNOWN)
        async with rig.http.get(f"{rig.banq.url}/widget", params=OPENED | {"reference": reference}) as answer:
            opened = answer.status, await answer.text()
        answers = [
            opened,
            await rig.page("/widget/sign-in", OPENED | KNOWN | {"reference": reference}),
            await rig.page("/widget/approve", hidden_fields(consent) | {"reference": reference}),
        ]
        assert rig.banq.ledger.grants_of(ADA.email) == []
    for status, text in answers:
        assert status == 400
        assert "a reference that Banq does not take" in text
        assert "data-close" in text
        assert "<script>" not in text


@pytest.mark.parametrize("reference", [REFERENCE, "a b"])
async def test_without_an_echo_it_is_ignored(reference: str) -> None:
    async with running() as rig:
        await rig.want_webhooks()
        given = {"platformId": PLATFORM_ID, "reference": reference}
        status, consent = await rig.page("/widget/sign-in", given | KNOWN)
        await rig.page("/widget/approve", hidden_fields(consent) | {"reference": reference})
        rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID, reference)
        bodies = await announced(rig)
    assert status == 200
    assert reference not in consent
    assert [body["data"] for body in bodies] == [USER, USER]
    assert all(set(body) == {"action", "resourceType", "resourceId", "data"} for body in bodies)


async def test_a_control_route_approves_with_one() -> None:
    async with running(echo=ECHO) as rig:
        await rig.want_webhooks()
        order = {"email": ADA.email, "reference": REFERENCE}
        assert (await rig.control("POST", "/approvals", order))[0] == 204
        assert (await rig.control("POST", "/approvals", order | {"reference": "a b"}))[0] == 400
        bodies = await announced(rig)
    assert [body["data"] for body in bodies] == [USER | {"reference": REFERENCE}]
