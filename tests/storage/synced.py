"""Backs up and restores, and says in which order files are opened to be synced, and get their names.

A process of its own, since nobody can stop listening to what the interpreter does.
"""

import json
import os
import sys
from pathlib import Path

from storage.backup import back_up
from storage.restore import copied_beside, put_in_place

SEEN: list[str] = []


def listen(event: str, values: tuple[object, ...]) -> None:
    match event, values:
        # SQLite opens its files by itself, and copying does it with a mode.
        case "open", (str(path), None, int(flags)) if not flags & (os.O_WRONLY | os.O_RDWR):
            SEEN.append(f"sync {Path(path).name}")
        case (("os.link" | "os.rename"), (old, new, *_)):
            SEEN.append(f"{event} {Path(str(old)).name} {Path(str(new)).name}")
        case _:
            pass


def main(folder: Path) -> None:
    target = folder / "bot" / "banqbot.sqlite3"
    sys.addaudithook(listen)
    back_up(target, folder / "backup", lambda *_: None)
    backed_up = SEEN.copy()
    SEEN.clear()
    with copied_beside(folder / "backup", target) as (copy, _):
        put_in_place(copy, target, target.with_name("kept"))
    sys.stdout.write(json.dumps([backed_up, SEEN]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
