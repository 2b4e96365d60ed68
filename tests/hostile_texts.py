"""Names as somebody writes them who means harm: to mislead, to be clicked, or to break what shows them."""

from itertools import product

from tests.hostile_lines import FORMATS, OURS, PAGES

PERSON = "80351110224678912"
LURE = "evil.example/claim"
# Half a pair of surrogates, as broken JSON may bring it.
LONE = chr(0xD83D)
JOINER = "\N{ZERO WIDTH JOINER}"
SELECTOR = "\N{VARIATION SELECTOR-16}"
ACCENTS = [chr(code) for code in range(0x300, 0x370)]
PILING = (
    "\u0301\u0316\u0334\u0337\u20dd\u20de\u20e0\u0489\u0e47\u0e49\u0ec8\u05c4\u0f71\u0f90\u1ab0\u1dc0\ufe20"
)
CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
BIDI = [chr(code) for code in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
UNSEEN = [
    *(chr(code) for code in (0xAD, 0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180E, 0x200B, 0x200C)),
    *(chr(code) for code in (0x200D, 0x2060, 0x2061, 0x2064, 0x2800, 0x3164, 0xFE00, 0xFE0E, 0xFE0F, 0xFEFF)),
    *(chr(code) for code in (0xFFA0, 0xFFFC, 0x1D159, 0x1D173, 0xE0020, 0xE0100)),
]
BLANKS = [chr(code) for code in (0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)]
LINES = ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]


def wide(text: str) -> str:
    """The same in full width, which normalization makes plain again."""
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


def shifted(text: str, start: int) -> str:
    """The letters from one of the mathematical alphabets."""
    return "".join(chr(start + ord(one) - ord("a")) if "a" <= one <= "z" else one for one in text)


def tags(text: str) -> str:
    return "".join(chr(0xE0000 + ord(one)) for one in text)


