"""Bodies as a bot sends them, good ones, for tests to spoil."""

from typing import Any

from sandbox.discord.wire import Json

V2 = 1 << 15


def faults(errors: Json, path: str = "") -> list[str]:
    """Every fault as "path CODE"."""
    found = [f"{path.lstrip('.')} {one['code']}" for one in errors.get("_errors", [])]
    for key, value in errors.items():
        if key != "_errors":
            found += faults(value, f"{path}.{key}")
    return found


def button(**fields: Any) -> Json:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go"} | fields


def row(*children: Json) -> Json:
    return {"type": 1, "components": list(children)}


def select(*options: Json, **fields: Any) -> Json:
    listed = list(options) or [{"label": "A", "value": "a"}]
    return {"type": 3, "custom_id": "pick", "options": listed} | fields


def text(content: str = "words") -> Json:
    return {"type": 10, "content": content}


def section(**fields: Any) -> Json:
    picture = {"type": 11, "media": {"url": "https://example.com/a.png"}}
    return {"type": 9, "components": [text()], "accessory": picture} | fields


def gallery(count: int, url: str = "https://example.com/a.png") -> Json:
    return {"type": 12, "items": [{"media": {"url": url}}] * count}


def layout(*components: Json, **fields: Any) -> Json:
    return {"flags": V2, "components": list(components)} | fields


def embed(**fields: Any) -> Json:
    return {"embeds": [{"title": "t"} | fields]}


def thumbnail(url: str = "https://example.com/a.png", **fields: Any) -> Json:
    return {"type": 11, "media": {"url": url}} | fields


def people(*chosen: Json, **fields: Any) -> Json:
    return {"type": 5, "custom_id": "who", "default_values": list(chosen)} | fields


OPTIONS = [{"label": "A", "value": "a", "description": "d" * 100}, {"label": "B", "value": "b"}]


def command(*options: Json, **fields: Any) -> Json:
    return {"name": "link", "description": "d", "options": list(options)} | fields


def option(**fields: Any) -> Json:
    return {"name": "nft", "description": "d", "type": 3} | fields


MANY_CHOICES = [{"name": f"{n:0>90}", "value": f"{n:0>90}"} for n in range(10)]
