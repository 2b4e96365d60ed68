"""Colours and shapes that all three painters use."""

import math
from collections.abc import Sequence

from PIL import Image, ImageColor, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Point = tuple[float, float]


def colour(name: str) -> Colour:
    red, green, blue = ImageColor.getrgb(name)[:3]
    return red, green, blue


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`share` is how much of the second colour there is, 0 to 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def gradient(size: int, stops: Sequence[Colour]) -> Image.Image:
    """From the first colour at the top to the last at the bottom."""
    column = Image.new("RGB", (1, size))
    for y in range(size):
        place = y / (size - 1) * (len(stops) - 1)
        before = min(int(place), len(stops) - 2)
        column.putpixel((0, y), mix(stops[before], stops[before + 1], place - before))
    return column.resize((size, size), Image.Resampling.NEAREST)


def glow(picture: Image.Image, centre: Point, radius: float, tint: Colour, strength: float) -> None:
    """Soft light around a point."""
    small = 128
    scale = picture.width / small
    mask = Image.new("L", (small, small), 0)
    x, y, reach = centre[0] / scale, centre[1] / scale, radius / scale
    ImageDraw.Draw(mask).ellipse((x - reach, y - reach, x + reach, y + reach), fill=round(255 * strength))
    mask = mask.filter(ImageFilter.GaussianBlur(reach * 0.55)).resize(picture.size, Image.Resampling.BICUBIC)
    picture.paste(Image.new("RGB", picture.size, tint), mask=mask)


def disc(draw: ImageDraw.ImageDraw, centre: Point, radius: float, fill: Colour) -> None:
    x, y = centre
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)


def petal(
    centre: Point, angle: float, start: float, end: float, width: float, fullness: float
) -> list[Point]:
    """A leaf shape that points away from the centre; more fullness puts its belly further out."""
    steps = 28
    along = [step / steps for step in range(steps + 1)]
    half = [(start + (end - start) * t, width / 2 * math.sin(math.pi * t**fullness)) for t in along]
    outline = half + [(distance, -across) for distance, across in reversed(half)]
    cosine, sine = math.cos(angle), math.sin(angle)
    return [
        (centre[0] + distance * cosine - across * sine, centre[1] + distance * sine + across * cosine)
        for distance, across in outline
    ]
