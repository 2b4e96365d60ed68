"""Pebble Folk: round, friendly, each with its own colours, coat and headwear."""

import math
from random import Random

from PIL import Image, ImageDraw

from sandbox.banq.pictures.brushes import Colour, Point, colour, disc, mix, petal

# Wall, circle behind, body, belly, accent.
_PALETTES = (
    ("#fde2c8", "#fbc99d", "#e4683c", "#fbd3b0", "#2f4858"),
    ("#d7ecdf", "#a9d8bf", "#2f8f6b", "#d9f2dc", "#f4b942"),
    ("#d6e6f5", "#a9cbea", "#3a6ea5", "#dcecf9", "#f28482"),
    ("#f6e7b4", "#f0cf6e", "#8c6a3f", "#efdcb4", "#4f772d"),
    ("#eedcf2", "#d5b5e0", "#7b4f9d", "#ecdcf4", "#f6c453"),
    ("#e3efc9", "#c5dd95", "#6a994e", "#eaf4d3", "#bc4749"),
    ("#dfe3ea", "#bcc5d3", "#3d4a5f", "#cfd8e6", "#f2a541"),
    ("#fbd9dc", "#f5b0b8", "#d1495b", "#fde4e4", "#30638e"),
    ("#fff0c9", "#fbd87f", "#e9a23b", "#fff1ce", "#8d3b72"),
    ("#cfe9ec", "#98d0d6", "#1f7a8c", "#d4f0ef", "#f9a03f"),
    ("#e6e0f8", "#c3b6ee", "#5a4fcf", "#e3defb", "#ff8fab"),
    ("#f3e3d7", "#e2c2a8", "#a5673f", "#f6e3d3", "#386641"),
    ("#e2f4d8", "#bfe5a8", "#55a630", "#e9f8dc", "#ff9f1c"),
    ("#e9e9e9", "#cfcfd4", "#2b2d42", "#edf2f4", "#ef233c"),
    ("#fde6ef", "#f9bfd4", "#c9628f", "#fdeaf1", "#3c6e71"),
    ("#e6ecef", "#c4d3da", "#8aa1ac", "#eef3f5", "#e07a5f"),
)


def draw_creature(number: int, chance: Random, size: int) -> Image.Image:
    wall, circle, skin, belly, accent = (colour(name) for name in _PALETTES[(number - 1) % len(_PALETTES)])
    picture = Image.new("RGB", (size, size), wall)
    draw = ImageDraw.Draw(picture)
    disc(draw, (size / 2, size * 0.5), size * 0.39, circle)
    draw.ellipse((-size * 0.3, size * 0.79, size * 1.3, size * 1.6), fill=mix(circle, accent, 0.28))
    draw.ellipse((size * 0.25, size * 0.82, size * 0.75, size * 0.89), fill=mix(circle, accent, 0.5))
    width = size * chance.uniform(0.24, 0.295)
    height = size * chance.uniform(0.26, 0.32)
    centre = (size / 2, size * 0.85 - height)
    dark = mix(skin, (0, 0, 0), 0.28)
    _feet(draw, centre, width, height, dark)
    _headwear(draw, number, centre, width, height, skin, accent)
    _arms(draw, number, centre, width, skin)
    _body(picture, number, chance, centre, width, height, (skin, belly, accent))
    _face(draw, number, chance, centre, width, height, dark, skin)
    return picture


def _outline(centre: Point, width: float, height: float, squareness: float) -> list[Point]:
    points = []
    for step in range(120):
        angle = step / 120 * math.tau
        cosine, sine = math.cos(angle), math.sin(angle)
        points.append(
            (
                centre[0] + width * math.copysign(abs(cosine) ** squareness, cosine),
                centre[1] + height * math.copysign(abs(sine) ** squareness, sine),
            )
        )
    return points


def _body(
    picture: Image.Image,
    number: int,
    chance: Random,
    centre: Point,
    width: float,
    height: float,
    colours: tuple[Colour, Colour, Colour],
) -> None:
    skin, belly, accent = colours
    coat = Image.new("RGB", picture.size, skin)
    draw = ImageDraw.Draw(coat)
    x, y = centre
    shade = mix(skin, (255, 255, 255), 0.16)
    pattern = number % 4
    if pattern == 0:
        for row in range(-6, 7):
            draw.line((x - width, y + row * 74 + 30, x + width, y + row * 74 - 30), fill=shade, width=26)
    elif pattern == 1:
        for _ in range(34):
            spot = (x + chance.uniform(-1, 1) * width, y + chance.uniform(-1, 1) * height)
            disc(draw, spot, chance.uniform(9, 28), shade)
    elif pattern == 2:
        for row in range(-5, 6):
            for column in range(-5, 6):
                cx, cy = x + column * 84 + 42 * (row % 2), y + row * 60
                draw.arc((cx - 42, cy - 42, cx + 42, cy + 42), 0, 180, shade, 9)
    else:
        draw.rectangle((x - width, y - height, x + width, y - height * 0.15), fill=shade)
    draw.ellipse((x - width * 0.62, y + height * 0.22, x + width * 0.62, y + height * 1.25), fill=belly)
    if number % 3 == 0:
        draw.rectangle((x - width, y + height * 0.42, x + width, y + height * 0.56), fill=accent)
    mask = Image.new("L", picture.size, 0)
    squareness = (0.92, 0.72, 1.0, 0.8)[number % 4]
    ImageDraw.Draw(mask).polygon(_outline(centre, width, height, squareness), fill=255)
    picture.paste(coat, mask=mask)


