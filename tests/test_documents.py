"""What the documents claim about the project is there."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.core import TyperGroup
from typer.main import get_command

from bot.__main__ import cli

THREAT_MODEL = Path("docs/threat-model.md")
SCREENS = Path("docs/screens.md")
COMPOSE = Path("deploy/compose.yml")
PAGES = [*sorted(Path().glob("*.md")), *sorted(Path("docs").glob("*.md"))]
DEPLOYED = [path for path in sorted(Path("deploy").rglob("*")) if path.is_file()]

# In a page, what is to be typed is code; in what is deployed, it is quoted, or there to be run.
FENCED = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
DEPLOYED_COMMAND = re.compile(r"['`](banqbot [^'`]+)['`]|(\S*/bin/banqbot .+)|exec \S+ (banqbot .+)")
COMPOSE_SERVICE = re.compile(
    r"docker compose (?:exec|run|restart|start|stop|logs|cp)(?: --?[a-zA-Z]\S*)* ([\w-]+)"
)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
ANCHOR = re.compile(r'<a (?:id|name)="([^"]+)">')
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
# Such as in the answer of a server or an alert, which cannot link by a path of their own.
NAMED_ANCHOR = re.compile(r"(docs/[\w-]+\.md)#([\w-]+)")
# After these, `banqbot` is a user, a group, or a service.
NAMES_ANOTHER = {"-u", "-g", "-o", "exec", "run", "restart", "start", "stop", "reload", "status", "logs"}
ENDS_A_COMMAND = re.compile(r"^(\||\|\||&|&&|;|#|\d?>.*)$")


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


@pytest.mark.parametrize("path", [*PAGES, *DEPLOYED], ids=str)
def test_every_command_that_is_told_exists(path: Path) -> None:
    unknown = [problem for line in _typed_lines(path) for problem in _unknown_in(line)]
    assert unknown == []


@pytest.mark.parametrize("path", [*PAGES, *DEPLOYED], ids=str)
def test_everything_to_make_exists(path: Path) -> None:
    makefile = Path("Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))
    told = {
        target
        for line in _typed_lines(path)
        for target in re.findall(r"(?:^|\s)make(?: [A-Z]+=\S+)* ([a-z][\w-]*)", line)
    }
    assert told <= targets


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_service_of_docker_compose_exists(page: Path) -> None:
    services = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    told = {service for line in _typed_lines(page) for service in COMPOSE_SERVICE.findall(line)}
    assert told <= set(services)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    broken = [
        f"{target}#{anchor}"
        for target, anchor in LINK.findall(FENCED.sub("", text))
        if not _is_there(page.parent / target if target else page, anchor)
    ]
    assert broken == []


def test_every_anchor_that_is_named_elsewhere_is_there() -> None:
    code = [path for folder in ("bot", "services", "web") for path in sorted(Path(folder).rglob("*.py"))]
    named = {
        named
        for path in [*DEPLOYED, *code]
        for named in NAMED_ANCHOR.findall(path.read_text(encoding="utf-8"))
    }
    assert [f"{page}#{anchor}" for page, anchor in sorted(named) if not _is_there(Path(page), anchor)] == []


def _typed_lines(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".md":
        yield from ("".join(groups) for groups in DEPLOYED_COMMAND.findall(text))
        return
    for block in FENCED.findall(text):
        yield from block.replace("\\\n", " ").splitlines()
    yield from SPAN.findall(FENCED.sub("", text))


def _unknown_in(line: str) -> Iterator[str]:
    """Each call of banqbot in it that the command line would not understand."""
    try:
        words = shlex.split(line, comments=False)
    except ValueError:
        # An apostrophe in a comment.
        words = line.split()
    for number, (before, word) in enumerate(zip(["", *words], words, strict=False)):
        if re.fullmatch(r"(\S*/bin/)?banqbot", word) and before not in NAMES_ANOTHER:
            problem = _not_understood(words[number + 1 :])
            if problem:
                yield f"{problem}: {line.strip()}"


def _not_understood(words: list[str]) -> str | None:
    command = get_command(cli)
    for word in words:
        if ENDS_A_COMMAND.match(word):
            break
        if word.startswith("-"):
            option = word.split("=", maxsplit=1)[0]
            if option not in _options_of(command):
                return f"{command.name} has no {option}"
        elif isinstance(command, TyperGroup) and re.fullmatch(r"[a-z][a-z-]*", word):
            found = command.commands.get(word)
            if found is None:
                return f"{command.name} has no {word}"
            command = found
    return None


def _options_of(command: Any) -> set[str]:
    return {"--help"} | {name for option in command.params for name in option.opts if name.startswith("-")}


def _is_there(target: Path, anchor: str) -> bool:
    if not target.exists():
        return False
    return not anchor or anchor in _anchors(target)


def _anchors(page: Path) -> set[str]:
    text = page.read_text(encoding="utf-8")
    headings = HEADING.findall(FENCED.sub("", text))
    return {_slug(heading) for heading in headings} | set(ANCHOR.findall(text))


def _slug(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
