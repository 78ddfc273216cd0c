"""Made-up photos as helpers take them: house fronts, rooms, stock, people, fields; drawn, lit from one side, with noise.

They are alike in what real ones are alike in (light sky above dark ground, a wall with door and windows in the middle) and
differ in all else. `house` is one design of a resettlement village, taken from another place each time. Nothing of a real
photo is in them. Same random stream, same picture.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

Random = np.random.Generator
Colour = tuple[int, int, int]
SIZE = (320, 240)


def _colour(random: Random, low: int, high: int, tint: int = 25) -> Colour:
    base = int(random.integers(low, high))
    red, green, blue = (int(np.clip(base + random.integers(-tint, tint + 1), 0, 255)) for _ in range(3))
    return red, green, blue


def _sky(random: Random, horizon: int) -> Image.Image:
    """Sky that fades to the horizon, ground below it, both with some texture."""
    wide, high = SIZE
    top, low, ground = (np.array(_colour(random, *span)) for span in ((120, 225), (170, 250), (60, 160)))
    rows = np.linspace(0, 1, high)[:, None]
    sky = top * (1 - rows) + low * rows
    whole = np.where((np.arange(high) < horizon)[:, None], sky, ground * (0.8 + 0.4 * rows))
    picture = np.repeat(whole[:, None, :], wide, axis=1)
    patches = Image.fromarray(random.integers(0, 255, (9, 12)).astype(np.uint8)).resize(SIZE, Image.Resampling.BICUBIC)
    strength = np.where(np.arange(high) < horizon, random.uniform(0, 0.18), random.uniform(0.1, 0.4))[:, None, None]
    picture = picture + (np.asarray(patches, dtype=float)[:, :, None] - 127) * strength
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def _person(pen: ImageDraw.ImageDraw, random: Random, x: float, foot: float, high: float) -> None:
    head = high / 7
    pen.rectangle((x - head, foot - high + 2 * head, x + head, foot), fill=_colour(random, 20, 150, 60))
    pen.ellipse((x - head * 0.8, foot - high, x + head * 0.8, foot - high + 2 * head), fill=_colour(random, 120, 200))


def _front(
    pen: ImageDraw.ImageDraw, random: Random, box: tuple[float, float, float, float], windows: int, door: float
) -> None:
    """The front of a house in a box: roof, wall, windows, door."""
    left, top, right, foot = box
    wide, high = right - left, foot - top
    pen.polygon([(left - 8, top), (left + wide * 0.08, top - high * 0.35), (right - wide * 0.08, top - high * 0.35),
                 (right + 8, top)], fill=_colour(random, 60, 150, 40))  # fmt: skip
    pen.rectangle(box, fill=_colour(random, 120, 240))
    glass, wood = _colour(random, 30, 110), _colour(random, 50, 140, 40)
    for nth in range(windows):
        at = left + wide * (nth + 0.5) / windows
        pen.rectangle((at - wide * 0.08, top + high * 0.25, at + wide * 0.08, top + high * 0.65), fill=glass)
    at = left + wide * door
    pen.rectangle((at - wide * 0.06, top + high * 0.3, at + wide * 0.06, foot), fill=wood)


def front(random: Random) -> Image.Image:
    """A house from outside, sometimes with a person before it."""
    horizon = int(random.uniform(90, 170))
    picture = _sky(random, horizon)
    pen = ImageDraw.Draw(picture)
    left, wide, high = random.uniform(-40, 120), random.uniform(130, 300), random.uniform(55, 130)
    foot = horizon + random.uniform(5, 50)
    _front(pen, random, (left, foot - high, left + wide, foot), int(random.integers(1, 5)), random.uniform(0.1, 0.9))
    if random.random() < 0.5:
        _person(pen, random, random.uniform(20, 300), min(235, foot + random.uniform(10, 60)), random.uniform(60, 130))
    return picture


def room(random: Random) -> Image.Image:
    """A room: wall, floor, bright window, bed, pictures on the wall."""
    picture = Image.new("RGB", SIZE, _colour(random, 110, 225))
    pen, edge = ImageDraw.Draw(picture), random.uniform(120, 190)
    pen.rectangle((0, edge, 320, 240), fill=_colour(random, 60, 160, 40))
    at, wide = random.uniform(0, 240), random.uniform(50, 130)
    pen.rectangle((at, random.uniform(10, 50), at + wide, random.uniform(70, 120)), fill=_colour(random, 215, 255, 10))
    at = random.uniform(-20, 180)
    pen.rectangle((at, edge - random.uniform(0, 40), at + random.uniform(90, 200), edge + random.uniform(20, 70)),
                  fill=_colour(random, 40, 220, 70))  # fmt: skip
    for _nth in range(int(random.integers(0, 6))):
        x, y = random.uniform(0, 290), random.uniform(5, 110)
        pen.rectangle((x, y, x + random.uniform(10, 50), y + random.uniform(10, 45)), fill=_colour(random, 30, 240, 70))
    return picture


def stock(random: Random) -> Image.Image:
    """Sheep or cattle on grass, perhaps behind a fence."""
    horizon = int(random.uniform(30, 110))
    picture = _sky(random, horizon)
    pen, coat = ImageDraw.Draw(picture), (200, 250) if random.random() < 0.5 else (25, 110)
    for _nth in range(int(random.integers(2, 22))):
        x, y = random.uniform(0, 320), random.uniform(horizon, 235)
        size = 6 + (y - horizon) / 6
        pen.ellipse((x - size * 1.6, y - size, x + size * 1.6, y + size), fill=_colour(random, *coat))
    if random.random() < 0.4:
        at = random.uniform(horizon, 220)
        pen.line((0, at, 320, at + random.uniform(-20, 20)), fill=_colour(random, 40, 120), width=4)
    return picture


def person(random: Random) -> Image.Image:
    """Somebody, near, before a wall or outside."""
    picture = _sky(random, int(random.uniform(60, 200))) if random.random() < 0.5 else room(random)
    _person(ImageDraw.Draw(picture), random, random.uniform(90, 230), 260, random.uniform(150, 240))
    return picture


def field(random: Random) -> Image.Image:
    """Furrows and trees."""
    horizon = int(random.uniform(50, 120))
    picture = _sky(random, horizon)
    pen, vanish = ImageDraw.Draw(picture), random.uniform(0, 320)
    for foot in np.arange(-200, 520, random.uniform(18, 60)):
        pen.line((vanish, horizon, foot, 240), fill=_colour(random, 40, 150, 30), width=int(random.integers(2, 7)))
    for _nth in range(int(random.integers(0, 7))):
        x, size = random.uniform(0, 320), random.uniform(8, 40)
        pen.ellipse((x - size, horizon - 1.6 * size, x + size, horizon + 4), fill=_colour(random, 25, 90, 30))
    return picture


KINDS: tuple[Callable[[Random], Image.Image], ...] = (front, front, room, room, stock, person, field)


def house(random: Random) -> Image.Image:
    """One design of house, another of its kind each time: from where it is taken, its light and who stands there differ."""
    horizon = int(random.uniform(125, 140))
    picture = _sky(random, horizon)
    left, top, scale = 50 + random.normal(0, 10), 70 + random.normal(0, 7), random.normal(1, 0.05)
    pen, foot = ImageDraw.Draw(picture), top + 85 * scale
    _front(pen, np.random.default_rng(5), (left, top, left + 215 * scale, foot), 4, 0.38)
    if random.random() < 0.5:
        _person(pen, random, random.uniform(30, 290), foot + random.uniform(10, 50), random.uniform(70, 110))
    return picture


def taken(picture: Image.Image, random: Random) -> bytes:
    """The file of a camera: light from one side, a slight turn, noise, written as JPEG."""
    picture = picture.rotate(random.normal(0, 1.5), Image.Resampling.BILINEAR, fillcolor=_colour(random, 90, 170))
    wide, high = SIZE
    across, down = np.meshgrid(np.linspace(-1, 1, wide), np.linspace(-1, 1, high))
    light = 1 + random.normal(0, 0.08) * across + random.normal(0, 0.08) * down
    seen = np.asarray(picture, dtype=float) * light[:, :, None] * random.uniform(0.8, 1.15)
    seen = seen + random.normal(0, random.uniform(1, 6), seen.shape)
    return written(Image.fromarray(np.clip(seen, 0, 255).astype(np.uint8)), int(random.integers(60, 93)))


def written(picture: Image.Image, quality: int) -> bytes:
    """A JPEG file."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def used_again(data: bytes, random: Random) -> bytes:
    """The same photo handed in for another household: smaller, a little brighter or darker, cut at the edge, written anew."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    cut = int(random.integers(0, 4))
    picture = picture.crop((cut, cut, SIZE[0] - cut, SIZE[1] - cut))
    times = random.uniform(0.5, 1.0)
    picture = picture.resize((int(SIZE[0] * times), int(SIZE[1] * times)))
    lift = int(random.integers(-12, 13))
    return written(picture.point(lambda light: max(0, min(255, light + lift))), int(random.integers(45, 80)))