def _feet(draw: ImageDraw.ImageDraw, centre: Point, width: float, height: float, dark: Colour) -> None:
    x, y = centre
    for side in (-1, 1):
        middle = x + side * width * 0.42
        draw.ellipse((middle - 62, y + height - 44, middle + 62, y + height + 32), fill=dark)


def _arms(draw: ImageDraw.ImageDraw, number: int, centre: Point, width: float, skin: Colour) -> None:
    x, y = centre
    for side in (-1, 1):
        waves = number % 3 == 1 and side == 1
        angle = -0.9 if waves else 0.75
        shoulder = (x + side * width * 0.8, y + 40)
        reach = math.cos(angle) * 150 * side, math.sin(angle) * 150
        hand = (shoulder[0] + reach[0], shoulder[1] + reach[1])
        draw.line((*shoulder, *hand), fill=mix(skin, (0, 0, 0), 0.12), width=50)
        disc(draw, hand, 36, mix(skin, (0, 0, 0), 0.12))


def _headwear(
    draw: ImageDraw.ImageDraw,
    number: int,
    centre: Point,
    width: float,
    height: float,
    skin: Colour,
    accent: Colour,
) -> None:
    x, y = centre
    top = y - height
    match number % 5:
        case 0:
            for side in (-1, 1):
                disc(draw, (x + side * width * 0.62, top + 54), 84, skin)
                disc(draw, (x + side * width * 0.62, top + 54), 46, accent)
        case 1:
            draw.line((x, top + 40, x, top - 70), fill=mix(skin, (0, 0, 0), 0.28), width=14)
            for tilt in (-0.55, 0.55):
                draw.polygon(petal((x, top - 40), -math.pi / 2 + tilt * 1.6, 0, 150, 84, 0.85), fill=accent)
        case 2:
            for side in (-1, 1):
                tip = (x + side * width * 0.62, top - 74)
                draw.line((x + side * width * 0.3, top + 60, *tip), fill=mix(skin, (0, 0, 0), 0.28), width=14)
                disc(draw, tip, 30, accent)
        case 3:
            for side in (-1, 1):
                base = x + side * width * 0.55
                draw.polygon(
                    [(base - 84, top + 120), (base + 84, top + 120), (base + side * 44, top - 76)], fill=skin
                )
                draw.polygon(
                    [(base - 40, top + 90), (base + 44, top + 90), (base + side * 36, top - 24)], fill=accent
                )
        case _:
            for step in range(5):
                angle = -math.pi / 2 + (step - 2) * 0.38
                draw.polygon(petal((x, top + 70), angle, 0, 200, 70, 0.8), fill=accent)


def _face(
    draw: ImageDraw.ImageDraw,
    number: int,
    chance: Random,
    centre: Point,
    width: float,
    height: float,
    dark: Colour,
    skin: Colour,
) -> None:
    x, y = centre[0], centre[1] - height * 0.2
    spread = width * chance.uniform(0.34, 0.44)
    ink = mix(dark, (20, 20, 30), 0.75)
    radius = chance.uniform(50, 62)
    sleepy = number % 6 == 4
    for side in (-1, 1):
        eye = (x + side * spread, y)
        if sleepy:
            draw.arc((eye[0] - 46, y - 40, eye[0] + 46, y + 36), 10, 170, (255, 255, 255), 15)
        else:
            disc(draw, eye, radius, (255, 255, 255))
            disc(draw, (eye[0] + chance.choice((-8, 0, 8)), y + 6), radius * 0.58, ink)
            disc(draw, (eye[0] + 12, y - 12), radius * 0.2, (255, 255, 255))
        disc(draw, (x + side * width * 0.66, y + 92), 30, mix(skin, (255, 160, 155), 0.6))
    mouth = (x - 48, y + 44, x + 48, y + 118)
    if number % 4 == 1:
        draw.chord(mouth, 0, 180, fill=ink)
        draw.chord((x - 26, y + 84, x + 26, y + 122), 180, 360, fill=(240, 120, 120))
    else:
        draw.arc(mouth, 15, 165, fill=(255, 255, 255) if number % 2 else ink, width=12)
