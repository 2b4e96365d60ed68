"""Members as an operator names them."""

import re

from services.identity import ChatUser

WRITTEN = re.compile(r"(?:discord:)?([1-9][0-9]{0,19})")
NOT_A_USER = (
    "USER must be a Discord user id, such as 80351110224678912 or discord:80351110224678912. In Discord, "
    "with the developer mode on, 'Copy User ID' in a member's menu gives it. Nothing was changed."
)


def chat_user(text: str) -> ChatUser | None:
    """None where it is no Discord user id. The name is not known here."""
    found = WRITTEN.fullmatch(text.strip())
    return None if found is None else ChatUser("discord", found[1], "")


def written(member: tuple[str, str]) -> str:
    """(platform, user id), as it can be typed again."""
    return ":".join(member)
