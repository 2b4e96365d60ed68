"""Whose requests are counted together: what a client claims about itself must not matter."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.client_address import UNKNOWN, client_address

PROXIES = tuple(ip_network(text) for text in ("127.0.0.1", "::1", "10.0.0.0/8", "2001:db8:ffff::/48"))
CLIENT = "192.0.2.1"
STRANGER = "198.51.100.7"
HOUSEHOLD = "2001:db8:1:2::/64"


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "expected"),
    [
        # Nobody in between.
        (CLIENT, [], CLIENT),
        ("::ffff:192.0.2.1", [], CLIENT),
        ("2001:db8:1:2:3:4:5:6", [], HOUSEHOLD),
        ("2001:db8:1:2::ffff", [], HOUSEHOLD),
        ("2001:db8:1:3::1", [], "2001:db8:1:3::/64"),
        ("fe80::1%eth0", [], "fe80::/64"),
        # The server itself, as a health check would ask.
        ("127.0.0.1", [], "127.0.0.1"),
        # A stranger's header is no more than a claim.
        (STRANGER, [CLIENT], STRANGER),
        (STRANGER, ["127.0.0.1"], STRANGER),
        ("::ffff:198.51.100.7", [CLIENT], STRANGER),
        # One proxy of ours.
        ("10.0.0.1", [CLIENT], CLIENT),
        ("::1", [CLIENT], CLIENT),
        ("::ffff:10.0.0.1", [CLIENT], CLIENT),
        ("2001:db8:ffff::1", ["2001:db8:1:2::1"], HOUSEHOLD),
        # Several: in one header, and in a header each.
        ("10.0.0.1", [f"{CLIENT}, 10.0.0.2, 10.0.0.3"], CLIENT),
        ("10.0.0.1", [CLIENT, "10.0.0.2", "10.0.0.3"], CLIENT),
        ("10.0.0.1", [f"{CLIENT}, 2001:db8:ffff::2", "::ffff:10.0.0.3"], CLIENT),
        # What the client wrote before our proxies added theirs.
        ("10.0.0.1", [f"{STRANGER}, {CLIENT}"], CLIENT),
        ("10.0.0.1", [STRANGER, CLIENT], CLIENT),
        ("10.0.0.1", [f"10.0.0.9, {CLIENT}"], CLIENT),
        ("10.0.0.1", [f"127.0.0.1, {STRANGER}, {CLIENT}, 10.0.0.2"], CLIENT),
        ("10.0.0.1", [f"rubbish, , {CLIENT}"], CLIENT),
        # A client within our own network.
        ("10.0.0.1", ["10.0.0.9"], "10.0.0.9"),
        # Ports, brackets and spaces, as some proxies write them.
        ("10.0.0.1", ["192.0.2.1:4711"], CLIENT),
        ("10.0.0.1", ["[2001:db8:1:2::1]:4711"], HOUSEHOLD),
        ("10.0.0.1", ["[2001:db8:1:2::1]"], HOUSEHOLD),
        ("10.0.0.1", ["[::ffff:192.0.2.1]:4711"], CLIENT),
        ("10.0.0.1", ["\t 192.0.2.1  "], CLIENT),
        ("10.0.0.1", ["2001:DB8:1:2::1"], HOUSEHOLD),
        ("10.0.0.1", [f"{CLIENT},10.0.0.2:80,[2001:db8:ffff::2]:80"], CLIENT),
        # Rubbish where our proxy should have written an address: whoever sent it counts, none left of it.
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", [f"{CLIENT}, unknown"], "10.0.0.1"),
        ("10.0.0.1", [f"{CLIENT}, unknown, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", [f"{CLIENT},"], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.256"], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.01"], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.1:80:80"], "10.0.0.1"),
        ("10.0.0.1", ["3221225985"], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.0/24"], "10.0.0.1"),
        ("10.0.0.1", ["[", "]", "[]", ":"], "10.0.0.1"),
        ("10.0.0.1", ["\x00", "\udcff"], "10.0.0.1"),
        ("10.0.0.1", ["," * 8_000], "10.0.0.1"),
        # No address to go by, as on a socket that is a file: one limit for all.
        (None, [CLIENT], UNKNOWN),
        ("", [CLIENT], UNKNOWN),
        ("@", [CLIENT], UNKNOWN),
    ],
)
def test_who_is_asking(peer: str | None, forwarded_for: list[str], expected: str) -> None:
    assert client_address(peer, forwarded_for, PROXIES) == expected


def test_without_proxies_the_header_means_nothing() -> None:
    assert client_address("10.0.0.1", [CLIENT], ()) == "10.0.0.1"


ENTRIES = st.one_of(
    st.text(max_size=40),
    st.ip_addresses().map(str),
    st.ip_addresses(v=4).map(lambda address: f"{address}:80"),
    st.ip_addresses(v=6).map(lambda address: f"[{address}]:80"),
    st.sampled_from(["10.0.0.2", "::1", "unknown", ""]),
)
HEADERS = st.lists(st.lists(ENTRIES, max_size=5).map(",".join), max_size=3)


@given(claimed=HEADERS)
def test_nothing_that_a_client_writes_changes_who_it_is(claimed: list[str]) -> None:
    assert client_address(CLIENT, claimed, PROXIES) == CLIENT
    assert client_address("10.0.0.1", [*claimed, f"{CLIENT}, 10.0.0.2"], PROXIES) == CLIENT


@given(peer=st.none() | ENTRIES, forwarded_for=HEADERS)
def test_whatever_comes_there_is_an_answer(peer: str | None, forwarded_for: list[str]) -> None:
    found = client_address(peer, forwarded_for, PROXIES)
    assert found == UNKNOWN or ip_network(found)
