"""No power cut leaves a name without its file, or takes away what was told of as done."""

import json
import subprocess
import sys
from pathlib import Path

from tests.storage.damaging import filled_file


async def test_files_are_on_the_disk_before_they_get_their_names_and_the_names_soon_after(
    tmp_path: Path,
) -> None:
    await filled_file(tmp_path / "bot" / "banqbot.sqlite3", rows=7)

    backed_up, restored = seen_by_another_process(tmp_path)

    assert backed_up == ["sync backup.partial", "os.rename backup.partial backup", f"sync {tmp_path.name}"]
    assert restored == [
        "sync banqbot.sqlite3.restoring",
        "os.link banqbot.sqlite3 kept",
        "sync bot",
        "os.rename banqbot.sqlite3.restoring banqbot.sqlite3",
        "sync bot",
    ]


def seen_by_another_process(folder: Path) -> list[list[str]]:
    command = [sys.executable, "-m", "tests.storage.synced", str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    seen: list[list[str]] = json.loads(ended.stdout)
    return seen
