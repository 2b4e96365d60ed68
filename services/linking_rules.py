"""The times and numbers by which linking goes."""

from dataclasses import dataclass
from datetime import timedelta

from storage.link_sessions import Proof


@dataclass(frozen=True)
class LinkingRules:
    """How long each part of linking may take, and how often something may be tried.

    A turn that was reported as approved and brought no link keeps others from the lane for long, so two of
    these are as many as a member has within `cool_down_after_reports`.

    `proof`: how a browser shows that it is the member's. `echoes_reference`: Banq's webhooks name the turn.
    `repeats_within`, `strays_within`: how long an approval that came elsewhere counts for nobody else, and
    one that spoiled another member's turn.
    `late_approvals_within`: how late Banq's webhook may come after a page has reported an approval.
    `heard_within`: a page that is silent for longer is taken for closed.
    """

    proof: Proof = "code"
    echoes_reference: bool = False
    link_lives: timedelta = timedelta(minutes=10)
    turn_lives: timedelta = timedelta(minutes=5)
    match_within: timedelta = timedelta(minutes=2)
    late_approvals_within: timedelta = timedelta(minutes=10)
    rest_after_link: timedelta = timedelta(seconds=10)
    repeats_within: timedelta = timedelta(minutes=10)
    strays_within: timedelta = timedelta(hours=1)
    heard_within: timedelta = timedelta(seconds=60)
    code_lives: timedelta = timedelta(minutes=10)
    code_tries: int = 5
    cool_down: timedelta = timedelta(minutes=10)
    turns_before_cool_down: int = 3
    links_before_cool_down: int = 10
    reported_turns_before_cool_down: int = 2
    cool_down_after_reports: timedelta = timedelta(hours=1)
