"""Charts, drawn by another program."""

import json
import os
import re
import struct
import sys
from pathlib import Path

import pytest

from services.charts import Chart, Charts, Panel
from services.sources import Sources
from tests.conftest import Clock

ROOT = Path(__file__).parents[2]
CHART = Chart(
    (Panel("2 wallets linked", (0, 2, 0)), Panel("1 withdrawal confirmed", (1, 0, 0))), ((2, "1 Mar"),)
)
# Instead of a picture, what it was asked to draw, and how often.
COUNTING = """
import sys, pathlib
asked = sys.stdin.buffer.read()
with pathlib.Path(sys.argv[1]).open("ab") as file:
    file.write(asked + b"\\n")
sys.stdout.buffer.write(b"\\x89PNG\\r\\n\\x1a\\n" + asked)
"""


def drawing(program: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program, *arguments)


async def test_a_chart_is_drawn_large_enough_for_a_phone(sources: Sources) -> None:
    png = await Charts(sources).draw(CHART)

    assert png is not None
    width, height = struct.unpack(">II", png[16:24])
    assert (width, height) == (1000, 720)
    assert len(png) < 100_000


async def test_a_chart_is_kept_for_some_minutes(sources: Sources, clock: Clock, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    charts = Charts(sources, drawing=drawing(COUNTING, str(asked)))

    first = await charts.draw(CHART)
    assert first is not None
    assert json.loads(first[8:])["panels"][0]["numbers"] == [0, 2, 0]
    clock.forward(minutes=9)
    assert await charts.draw(CHART) == first
    assert len(asked.read_text().splitlines()) == 1
    clock.forward(minutes=1)
    assert await charts.draw(CHART) == first
    assert len(asked.read_text().splitlines()) == 2


async def test_only_so_many_charts_are_kept(sources: Sources, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    charts = Charts(sources, drawing=drawing(COUNTING, str(asked)))

    for number in (*range(9), 8, 0):
        await charts.draw(Chart((Panel("", (number,)),), ()))

    assert len(asked.read_text().splitlines()) == 10


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("raise SystemExit('no such library')", "(exit code 1): no such library"),
        ("print('no picture')", "(exit code 0)"),
        ("import time; time.sleep(600)", "within 0.05 s"),
    ],
)
async def test_a_chart_that_is_not_drawn_is_logged(
    sources: Sources, caplog: pytest.LogCaptureFixture, program: str, said: str
) -> None:
    patience_s = 0.05 if "sleep" in program else 20
    charts = Charts(sources, drawing=drawing(program), patience_s=patience_s)

    assert await charts.draw(CHART) is None
    assert said in caplog.text


async def test_who_draws_for_too_long_is_ended(sources: Sources, tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    # Opened without waiting; who writes there holds it open for as long as it lives.
    reading = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    program = (
        "import sys, time; held = open(sys.argv[1], 'w'); held.write('.'); held.flush(); time.sleep(600)"
    )

    assert await Charts(sources, drawing=drawing(program, str(alive)), patience_s=0.5).draw(CHART) is None

    # Nothing to read is an error while a writer lives, and an end once none does.
    assert os.read(reading, 2) in {b".", b""}
    assert os.read(reading, 2) == b""
    os.close(reading)


async def test_a_program_that_is_not_there_is_logged(
    sources: Sources, caplog: pytest.LogCaptureFixture
) -> None:
    assert await Charts(sources, drawing=("/nowhere/python",)).draw(CHART) is None
    assert "could not be drawn" in caplog.text


async def test_who_draws_is_not_told_the_bots_secrets(
    sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANQBOT_DISCORD__TOKEN", "a-secret")
    told = (
        "import os, sys; sys.stdout.buffer.write(b'\\x89PNG\\r\\n\\x1a\\n' + repr(dict(os.environ)).encode())"
    )

    png = await Charts(sources, drawing=drawing(told)).draw(CHART)
    assert png is not None
    assert b"PATH" in png
    assert b"a-secret" not in png


def test_the_bot_itself_never_loads_what_draws() -> None:
    """Only what imports it counts, not what names it as a program."""
    imports = re.compile(r"^\s*(from|import) .*(matplotlib|chart_drawing)", re.MULTILINE)
    found = [
        path.name
        for layer in ("bot", "cogs", "web", "services", "storage", "banq", "sandbox")
        for path in (ROOT / layer).rglob("*.py")
        if imports.search(path.read_text(encoding="utf-8"))
    ]

    assert found == ["chart_drawing.py"]
