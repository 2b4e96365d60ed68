"""Writes a configuration after the example, and its secrets to a file of their own: both, or neither."""

import json
import os
import re
from contextlib import ExitStack
from importlib import resources
from pathlib import Path
from tempfile import mkstemp

from bot.config_files import Values, secrets_beside
from bot.refusals import StartRefused
from storage import files

EXAMPLE = resources.files("bot") / "config.example.toml"
FIRST_LANE = "lanes.main"
SECTION = re.compile(r"\[([a-z_.]+)\]")
KEY = re.compile(r"(?:# )?([a-z_]+) = ")
HEADER = """\
# banqbot's configuration, made by 'banqbot init'. What is secret stands in secrets.toml beside it.
#
# A commented line shows a key that may be left out, with its default. Any key can come from the environment
# instead: [discord] home_guild_id is BANQBOT_DISCORD__HOME_GUILD_ID. Is all well? banqbot doctor tells.
"""
SECRETS_HEADER = """\
# banqbot's secrets: the same sections as in config.toml, and over what stands there. Only the bot's user may
# read this file (chmod 600); otherwise the bot does not start. Keep a copy where you keep passwords.
"""
ELSEWHERE = "# It stands in secrets.toml."

Sections = dict[str, Values]


def refuse_to_overwrite(path: Path) -> None:
    """Raises StartRefused."""
    if not path.parent.is_dir():
        raise StartRefused(f"There is no folder {path.parent}. Make it first, or name another file.")
    for file in (path, secrets_beside(path)):
        if file.exists() or file.is_symlink():
            raise StartRefused(
                f"There is a file {file} already. It stays as it is; edit it, or move it away and try again."
            )


def write(path: Path, sections: Sections, secrets: Sections) -> None:
    """Sections by their names, such as lanes.main. Raises StartRefused; nothing is left behind then."""
    refuse_to_overwrite(path)
    try:
        # The secrets first: a configuration without them would be taken for complete by its looks.
        _put_in_place(
            (secrets_beside(path), _secrets_text(secrets), 0o600),
            (path, config_text(sections, secrets), 0o644),
        )
    except OSError as error:
        raise StartRefused(
            f"{path} could not be written: {error.strerror}. Nothing was left behind."
        ) from error


def _put_in_place(*wanted: tuple[Path, str, int]) -> None:
    """All under names that nobody has, and each whole; or none."""
    with ExitStack() as drafts, ExitStack() as placed:
        ready = []
        for target, text, mode in wanted:
            descriptor, name = mkstemp(prefix=".banqbot-", dir=target.parent)
            draft = Path(name)
            drafts.callback(draft.unlink)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            draft.chmod(mode)
            files.sync(draft)
            ready.append((draft, target))
        for draft, target in ready:
            # Unlike a renaming, this fails where the name is taken.
            os.link(draft, target)
            placed.callback(target.unlink)
        files.sync(wanted[0][0].parent)
        placed.pop_all()


def config_text(sections: Sections, secrets: Sections) -> str:
    """The example with the answers in it."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if SECTION.match(line))
    section = ""
    written = [*HEADER.splitlines(), ""]
    for line in lines[first:]:
        found = SECTION.match(line)
        if found:
            if section == FIRST_LANE:
                written += _further_lanes(sections)
            section = found[1]
        written.append(_filled_in(line, sections.get(section, {}), secrets.get(section, {})))
    return "\n".join(written) + "\n"


def _filled_in(line: str, values: Values, secrets: Values) -> str:
    found = KEY.match(line)
    if found is None:
        return line
    key = found[1]
    if key in secrets:
        return ELSEWHERE
    return f"{key} = {_toml(values[key])}" if key in values else line


def _further_lanes(sections: Sections) -> list[str]:
    lines = []
    for name, values in sections.items():
        if name.startswith("lanes.") and name != FIRST_LANE:
            lines += [*_section(name, values), ""]
    return lines


def _secrets_text(secrets: Sections) -> str:
    lines = SECRETS_HEADER.splitlines()
    for name, values in secrets.items():
        lines += ["", *_section(name, values)]
    return "\n".join(lines) + "\n"


def _section(name: str, values: Values) -> list[str]:
    return [f"[{name}]", *(f"{key} = {_toml(value)}" for key, value in values.items())]


def _toml(value: str | int) -> str:
    """JSON is TOML for text and numbers, but for one sign."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