SPANS = ["*", "**", "***", "_", "__", "___", "~~", "||", "`", "``", "```", "**__", "~~||", "*__**~~"]
STARTS = ["# ", "## ", "### ", "-# ", "> ", ">>> ", "- ", "* ", "1. ", "99. ", " - ", "  * ", ">  ", "#\t"]
MENTIONS = rf"""
<@{PERSON}>
<@!{PERSON}>
<@&{PERSON}>
<#{PERSON}>
@everyone
@here
<id:customize>
<id:browse>
<id:guide>
<id:linked-roles>
<id:linked-roles:{PERSON}>
""".strip().splitlines()
COMMANDS = [f"</{name}:{PERSON}>" for name in ("wallet", "withdraw now", "admin unlink member", "unlink")]
EMOJI = [f"<:ok:{PERSON}>", f"<a:dance:{PERSON}>", ":white_check_mark:", ":lock:", ":+1:", ":flag_de:"]
TIMES = [
    "<t:0>",
    "<t:1>",
    "<t:-1:R>",
    "<t:9999999999999:F>",
    *(f"<t:1618953630:{style}>" for style in "tTdDfFRsS"),
]
LINKS = rf"""
https://{LURE}
http://{LURE}
HTTPS://{LURE}
hTtP://{LURE}?a=b&c=d#e
https://user:word@{LURE}
https://xn--80ak6aa92e.example
https://[::1]/x
http://2130706433/
<https://{LURE}>
<http://{LURE}>
[Banq](https://{LURE})
[Banq](<https://{LURE}>)
[Banq](https://{LURE} "https://banq.example")
[https://banq.example](https://{LURE})
[**Withdraw** now](https://{LURE})
[[Banq]](https://{LURE}(a))
](https://{LURE})
discord.gg/claim
https://discord.gg/claim
discord.com/invite/claim
discordapp.com/invite/claim
discord://-/settings/account
steam://run/1
<discord://-/store>
<mailto:you@evil.example>
<you@evil.example>
you@evil.example
<tel:+15550100>
<+15550100>
<sms:+15550100>
[call](tel:+15550100)
[write](mailto:you@evil.example)
[run](javascript:alert(1))
www.evil.example
ftp://evil.example/a
data:text/html,<b>x</b>
javascript:alert(1)
file:///etc/hostname
https://discord.com/channels/1/2/3
""".strip().splitlines()
ACTED_UPON = [*MENTIONS, *COMMANDS, *EMOJI[:3], *TIMES[:4], *(link for link in LINKS if LURE in link)]
GROUPS: dict[str, list[str]] = {
    "span": [f"{mark}x{mark[::-1]}" for mark in SPANS],
    "half span": [f"{mark}x" for mark in SPANS] + [f"x{mark}" for mark in SPANS],
    "nested": [
        "**a __b ~~c ||d|| ~~ __**",
        "||**`a`**||",
        "***a** b*",
        "_a __b_ c__",
        "> - # a",
        "- > **a**",
        "`a ``b`",
    ],
    "fence": [
        "```py\nx\n```",
        "```x```",
        "``` ```",
        "~~~\nx\n~~~",
        "```\n**x",
        "**x\n```",
        "a```b```c",
        "````x````",
    ],
    "start": [f"{start}x" for start in STARTS] + [f"a\n{start}x" for start in STARTS],
    "escape": [
        "\\" * count + text for count, text in product((1, 2, 3), ["**x**", "`x`", LINKS[0], LINKS[10]])
    ]
    + [
        "\\",
        "\\\\",
        "\\\\\\",
        "\\\n# x",
        "x\\",
        "x\\\\",
        "\\*\\*x\\*\\*",
        "\\`x\\`",
        "\\\\# x",
        "\\h\\t\\t\\p\\s://x.example",
    ],
    "mention": [*MENTIONS, f"\\{MENTIONS[0]}", f"<@{PERSON}", "@\u200beveryone", f"`{MENTIONS[0]}`"],
    "command": COMMANDS,
    "emoji": EMOJI,
    "time": TIMES,
    "link": LINKS,
    "full width": [wide(text) for text in ACTED_UPON] + [wide(f"{start}x") for start in STARTS[:9]],
    "compatible": [
        "https:\u2100/evil.example",
        "ht\u1d57ps://evil.example",
        "http\u017f://evil.example",
        "https:/\uff0fevil\u2024example",
        "\u24d7\u24e3\u24e3\u24df\u24e2://evil.example",
        "\ufe64@80351110224678912\ufe65",
        "\ufe6beveryone",
        "\uff20here",
        "\ufe61\ufe61x\ufe61\ufe61",
        "\u1fefx\u1fef",
        "\uff40\uff40\uff40x\uff40\uff40\uff40",
        "\ufe5f x",
        "\ufe63 x",
        "\uff1e x",
        "\u2488 x",
        "\ufe68*x\ufe68*",
        "\u2474 x",
        "https\ufe55//evil.example",
        "https\ufe13//evil.example",
        "\u2025\u2026",
        "\u2a74x\u2a75",
    ],
    "broken up": [
        unseen.join(text)
        for unseen, text in product(
            ["\u00ad", "\u200b", "\u2060", "\u202e", LONE], [LINKS[0], "@here", "**x**"]
        )
    ],
    "look-alike": [
        "https:\u2215\u2215evil.example",
        "https:\u2044\u2044evil.example",
        "https\ua789//evil.example",
        "https://evil\u3002example",
        "https://evil\uff61example",
        "https://evil\uff0eexample",
        "https\u0589//evil.example",
        "\u0445\u0435\u0440\u043e.example",
        "\u0412\u0430nq",
        "B\u0430nq",
        "\u0392anq",
        "\u13f4anq",
        "\ua4d0anq",
        "Banq\u00b7Official",
        "\u2039@80351110224678912\u203a",
        "\u29f8\u29f8evil.example",
        "https:\u29f8\u29f8evil.example",
        "\u02bc\u02bc\u02bcx",
        "\u2217\u2217x\u2217\u2217",
        "\u2571\u2571x",
    ],
    "bidi": [f"a{mark}moc.elpmaxe//:sptth 12 b" for mark in BIDI]
    + ["\u202e".join("abc"), "\u2067" * 200 + "x", "\u202e)1( tac"],
    "right to left": [
        "\u05e9\u05dc\u05d5\u05dd 12 34",
        "\u0645\u0631\u062d\u0628\u0627 900",
        "\u05d0** #12 **\u05d1",
        "12 \u05d0 34 \u05d1 56",
        "\u0661\u0662\u0663",
        "\u05d0" * 90,
        "(\u05d0) [1](\u05d1)",
        "\u0645" + "\u064b" * 40,
        "\u05d0" + "\u05b8" * 40,
        "\u05d0/1/\u05d1",
    ],
    "stacked": [
        "".join(letter + "".join(ACCENTS[:count]) for letter in "withdraw")
        for count in (3, 8, 40, len(ACCENTS))
    ]
    + ["x" + mark * 60 for mark in PILING]
    + [
        "".join(ACCENTS),
        " " + "\u0301" * 9 + " ",
        "\u0e2a" + "\u0e47\u0e49\u0e37" * 20,
        "\u0915" + "\u0941\u0902\u093c\u0947" * 20,
    ],
    "huge grapheme": [
        JOINER.join("\N{WOMAN}" * 300),
        "\u1100" * 300,
        "\u1100" * 99 + "\u1161" * 99 + "\u11a8" * 99,
        "\u0915\u094d" * 300 + "\u0937",
        "\N{WAVING BLACK FLAG}" + tags("x" * 500),
        "\N{REGIONAL INDICATOR SYMBOL LETTER A}" * 301,
        "x" + JOINER * 500,
        "\u2764" + SELECTOR * 300,
    ],
    "long": [
        "x" * 100_000,
        "W" * 500,
        "\ufdfd" * 90,
        "\ufdfa" * 5_000,
        "\u0301" * 100_000,
        "\u202e" * 100_000,
        "*" * 10_000,
        "`" * 9_999,
        "\\" * 9_999,
        " " * 100_000,
        "\n" * 100_000,
        "[" * 5_000,
        "<" * 5_000,
        "[x](" * 2_000,
        "> " * 3_000,
        "||" * 3_000,
        "\ufffd" * 300,
        "\u2e3b" * 90,
        "\U0001242b" * 90,
        "https://" * 500,
        "\N{FULLWIDTH LATIN SMALL LETTER A}" * 9_999,
        "\u3164" * 9_999 + "x",
        "a " * 9_999,
    ],
    "emoji bomb": [
        "\N{COLLISION SYMBOL}" * 400,
        "\N{WHITE HEAVY CHECK MARK}" * 90,
        "\N{EMOJI MODIFIER FITZPATRICK TYPE-6}" * 90,
        f"1{SELECTOR}\u20e3" * 90,
        ("\N{MAN}" + JOINER + "\N{WOMAN}" + JOINER + "\N{GIRL}") * 90,
        "\N{NO ENTRY}\N{WARNING SIGN}" * 60,
    ],
    "blank": [one * 3 for one in BLANKS] + ["".join(BLANKS), ""],
    "unseen": [one * 3 for one in UNSEEN]
    + ["".join(UNSEEN), f"Cat{UNSEEN[8]}", f"C{UNSEEN[3]}at", "C\u2800a\u2800t"],
    "surrogate": [LONE, chr(0xDE00), f"a{LONE}b", chr(0xDE00) + LONE, f"{LONE}{LONE}x", f"x{chr(0xDBFF)}"],
    "control": [f"a{one}b" for one in CONTROLS]
    + ["\x1b[31mred\x1b[0m", "\x1b]8;;https://evil.example\x07x", "\x9b31m", "a\b\b\bb", "\x00"],
    "line": [f"a{line}# b{line}> c" for line in LINES] + [f"{line}-# a" for line in LINES],
    "ours": OURS,
    "format": FORMATS,
    "page": PAGES,
    "alphabet": [
        shifted("withdraw everyone", start)
        for start in (0x1D41A, 0x1D482, 0x1D4B6, 0x1D51E, 0x1D552, 0x1D5BA, 0x1D68A, 0x24D0, 0x249C)
    ],
    "tags": [
        tags("hidden words"),
        "Cat" + tags("not this one"),
        "\N{WAVING BLACK FLAG}" + tags("xxzzz\x7f"),
        chr(0xE0001) + tags("en"),
    ],
    "selector": [
        "C" + SELECTOR + "at",
        "\u2764\ufe0e\ufe0f\ufe0e",
        "1" + SELECTOR,
        "#" + SELECTOR + "\u20e3 x",
        "\u845b\U000e0100",
        "\ufe0fx",
    ],
    "nobody's": [
        "\ue000",
        "\uf8ff x",
        "\U000f0000\U0010fffd",
        "\ufdd0\ufdef",
        "\uffff",
        "\U0001ffff",
        "\U0010ffff x",
        "\u0378",
        "\U000e0fff",
    ],
    "annotation": [
        "\ufff9shown\ufffahidden\ufffb",
        "\ufff9\ufffa\ufffb",
        "\ufffc",
        "\u206a\u206b\u206c\u206d\u206e\u206fx",
        "\U0001bca0x",
        "\u070fx",
    ],
}

NAMED = {f"{group} {number}": text for group, texts in GROUPS.items() for number, text in enumerate(texts, 1)}
TEXTS = tuple(dict.fromkeys(NAMED.values()))
