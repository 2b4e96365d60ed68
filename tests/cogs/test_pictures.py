"""Which picture Discord is asked for: what it takes, and nothing that would cost the message."""

import pytest

from cogs.pictures import Pictures

NEUTRAL = "https://bot.example/none.png"
GATEWAY = "https://gateway.example/ipfs/"
CID = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
PICTURES = Pictures(GATEWAY, NEUTRAL)
ODD = (
    *(
        None,
        "",
        " ",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "file:///etc/passwd",
        "ftp://a.example/1",
    ),
    *("http://a.example/1.png", "//a.example/1.png", "a.example/1.png", "https://", "https:///1.png"),
    *(
        "https://localhost/1.png",
        "https://a..example/1.png",
        "https://-a.example/1.png",
        "https://a_b.example/1",
    ),
    *("https://a.example:0/1.png", "https://a.example:70000/1.png", "https://me:pass@a.example/1.png"),
    *("https://a.example/1 2.png", "https://a.example/\n1.png", "https://a.example/\x001.png"),
    *(
        "https://a.example/ä.png",
        "https://ä.example/1.png",
        f"https://a.example/{'1' * 1024}",
        "https://[::1]/1.png",
    ),
    *(
        "ipfs://",
        "ipfs://short",
        f"ipfs://{CID}/../../x",
        f"ipfs://{CID}/a..b",
        f"ipfs://{CID}?filename=1",
        "ipns://a.example/1",
    ),
    *(f"ipfs://{CID}/{'x' * 1024}", f"ipfs://{CID}@evil.example/1"),
)


@pytest.mark.parametrize(
    "url", ["https://a.example/1.png", "https://a.example:8443/1.png?x=%20", "https://10.0.0.1/1.png"]
)
def test_a_picture_at_an_address_that_discord_takes_is_shown(url: str) -> None:
    assert PICTURES.of(url) == PICTURES.or_neutral(url) == url


@pytest.mark.parametrize("url", ODD)
def test_any_other_is_replaced(url: str | None) -> None:
    assert PICTURES.of(url) is None
    assert PICTURES.or_neutral(url) == NEUTRAL


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        (f"ipfs://{CID}", CID),
        (f"ipfs://{CID}/1.png", f"{CID}/1.png"),
        (f"ipfs://ipfs/{CID}/a/b-c_d~e%20f.png", f"{CID}/a/b-c_d~e%20f.png"),
    ],
)
def test_what_is_kept_on_ipfs_comes_through_the_gateway(url: str, asked: str) -> None:
    assert PICTURES.of(url) == GATEWAY + asked


def test_a_bot_without_https_shows_no_picture_rather_than_none_of_the_message() -> None:
    assert Pictures(GATEWAY, "http://127.0.0.1:8080/none.png").or_neutral("odd") is None
    insecure = Pictures(GATEWAY, "http://127.0.0.1:8080/none.png", insecure=True)
    assert insecure.or_neutral("odd") == "http://127.0.0.1:8080/none.png"
    assert insecure.of("http://a.example/1.png") == "http://a.example/1.png"
