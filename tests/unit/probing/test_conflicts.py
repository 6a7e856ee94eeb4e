from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.probing.conflicts import (
    conflicting_pairs,
    mixed,
    photo_pictures,
    render_conflict,
    renderer_pictures,
)
from fashion_studio.probing.records import ConflictSource, ConflictSpec, CueClass
from fashion_studio.rendering.sampling import sample_spec

PANTS = CueClass("pants", {"category": "pants"}, {"fabric": "denim", "pattern": "solid"})
SHIRT = CueClass("shirt", {"category": "shirt"}, {"fabric": "cotton", "pattern": "checked"})
DRESS = CueClass("dress", {"category": "dress"}, {"fabric": "chiffon", "pattern": "floral"})
SPEC = ConflictSpec(ConflictSource.RENDERER, per_pair=2, limit=0)


def test_pairs_use_every_class_evenly_from_the_start() -> None:
    pairs = conflicting_pairs([PANTS, SHIRT, DRESS])
    assert len(pairs) == 6
    assert all(one.name != other.name for one, other in pairs)
    assert (
        {one.name for one, _ in pairs[:3]}
        == {other.name for _, other in pairs[:3]}
        == {"pants", "shirt", "dress"}
    )


def test_classes_of_one_cloth_do_not_conflict() -> None:
    jeans = replace(SHIRT, name="shorts", texture=PANTS.texture)
    with pytest.raises(UserError, match=r"no two classes with different cues.*pants, shorts"):
        conflicting_pairs([PANTS, jeans])
    with pytest.raises(UserError, match="no two classes"):
        conflicting_pairs([PANTS])
    with pytest.raises(UserError, match="found: none"):
        conflicting_pairs([])


def test_the_renderers_pictures_have_names_of_their_own() -> None:
    pictures = renderer_pictures(SPEC, [PANTS, SHIRT, DRESS], seed=5)
    files = [picture.file for picture in pictures]
    assert len(files) == len(set(files)) == 12
    assert all(picture.name.shape != picture.name.texture for picture in pictures)
    assert pictures == renderer_pictures(SPEC, [PANTS, SHIRT, DRESS], seed=5)
    assert len(renderer_pictures(replace(SPEC, limit=5), [PANTS, SHIRT, DRESS], seed=5)) == 5


def test_the_renderer_draws_the_shape_of_one_in_the_cloth_of_the_other() -> None:
    classes = {each.name: each for each in (PANTS, SHIRT, DRESS)}
    for picture in renderer_pictures(replace(SPEC, per_pair=1), list(classes.values()), seed=1):
        drawn = render_conflict(picture, SPEC, classes, width_px=96, height_px=128)
        assert drawn.image.shape == (128, 96, 3)
        assert drawn.category == picture.name.shape
        cloth = classes[picture.name.texture].texture
        assert {name: drawn.attributes[name] for name in cloth} == cloth


def test_shape_and_cloth_are_independent_of_each_other() -> None:
    """The same shape in two cloths has the same mask; only the surface differs."""
    classes = {each.name: each for each in (PANTS, SHIRT, DRESS)}
    picture = renderer_pictures(SPEC, list(classes.values()), seed=2)[0]
    shirt = render_conflict(picture, SPEC, classes, width_px=96, height_px=128)
    other = replace(picture, name=replace(picture.name, texture="dress"))
    dress = render_conflict(other, SPEC, classes, width_px=96, height_px=128)
    assert picture.name.texture != "dress"
    assert np.abs(shirt.mask - dress.mask).max() < 0.05
    assert not np.array_equal(shirt.image, dress.image)


def test_any_attribute_may_be_declared_texture_or_shape() -> None:
    shape, cloth = (
        sample_spec(np.random.default_rng(1), "shirt"),
        sample_spec(np.random.default_rng(2), "pants"),
    )
    of_fabric = mixed(shape, replace(cloth, fabric="denim"), ["fabric"])
    assert (of_fabric.category, of_fabric.fabric, of_fabric.pattern) == ("shirt", "denim", shape.pattern)
    of_pattern = mixed(replace(shape, fabric="knit"), replace(cloth, pattern="dotted"), ["pattern"])
    assert (of_pattern.fabric, of_pattern.pattern) == ("knit", "dotted")
    only_colors = mixed(shape, cloth, ["colors"])
    assert only_colors.colors == cloth.colors
    assert only_colors.fabric_seed == shape.fabric_seed
    with pytest.raises(UserError, match="does not draw the attribute “style”"):
        mixed(shape, cloth, ["style"])


def test_a_rare_combination_is_set_and_an_impossible_class_is_refused() -> None:
    leather = CueClass("polo", {"category": "polo", "fit": "tight"}, {"fabric": "leather", "colors": "pink"})
    classes = {"polo": leather, "pants": PANTS}
    pictures = renderer_pictures(replace(SPEC, per_pair=1), [PANTS, leather], seed=0)
    pants_in_leather = next(each for each in pictures if each.name.shape == "pants")
    drawn = render_conflict(pants_in_leather, SPEC, classes, width_px=64, height_px=64)
    assert drawn.attributes["fabric"] == "leather"
    assert drawn.spec.colors == ("pink",)
    strange = CueClass("spaceship", {}, {"fabric": "denim"})
    picture = renderer_pictures(replace(SPEC, per_pair=1), [SHIRT, strange], seed=0)[0]
    with pytest.raises(UserError, match="does not draw “spaceship”"):
        render_conflict(picture, SPEC, {"shirt": SHIRT, "spaceship": strange}, width_px=64, height_px=64)


def test_photos_keep_their_number_and_no_pair_comes_twice() -> None:
    classes = [CueClass("dress"), CueClass("pants")]
    spec = ConflictSpec(ConflictSource.FABRIC, per_pair=3, limit=0)
    pictures = photo_pictures(spec, classes, {"dress": ["d1"], "pants": ["p1", "p2"]}, seed=0)
    assert len({(each.shape_key, each.texture_key) for each in pictures}) == len(pictures) == 4
    assert len({each.file for each in pictures}) == 4
    numbers = {(each.shape_key, each.name.shape_number) for each in pictures if each.name.shape == "pants"}
    assert len(numbers) == 2
    assert {each.name.shape_number for each in pictures if each.shape_key == "d1"} == {1}
