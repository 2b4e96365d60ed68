"""Webhooks' bodies that no Banq sends: for each, the bytes, and whether they are a JSON object to us."""

from itertools import product

LARGEST = 64 * 1024
GRANT = b'{"action": "created", "resourceType": "UserToken", "data": {"userGuid": "g-1", "userId": 7}}'
MOVED = b'{"action": "completed", "resourceType": "NftTransaction", "resourceId": "not-ours"}'
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
DEEPEST = 100


def field(name: bytes, value: bytes, kind: bytes = b"UserToken") -> bytes:
    return b'{"action": "created", "resourceType": "%s", "%s": %s}' % (kind, name, value)


def nested(start: bytes, middle: bytes, end: bytes, depth: int) -> bytes:
    """An object, with so many more inside it."""
    return b'{"a": ' + start * depth + middle + end * depth + b"}"


VALUES: dict[str, bytes] = {
    "null": b"null",
    "true": b"true",
    "false": b"false",
    "zero": b"0",
    "minus one": b"-1",
    "one": b"1",
    "a fraction": b"1.5",
    "a whole float": b"1.0",
    "an exponent": b"1E400",
    "a tiny exponent": b"1e-400",
    "NaN": b"NaN",
    "infinity": b"Infinity",
    "minus infinity": b"-Infinity",
    "beyond 2^53": b"9007199254740993",
    "beyond 2^64": b"18446744073709551616",
    "40 digits": b"9" * 40,
    "41 digits": b"1" + b"0" * 40,
    "4300 digits": b"9" * 4300,
    "empty": b'""',
    "a blank": b'" "',
    "200 letters": b'"' + b"e" * 200 + b'"',
    "201 letters": b'"' + b"e" * 201 + b'"',
    "60000 letters": b'"' + b"e" * 60_000 + b'"',
    "a dot": b'"."',
    "two dots": b'".."',
    "a path": b'"../../v1/users?x=1#y"',
    "an escaped path": b'"%2e%2e%2fx"',
    "NUL": b'"\\u0000"',
    "lines": b'"a\\r\\nSet-Cookie: b"',
    "a raw NUL": b'"\x00"',
    "a lone high surrogate": b'"\\ud800"',
    "a lone low surrogate": b'"\\udfff"',
    "surrogates in the wrong order": b'"\\udc00\\ud800"',
    "a pair of surrogates": b'"\\ud83d\\ude00"',
    "UTF-8 of a surrogate": b'"\xed\xa0\x80"',
    "UTF-8 of a pair": b'"\xed\xa0\xbd\xed\xb8\x80"',
    "a noncharacter": b'"\xef\xbf\xbf"',
    "right to left": b'"\xe2\x80\xaegpj.exe"',
    "a quote for SQL": b'"\'; DROP TABLE webhook_inbox; --"',
    "an empty list": b"[]",
    "an empty object": b"{}",
    "a list of lists": b"[[1], {}]",
    "an object of everything": b'{"id": [null, true, 1.5, "x", {"userGuid": {}}]}',
}
# These spoil the JSON around them.
NO_VALUES = {"a raw NUL"}
TAKEN: dict[str, bytes] = {
    "an empty object": b"{}",
    "blanks around": b" \t\r\n{} \t\r\n",
    "64 KiB of blanks": b"{" + b" " * (LARGEST - 2) + b"}",
    "64 KiB of lines": b"\n" * (LARGEST - 2) + b"{}",
    "64 KiB of one key": b'{"' + b"k" * (LARGEST - 7) + b'": 1}',
    "64 KiB of numbers": b'{"a": [' + b"1," * ((LARGEST - 10) // 2) + b"1]}",
    "64 KiB of keys": b"{" + b",".join(b'"%x": 0' % number for number in range(6_000)) + b"}",
    "64 KiB of escapes": b'{"a": "' + b"\\u0000" * 10_900 + b'"}',
    "a key with NUL": b'{"\\u0000": 1, "a\\u0000b": 2}',
    "a key that is a surrogate": b'{"\\ud800": 1}',
    "an empty key": b'{"": ""}',
    "the same key twice": b'{"eventId": "e-1", "eventId": [], "action": 1, "action": "created"}',
    "the same key thousands of times": b"{" + b'"a": 1, ' * 7_000 + b'"a": 2}',
    "names of Python": b'{"__class__": {"__init__": "x"}, "__proto__": {}, "constructor": null}',
    "places within places": b'{"data": {"data": {"payload": {"resource": {"userGuid": "g"}}}}}',
    "deep enough, in lists": nested(b"[", b"", b"]", DEEPEST - 1),
    "deep enough, in objects": nested(b'{"a":', b"1", b"}", DEEPEST - 1),
    "many shallow ones": b'{"a": [' + b"[]," * 20_000 + b"[]]}",
    "brackets in a text": b'{"a": "' + b"[{" * 30_000 + b'"}',
} | {
    f"{name} as the {key.decode()} of a {kind.decode()}": field(key, value, kind)
    for (name, value), key, kind in product(
        VALUES.items(),
        (b"userGuid", b"resourceId", b"action", b"resourceType", b"data"),
        (b"UserToken", b"NftTransaction"),
    )
    if name not in NO_VALUES
}
# No two of them name the same event.
TAKEN |= {
    f"{name} as the eventId": field(b"eventId", value)
    for name, value in VALUES.items()
    if name not in NO_VALUES
}
TAKEN |= {f"in {name}": GRANT.decode().encode(name) for name in ENCODINGS if name != "utf-8-sig"}
TAKEN |= {"after a byte order mark": b"\xef\xbb\xbf" + MOVED}
REFUSED: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b" " * LARGEST,
    "NUL": b"\x00",
    "64 KiB of NUL": b"\x00" * LARGEST,
    "null": b"null",
    "a number": b"1",
    "NaN": b"NaN",
    "a text": b'"text"',
    "a list": b"[]",
    "a list of an object": b"[{}]",
    "half an object": GRANT[:-1],
    "half a text": b'{"a": "',
    "half an escape": b'{"a": "\\u12"}',
    "one object too many": b"{}{}",
    "lines of objects": b"{}\n{}",
    "something after it": b"{}x",
    "NUL after it": b"{}\x00",
    "a raw NUL in a text": b'{"a": "\x00"}',
    "a raw line in a text": b'{"a": "\n"}',
    "a raw NUL in a key": b'{"\x00": 1}',
    "a comma too many": b'{"a": 1,}',
    "a comment": b"{/* */}",
    "single quotes": b"{'a': 1}",
    "a key without quotes": b"{a: 1}",
    "a key that is a number": b"{1: 1}",
    "leading zeros": b'{"a": 01}',
    "a plus": b'{"a": +1}',
    "a hexadecimal": b'{"a": 0x10}',
    "4301 digits": b'{"a": ' + b"9" * 4301 + b"}",
    "60000 digits": b'{"a": ' + b"9" * 60_000 + b"}",
    "a form": b"action=created&userGuid=g-1",
    "XML": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'>]><a>&b;</a>",
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03",
    "latin-1": '{"a": "é"}'.encode("latin-1"),
    "overlong UTF-8": b'{"a": "\xc0\xaf"}',
    "overlong UTF-8 of three": b'{"a": "\xe0\x80\xaf"}',
    "UTF-8 beyond Unicode": b'{"a": "\xf4\x90\x80\x80"}',
    "UTF-8 of five bytes": b'{"a": "\xf8\x88\x80\x80\x80"}',
    "half a letter": b'{"a": "\xe2\x82"}',
    "bytes of no encoding": bytes(range(256)),
    "half of a UTF-16 letter": GRANT.decode().encode("utf-16-le")[:-1],
    "UTF-32 beyond Unicode": b"\xff\xfe\x00\x00\x00\x00\x11\x00",
    "two byte order marks": b"\xef\xbb\xbf" * 2 + b"{}",
    "UTF-16 of a mark alone": b"\xff\xfe",
    "UTF-7": b"+AHs-+AH0-",
    "too deep, in lists": nested(b"[", b"", b"]", DEEPEST),
    "too deep, in objects": nested(b'{"a":', b"1", b"}", DEEPEST),
    "too deep, in both": nested(b'[{"a":', b"1", b"}]", DEEPEST),
    "much too deep": b"[" * LARGEST,
    "much too deep, in objects": b'{"":' * (LARGEST // 4),
    "deeper than a stack, and closed": nested(b"[", b"", b"]", 32_000),
}
# No object is the deeper for it, but each is a stack's depth in an unlucky place.
REFUSED |= {
    f"{depth} deep, as a {key.decode()}": field(key, b"[" * depth + b"]" * depth)
    for depth, key in product((400, 800, 900, 920, 940, 960, 980, 990, 1000), (b"action", b"data"))
}
