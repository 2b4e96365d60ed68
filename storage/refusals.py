"""Why a database file is not used, copied or replaced: facts, of which `bot` makes sentences."""

from enum import Enum, auto
from pathlib import Path


class Problem(Enum):
    """What is wrong with a file, with the facts that an Unfit has about it."""

    NO_DATABASE = auto()
    # What SQLite says.
    DAMAGED = auto()
    # A table, and the one that a row of it belongs to.
    STRAY_ROW = auto()
    IMPOSSIBLE_TIME = auto()
    OF_ANOTHER_PROGRAM = auto()
    EMPTY = auto()
    # Its schema's version, and the newest that is known here.
    NEWER = auto()
    OTHER_TABLES = auto()
    # The version that it could not be brought to, and what SQLite says.
    NOT_MIGRATED = auto()


class Unfit(Exception):
    """A file is not a whole database of this program."""

    def __init__(self, problem: Problem, *facts: object) -> None:
        super().__init__(problem, *facts)
        self.problem = problem
        self.facts = facts


class Refusal(Enum):
    """What is not done. Where there is a cause, it is an Unfit, or what SQLite or the system says."""

    NOT_OPENED = auto()
    BACKUP_EXISTS = auto()
    # It would be taken for a file that SQLite, or this program, keeps beside a database.
    BACKUP_NAMED_LIKE_OURS = auto()
    # The path is that of the unfinished file, the other one that of the backup.
    BACKUP_UNDER_WAY = auto()
    BACKUP_NOT_MADE = auto()
    NOT_WORTH_A_BACKUP = auto()
    NO_FILE = auto()
    IS_A_FOLDER = auto()
    # It has the name of the copy that a restore makes.
    IS_IN_THE_WAY = auto()
    NOT_WORTH_RESTORING = auto()
    # The other path is the folder that it should have been copied to.
    NOT_COPIED = auto()
    KEPT_ALREADY = auto()
    REPLACES_ANOTHERS = auto()
    NOT_SET_ASIDE = auto()
    NOT_REPLACED = auto()


class DatabaseRefused(Exception):
    """A database file is not used, copied or replaced."""

    def __init__(
        self, refusal: Refusal, path: Path, *, other: Path | None = None, cause: Exception | None = None
    ) -> None:
        super().__init__(refusal, path, other, cause)
        self.refusal = refusal
        self.path = path
        self.other = other
        self.cause = cause
