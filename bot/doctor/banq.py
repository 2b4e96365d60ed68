"""Whether Banq takes us, and whether each lane's ids and webhooks are right there."""

import asyncio
from collections.abc import Iterable
from typing import assert_never

from banq.client import BanqClient
from banq.errors import BanqError, InvalidCredentials
from banq.models import AccountSpace
from bot.banq_client import banq_client
from bot.config import Config
from bot.config_models import Banq, Lane
from bot.doctor.findings import Finding, error, not_checked, ok, warning
from bot.lanes import configured
from services import webhook_setup
from services.foreign_text import clean
from services.webhook_setup import BanqRefuses, LaneSetup, NothingSet, SetAtBanq

SIGN_IN = "Banq sign-in"
SET_THEM = "Set it with: banqbot webhooks set"


async def look_at_sign_in(
    client: BanqClient, patience_s: float
) -> tuple[Finding, tuple[AccountSpace, ...] | None]:
    """And the account spaces, where Banq tells them."""
    try:
        async with asyncio.timeout(patience_s):
            spaces = await client.account_spaces()
    except InvalidCredentials:
        return (
            error(
                SIGN_IN,
                "Banq refuses the sign-in.",
                "Check client_id, username, password and audience under [banq].",
            ),
            None,
        )
    except (BanqError, TimeoutError) as failure:
        what = str(failure) or "Banq does not answer in time"
        return error(SIGN_IN, f"{what}.", "Check api_url and token_url under [banq], and the network."), None
    return ok(SIGN_IN, "Banq is reachable and takes the sign-in."), spaces


async def look_at_banq(
    settings: Config, patience_s: float
) -> tuple[list[Finding], tuple[AccountSpace, ...] | None]:
    async with banq_client(settings.banq) as client:
        signed_in, spaces = await look_at_sign_in(client, patience_s)
        if spaces is None:
            checks = [check(name) for name in settings.lanes for check in (_ids, _webhooks)]
            return [signed_in, *(not_checked(check, "Banq does not let us in") for check in checks)], None
        lanes = [_compared(name, lane, spaces) for name, lane in settings.lanes.items()]
        known = {space.id for space in spaces}
        webhooks = await asyncio.gather(
            *(
                _webhook(client, lane, patience_s)
                for lane in configured(settings)
                if lane.account_space_id in known
            )
        )
        skipped = [
            not_checked(_webhooks(name), "it is not known of which account space")
            for name, lane in settings.lanes.items()
            if lane.account_space_id not in known
        ]
        return [signed_in, *lanes, *webhooks, *skipped], spaces


async def account_spaces(banq: Banq, patience_s: float) -> tuple[Finding, tuple[AccountSpace, ...] | None]:
    """With nothing but [banq]."""
    async with banq_client(banq) as client:
        return await look_at_sign_in(client, patience_s)


def is_merchant(space: AccountSpace) -> bool:
    return space.platform_id is not None and "merchant" in (space.type or "").lower()


def merchants(spaces: Iterable[AccountSpace]) -> list[AccountSpace]:
    return [space for space in spaces if is_merchant(space)]


def _ids(lane: str) -> str:
    return f"lane {lane}"


def _webhooks(lane: str) -> str:
    return f"webhooks of {lane}"


def _compared(name: str, lane: Lane, spaces: tuple[AccountSpace, ...]) -> Finding:
    """Whether the lane's ids are those of one space at Banq, and that is a merchant's."""
    space = next((space for space in spaces if space.id == lane.account_space_id), None)
    key, check = f"lanes.{name}", _ids(name)
    if space is None:
        return error(
            check, f"{key}.account_space_id is none of your account spaces.", "Take one from the list below."
        )
    if space.platform_id != lane.platform_id:
        return error(
            check,
            f"{key}.platform_id should be {clean(str(space.platform_id), 100)}.",
            "It is in the list below.",
        )
    if not is_merchant(space):
        return warning(
            check,
            f"{key}: Banq does not say that this space is a merchant's.",
            "Is it the right one? Ask Banq.",
        )
    return ok(check, f"{key} has the ids of your space {clean(space.name or space.id, 60)}.")


async def _webhook(client: BanqClient, lane: LaneSetup, patience_s: float) -> Finding:
    name, check = lane.name, _webhooks(lane.name)
    try:
        async with asyncio.timeout(patience_s):
            found = await webhook_setup.look_at(client, lane)
    except TimeoutError:
        return _untold(name, "Banq does not answer in time")
    match found:
        case BanqRefuses(error=refusal):
            return _untold(name, str(refusal))
        case NothingSet():
            return error(check, f"Banq sends no webhooks of {name}: nothing is configured.", SET_THEM)
        case SetAtBanq(is_ours=False):
            return error(
                check,
                f"Banq sends webhooks of {name} to {clean(found.url, 200)}, which is not this bot's address.",
                SET_THEM,
            )
        case SetAtBanq(is_enabled=False):
            return error(check, f"The webhooks of {name} are switched off at Banq.", SET_THEM)
        case SetAtBanq() if found.missing:
            return error(
                check, f"Banq does not send the types {', '.join(found.missing)} of {name}.", SET_THEM
            )
        case SetAtBanq():
            return ok(check, f"Banq sends webhooks of {name} to this bot.")
        case never:
            assert_never(never)


def _untold(name: str, why: str) -> Finding:
    # The call for it is not documented.
    return warning(_webhooks(name), f"Banq does not tell where it sends webhooks of {name}: {why}.", SET_THEM)
