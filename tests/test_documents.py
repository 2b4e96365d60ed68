"""What the documents claim about the project is there."""

import re
from pathlib import Path

THREAT_MODEL = Path("docs/threat-model.md")
SCREENS = Path("docs/screens.md")


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", THREAT_MODEL.read_text(encoding="utf-8"))
    missing = [
        f"{path}::{test}"
        for path, test in named
        if not re.search(
            rf"^(async )?def {test}\(", Path("tests", path).read_text(encoding="utf-8"), re.MULTILINE
        )
    ]
    assert missing == []
    assert len(named) > 50


def test_the_pictures_of_all_messages_and_their_document_belong_together() -> None:
    shown = re.findall(
        r"^!\[([^]]+)\]\((screens/[\w-]+\.png)\)$", SCREENS.read_text(encoding="utf-8"), re.MULTILINE
    )
    there = sorted(f"screens/{picture.name}" for picture in Path("docs/screens").iterdir())
    assert sorted(path for _, path in shown) == there
    assert len(there) > 50
