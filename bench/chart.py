"""Draws the figures into one picture: the webhooks, the same as events pile up, and the commands."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.layout_engine import ConstrainedLayoutEngine

from bench.intake.comparison import APPROVALS, CEILING, FASTAPI, NAIVE, OURS, POSTGRES, STORES_ONLY

PNG = Path("build/bench.png")
INK, QUIET, OURS_COLOUR, OTHERS, GOOD = "#1f2933", "#7b8794", "#2b6cb0", "#cbd2d9", "#2f855a"
CONNECTIONS = 64
# Behind a number, so that no line runs through it.
PAPER: Any = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
LABELS = {
    CEILING: "the ceiling:\nstores nothing",
    OURS: "banqbot",
    APPROVALS: "banqbot,\napprovals",
    STORES_ONLY: "banqbot,\nworkers off",
    POSTGRES: "its design on\nPostgreSQL",
    NAIVE: "a transaction\nfor each",
    FASTAPI: "FastAPI, a trans-\naction for each",
}
LOOKS: Any = {
    "font.size": 9,
    "font.family": "DejaVu Sans",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": OTHERS,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 14,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": QUIET,
    "ytick.color": INK,
}


def draw(results: Mapping[str, Any], path: Path = PNG) -> None:
    """Of what was measured; the rest stays empty and says so."""
    parts = {name: part["figures"] for name, part in results["parts"].items() if "figures" in part}
    mpl.use("agg")
    with mpl.rc_context(LOOKS):
        figure = plt.figure(figsize=(11, 8.4), layout=ConstrainedLayoutEngine(w_pad=0.15, h_pad=0.12))
        grid = figure.add_gridspec(2, 2, height_ratios=(1, 0.95), hspace=0.08, wspace=0.06)
        panels = (
            (grid[0, 0], "intake", _intake, f"What answers the webhook, at {CONNECTIONS} connections"),
            (grid[0, 1], "stored", _stored, "As stored events pile up"),
            (
                grid[1, :],
                "commands",
                _commands,
                "How soon each command is first answered: 99 of 100 within the bar, half within the dot",
            ),
        )
        for place, name, panel, title in panels:
            axes = figure.add_subplot(place)
            axes.set_title(title)
            if name in parts:
                panel(axes, parts[name])
            else:
                axes.set_axis_off()
                axes.text(0.5, 0.5, "not measured", ha="center", color=QUIET)
        figure.supxlabel(_caption(results), x=0.99, ha="right", color=QUIET, fontsize=8)
        figure.savefig(path, dpi=150)
        plt.close(figure)


def _intake(axes: Axes, figures: Mapping[str, Any]) -> None:
    found = {one["variant"]: one for one in figures["measured"] if one["connections"] == CONNECTIONS}
    names = [name for name in LABELS if name in found][::-1]
    shares = [found[name]["of_ceiling"] for name in names]
    colours = [OURS_COLOUR if name in {OURS, APPROVALS, STORES_ONLY} else OTHERS for name in names]
    axes.barh([LABELS[name] for name in names], shares, color=colours, height=0.62)
    for place, (name, share) in enumerate(zip(names, shares, strict=True)):
        axes.text(
            share + 0.015,
            place,
            f"{share:.2f}   {found[name]['per_s']:,.0f}/s",
            va="center",
            fontsize=8,
            bbox=PAPER,
        )
    for limit, what in ((0.65, "to reach"), (0.85, "aim")):
        axes.axvline(limit, color=GOOD, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
        axes.text(
            limit, 1.005, what, color=GOOD, ha="center", fontsize=7, transform=axes.get_xaxis_transform()
        )
    axes.set_xlim(0, max(1.28, max(shares) + 0.28))
    axes.set_xlabel("share of what the same server does without storing")
    axes.tick_params(length=0)


def _stored(axes: Axes, figures: Mapping[str, Any]) -> None:
    events = [one["events"] for one in figures["stored"]]
    rates = [one["per_s"] for one in figures["stored"]]
    axes.axhline(rates[0] * 0.9, color=GOOD, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    axes.annotate(
        "to stay above",
        (events[0], rates[0] * 0.9),
        (0, -4),
        textcoords="offset points",
        va="top",
        color=GOOD,
        fontsize=7,
    )
    axes.plot(events, rates, color=OURS_COLOUR, marker="o", linewidth=2)
    for one in figures["stored"]:
        axes.annotate(
            f"{one['of_few']:.2f}",
            (one["events"], one["per_s"]),
            (0, 7),
            textcoords="offset points",
            ha="center",
            bbox=PAPER,
            # Over the dashed line, under the other.
            zorder=1,
        )
    axes.set_xscale("log")
    axes.set_xticks(events, [_short(number) for number in events])
    axes.minorticks_off()
    axes.set_ylim(0, max(rates) * 1.2)
    axes.set_xlabel("stored before")
    axes.set_ylabel("webhooks per second")
    axes.tick_params(length=0)


def _commands(axes: Axes, figures: list[Mapping[str, Any]]) -> None:
    names = [f"/{one['command']}" for one in figures]
    axes.bar(names, [one["first"]["p99"] for one in figures], color=OURS_COLOUR, width=0.5)
    axes.scatter(names, [one["first"]["p50"] for one in figures], color=INK, s=12, zorder=3)
    axes.axhline(10, color=GOOD, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    axes.text(len(names) - 0.5, 10.2, "to reach: 10 ms", color=GOOD, ha="right", fontsize=7, bbox=PAPER)
    axes.set_ylabel("milliseconds")
    axes.set_ylim(0, max(11.5, *(one["first"]["p99"] * 1.1 for one in figures)))
    axes.set_xmargin(0.01)
    axes.tick_params(length=0)
    axes.tick_params(axis="x", rotation=32, labelsize=8, labelcolor=INK)
    for label in axes.get_xticklabels():
        label.set_horizontalalignment("right")
        label.set_rotation_mode("anchor")


def _short(number: int) -> str:
    return f"{number // 1_000_000} million" if number >= 1_000_000 else f"{number:,}"


def _caption(results: Mapping[str, Any]) -> str:
    machine = results["machine"]
    dates = sorted({part["date"] for part in results["parts"].values()})
    return (
        f"{machine['processor']}, {machine['cores']} cores · Python {machine['python']} · {', '.join(dates)}"
    )
