"""Discord for commands that only look, or set something up, and do not stay."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import aiohttp
import discord

from bot.config_models import Discord
from bot.refusals import StartRefused
from cogs.client import SLEEP_THROUGH_PAUSES_UP_TO_S, point_library_at

# What is wrong, and the fix.
TOKEN_REFUSED = "discord.token: Discord does not accept it.", "Copy it again from the developer portal."
UNREACHABLE = "Discord cannot be reached.", "Check the network, and try again."


def only_looking(settings: Discord) -> discord.Client:
    """A client that nobody has signed in yet, and that changes nothing once signed in."""
    point_library_at(settings.api_url, settings.gateway_url)
    return discord.Client(intents=discord.Intents.none(), max_ratelimit_timeout=SLEEP_THROUGH_PAUSES_UP_TO_S)


@asynccontextmanager
async def signed_in(client: discord.Client, settings: Discord) -> AsyncIterator[None]:
    """Raises StartRefused, also for what goes wrong while the client is used."""
    with discord_in_words():
        async with client:
            await client.login(settings.token.get_secret_value())
            yield


@contextmanager
def discord_in_words() -> Iterator[None]:
    """Raises StartRefused for what Discord refuses."""
    try:
        yield
    except discord.LoginFailure:
        raise StartRefused(" ".join(TOKEN_REFUSED)) from None
    except discord.RateLimited as error:
        raise StartRefused(f"Discord asks us to come back in {error.retry_after:.0f} seconds.") from error
    except (discord.Forbidden, discord.NotFound) as error:
        raise StartRefused(
            "discord.home_guild_id: Discord does not let the bot set up /admin there. Invite the bot to that "
            "server with the scopes 'bot' and 'applications.commands', and check the id."
        ) from error
    except discord.HTTPException as error:
        raise StartRefused(f"Discord answers {error.status}. Try again later.") from error
    except (aiohttp.ClientError, OSError) as error:
        raise StartRefused(" ".join(UNREACHABLE)) from error


def invitation(application_id: int) -> str:
    """The bot needs no permission in the server."""
    return discord.utils.oauth_url(
        application_id,
        permissions=discord.Permissions.none(),
        scopes=("bot", "applications.commands"),
    )
