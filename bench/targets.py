"""What is to reach, and what was."""

from collections.abc import Sequence
from functools import partial

from bench.approval import Approval
from bench.idle import CommandFigures, LargeWallet
from bench.intake.comparison import OURS, POSTGRES, STORES_ONLY, Comparison
from bench.intake.growth import Growth
from bench.interactions import Scene
from bench.memory import Memory
from bench.results import Target

# Memory that leaks shows over many commands only.
COMMANDS = 100_000

at_least = partial(Target, at_most=False)
at_most = partial(Target, at_most=True)


def of_comparison(one: Comparison) -> list[Target]:
    found = {(each.variant, each.connections): each for each in one.measured}
    ours = found[OURS, 64].of_ceiling
    stores_only = found[STORES_ONLY, 64].of_ceiling
    targets = [
        at_least("webhooks at 64 connections, of the ceiling", ours, "", 0.65),
        at_least("the same, as aimed for", ours, "", 0.85),
        at_least("the same, its workers off", stores_only, "", 0.65),
        at_most("one webhook alone waits, of one by one (p50)", found[OURS, 1].p50_of_naive, "", 0.9),
        at_most("the same, its workers off", found[STORES_ONLY, 1].p50_of_naive, "", 0.9),
    ]
    if (POSTGRES, 64) in found:
        on_postgres = found[POSTGRES, 64].of_ceiling
        targets.append(at_least("the same design on PostgreSQL, of the ceiling", on_postgres, "", 0.8))
    return targets


def of_growth(one: Growth) -> list[Target]:
    most = max(one.stored, key=lambda each: each.events)
    return [at_least(f"webhooks with {most.events:,} stored, of those with 1,000", most.of_few, "", 0.9)]


def of_memory(one: Memory) -> list[Target]:
    short_of = "" if one.commands >= COMMANDS else f"too few to tell: it takes {COMMANDS:,}"
    return [
        at_most("start to ready", one.start_s, "s", 1.5),
        at_most(f"memory once ready, in {one.guilds:,} communities", one.ready_mb, "MB", 90),
        at_most(f"its growth over {one.commands:,} commands", one.grown_mb, "MB", 10, short_of=short_of),
    ]


def of_approval(one: Approval) -> list[Target]:
    return [at_most("from Banq's webhook to the question in chat (p99)", one.at_once.p99, "ms", 300)]


def of_commands(figures: Sequence[CommandFigures]) -> list[Target]:
    slowest = max(figures, key=lambda one: one.first.p99)
    asking_banq = max(one.final.p99 for one in figures if one.command in {"nfts", "withdraw"})
    return [
        at_most(
            f"first answer of the slowest command, /{slowest.command} (p99)", slowest.first.p99, "ms", 10
        ),
        at_most("/nfts and /withdraw to the end, the emulators included (p99)", asking_banq, "ms", 15),
    ]


def of_large_wallet(one: LargeWallet) -> list[Target]:
    return [at_most("autocomplete over 10,000 NFTs (p99)", one.autocomplete.p99, "ms", 20)]


def of_scenes(scenes: Sequence[Scene]) -> list[Target]:
    longest_s = max(scene.first.max for scene in scenes) / 1000
    return [
        at_most("first answer of 600 commands at once, the longest", longest_s, "s", 1),
        at_most("of them failed", sum(scene.failed for scene in scenes), "", 0),
        at_most("of them said what is untrue", sum(scene.untrue for scene in scenes), "", 0),
    ]
