"""What the real Banq is not known to do: name in its webhook what the embedding page gave the widget."""

import re
from dataclasses import dataclass
from typing import Any

PATTERN = r"^[A-Za-z0-9_-]{1,128}$"


@dataclass(frozen=True)
class Echo:
    """`option` is the widget's; `field` is the place in the webhook, like `reference` or `data.reference`."""

    option: str
    field: str

    def put(self, body: dict[str, Any], reference: str) -> None:
        *folders, name = self.field.split(".")
        for folder in folders:
            body = body.setdefault(folder, {})
        body[name] = reference


def is_reference(text: str) -> bool:
    return re.fullmatch(PATTERN, text) is not None
