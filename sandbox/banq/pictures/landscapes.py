"""Quiet Hours: layered hills in one sort of light each."""

import math
from random import Random

from PIL import Image, ImageDraw

from sandbox.banq.pictures.brushes import Colour, colour, disc, glow, gradient, mix
from sandbox.banq.pictures.scenes import SCENES, Scene


def draw_landscape(number: int, chance: Random, size: int) -> Image.Image:
    scene = SCENES[(number - 1) % len(SCENES)]
    light = colour(scene.light)
    horizon = round(size * (0.66 if scene.water else 0.8))
    sky = gradient(horizon, [colour(stop) for stop in scene.sky]).resize((size, horizon))
    picture = Image.new("RGB", (size, size), colour(scene.sky[-1]))
    picture.paste(sky)
    draw = ImageDraw.Draw(picture)
    if scene.night:
        _stars(draw, chance, size, light)
    _sun(picture, draw, scene, size)
    if scene.birds:
        _birds(draw, chance, size, colour(scene.near))
    layers = 4 if scene.water else 6
    for layer in range(layers):
        _ridge(picture, scene, chance, layer / (layers - 1), horizon)
    if scene.water:
        _lake(picture, scene, chance, horizon)
    if scene.lanterns:
        _lanterns(picture, chance, size)
    return picture


def _stars(draw: ImageDraw.ImageDraw, chance: Random, size: int, light: Colour) -> None:
    for _ in range(130):
        disc(
            draw,
            (chance.random() * size, chance.random() ** 1.5 * size * 0.6),
            chance.uniform(0.8, 3.2),
            light,
        )


def _sun(picture: Image.Image, draw: ImageDraw.ImageDraw, scene: Scene, size: int) -> None:
    centre = (scene.sun[0] * size, scene.sun[1] * size)
    radius = scene.sun_radius * size
    light = colour(scene.light)
    glow(picture, centre, radius * 3.2, light, 0.35)
    glow(picture, centre, radius * 1.6, light, 0.55)
    disc(draw, centre, radius, light)


def _birds(draw: ImageDraw.ImageDraw, chance: Random, size: int, ink: Colour) -> None:
    left, top = chance.uniform(0.1, 0.5) * size, chance.uniform(0.14, 0.24) * size
    for _ in range(5):
        x, y = left + chance.uniform(0, 0.3) * size, top + chance.uniform(0, 0.12) * size
        span = chance.uniform(0.012, 0.022) * size
        draw.arc((x - 2 * span, y, x, y + span), 200, 340, ink, 4)
        draw.arc((x, y, x + 2 * span, y + span), 200, 340, ink, 4)


def _ridge(picture: Image.Image, scene: Scene, chance: Random, depth: float, horizon: int) -> None:
    """One line of hills; depth 0 is the furthest. Mist gathers at the foot of each."""
    size = picture.width
    tint = mix(colour(scene.far), colour(scene.near), depth**1.3)
    top = horizon * (0.56 + 0.36 * depth) if scene.water else size * (0.46 + 0.43 * depth)
    height = size * (0.11 - 0.035 * depth)
    waves = [(chance.uniform(0.6, 1.6) * 2**octave, chance.uniform(0, 6.28)) for octave in range(6)]
    rough = (1.0, 0.5, *(0.8 * scene.jagged / 2**octave for octave in range(1, 5)))
    crest = []
    for x in range(0, size + 4, 4):
        rise = sum(
            share * (1 - 2 * abs(math.sin(pace * 3.1 * x / size + shift)))
            if scene.jagged > 0.5
            else share * math.sin(pace * 5.0 * x / size + shift)
            for (pace, shift), share in zip(waves, rough, strict=True)
        )
        crest.append((x, top - height * rise * 0.7))
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).polygon([*crest, (size, size), (0, size)], fill=255)
    haze = mix(tint, colour(scene.sky[-1]), 0.55 * (1 - depth))
    body = Image.new("RGB", picture.size, haze)
    upper = max(0, round(top - height))
    fade = gradient(max(2, round(size * 0.34)), [tint, haze]).resize((size, max(2, round(size * 0.34))))
    body.paste(tint, (0, 0, size, upper))
    body.paste(fade, (0, upper))
    picture.paste(body, mask=mask)
    if scene.pines and depth > 0.5:
        _pines(
            ImageDraw.Draw(picture), chance, crest, mix(tint, (0, 0, 0), 0.12), size * (0.03 + 0.05 * depth)
        )


