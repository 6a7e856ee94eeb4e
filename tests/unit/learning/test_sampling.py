from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.augmentation import Augmentation, View
from fashion_studio.learning.cache import PictureSet
from fashion_studio.learning.labels import Labels, value_slices
from fashion_studio.learning.sampling import EpochSampler, StylisedSets, TrainingViews, labels_of_view
from fashion_studio.learning.style.copies import digest_path
from fashion_studio.learning.style.plan import SURFACE
from fashion_studio.learning.style.square_copies import SquareCopies


def picks(sampler: EpochSampler) -> list[int]:
    return [picture for batch in sampler for _, picture in batch]


def test_every_picture_is_seen_before_any_is_seen_again() -> None:
    seen: list[int] = []
    for epoch in range(5):
        sampler = EpochSampler([10, 20], [2, 4], batch_size=3, seed=1, epoch=epoch)
        seen += picks(sampler)
    assert sorted(p for p in seen if p < 10) == list(range(10))
    assert sorted(p for p in seen if p >= 10) == list(range(10, 30))


def test_order_depends_on_seed_and_epoch_alone() -> None:
    def order(seed: int, epoch: int) -> list[int]:
        return picks(EpochSampler([12], [12], batch_size=4, seed=seed, epoch=epoch))

    assert order(0, 1) == order(0, 1)
    assert order(0, 1) != order(0, 2)
    assert order(0, 1) != order(1, 1)


def test_a_view_is_decided_by_seed_epoch_and_picture(rendered: PictureSet, studio: Vocabulary) -> None:
    def views(seed: int) -> TrainingViews:
        return TrainingViews(
            [rendered],
            side_px=64,
            mirror_order=studio.mirror_order(),
            strength=Augmentation(),
            seed=seed,
            floors=rendered.squares,
        )

    again = views(0)[1, 3]
    for name, array in views(0)[1, 3].items():
        np.testing.assert_array_equal(array, again[name])
    assert not np.array_equal(views(0)[2, 3]["square"], again["square"])
    assert not np.array_equal(views(1)[1, 3]["square"], again["square"])


def view_of(studio: Vocabulary, **changes: object) -> View:
    points = np.tile(np.array([[20.0, 20.0]], np.float32), (8, 1))
    base = {
        "square": np.zeros((64, 64, 3), np.uint8),
        "mask": np.zeros((64, 64), np.uint8),
        "points": points,
        "inside": np.ones(8, bool),
        "mirrored": False,
        "gray": False,
        "erased": (0, 0, 0, 0),
    }
    return View(**(base | changes))  # type: ignore[arg-type]


def labels_with_points(studio: Vocabulary) -> Labels:
    labels = Labels.unknown(studio, 1)
    labels.point_weights[:] = 1.0
    labels.visibility[:] = np.arange(3) == Visibility.VISIBLE
    labels.visibility[0, 2] = np.arange(3) == Visibility.OCCLUDED
    labels.colors_known[:] = True
    labels.main_color[:] = 4
    return labels


def test_a_mirrored_view_exchanges_left_and_right(studio: Vocabulary) -> None:
    sample = labels_of_view(
        view_of(studio, mirrored=True), labels_with_points(studio), 0, studio.mirror_order()
    )
    assert sample["visibility"].argmax(1).tolist() == [0, 0, 0, 1, 0, 0, 0, 0]


def test_covered_points_are_occluded_and_lost_ones_absent(studio: Vocabulary) -> None:
    inside = np.ones(8, bool)
    inside[5] = False
    view = view_of(studio, inside=inside, erased=(10, 10, 30, 30))
    view.points[0] = (50.0, 50.0)
    sample = labels_of_view(view, labels_with_points(studio), 0, studio.mirror_order())
    states = sample["visibility"].argmax(1)
    assert states[0] == Visibility.VISIBLE
    assert states[1] == Visibility.OCCLUDED
    assert states[5] == Visibility.ABSENT
    assert sample["point_weights"][5] == 0


def test_a_grey_view_says_nothing_of_colours(studio: Vocabulary) -> None:
    sample = labels_of_view(view_of(studio, gray=True), labels_with_points(studio), 0, studio.mirror_order())
    assert not sample["colors_known"].any()
    assert sample["main_color"] == -1


def views_with(rendered: PictureSet, studio: Vocabulary, share: float | None, folder: Path) -> TrainingViews:
    copies = SquareCopies(folder, tuple(rendered.names), 1)
    stylised = None if share is None else StylisedSets.of([copies], share, SURFACE, studio)
    return TrainingViews(
        [rendered],
        side_px=64,
        mirror_order=studio.mirror_order(),
        strength=Augmentation(),
        seed=0,
        stylised=stylised,
    )


def test_a_stylised_view_keeps_every_label_but_those_of_the_surface(
    rendered: PictureSet, studio: Vocabulary, tmp_path: Path
) -> None:
    for name, square in zip(rendered.names, rendered.squares, strict=True):
        cv2.imwrite(str(digest_path(tmp_path, name, 0)), 255 - np.asarray(square)[:, :, ::-1])
    plain = views_with(rendered, studio, None, tmp_path)
    mixed, whole = (views_with(rendered, studio, share, tmp_path) for share in (0.5, 1.0))
    parts = value_slices(studio)
    copies = 0
    for picture in range(len(rendered)):
        before, between, after = plain[0, picture], mixed[0, picture], whole[0, picture]
        assert not after["colors_known"].any()
        assert after["main_color"] == -1
        for name, part in parts.items():
            if name in SURFACE:
                assert after["allowed"][part].all()
                assert not before["allowed"][part].all()
            else:
                np.testing.assert_array_equal(after["allowed"][part], before["allowed"][part])
        for name in ("points", "point_weights", "visibility", "mask", "mask_weight"):
            np.testing.assert_array_equal(after[name], before[name])
        is_copy = not between["colors_known"].any()
        copies += is_copy
        # as it was without copies, or as it is with nothing else
        for name, array in (after if is_copy else before).items():
            np.testing.assert_array_equal(between[name], array)
    assert 0 < copies < len(rendered)
    assert plain.sets[0].labels.colors_known.all()  # what is known of the pictures stays


def test_a_picture_without_a_copy_is_seen_as_it_is(
    rendered: PictureSet, studio: Vocabulary, tmp_path: Path
) -> None:
    there, gone = (views_with(rendered, studio, share, tmp_path)[1, 4] for share in (None, 1.0))
    for name, array in there.items():
        np.testing.assert_array_equal(gone[name], array)
