"""The same photo with two households: found again whatever was done to the file; other pictures and papers are left alone."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from fupin.core import attachments
from fupin.core.models import Attachment
from fupin.quality.signs import pictures, prints
from fupin.quality.signs.models import PicturePrint
from fupin.quality.signs.pictures import Picture
from fupin.registry.models import Household
from fupin.registry.tests.households import family


def scene(seed: int, size: tuple[int, int] = (960, 640)) -> Image.Image:
    """A photo of nothing in particular: patches of light and dark of many sizes."""
    random = np.random.default_rng(seed)
    layers = [Image.fromarray(random.integers(0, 200, (n, n, 3)).astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
              for n in (3, 6, 12)]  # fmt: skip
    return Image.blend(Image.blend(layers[0], layers[1], 0.5), layers[2], 0.4)


def jpeg(picture: Image.Image, quality: int = 88) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def form(seed: int) -> Image.Image:
    """A sheet of paper with a few lines filled in."""
    paper, random = Image.new("RGB", (800, 1100), (248, 247, 243)), np.random.default_rng(seed)
    pen = ImageDraw.Draw(paper)
    for line in range(14):
        pen.rectangle((80, 100 + line * 65, 200 + int(random.integers(60, 480)), 112 + line * 65), fill=(70, 70, 70))
    return paper


def bits(picture: Image.Image, quality: int = 88) -> bytes:
    read = pictures.print_of(jpeg(picture, quality))
    assert read is not None
    return read[0]


@pytest.mark.parametrize(
    "changed",
    [lambda p: p.resize((320, 213)), lambda p: p.point(lambda light: min(255, light + 12)), lambda p: p,
     lambda p: p.crop((4, 4, 956, 636))],
    ids=["smaller", "brighter", "written anew", "cut a little"],
)  # fmt: skip
def test_a_photo_is_known_again_after_small_changes(changed: Any) -> None:
    for seed in range(10):
        assert pictures.apart(bits(scene(seed)), bits(changed(scene(seed)), 60)) <= 7


def many(number: int = 150) -> list[Picture]:
    return [Picture(nth, nth, bits(scene(nth, (320, 213)))) for nth in range(number)]


def test_pictures_that_have_nothing_to_do_with_each_other_give_no_clue() -> None:
    told = many()
    assert pictures.that_count(pictures.alike(told, 7), told, 0.05) == []


def test_one_photo_with_two_households_counts_and_with_one_household_it_does_not() -> None:
    told = many()
    told += [Picture(900, 900, bits(scene(3, (320, 213)), 50)), Picture(901, 7, bits(scene(7, (320, 213)), 50))]
    found = pictures.that_count(pictures.alike(told, 7), told, 0.05)
    assert [(each.one.household, each.other.household) for each, _chance, _q in found] == [(3, 900)]
    assert found[0][2] <= 0.05


def test_one_file_with_two_households_is_no_chance_however_little_it_shows() -> None:
    wall = pictures.print_of(jpeg(Image.new("RGB", (640, 480), (120, 130, 140))))
    assert wall is not None
    told = [
        Picture(nth, home, wall[0], file)
        for nth, (home, file) in enumerate([(1, "a"), (1, "a"), (2, "b"), (3, "a"), (4, "a"), (5, "")])
    ]
    found = pictures.that_count(pictures.alike(told, 7), told, 0.05)
    assert [(each.one.household, each.other.household, likely) for each, likely, _q in found] == [
        (1, 3, 0.0),
        (3, 4, 0.0),
    ]


def test_in_a_pile_of_pictures_that_all_look_alike_likeness_tells_nothing() -> None:
    random = np.random.default_rng(1)
    base = np.unpackbits(np.frombuffer(bits(scene(1)), dtype=np.uint8))
    told = []
    for nth in range(60):
        one = base.copy()
        one[random.choice(12, 4, replace=False)] ^= 1
        told.append(Picture(nth, nth, np.packbits(one).tobytes()))
    assert pictures.alike(told, 7)
    assert pictures.that_count(pictures.alike(told, 7), told, 0.05) == []


def test_equal_bands_bring_together_what_comparing_each_with_each_would() -> None:
    random = np.random.default_rng(2)
    told = [Picture(nth, nth, random.integers(0, 256, 16, dtype=np.uint8).tobytes()) for nth in range(200)]
    for nth in range(0, 200, 5):
        near = np.unpackbits(np.frombuffer(told[nth].bits, dtype=np.uint8))
        near[random.choice(128, int(random.integers(0, 8)), replace=False)] ^= 1
        told.append(Picture(1000 + nth, 1000 + nth, np.packbits(near).tobytes()))
    every = {
        (a.household, b.household)
        for n, a in enumerate(told)
        for b in told[n + 1 :]
        if pictures.apart(a.bits, b.bits) <= 7
    }
    assert {(each.one.household, each.other.household) for each in pictures.alike(told, 7)} == every


def test_papers_are_told_from_photos_and_a_plain_wall_says_nothing() -> None:
    assert all(pictures.print_of(jpeg(form(seed)))[1] for seed in range(5))  # type: ignore[index]
    assert not any(pictures.print_of(jpeg(scene(seed)))[1] for seed in range(5))  # type: ignore[index]
    assert not pictures.is_telling(bits(Image.new("RGB", (640, 480), (120, 130, 140))))


def test_what_is_no_picture_has_no_print() -> None:
    assert pictures.print_of(b"no picture") is None


@pytest.fixture
def homes(db: None, cast: Any, tmp_path: Path, settings: Any) -> list[Household]:
    settings.DATA_FOLDER = tmp_path
    return [family(cast.village, by=cast.banner_officer), family(cast.other_village, by=cast.banner_officer)]


def attach(home: Household, picture: Image.Image, by: Any, quality: int = 88) -> Attachment:
    return attachments.store(jpeg(picture, quality), subject=f"household:{home.pk}", kind="photo", by=by)


def test_prints_are_taken_of_sealed_pictures_and_nothing_that_shows_them_is_kept(homes: Any, cast: Any) -> None:
    one = attach(homes[0], scene(1), cast.village_officer)
    attach(homes[0], form(1), cast.village_officer)
    assert one.is_sealed
    assert prints.take(most=100) == 2
    assert prints.take(most=100) == 0
    rows = PicturePrint.objects.order_by("attachment")
    assert [(len(row.bits), row.is_paper, row.household_id) for row in rows] == [
        (16, False, homes[0].pk),
        (16, True, homes[0].pk),
    ]
    attachments.remove(rows=[one], by=cast.village_officer, reason="拍错了，重新拍")
    assert PicturePrint.objects.count() == 1


def test_a_picture_that_is_gone_from_the_folder_is_not_tried_again(homes: Any, cast: Any) -> None:
    attachments.path_of(attach(homes[0], scene(1), cast.village_officer)).unlink()
    assert (prints.take(most=100), prints.take(most=100)) == (1, 0)


def test_one_photo_of_two_households_is_one_sign_of_the_smallest_division_that_holds_both(
    homes: Any, cast: Any
) -> None:
    attach(homes[0], scene(1), cast.village_officer)
    attach(homes[0], scene(1), cast.village_officer, 70)
    assert (prints.take(most=100), prints.found(most_apart=7, rate=0.05)) == (2, [])
    attach(homes[1], scene(1), cast.village_officer, 60)
    attach(homes[1], form(3), cast.village_officer)
    attach(homes[0], form(3), cast.village_officer)
    prints.take(most=100)
    (found,) = prints.found(most_apart=7, rate=0.05)
    assert (found.kind, found.observed, found.division) == ("photo", 2, cast.banner.pk)
    assert {home for home, *_ in found.households} == {home.pk for home in homes}
