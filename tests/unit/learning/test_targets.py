from __future__ import annotations

import pytest
import torch

from fashion_studio.domain.data_list import DataListPhoto
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.targets import (
    TargetEncoder,
    Targets,
    cone_targets,
    gaussian_targets,
    known_classes,
)


def test_labels_become_indices_and_unknown_stays_unknown(studio: Vocabulary) -> None:
    photo = DataListPhoto(
        file="a.jpg",
        labels={"category": "dress", "neckline": ("v", "crew"), "colors": ("navy", "white")},
        unknown={"colors": ("beige",)},
    )
    found = TargetEncoder(studio)(photo)
    colors = studio.attribute("colors")
    assert found.allowed["category"].nonzero().flatten().tolist() == [
        studio.attribute("category").index("dress")
    ]
    assert int(found.allowed["neckline"].sum()) == 2
    assert not found.allowed["pattern"].any()
    assert found.flags["colors"].nonzero().flatten().tolist() == sorted(
        (colors.index("navy"), colors.index("white"))
    )
    assert (~found.flags_known["colors"]).nonzero().flatten().tolist() == [colors.index("beige")]
    assert int(found.main["colors"]) == colors.index("navy")
    assert known_classes(torch.stack([found.allowed["neckline"], found.allowed["neckline"]])).tolist() == [
        -1,
        -1,
    ]


def test_what_a_garment_does_not_have_by_kind_is_known(studio: Vocabulary) -> None:
    skirt = TargetEncoder(studio)(DataListPhoto(file="a.jpg", labels={"category": "skirt"}))
    sleeve = studio.attribute("sleeve_length")
    assert skirt.allowed["sleeve_length"].nonzero().flatten().tolist() == [sleeve.index("none")]
    said = TargetEncoder(studio)(DataListPhoto(file="a.jpg", labels={"sleeve_length": None}))
    assert torch.equal(said.allowed["sleeve_length"], skirt.allowed["sleeve_length"])
    nothing = TargetEncoder(studio)(DataListPhoto(file="a.jpg"))
    assert not nothing.allowed["sleeve_length"].any()
    assert not nothing.flags_known["colors"].any()
    assert int(nothing.main["colors"]) == -1


def test_trap_2_landmarks_go_to_their_own_slots_whatever_their_order(studio: Vocabulary) -> None:
    photo = DataListPhoto(
        file="a.jpg",
        labels={"category": "t-shirt"},
        landmarks={
            "right_hem": (7.0, 8.0, "occluded"),
            "left_hem": (5.0, 6.0, "visible"),
            "left_collar": (1.0, 2.0, "absent"),
        },
    )
    found = TargetEncoder(studio)(photo)
    names = studio.landmark_names
    assert found.points[names.index("left_hem")].tolist() == [5.0, 6.0]
    assert found.points[names.index("right_hem")].tolist() == [7.0, 8.0]
    states = {name: int(state) for name, state in zip(names, found.visibility, strict=True)}
    assert states == {
        "left_collar": 2,
        "right_collar": -1,
        "left_sleeve": -1,
        "right_sleeve": -1,
        "left_waistline": 2,  # a t-shirt has none: known, not unknown
        "right_waistline": 2,
        "left_hem": 0,
        "right_hem": 1,
    }


def test_a_batch_is_stacked_moved_and_picked_from(studio: Vocabulary) -> None:
    encode = TargetEncoder(studio)
    kinds = ("dress", "skirt", "hat")
    batch = Targets.stack([encode(DataListPhoto(file="a", labels={"category": kind})) for kind in kinds])
    assert batch.allowed["category"].shape == (3, 17)
    assert batch.points.shape == (3, 8, 2)
    turned = batch.to("cpu").rows(torch.tensor([2, 0]))
    wanted = [studio.attribute("category").index(kind) for kind in ("hat", "dress")]
    assert known_classes(turned.allowed["category"]).tolist() == wanted


@pytest.mark.parametrize("make", [gaussian_targets, cone_targets])
def test_trap_6_the_targets_width_scales_with_the_map(make) -> None:
    """The target has the same mean, whatever the map's resolution."""
    point = torch.tensor([[[112.0, 112.0]]])
    means = [float(make(point, (side, side), 224, 0.1).mean()) for side in (28, 56, 224)]
    assert means == pytest.approx([means[-1]] * 3, rel=0.02)


def test_the_cone_is_liu_and_lus_and_no_gaussian() -> None:
    cone = cone_targets(torch.tensor([[[100.5, 100.5]]]), (224, 224), 224)[0, 0]
    assert float(cone[100, 100]) == 1.0
    # exp(-0.5·√d²/R) with R = 8: 8 pixels away exp(-0.5), 16 away exp(-1)
    assert float(cone[100, 108]) == pytest.approx(0.60653, abs=1e-4)
    assert float(cone[116, 100]) == pytest.approx(0.36788, abs=1e-4)
    gauss = gaussian_targets(torch.tensor([[[100.5, 100.5]]]), (224, 224), 224, 8 / 224)[0, 0]
    assert float(gauss[100, 108]) == pytest.approx(0.60653, abs=1e-4)
    assert float(gauss[116, 100]) == pytest.approx(0.13534, abs=1e-4)
