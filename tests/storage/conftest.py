import pytest

from storage.database import Database
from tests.storage.rows import BOUND, INBOX, LINK, TURN, put


@pytest.fixture
async def filled(database: Database) -> Database:
    """One linked member: everything that other rows refer to."""
    async with database.transaction() as tx:
        await put(tx, "webhook_inbox", INBOX)
        await put(tx, "link_sessions", BOUND, state="linked")
        await put(tx, "turns", TURN)
        await put(tx, "links", LINK)
    return database
