"""Draws one chart of numbers by day: `python -m services.chart_drawing`, JSON in, a PNG out.

A program of its own, since the library that draws takes more memory than all of the bot.
"""

import json
import sys
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator

# A ground of its own, so that it is read alike on a dark and on a light chat.
GROUND, INK, QUIET, SLOT = "#23252b", "#f2f3f5", "#b5bac1", "#383b43"
COLOURS = ("#7b93ff", "#4fc38a")
# Shown at about a third of this width on a phone.
WIDTH_IN, PANEL_IN, DPI = 5.0, 1.8, 200
LOOKS: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 12.5,
    "text.color": INK,
    "axes.facecolor": GROUND,
    "axes.edgecolor": SLOT,
    "axes.titlesize": 14,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
}


def draw(asked: Any, target: Any) -> None:
    """`asked`: `panels`, each with a `title` and the `numbers` of all days; `ticks`, labels by day."""
    panels = asked["panels"]
    with mpl.rc_context(LOOKS):
        figure = Figure(
            figsize=(WIDTH_IN, PANEL_IN * len(panels)),
            dpi=DPI,
            facecolor=GROUND,
            layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1, hspace=0.04),
        )
        for place, (panel, colour) in enumerate(zip(panels, COLOURS, strict=False), start=1):
            axes = figure.add_subplot(len(panels), 1, place)
            axes.set_title(panel["title"])
            _bars(axes, panel["numbers"], colour)
            _days(axes, asked["ticks"], is_labelled=place == len(panels))
        figure.savefig(target, format="png", facecolor=GROUND)


def _bars(axes: Axes, numbers: Sequence[int], colour: str) -> None:
    top = max(*numbers, 2) * 1.08
    days = range(len(numbers))
    # Each day has its place, so that one without anything is seen as such.
    axes.bar(days, [top] * len(numbers), width=0.78, color=SLOT, alpha=0.45, zorder=1)
    axes.bar(days, numbers, width=0.78, color=colour, zorder=2)
    axes.set_ylim(0, top)
    axes.set_xlim(-0.7, len(numbers) - 0.3)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    # Below the zero of the other axis.
    axes.tick_params(axis="x", pad=9)


def _days(axes: Axes, ticks: Sequence[tuple[int, str]], *, is_labelled: bool) -> None:
    axes.set_xticks([day for day, _ in ticks])
    axes.set_xticklabels([label for _, label in ticks] if is_labelled else [])


if __name__ == "__main__":
    draw(json.load(sys.stdin), sys.stdout.buffer)
