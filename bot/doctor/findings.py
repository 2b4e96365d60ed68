"""What a check has found, and how it is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console
from rich.text import Text

COLUMN = 13


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    NOT_CHECKED = "not checked"


COLOURS = {State.OK: "green", State.WARNING: "yellow", State.ERROR: "red", State.NOT_CHECKED: "dim"}


@dataclass(frozen=True)
class Finding:
    """`what` was found, and the `fix` for it; both may hold foreign text, and neither a secret."""

    check: str
    state: State
    what: str
    fix: str = ""


def ok(check: str, what: str) -> Finding:
    return Finding(check, State.OK, what)


def warning(check: str, what: str, fix: str) -> Finding:
    return Finding(check, State.WARNING, what, fix)


def error(check: str, what: str, fix: str) -> Finding:
    return Finding(check, State.ERROR, what, fix)


def not_checked(check: str, why: str) -> Finding:
    return Finding(check, State.NOT_CHECKED, f"{check}: not checked, because {why}.")


def show(console: Console, findings: Iterable[Finding]) -> None:
    for finding in findings:
        state = Text(f"{finding.state:<{COLUMN}}", style=COLOURS[finding.state])
        console.print(state + Text(f"{finding.what} {finding.fix}".rstrip()))
