"""All that the code writes into the audit log, read from the code itself."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import get_args

from services import withdrawal_steps
from services.settling import Settlement
from storage.limits import LimitKind
from storage.link_sessions import ENDED

ROOT = Path(__file__).parents[2]
LAYERS = ("bot", "cogs", "web", "services", "storage", "banq")
SCHEMA = (ROOT / "storage/migrations/0001_initial.sql").read_text(encoding="utf-8")


def _states(table: str) -> list[str]:
    found = re.search(rf"CREATE TABLE {table} .*?CHECK \(state IN \((.*?)\)\)", SCHEMA, re.DOTALL)
    assert found is not None
    return re.findall(r"'(\w+)'", found[1])


# What follows on the beginning of an action that is put together.
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "linking: ": tuple(ENDED),
    withdrawal_steps.ACTION: tuple(state for state in _states("withdrawals") if state != "draft"),
    "settled as ": get_args(Settlement),
    "limit: ": tuple(f"{kind} {value}" for kind in get_args(LimitKind) for value in (0, 1, 3_600_000)),
}


def actions() -> list[str]:
    return sorted({action for node in _nodes(LAYERS, "audit.append(") for action in _appended(node)})


def reasons() -> list[str]:
    """Those that the code gives by itself."""
    return sorted({reason for node in _nodes(("services",), "reason") for reason in _given(node)})


def _nodes(layers: Sequence[str], having: str) -> Iterator[ast.AST]:
    for layer in layers:
        for path in sorted((ROOT / layer).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if having in text:
                yield from ast.walk(ast.parse(text))


def _appended(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="audit"), attr="append"), args=[_, _, _, action]):
            yield from _written_out(action)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="audit"), attr="append")):
            raise AssertionError(f"not to be read: {ast.unparse(node)}")


def _written_out(action: ast.expr) -> Iterator[str]:
    match action:
        case ast.Constant(value=str(name)):
            yield name
        case ast.JoinedStr(values=[ast.Constant(value=str(beginning)), *_]):
            yield from (beginning + ending for ending in ENDINGS[beginning])
        case ast.BinOp(left=ast.Name(id="ACTION")):
            yield from (withdrawal_steps.ACTION + ending for ending in ENDINGS[withdrawal_steps.ACTION])
        case _:
            raise AssertionError(f"not to be read: {ast.unparse(action)}")


def _given(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.keyword(arg="reason", value=ast.Constant(value=str(reason))):
            yield reason
        case ast.Assign(
            targets=[ast.Name(id="reason")],
            value=ast.IfExp(body=ast.Constant(value=str(one)), orelse=ast.Constant(value=str(other))),
        ):
            yield from (one, other)
