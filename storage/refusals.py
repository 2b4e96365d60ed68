"""Why a database file is not used, copied or replaced."""


class DatabaseRefused(Exception):
    """The file cannot be used; the message says why and what to do."""
