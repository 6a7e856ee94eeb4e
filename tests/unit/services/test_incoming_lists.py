"""Foreign data sets as data lists: their own words, unknown values named, photos that are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.domain.data_list import (
    DataListPhoto,
    check_listed_photo,
    photo_root,
    read_data_list_header,
    read_data_list_photos,
)
from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.exchange.deepfashion_names import FINE_GROUPS
from fashion_studio.exchange.incoming import ImportFormat
from fashion_studio.services.importing import ImportRequest
from fashion_studio.services.incoming_lists import write_incoming_list
from tests.foreign_sets import write_coarse, write_fine


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "lists" / "list.jsonl"


def listed(out: Path) -> tuple[Vocabulary, list[DataListPhoto]]:
    """The list as a training reads it, each photo checked against its vocabulary."""
    vocabulary = Vocabulary.from_mapping(read_data_list_header(out).vocabulary)
    photos = list(read_data_list_photos(out))
    for photo in photos:
        check_listed_photo(photo, vocabulary)
    return vocabulary, photos


def test_deepfashion_in_its_own_words(tmp_path: Path, out: Path, studio: Vocabulary) -> None:
    root = write_coarse(tmp_path / "set")
    (root / "img/b/2.jpg").unlink()
    outcome = write_incoming_list(ImportRequest(ImportFormat.DEEPFASHION, root), out, studio)
    assert {each.code: each.count for each in outcome.shortfalls} == {"absent": 1, "bad_boxes": 1}
    vocabulary, (upper, whole) = listed(out)
    assert [each.name for each in vocabulary.attributes] == [
        "category", "texture", "fabric", "shape", "part", "style",
    ]  # fmt: skip
    assert upper.labels == {
        "category": "Tee",
        "texture": ("striped",),
        "fabric": ("cotton",),
        "shape": (),
        "part": ("long sleeve",),
        "style": (),
    }
    assert upper.landmarks["left_sleeve"] == (13, 23, "occluded")
    assert upper.landmarks["right_sleeve"][2] == "absent"
    assert upper.box == (10, 20, 100, 200)
    assert (upper.split, whole.split) == ("train", "test")
    assert set(whole.labels) == {"category", "texture", "shape", "style"}
    assert (photo_root(out, read_data_list_header(out)) / upper.file).is_file()


def test_values_that_nobody_looked_at_are_named(tmp_path: Path, out: Path, studio: Vocabulary) -> None:
    root = write_coarse(tmp_path / "set")
    path = root / "Anno_coarse/list_attr_img.txt"
    path.write_text(path.read_text().replace("img/a/1.jpg   -1  1 -1", "img/a/1.jpg   -1  1  0"))
    write_incoming_list(ImportRequest(ImportFormat.DEEPFASHION, root), out, studio)
    photo = listed(out)[1][0]
    assert photo.unknown == {"texture": ("polka dot",)}


def test_the_fine_set_has_six_heads_and_keeps_one_of_these(
    tmp_path: Path, out: Path, studio: Vocabulary
) -> None:
    names = [name for _, group in FINE_GROUPS.values() for name in group]
    row = " ".join(str(int(name in {"striped", "solid", "tight"})) for name in names)
    root = write_fine(tmp_path / "set", {"val": [("img/1.jpg", row, "41", "1 2 3 4", "")]})
    request = ImportRequest(ImportFormat.FINE26, root)
    write_incoming_list(request, out, studio)
    vocabulary, (photo,) = listed(out)
    assert [each.name for each in vocabulary.attributes] == [group for group, _ in FINE_GROUPS.values()]
    assert photo.labels == {"texture": ("striped", "solid"), "fit": "tight"}
    write_incoming_list(request, out, studio, attributes=["category"])
    assert listed(out)[1][0].labels == {"category": "Dress"}


def test_only_some_attributes_and_only_photos_that_have_them(
    tmp_path: Path, out: Path, studio: Vocabulary
) -> None:
    root = write_coarse(tmp_path / "set")
    outcome = write_incoming_list(
        ImportRequest(ImportFormat.DEEPFASHION, root), out, studio, attributes=["fabric"]
    )
    assert outcome.photos == 2
    assert [each.name for each in listed(out)[0].attributes] == ["fabric"]
    with pytest.raises(UserError, match="no attribute “mood”"):
        write_incoming_list(ImportRequest(ImportFormat.DEEPFASHION, root), out, studio, attributes=["mood"])


def test_nothing_to_list_leaves_an_older_list_alone(tmp_path: Path, out: Path, studio: Vocabulary) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("file,category\nlost.jpg,dress\n")
    out.parent.mkdir()
    out.write_text("older")
    with pytest.raises(UserError, match="Named photos that are not there: 1"):
        write_incoming_list(ImportRequest(ImportFormat.CSV, table), out, studio)
    with pytest.raises(Cancelled):
        write_incoming_list(ImportRequest(ImportFormat.CSV, table), out, studio, should_stop=lambda: True)
    assert out.read_text() == "older"
    assert [path.name for path in out.parent.iterdir()] == ["list.jsonl"]
