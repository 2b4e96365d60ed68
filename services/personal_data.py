"""What is stored about a person, table by table: which of it is theirs to see, and what each part is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.identity import ChatUser
from services.sources import Sources
from storage import personal_data
from storage.database import Database, from_ms

WHOSE = ("chat_platform", "chat_user_id")
SECRET = "is a secret, or a hash of one"  # noqa: S105 - an explanation
BOOKKEEPING = "is the bot's own bookkeeping"


@dataclass(frozen=True)
class Part:
    """`table` as it is handed out; each column is named in one of these. `json_ids` are kept as JSON text."""

    table: str
    explanation: str
    values: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    json_ids: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)


def _owner(**others: str) -> dict[str, str]:
    return {**dict.fromkeys(WHOSE, "says whose it is"), **others}


PARTS: Mapping[str, Part] = {
    "links": Part(
        "links",
        "The wallets that are or were linked to the account, by the ids that Banq has for the approval "
        "(user_guid) and for the person (banq_user_id).",
        ("id", "lane", "user_guid", "state", "session_id"),
        ("linked_at", "ended_at"),
        ("banq_user_id",),
        _owner(),
    ),
    "link_sessions": Part(
        "link_sessions",
        "Each use of /link: the name and picture that the account had then, how far it came, and how many "
        "NFTs the wallet held. The wallet is named where a link came of it.",
        (
            *("id", "chat_user_name", "chat_avatar_url", "state", "proof", "lane"),
            *("user_guid", "nft_count", "code_tries_left"),
        ),
        ("created_at", "expires_at", "seen_at", "waiting_since"),
        ("banq_user_id",),
        _owner(token_hash=SECRET, browser_hash=SECRET, sign_in_hash=SECRET, finish_code=SECRET),
    ),
    "turns": Part(
        "turns",
        "When the account had its turn at Banq's page, and how that ended.",
        ("id", "lane", "session_id", "end_reason"),
        ("opened_at", "expires_at", "approved_at", "ended_at"),
        left_out={"reference": SECRET},
    ),
    "grants": Part(
        "grants",
        "Approvals that Banq announced: in a turn of the account, or of its wallet. The wallet is named "
        "where it was linked to this account and no other.",
        ("lane", "user_guid", "state"),
        ("received_at",),
        ("banq_user_id",),
        {"id": BOOKKEEPING, "inbox_id": BOOKKEEPING, "turn_id": "may be the turn of somebody else"},
    ),
    "withdrawals": Part(
        "withdrawals",
        "Every withdrawal, from its review on: what was sent from which wallet to which address, and what "
        "Banq said about it.",
        (
            *("id", "link_id", "lane", "user_guid", "nft_name", "nft_details", "nft_image_url", "chain"),
            *("amount", "network", "address", "state", "banq_transaction_id", "transaction_hash", "reason"),
            *("banq_message", "retyped", "held_when_confirmed"),
        ),
        ("created_at", "expires_at", "confirmed_at", "updated_at", "heard_at", "gone_since"),
        ("banq_user_id", "token_data_id", "source_banq"),
        _owner(next_check_at=BOOKKEEPING, checks=BOOKKEEPING),
    ),
    "addresses": Part(
        "addresses",
        "The address book, with what was removed from it.",
        ("id", "label", "network", "address"),
        ("added_at", "removed_at"),
        left_out=_owner(),
    ),
    "member_limits": Part(
        "member_limits",
        "Limits that were set with /limits.",
        ("kind", "value"),
        ("set_at", "in_force_at"),
        left_out=_owner(id=BOOKKEEPING),
    ),
    "member_languages": Part(
        "member_languages", "The language of the last answer.", ("language",), left_out=_owner()
    ),
    "outbox": Part(
        "outbox",
        "Direct messages: their kind, what they are about (the id of a link, an attempt or a withdrawal), "
        "and whether they were delivered. Their words are made when they are sent, and not stored.",
        ("kind", "object_id", "state"),
        ("created_at", "delivered_at"),
        left_out={
            **dict.fromkeys(("chat_platform", "recipient"), "says whose it is"),
            **dict.fromkeys(("id", "dedup_key", "attempts", "next_try_at"), BOOKKEEPING),
        },
    ),
    "audit": Part(
        "audit",
        "What happened with the account, who did it, and why. 'team' is one of the community's team; "
        "'operator' is whoever runs the bot.",
        ("actor", "action", "object_id", "reason"),
        ("at",),
        left_out=_owner(id=BOOKKEEPING),
    ),
    "audit_by_them": Part(
        "audit",
        "What the person did as one of the team. Which member it was about is theirs, and left out.",
        ("action",),
        ("at",),
        left_out=dict.fromkeys(
            ("id", *WHOSE, "actor", "object_id", "reason"), "is about somebody else, or the same in all"
        ),
    ),
    "pauses": Part(
        "pauses",
        "Pauses of all withdrawals that the person began as one of the team.",
        ("reason",),
        ("paused_at", "resumed_at"),
        left_out={"id": BOOKKEEPING, "actor": "is the person"},
    ),
}

# Told in the file as well.
NOT_IN_IT = (
    (
        "Webhooks of Banq, which may name the wallet by its userGuid. They are kept as they came and not by "
        "person; those that were worked off are deleted {days} days after they came."
    ),
    "Hashes of links, browsers and sign-ins, and other secrets.",
    "Whose wallet it was where the account's attempt to link was refused.",
    (
        "Lines of the audit log about other accounts whose attempt to link was refused because the wallet "
        "was linked to this one: they name this account's id as the holder's."
    ),
    "What Discord and Banq themselves store, such as the messages that the bot has sent.",
)

NOT_ABOUT_A_PERSON: Mapping[str, str] = {
    "webhook_inbox": "Webhooks as they came; see NOT_IN_IT.",
    "webhook_totals": "Numbers.",
    "withdrawal_rules": "Settings.",
}


class PersonalData:
    """`keep_webhooks_days`: as the settings have it."""

    def __init__(self, database: Database, keep_webhooks_days: int, sources: Sources) -> None:
        self._database = database
        self._keep_webhooks_days = keep_webhooks_days
        self._sources = sources

    async def of(self, user: ChatUser) -> dict[str, Any] | None:
        """All that is stored about a person and theirs to see, ready for JSON; None where nothing is."""
        parts: dict[str, Any] = {}
        for name, part in PARTS.items():
            rows = await personal_data.own_rows(self._database.read, name, user.key)
            shown = [_shown(part, dict(row)) for row in rows]
            parts[name] = {"explanation": part.explanation, "rows": shown}
        if not any(part["rows"] for part in parts.values()):
            return None
        return {
            "user": {"platform": user.platform, "id": user.id},
            "made_at": self._sources.now().isoformat(),
            "not_in_this_file": [sentence.format(days=self._keep_webhooks_days) for sentence in NOT_IN_IT],
            "stored": parts,
        }


def _shown(part: Part, row: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in part.values},
        **{name: None if row[name] is None else json.loads(row[name]) for name in part.json_ids},
        **{name: None if row[name] is None else from_ms(row[name]).isoformat() for name in part.times},
    }
