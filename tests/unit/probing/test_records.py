from __future__ import annotations

import json

import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.probing.records import (
    Backdrop,
    ConflictResult,
    ConflictSource,
    ConflictSpec,
    CueClass,
    Decision,
    PhotoResult,
    ProbeSpec,
    Streams,
    Subject,
    VariantKind,
    VariantResult,
    from_plain,
    to_plain,
)


def test_a_specification_comes_back_equal_through_json() -> None:
    spec = ProbeSpec(
        (Subject("House", "/m/house"), Subject("House, shape alone", "/m/house", Streams.SHAPE)),
        variants=(VariantKind.GREY,),
        backdrops=(Backdrop.PHOTO,),
        conflict=ConflictSpec(
            ConflictSource.RENDERER,
            classes=(CueClass("pants", {"category": "pants"}, {"fabric": "denim"}),),
        ),
    )
    assert from_plain(json.loads(json.dumps(to_plain(spec))), ProbeSpec) == spec


def test_results_come_back_equal_with_subjects_that_could_not_be_asked() -> None:
    said = Decision("dress", 0.8, (("skirt", 0.1), ("top", 0.05)))
    photo = PhotoResult("ab", (VariantResult("grey", ({"category": said}, None)),), (), ("A note.",), 30, 40)
    conflict = ConflictResult("a1-b1.png", "a", "b", (said, None), {"fabric": "denim"})
    for record in (photo, conflict):
        assert from_plain(json.loads(json.dumps(to_plain(record))), type(record)) == record


def test_something_else_is_refused_in_a_sentence() -> None:
    with pytest.raises(UserError, match="not what a probe writes"):
        from_plain({"subjects": 3}, ProbeSpec)
    with pytest.raises(UserError, match="not what a probe writes"):
        from_plain(None, ProbeSpec)


def test_what_needs_a_mask() -> None:
    assert [kind.value for kind in VariantKind if kind.needs_mask] == ["silhouette", "texture"]
