"""A community that links within one minute, on one lane and on more: how long members wait, and our work."""

import itertools
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sandbox.banq.server import BanqSandbox
from services.linking_rules import LinkingRules
from services.sources import Sources
from storage.database import Database
from tests.conftest import Clock
from tests.model.crowd import crowd_of
from tests.services.rig import FOUR_LANES, ONE_LANE, TWO_LANES, build

MEMBERS = 200


@dataclass(frozen=True)
class LinkingFigures:
    """`took` is on the members' clock; `own_s` is what this process worked, the emulator included."""

    lanes: int
    members: int
    took: timedelta
    own_s: float

    @property
    def per_member_and_lane(self) -> timedelta:
        return self.took * self.lanes / self.members


async def measure() -> list[LinkingFigures]:
    return [await _link_everybody(lanes) for lanes in (ONE_LANE, TWO_LANES, FOUR_LANES)]


async def _link_everybody(lanes: Mapping[str, str]) -> LinkingFigures:
    clock, ids = Clock(), itertools.count(1)
    sources = Sources(now=clock, monotonic=clock.monotonic, new_id=lambda: f"{next(ids):016x}")
    banq = BanqSandbox(crowd=MEMBERS)
    await banq.start()
    with tempfile.TemporaryDirectory() as folder:
        async with (
            Database(Path(folder) / "banqbot.sqlite3") as database,
            build(banq, database, sources, rules=LinkingRules(proof="sign_in"), platform_ids=lanes) as rig,
        ):
            began = time.process_time()
            took = await crowd_of(MEMBERS, rig, clock, lanes).link()
            own_s = time.process_time() - began
    await banq.close()
    return LinkingFigures(len(lanes), MEMBERS, took, own_s)
