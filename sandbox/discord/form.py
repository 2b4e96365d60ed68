"""Reads an untrusted JSON body field by field and collects every fault, nested as Discord nests them."""

import re
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import urlsplit

from sandbox.discord.wire import Json, Problem

Path = tuple[str | int, ...]
MAX_URL_LENGTH = 2048
SNOWFLAKE = re.compile(r"\d{15,20}")


class Form:
    """Collects faults; `refuse_if_faulty` answers 50035 when there are any."""

    def __init__(self) -> None:
        self.errors: Json = {}

    def fault(self, path: Path, code: str, message: str) -> None:
        node = self.errors
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def refuse_if_faulty(self) -> None:
        if self.errors:
            raise Problem(400, 50035, "Invalid Form Body", self.errors)

    def mapping(self, value: Any, path: Path) -> Json | None:
        if isinstance(value, dict):
            return value
        self.fault(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return None

    def text(self, holder: Json, key: str, path: Path, limits: tuple[int, int]) -> str | None:
        """Reads a string; a lower limit above nought makes it required."""
        least, most = limits
        value = holder.get(key)
        here = (*path, key)
        if value is None or (value == "" and least):
            if least:
                self.fault(here, "BASE_TYPE_REQUIRED", "This field is required")
            return None
        if not isinstance(value, str):
            self.fault(here, "STRING_TYPE_CONVERT", "Could not interpret value as a string.")
        elif len(value) > most and not least:
            self.fault(here, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        elif not least <= len(value.strip() if least else value) <= most:
            self.fault(here, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        else:
            return value
        return None

    def whole(
        self, holder: Json, key: str, path: Path, limits: tuple[int, int], *, required: bool = False
    ) -> int | None:
        value = holder.get(key)
        here = (*path, key)
        if value is None:
            if required:
                self.fault(here, "BASE_TYPE_REQUIRED", "This field is required")
        elif not isinstance(value, int) or isinstance(value, bool):
            self.fault(here, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        elif value < limits[0]:
            self.fault(here, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {limits[0]}.")
        elif value > limits[1]:
            self.fault(here, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {limits[1]}.")
        else:
            return value
        return None

    def choice(self, holder: Json, key: str, path: Path, allowed: Collection[int]) -> int | None:
        value = holder.get(key)
        here = (*path, key)
        if value is None:
            self.fault(here, "BASE_TYPE_REQUIRED", "This field is required")
        elif not isinstance(value, int) or isinstance(value, bool) or value not in allowed:
            names = ", ".join(str(int(one)) for one in sorted(allowed))
            self.fault(here, "BASE_TYPE_CHOICES", f"Value must be one of ({names}).")
        else:
            return value
        return None

    def boolean(self, holder: Json, key: str, path: Path) -> bool:
        value = holder.get(key)
        if value is not None and not isinstance(value, bool):
            self.fault((*path, key), "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
        return value is True

    def items(self, holder: Json, key: str, path: Path, limits: tuple[int, int]) -> list[Any]:
        """Reads a list; out of limits is a fault, and an empty list is returned."""
        least, most = limits
        value = holder.get(key)
        here = (*path, key)
        if value is None:
            if least:
                self.fault(here, "BASE_TYPE_REQUIRED", "This field is required")
            return []
        if not isinstance(value, list):
            self.fault(here, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        elif len(value) > most and not least:
            self.fault(here, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        elif not least <= len(value) <= most:
            self.fault(here, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        else:
            return value
        return []

    def mappings(
        self, holder: Json, key: str, path: Path, limits: tuple[int, int]
    ) -> Iterator[tuple[Path, Json]]:
        """The dictionaries of a list, each with its path."""
        for index, value in enumerate(self.items(holder, key, path, limits)):
            here = (*path, key, index)
            found = self.mapping(value, here)
            if found is not None:
                yield here, found

    def url(
        self,
        holder: Json,
        key: str,
        path: Path,
        schemes: Collection[str],
        *,
        most: int = MAX_URL_LENGTH,
        required: bool = False,
    ) -> str | None:
        value = self.text(holder, key, path, (1 if required else 0, most))
        if not value:
            return None
        here = (*path, key)
        try:
            parts = urlsplit(value)
            host = (parts.hostname or "") if parts.scheme and parts.port != 0 else ""
        except ValueError:  # also for a port that there is not
            host = ""
        else:
            if parts.scheme and parts.scheme not in schemes:
                listed = ", ".join(f"'{scheme}'" for scheme in schemes)
                self.fault(
                    here,
                    "URL_TYPE_INVALID_SCHEME",
                    f'Scheme "{parts.scheme}" is not supported. Scheme must be one of ({listed}).',
                )
                return None
            if parts.scheme in {"attachment", "discord"} and value.removeprefix(f"{parts.scheme}://"):
                return value
        # Discord takes no host without a dot: "localhost" is refused, an address is not.
        if "." not in host.strip(".") or any(letter.isspace() for letter in value):
            self.fault(here, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
            return None
        return value

    def snowflakes(self, holder: Json, key: str, path: Path, most: int) -> list[str]:
        found = []
        for index, value in enumerate(self.items(holder, key, path, (0, most))):
            if SNOWFLAKE.fullmatch(str(value)) is None:
                self.fault((*path, key, index), "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
            else:
                found.append(str(value))
        return found
