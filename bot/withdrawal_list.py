"""The operator's look at withdrawals, also while the bot runs: what is stuck, all, or one with its steps."""

from rich.console import Console

from bot.chat_users import written
from bot.config import Config
from bot.existing_database import existing_database
from bot.json_output import print_json
from bot.printing import in_utc, shown
from services.addresses import shortened
from services.changes import Changes
from services.settling import STUCK_AFTER, Settling
from services.sources import Sources
from services.withdrawal_history import Record, WithdrawalHistory
from services.withdrawal_steps import ACTION
from storage.withdrawals import Withdrawal

console = Console(highlight=False, soft_wrap=True)


async def show_stuck(settings: Config, *, as_json: bool) -> None:
    """What is needed to ask Banq about each withdrawal without an answer."""
    async with existing_database(settings) as database:
        stuck = await Settling(database, Changes(), Sources()).stuck()
    if as_json:
        print_json([_of_withdrawal(withdrawal) | _for_banq(withdrawal) for withdrawal in stuck])
        return
    if not stuck:
        console.print("Banq has answered about every withdrawal.")
        return
    for withdrawal in stuck:
        console.print(
            f"[bold]{withdrawal.id}[/bold]  asked of Banq {withdrawal.updated_at:%Y-%m-%d %H:%M} UTC, "
            f"lane {withdrawal.lane}, member {withdrawal.chat_user_id}"
        )
        console.print(f"    {_asked_for(withdrawal)}")
        if withdrawal.state == "unknown":
            until = withdrawal.updated_at + STUCK_AFTER
            console.print(f"    the bot finds out by itself; settle it from {until:%Y-%m-%d %H:%M} UTC on")
    console.print(
        "Find out at Banq what became of each, then: "
        "banqbot withdrawals settle ID --outcome sent|not-sent --reason …"
    )


async def show_all(settings: Config, state: str | None, limit: int, *, as_json: bool) -> None:
    """The newest of all members; never what was withdrawn."""
    async with existing_database(settings) as database:
        found = await WithdrawalHistory(database, Changes(), Sources()).latest(state, limit)
    if as_json:
        print_json([_of_withdrawal(withdrawal) for withdrawal in found])
        return
    if not found:
        console.print("There is no withdrawal yet." if state is None else f"No withdrawal is {state}.")
    for withdrawal in found:
        console.print(_line(withdrawal))


async def show(settings: Config, withdrawal_id: str, *, as_json: bool) -> int:
    """1 where there is none of this id."""
    async with existing_database(settings) as database:
        record = await WithdrawalHistory(database, Changes(), Sources()).record(withdrawal_id)
    if record is None:
        if as_json:
            print_json(None)
        else:
            console.print("There is no withdrawal with this id. See: banqbot withdrawals list --all")
        return 1
    if as_json:
        print_json(_of_record(record))
    else:
        _tell(record)
    return 0


def _tell(record: Record) -> None:
    withdrawal = record.withdrawal
    console.print(_line(withdrawal))
    console.print(f"    {_asked_for(withdrawal)}, network {withdrawal.network}, link {withdrawal.link_id}")
    if withdrawal.banq_transaction_id is not None:
        console.print(f"    Banq's id for it: {shown(withdrawal.banq_transaction_id)}")
    if withdrawal.banq_message is not None:
        console.print(f"    Banq said: {shown(withdrawal.banq_message)}")
    console.print(f"    {in_utc(withdrawal.created_at)}  draft")
    for line in record.lines:
        why = "" if line.reason is None else f": {shown(line.reason)}"
        console.print(
            f"    {in_utc(line.at)}  {shown(line.action.removeprefix(ACTION))}, by {shown(line.actor)}{why}"
        )


def _line(withdrawal: Withdrawal) -> str:
    why = "" if withdrawal.reason is None else f" ({shown(withdrawal.reason)})"
    return (
        f"[bold]{withdrawal.id}[/bold]  {withdrawal.state}{why} since {in_utc(withdrawal.updated_at)}, "
        f"member {shown(written(withdrawal.owner))}, lane {shown(withdrawal.lane)}, "
        f"to {shortened(withdrawal.address)}"
    )


def _asked_for(withdrawal: Withdrawal) -> str:
    return (
        f"userId {shown(withdrawal.banq_user_id)}, tokenDataId {shown(withdrawal.token_data_id)}, "
        f"amount {withdrawal.amount}, to {shortened(withdrawal.address)}"
    )


def _of_withdrawal(withdrawal: Withdrawal) -> dict[str, object]:
    return {
        "withdrawal": withdrawal.id,
        "state": withdrawal.state,
        "reason": withdrawal.reason,
        "user": written(withdrawal.owner),
        "link": withdrawal.link_id,
        "lane": withdrawal.lane,
        "network": withdrawal.network,
        "to": shortened(withdrawal.address),
        "created_at": withdrawal.created_at,
        "confirmed_at": withdrawal.confirmed_at,
        "updated_at": withdrawal.updated_at,
        "heard_at": withdrawal.heard_at,
    }


def _for_banq(withdrawal: Withdrawal) -> dict[str, object]:
    """As Banq knows it, and has to be asked."""
    return {
        "banq_user_id": withdrawal.banq_user_id,
        "token_data_id": withdrawal.token_data_id,
        "amount": withdrawal.amount,
        "banq_transaction_id": withdrawal.banq_transaction_id,
    }


def _of_record(record: Record) -> dict[str, object]:
    return {
        **_of_withdrawal(record.withdrawal),
        **_for_banq(record.withdrawal),
        "banq_message": record.withdrawal.banq_message,
        "steps": [
            {
                "at": line.at,
                "actor": line.actor,
                "action": line.action.removeprefix(ACTION),
                "reason": line.reason,
            }
            for line in record.lines
        ],
    }
