"""What somebody may do: their roles' permissions, then what a channel takes away and gives."""

from collections.abc import Collection, Mapping

from sandbox.discord.cast import ADMINISTRATOR, GUILD_ID, NOTHING_SPECIAL, ROLES, Overwrite

EVERYTHING = (1 << 50) - 1


def permissions_of(roles: Collection[int], overwrites: Mapping[int, Overwrite] = NOTHING_SPECIAL) -> int:
    """As https://docs.discord.com/developers/topics/permissions#permission-overwrites computes them."""
    held = ROLES[GUILD_ID].permissions
    for role_id in roles:
        held |= ROLES[role_id].permissions
    if held & ADMINISTRATOR:
        return EVERYTHING
    # What everybody is given or denied comes first, so that a role's own overwrite stands over it.
    for group in ((GUILD_ID,), roles):
        found = [overwrites[role_id] for role_id in group if role_id in overwrites]
        for overwrite in found:
            held &= ~overwrite.deny
        for overwrite in found:
            held |= overwrite.allow
    return held
