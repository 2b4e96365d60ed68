"""What a program reads instead of a person: JSON on standard output, and nothing else there."""

import json
import sys
from datetime import datetime


def print_json(value: object) -> None:
    """Times become ISO 8601. Nothing but ASCII, so that no text steers a terminal."""
    sys.stdout.write(json.dumps(value, indent=2, default=_iso) + "\n")


def _iso(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} has no form in JSON here")
    return value.isoformat()
