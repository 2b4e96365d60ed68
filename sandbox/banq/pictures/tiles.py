"""Glaze Garden: painted tiles, one rosette each, with corners that meet when tiles are laid together."""

import math
from random import Random

from PIL import Image, ImageDraw

from sandbox.banq.pictures.brushes import Colour, colour, disc, mix, petal

# Ground, main, second, third.
_PALETTES = (
    ("#f6f1e4", "#1f4e9c", "#6fa3d8", "#e6b33d"),
    ("#f3b83f", "#8b3a1d", "#fbf2dc", "#2d5d5a"),
    ("#e6f0ea", "#2b7a6f", "#7b5ea7", "#e8a33d"),
    ("#f8efdc", "#e07a2f", "#3d7a4a", "#f2c14e"),
    ("#f9f8f3", "#8fa9b8", "#4e6b7c", "#d9b44a"),
    ("#16306b", "#f4ead2", "#d1495b", "#8db4e2"),
    ("#eae4d0", "#5a3e6b", "#7d9b5a", "#c9a23f"),
    ("#f4f0e8", "#b5523b", "#2f6690", "#81a88d"),
    ("#f7e9dc", "#b3232f", "#3b5d3c", "#eaa43b"),
    ("#0f6b73", "#f3ecd8", "#f0a35e", "#8fd0c6"),
    ("#eef3dd", "#3f7d3a", "#a6c36f", "#e5b93c"),
    ("#fbe9e4", "#c8467b", "#f08fa5", "#3f7f6b"),
    ("#2b3a4a", "#dfe7d8", "#8fb08a", "#d9a441"),
    ("#ece7dd", "#6b6b6b", "#a3a3a3", "#c9c2b2"),
)
_SYMMETRIES = (8, 12, 8, 16, 8, 12, 16, 8, 12, 8, 4, 16, 12, 8)


def draw_tile(number: int, chance: Random, size: int) -> Image.Image:
    ground, main, second, third = (colour(name) for name in _PALETTES[(number - 1) % len(_PALETTES)])
    fold = _SYMMETRIES[(number - 1) % len(_SYMMETRIES)]
    picture = Image.new("RGB", (size, size), ground)
    draw = ImageDraw.Draw(picture)
    _corners(draw, chance, size, (main, second, third, ground))
    _rosette(draw, chance, size, fold, (main, second, third, ground))
    _frame(draw, size, main, third)
    _glaze(picture, chance)
    return picture


def _corners(
    draw: ImageDraw.ImageDraw, chance: Random, size: int, colours: tuple[Colour, Colour, Colour, Colour]
) -> None:
    main, second, third, ground = colours
    reach = size * chance.uniform(0.27, 0.31)
    leaves = chance.choice((3, 5))
    for corner in ((0, 0), (size, 0), (0, size), (size, size)):
        disc(draw, corner, reach, main)
        disc(draw, corner, reach * 0.9, ground)
        disc(draw, corner, reach * 0.84, second)
        inward = math.atan2(size / 2 - corner[1], size / 2 - corner[0])
        for leaf in range(leaves):
            angle = inward + (leaf - (leaves - 1) / 2) * math.pi / 2 / leaves
            draw.polygon(petal(corner, angle, reach * 0.26, reach * 0.8, reach * 0.24, 0.9), fill=ground)
            draw.polygon(petal(corner, angle, reach * 0.36, reach * 0.7, reach * 0.11, 0.9), fill=main)
        disc(draw, corner, reach * 0.3, third)
        disc(draw, corner, reach * 0.17, main)


def _rosette(
    draw: ImageDraw.ImageDraw,
    chance: Random,
    size: int,
    fold: int,
    colours: tuple[Colour, Colour, Colour, Colour],
) -> None:
    main, second, third, ground = colours
    centre = (size / 2, size / 2)
    unit = size * 0.42
    fullness = chance.uniform(0.75, 1.3)
    turn = math.tau / fold
    wide = unit * min(0.42, 3.1 / fold)
    for step in range(fold):
        angle = (step + 0.5) * turn
        draw.polygon(petal(centre, angle, unit * 0.35, unit * 1.02, wide * 0.62, 1.0), fill=second)
        tip = (centre[0] + math.cos(angle) * unit * 1.07, centre[1] + math.sin(angle) * unit * 1.07)
        disc(draw, tip, unit * 0.035, third)
    for step in range(fold):
        angle = step * turn
        draw.polygon(petal(centre, angle, unit * 0.12, unit * 0.98, wide * 1.05, fullness), fill=ground)
        draw.polygon(petal(centre, angle, unit * 0.14, unit * 0.94, wide * 0.92, fullness), fill=main)
        draw.polygon(petal(centre, angle, unit * 0.3, unit * 0.82, wide * 0.5, fullness), fill=ground)
        draw.polygon(petal(centre, angle, unit * 0.42, unit * 0.74, wide * 0.26, fullness), fill=third)
    inner = max(6, fold // 2)
    disc(draw, centre, unit * 0.37, ground)
    disc(draw, centre, unit * 0.345, main)
    for step in range(inner):
        angle = step * math.tau / inner
        draw.polygon(petal(centre, angle, unit * 0.04, unit * 0.31, unit * 1.1 / inner, 1.15), fill=ground)
        draw.polygon(petal(centre, angle, unit * 0.1, unit * 0.27, unit * 0.6 / inner, 1.15), fill=second)
    disc(draw, centre, unit * 0.1, third)
    disc(draw, centre, unit * 0.055, main)


def _frame(draw: ImageDraw.ImageDraw, size: int, main: Colour, third: Colour) -> None:
    draw.rectangle((0, 0, size - 1, size - 1), outline=main, width=18)
    draw.rectangle((30, 30, size - 31, size - 31), outline=third, width=5)


def _glaze(picture: Image.Image, chance: Random) -> None:
    """Uneven colour and a soft shine, as from a kiln."""
    size = picture.width
    clouds = Image.new("L", (9, 9))
    clouds.putdata([chance.randint(0, 46) for _ in range(81)])
    shade = Image.new("RGB", picture.size, mix((60, 50, 40), (255, 255, 255), 0.2))
    picture.paste(shade, mask=clouds.resize((size, size), Image.Resampling.BICUBIC))
    shine = Image.new("L", (4, 4), 0)
    shine.putpixel((1, 0), 54)
    shine.putpixel((0, 1), 40)
    light = Image.new("RGB", picture.size, (255, 255, 255))
    picture.paste(light, mask=shine.resize((size, size), Image.Resampling.BICUBIC))
