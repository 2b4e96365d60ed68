"""Draws the picture of an NFT. The same collection and number give the same bytes."""

import io
from random import Random

from PIL import Image

from sandbox.banq.pictures.creatures import draw_creature
from sandbox.banq.pictures.landscapes import draw_landscape
from sandbox.banq.pictures.tiles import draw_tile

SIZE = 512
_PAINTERS = {
    "quiet-hours": draw_landscape,
    "pebble-folk": draw_creature,
    "glaze-garden": draw_tile,
    "night-post": draw_landscape,
    "tide-pool": draw_creature,
}


def draw_png(collection: str, number: int) -> bytes:
    """Drawn at twice the size and scaled down, which smooths the edges."""
    chance = Random(f"{collection}-{number}")  # noqa: S311 # nosec B311 # it picks colours
    large = _PAINTERS[collection](number, chance, 2 * SIZE)
    file = io.BytesIO()
    large.resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(file, "PNG", optimize=False)
    return file.getvalue()
