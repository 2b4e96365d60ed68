"""Restores a backup where no file gets a second name: the kernel answers each try with an error.

A process of its own, which cannot get out of this again.
"""

import ctypes
import platform
import struct
import sys
from pathlib import Path

from bot.database_words import why_refused
from storage.refusals import DatabaseRefused
from storage.restore import copied_beside, put_in_place

LINK_CALLS = {"x86_64": (86, 265), "aarch64": (37,)}
NO_NEW_PRIVILEGES, SET_FILTER, FILTER = 38, 22, 2
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000


class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def refuse_links(error: int) -> None:
    calls = LINK_CALLS[platform.machine()]
    steps = [(LOAD, 0, 0, 0)]
    steps += [(JUMP_IF_EQUAL, len(calls) - at, 0, call) for at, call in enumerate(calls)]
    steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, FAIL | error)]
    program = Program(len(steps), b"".join(struct.pack("HBBI", *step) for step in steps))
    system = ctypes.CDLL(None, use_errno=True)
    if system.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) or system.prctl(SET_FILTER, FILTER, ctypes.byref(program)):
        raise OSError(ctypes.get_errno(), "the kernel takes no filter")


def main(folder: Path, error: int) -> None:
    refuse_links(error)
    target = folder / "bot" / "banqbot.sqlite3"
    try:
        with copied_beside(folder / "backup", target) as (copy, _):
            put_in_place(copy, target, target.with_name("kept"))
    except DatabaseRefused as refused:
        sys.stdout.write(f"{why_refused(refused)}\n")
    else:
        sys.stdout.write("restored\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
