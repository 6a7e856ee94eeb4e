from __future__ import annotations

from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
from garments import (
    ATTRIBUTES,
    PAINTS,
    ShirtReader,
    painting_generator,
    shirt_mask,
    shirt_photo,
    tiny_generator,
)

from fashion_studio.domain.edits import EditRegion, EditStack, EditStep, PaintedMask, RegionKind
from fashion_studio.domain.errors import UserError
from fashion_studio.editing.editor import GRID_PART, Editor

RED = EditStep.of("colors", "red")
VALUES = {"colors": "red", "pattern": "striped", "sleeve_length": "sleeveless"}
CASES = [("colors", kind, (300, 400)) for kind in RegionKind]
CASES += [("colors", RegionKind.GARMENT, (700, 933)), ("sleeve_length", RegionKind.EDIT, (701, 500))]
CASES += [("pattern", RegionKind.TORSO, (150, 200)), ("sleeve_length", RegionKind.SLEEVE, (150, 200))]


def stack(*steps: EditStep) -> EditStack:
    return EditStack(steps)


def mean_of(image: np.ndarray, where: np.ndarray) -> np.ndarray:
    return image[where > 0].mean(axis=0)


@pytest.mark.parametrize(("attribute", "kind", "size"), CASES)
def test_pixels_where_the_mask_is_0_are_the_photos_own(
    editor: Editor, attribute: str, kind: RegionKind, size: tuple[int, int]
) -> None:
    photo = shirt_photo(*size)
    painted = np.zeros((40, 30), bool)
    painted[10:20, 12:18] = True
    region = EditRegion(kind, PaintedMask.from_array(painted) if kind is RegionKind.PAINTED else None)
    step = msgspec.structs.replace(EditStep.of(attribute, VALUES[attribute], kind), region=region)
    before = photo.copy()
    edited = editor.edit(photo, stack(step))
    np.testing.assert_array_equal(photo, before)
    np.testing.assert_array_equal(edited.image[edited.mask == 0], photo[edited.mask == 0])
    assert edited.problems == {}
    assert (edited.image != photo).any()
    assert 0 < edited.changed_share < 0.6
    far = cv2.dilate(shirt_mask(*size), np.ones((max(size) // 10,) * 2, np.uint8)) == 0
    assert not edited.mask[far].any()


def test_red_has_the_colour_asked_for_and_the_folds_and_weave_of_the_photo(editor: Editor) -> None:
    photo, shirt = shirt_photo(600, 800), cv2.erode(shirt_mask(600, 800), np.ones((25, 25), np.uint8)) > 0
    edited = editor.edit(photo, stack(RED)).image
    np.testing.assert_allclose(mean_of(edited, shirt) / 255, (0.8, 0.1, 0.1), atol=0.04)

    def contrast(image: np.ndarray) -> tuple[float, float]:
        luma = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(float)
        wide = cv2.GaussianBlur(luma, (0, 0), 6)
        return float((wide / wide[shirt].mean())[shirt].std()), float(((luma - wide) / wide)[shirt].std())

    for before, after in zip(contrast(photo), contrast(edited), strict=True):
        assert after == pytest.approx(before, rel=0.25)


def test_asked_for_what_is_there_nothing_changes(editor: Editor) -> None:
    photo = shirt_photo()
    edited = editor.edit(photo, stack(EditStep.of("pattern", "solid")))
    assert edited.mask.any()
    assert np.abs(edited.image.astype(int) - photo).max() <= 1


def test_a_new_pattern_keeps_the_weave(editor: Editor) -> None:
    size = (600, 800)
    photo, shirt = shirt_photo(*size), cv2.erode(shirt_mask(*size), np.ones((25, 25), np.uint8)) > 0
    edited = editor.edit(photo, stack(EditStep.of("pattern", "striped"))).image
    fine = [
        image.astype(float) - cv2.GaussianBlur(image, (0, 0), 1).astype(float) for image in (photo, edited)
    ]
    rows = edited[:, :, 0].astype(float).mean(axis=1)
    assert np.ptp(rows[200:600]) > 25  # there are stripes
    assert fine[1][shirt].std() > 0.6 * fine[0][shirt].std()


def test_any_edit_through_any_region_red_sleeves_on_a_blue_shirt(editor: Editor) -> None:
    photo, size = shirt_photo(600, 800), (600, 800)
    edited = editor.edit(photo, stack(EditStep.of("colors", "red", RegionKind.SLEEVE)))
    sleeve, body = edited.image[200:360, 140:190], edited.image[300:600, 240:360]
    assert sleeve[..., 0].mean() > 150
    np.testing.assert_array_equal(body, photo[300:600, 240:360])
    torso = editor.edit(photo, stack(EditStep.of("colors", "red", RegionKind.TORSO))).image
    np.testing.assert_array_equal(torso[200:360, 140:180], photo[200:360, 140:180])
    assert torso[300:600, 240:360, 0].mean() > 150
    assert edited.image.shape[:2] == (size[1], size[0])


def test_collar_and_hem_are_where_the_landmarks_are(editor: Editor) -> None:
    photo = shirt_photo()
    for kind, row in ((RegionKind.COLLAR, 0.22), (RegionKind.HEM, 0.78)):
        mask = editor.edit(photo, stack(EditStep.of("colors", "red", kind))).mask
        rows = np.flatnonzero(mask.any(axis=1)) / mask.shape[0]
        assert abs(rows.mean() - row) < 0.06
        assert np.ptp(rows) < 0.25


def test_values_of_the_attention_below_the_threshold_are_0(editor: Editor) -> None:
    photo = shirt_photo()
    step = msgspec.structs.replace(EditStep.of("sleeve_length", "sleeveless"), threshold=0.0)
    low = editor.edit(photo, stack(step))
    high = editor.edit(photo, stack(msgspec.structs.replace(step, threshold=0.5)))
    assert low.changed_share > high.changed_share > 0
    np.testing.assert_array_equal(low.step_masks[0], high.step_masks[0])  # shown before the threshold
    none = editor.edit(photo, stack(msgspec.structs.replace(step, threshold=1.0)))
    assert "threshold" in none.problems[0]
    np.testing.assert_array_equal(none.image, photo)


def test_strength_is_the_share_of_the_change(editor: Editor) -> None:
    photo, shirt = shirt_photo(), shirt_mask(300, 400)
    means = [
        mean_of(editor.edit(photo, stack(msgspec.structs.replace(RED, strength=s))).image, shirt)
        for s in (0.0, 0.5, 1.0)
    ]
    np.testing.assert_allclose(means[1], (means[0] + means[2]) / 2, atol=1.5)
    np.testing.assert_array_equal(means[0], mean_of(photo, shirt))


def test_the_stack_is_done_step_by_step_and_in_order(editor: Editor) -> None:
    photo = shirt_photo()
    blue = EditStep.of("colors", "blue")
    last = editor.edit(photo, stack(RED, blue)).image[300, 150]
    first = editor.edit(photo, stack(blue, RED)).image[300, 150]
    assert last[2] > last[0]
    assert first[0] > first[2]
    off = msgspec.structs.replace(blue, enabled=False)
    np.testing.assert_array_equal(
        editor.edit(photo, stack(RED, off)).image, editor.edit(photo, stack(RED)).image
    )
    sleeves = EditStep.of("sleeve_length", "sleeveless")
    red = EditStep.of("colors", "red", RegionKind.SLEEVE)
    there = np.count_nonzero(editor.edit(photo, stack(red)).step_masks[0] > 200)
    gone = editor.edit(photo, stack(sleeves, red)).step_masks[1]  # the first step has taken them off
    assert np.count_nonzero(gone > 200) < 0.2 * there


def test_painting_adds_and_erasing_takes_away(editor: Editor) -> None:
    photo = shirt_photo()
    left = np.zeros((400, 300), bool)
    left[:, :150] = True
    wall = np.zeros((400, 300), bool)
    wall[330:360, 130:160] = True
    region = EditRegion(RegionKind.GARMENT, PaintedMask.from_array(wall), PaintedMask.from_array(left))
    mask = editor.edit(photo, stack(msgspec.structs.replace(RED, region=region))).mask
    assert mask[345, 155] == 255
    assert not mask[:, :148].any()
    assert mask[200, 180] == 255


def test_the_same_photo_stack_and_models_give_the_same_picture(editor: Editor, reader: ShirtReader) -> None:
    photo = shirt_photo()
    steps = stack(RED, EditStep.of("pattern", "striped", RegionKind.SLEEVE))
    again = Editor(editor.generator, lambda image: reader.read([image])[0])
    one, two = editor.edit(photo, steps), again.edit(photo, steps)
    np.testing.assert_array_equal(one.image, two.image)
    assert one.stack == two.stack
    assert (one.stack.model, one.stack.reader) == ("painter-1", "shirt-1")
    assert one.stack.weights_sha256 == "ab" * 32


def test_preview_and_full_size_show_the_same(editor: Editor) -> None:
    large = shirt_photo(900, 1200, weave=0)
    small = cv2.resize(large, (300, 400), interpolation=cv2.INTER_AREA)
    sketch = editor.sketch(small)
    steps = stack(EditStep.of("colors", "red", RegionKind.SLEEVE), EditStep.of("pattern", "striped"))
    full, shown = editor.edit(large, steps, sketch).image, editor.edit(small, steps, sketch).image
    reduced = cv2.resize(full, (300, 400), interpolation=cv2.INTER_AREA)
    assert np.abs(reduced.astype(int) - shown).mean() < 1.5


def test_a_photo_without_a_garment_stays_and_it_is_said(editor: Editor) -> None:
    wall = np.full((200, 150, 3), 210, np.uint8)
    for kind in RegionKind:
        edited = editor.edit(wall, stack(EditStep.of("colors", "red", kind)))
        np.testing.assert_array_equal(edited.image, wall)
        assert not edited.mask.any()
        assert ("painted" if kind is RegionKind.PAINTED else "No garment was found") in edited.problems[0]
        assert edited.doubt.score == 1.0


def test_what_the_generator_cannot_make_is_said_by_step(editor: Editor) -> None:
    edited = editor.edit(shirt_photo(), stack(EditStep.of("colors", "teal"), RED))
    assert list(edited.problems) == [0]
    assert "teal" in edited.problems[0]
    assert edited.mask.any()


def test_what_was_computed_is_not_computed_again(editor: Editor, reader: ShirtReader) -> None:
    photo = shirt_photo()
    sketch = editor.sketch(photo)
    network = editor.generator._network
    editor.edit(photo, stack(RED), sketch)
    passes = len(network.batches)
    for strength, threshold in ((0.2, 0.5), (0.7, 0.6), (1.0, 0.4)):
        editor.edit(
            photo, stack(msgspec.structs.replace(RED, strength=strength, threshold=threshold)), sketch
        )
    assert len(network.batches) == passes
    assert reader.asked == 1


def test_the_grid_asks_for_several_values_at_once_and_shows_what_single_edits_show(
    reader: ShirtReader,
) -> None:
    names = tuple(f"c{n}" for n in range(7))
    for number, name in enumerate(names):
        PAINTS[name] = (number / 7, 0.2, 1 - number / 7)
    editor = Editor(
        painting_generator({**ATTRIBUTES, "colors": names}), lambda image: reader.read([image])[0]
    )
    photo = shirt_photo(120, 160)
    sketch = editor.sketch(shirt_photo())
    grid = dict(
        editor.grid(sketch, stack(EditStep.of("pattern", "striped")), EditStep.of("colors", "c0"), photo)
    )
    assert list(grid) == list(names)
    assert editor.generator._network.batches[-2:] == [GRID_PART, 7 - GRID_PART]
    single = editor.edit(photo, stack(EditStep.of("pattern", "striped"), EditStep.of("colors", "c3")), sketch)
    assert np.abs(grid["c3"].astype(int) - single.image).mean() < 1.5
    assert len({image.tobytes() for image in grid.values()}) == 7


def test_a_bundle_of_random_weights_edits_and_a_folder_without_one_says_so(
    tmp_path: Path, reader: ShirtReader
) -> None:
    with pytest.raises(UserError, match="No generator is installed"):
        Editor.load(tmp_path / "none", reader)
    editor = Editor.load(tiny_generator(tmp_path / "g"), reader)
    photo = shirt_photo()
    edited = editor.edit(photo, stack(RED))
    assert edited.stack.model == "tiny-1"
    assert len(edited.stack.weights_sha256) == 64
    assert (edited.image != photo).any()
    np.testing.assert_array_equal(edited.image[edited.mask == 0], photo[edited.mask == 0])


@pytest.mark.parametrize("kind", [RegionKind.GARMENT, RegionKind.SLEEVE, RegionKind.TORSO, RegionKind.HEM])
def test_a_step_that_does_nothing_has_a_region_when_it_is_asked_for(editor: Editor, kind: RegionKind) -> None:
    photo, acting = shirt_photo(), EditStep.of("colors", "red", kind)
    wanted = editor.edit(photo, stack(acting)).step_masks[0]
    assert wanted.any()
    for idle in (
        msgspec.structs.replace(acting, enabled=False),
        msgspec.structs.replace(acting, strength=0.0),
    ):
        assert editor.edit(photo, stack(idle)).step_masks == {}
        edited = editor.edit(photo, stack(idle), outlined=0)
        np.testing.assert_array_equal(edited.step_masks[0], wanted)
        np.testing.assert_array_equal(edited.image, photo)
        assert (edited.changed_share, edited.problems) == (0.0, {})


def test_the_region_of_a_step_that_is_off_is_that_of_what_is_before_it(editor: Editor) -> None:
    photo = shirt_photo()
    off = msgspec.structs.replace(EditStep.of("pattern", "striped", RegionKind.EDIT), enabled=False)
    on = msgspec.structs.replace(off, enabled=True)
    wanted = editor.edit(photo, stack(RED, on)).step_masks[1]
    edited = editor.edit(photo, stack(RED, off, RED), outlined=1)
    assert list(edited.step_masks) == [0, 2, 1]
    np.testing.assert_array_equal(edited.step_masks[1], wanted)
    assert list(editor.edit(photo, stack(RED), outlined=0).step_masks) == [0]
    assert list(editor.edit(photo, stack(RED), outlined=7).step_masks) == [0]
