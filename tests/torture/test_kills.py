"""A few of the deaths of `make torture`: the ones around the moments at which an NFT could be sent twice."""

from pathlib import Path

from tests.torture.breaches import breaches
from tests.torture.life import tortured
from tests.torture.plan import (
    AFTER_BANQ_TOOK_IT,
    APPROVED,
    BEFORE_BANQ_TAKES_IT,
    LOST,
    REFUSED,
    REJECTED,
    Life,
    Point,
)

SEED = 7
LIVES = (
    # First, since its owner is told only after a while.
    Life(REFUSED, (Point("before show", "draft"),)),
    Life(APPROVED, (Point("before draft->confirmed"),)),
    Life(APPROVED, (Point("after draft->confirmed"), Point("before POST withdraw"))),
    Life(APPROVED, (Point("after POST withdraw"), Point("before submitting->unknown"))),
    Life(APPROVED, (Point(AFTER_BANQ_TOOK_IT),)),
    Life(REJECTED, (Point(BEFORE_BANQ_TAKES_IT),)),
    Life(LOST, (Point("before unknown->processing"), Point("after send notice", "processing"))),
)


async def test_whenever_it_is_killed_nothing_is_sent_twice_and_everything_stays_true(tmp_path: Path) -> None:
    async with tortured(tmp_path, SEED) as play:
        await play.run(LIVES)

        assert await breaches(play) == []
        assert len(play.deaths) == sum(len(life.points) for life in LIVES)