def _pines(
    draw: ImageDraw.ImageDraw, chance: Random, crest: list[tuple[int, float]], tint: Colour, height: float
) -> None:
    for x, y in crest:
        if chance.random() < 0.13:
            tall = height * chance.uniform(0.6, 1.25)
            for tier in range(3):
                foot = y + 8 - tall * 0.27 * tier
                wide = tall * (0.2 - 0.045 * tier)
                draw.polygon([(x - wide, foot), (x + wide, foot), (x, foot - tall * 0.46)], fill=tint)


def _lake(picture: Image.Image, scene: Scene, chance: Random, horizon: int) -> None:
    """The upper part again, upside down, darker and broken by ripples."""
    size = picture.width
    depth = size - horizon
    mirrored = picture.crop((0, horizon - depth, size, horizon)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    water = Image.blend(mirrored, Image.new("RGB", mirrored.size, colour(scene.near)), 0.32)
    picture.paste(water, (0, horizon))
    draw = ImageDraw.Draw(picture)
    light = colour(scene.light)
    for _ in range(46):
        nearness = chance.random() ** 0.8
        y = horizon + 6 + nearness * (depth - 12)
        middle = scene.sun[0] * size + chance.gauss(0, 0.05 + 0.09 * nearness) * size
        half = (0.01 + 0.05 * nearness) * size * chance.uniform(0.4, 1)
        shade = mix(_colour_at(picture, middle, y), light, 0.6)
        draw.rounded_rectangle((middle - half, y, middle + half, y + 3 + 3 * nearness), 3, fill=shade)
    if scene.boat:
        _boat(draw, size, horizon, colour(scene.near), light, scene.sun[0])


def _colour_at(picture: Image.Image, x: float, y: float) -> Colour:
    limit = picture.width - 1
    pixel = picture.getpixel((min(max(round(x), 0), limit), min(round(y), limit)))
    if not isinstance(pixel, tuple):
        raise TypeError("An RGB picture has three values to a pixel.")
    red, green, blue = pixel[:3]
    return int(red), int(green), int(blue)


def _boat(
    draw: ImageDraw.ImageDraw, size: int, horizon: int, hull: Colour, light: Colour, sun_x: float
) -> None:
    x = size * (sun_x - 0.22 if sun_x > 0.5 else sun_x + 0.26)
    y = horizon + size * 0.1
    unit = size * 0.045
    dark = mix(hull, (0, 0, 0), 0.25)
    draw.polygon(
        [(x - 1.5 * unit, y), (x + 1.5 * unit, y), (x + unit, y + 0.6 * unit), (x - unit, y + 0.6 * unit)],
        fill=dark,
    )
    draw.polygon(
        [(x - 0.1 * unit, y - 0.2 * unit), (x - 0.1 * unit, y - 3 * unit), (x - 1.3 * unit, y - 0.2 * unit)],
        fill=light,
    )
    draw.polygon(
        [
            (x + 0.1 * unit, y - 0.2 * unit),
            (x + 0.1 * unit, y - 2.5 * unit),
            (x + 1.1 * unit, y - 0.2 * unit),
        ],
        fill=mix(light, hull, 0.25),
    )


def _lanterns(picture: Image.Image, chance: Random, size: int) -> None:
    warm = (255, 196, 110)
    for _ in range(15):
        centre = (chance.uniform(0.06, 0.94) * size, chance.uniform(0.14, 0.6) * size)
        unit = size * chance.uniform(0.009, 0.018)
        glow(picture, centre, unit * 3.4, warm, 0.5)
        x, y = centre
        ImageDraw.Draw(picture).rounded_rectangle(
            (x - unit, y - 1.3 * unit, x + unit, y + 1.3 * unit), unit * 0.6, fill=(255, 226, 168)
        )
