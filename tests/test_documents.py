"""What the documents claim about the project is there."""

import re
from pathlib import Path

THREAT_MODEL = Path("docs/threat-model.md")


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
