import pytest

from storage.database import Database
from tests.storage.rows import INBOX, LINK, MATCHED, TURN, put


@pytest.fixture
async def filled(database: Database) -> Database:
    """One linked member: everything that other rows refer to."""
    async with database.transaction() as tx:
        await put(tx, "webhook_inbox", INBOX)
        await put(tx, "link_sessions", MATCHED)
        await put(tx, "turns", TURN)
        await put(tx, "links", LINK)
        await tx.execute("UPDATE link_sessions SET state = 'linked', finish_code = NULL")
    return database
