"""A whole community links at once: everybody, in the order of the line, and nobody to another's wallet."""

from collections.abc import Mapping

import pytest

from sandbox.banq.server import BanqSandbox
from services.linking_rules import LinkingRules
from services.sources import Sources
from storage.database import Database
from tests.conftest import Clock
from tests.model.crowd import crowd_of
from tests.services.rig import FOUR_LANES, ONE_LANE, build


@pytest.mark.parametrize(
    ("number", "lanes"), [(200, ONE_LANE), (100, FOUR_LANES)], ids=["one lane", "four lanes"]
)
async def test_a_whole_community_links_in_order(
    database: Database, sources: Sources, clock: Clock, number: int, lanes: Mapping[str, str]
) -> None:
    banq = BanqSandbox(crowd=number)
    await banq.start()
    rules = LinkingRules(proof="sign_in")
    async with build(banq, database, sources, rules=rules, platform_ids=lanes) as rig:
        crowd = crowd_of(number, rig, clock, lanes)
        await crowd.link()
    await banq.close()

    assert crowd.turns == crowd.joined
    linked = {
        row[0]: (row[1], row[2])
        for row in await database.read.fetch_all("SELECT chat_user_id, lane, user_guid FROM links")
    }
    assert len(linked) == number
    for member in crowd.members:
        lane, user_guid = linked[member.user.id]
        assert user_guid == member.customer.user_guid(lanes[lane])
