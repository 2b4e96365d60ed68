"""Ctrl-C before the program is even loaded."""

import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Presses Ctrl-C the moment that this module is looked for.
PRESSING = """\
import os, runpy, signal, sys

class Pressing:
    def find_spec(self, name, *_):
        if name == sys.argv[-1]:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Pressing())
runpy.run_module("bot", run_name="__main__", alter_sys=True)
"""


def test_ctrl_c_while_the_program_is_loaded_is_no_error_to_be_traced() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PRESSING, "typer"], cwd=ROOT, capture_output=True, check=False
    )

    assert ended.returncode == -signal.SIGINT
    assert ended.stdout + ended.stderr == b""
