"""A PostgreSQL of our own, made for the measurement and thrown away with it, on a socket in a folder."""

import asyncio
import os
import pwd
import shutil
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.checks import NotMeasured

DEBIANS = Path("/usr/lib/postgresql")
ACCOUNT = "postgres"
READY_WITHIN_S, END_WITHIN_S = 30, 30


class PostgresMissing(NotMeasured):
    """The message says what to do."""


@asynccontextmanager
async def postgres(folder: Path) -> AsyncIterator[str]:
    """Its address, for a client. Settings are as it comes: what is committed is synced."""
    programs = _programs()
    data = folder / "postgres"
    data.mkdir(mode=0o700)
    # A socket's path may be no longer than 107 characters, which a checkout's may be already.
    socket = Path(tempfile.mkdtemp(prefix="bench-"))
    as_account = _as_other_account(data, socket)
    try:
        await _run(
            *(*as_account, str(programs / "initdb"), "--pgdata", str(data)),
            *("--username", ACCOUNT, "--auth", "trust", "--encoding", "UTF8", "--no-locale"),
        )
        process = await asyncio.create_subprocess_exec(
            *(*as_account, str(programs / "postgres"), "-D", str(data), "-k", str(socket), "-h", ""),
            stdout=DEVNULL,
            stderr=DEVNULL,
            cwd="/",
        )
        try:
            await _until_ready(programs, socket)
            yield f"postgresql://{ACCOUNT}@/postgres?host={socket}"
        finally:
            # What it calls a fast shutdown: it does not wait for clients.
            await _run(*as_account, str(programs / "pg_ctl"), "-D", str(data), "-m", "fast", "stop")
            async with asyncio.timeout(END_WITHIN_S):
                await process.wait()
    finally:
        shutil.rmtree(socket, ignore_errors=True)


def _programs() -> Path:
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    versions = [folder for folder in DEBIANS.glob("*/bin") if (folder / "initdb").exists()]
    if not versions:
        raise PostgresMissing(
            "PostgreSQL's programs (initdb, postgres) are not here, and it is left out. On Debian: "
            "sudo apt install postgresql."
        )
    return max(versions, key=lambda folder: float(folder.parent.name))


def _as_other_account(*folders: Path) -> tuple[str, ...]:
    """PostgreSQL refuses to run as root: what goes before its commands. They end where this process dies."""
    setpriv = ("setpriv", "--pdeathsig", "INT")
    if os.geteuid() != 0:
        return setpriv if shutil.which("setpriv") else ()
    try:
        account = pwd.getpwnam(ACCOUNT)
    except KeyError:
        account = pwd.getpwnam("nobody")
    for folder in folders:
        folder.parent.chmod(folder.parent.stat().st_mode | 0o011)
        os.chown(folder, account.pw_uid, account.pw_gid)
    return (*setpriv, f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups")


async def _until_ready(programs: Path, socket: Path) -> None:
    async with asyncio.timeout(READY_WITHIN_S):
        while True:
            asking = await asyncio.create_subprocess_exec(
                str(programs / "pg_isready"), "--quiet", "--host", str(socket)
            )
            if await asking.wait() == 0:
                return
            await asyncio.sleep(0.1)


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=STDOUT, cwd="/")
    output, _ = await process.communicate()
    if process.returncode != 0:
        said = output.decode().strip().rpartition("\n")[2]
        raise PostgresMissing(f"PostgreSQL could not be set up here, and is left out: {said}")
