from __future__ import annotations

import json
from pathlib import Path

import pytest

from fashion_studio.domain.data_list import (
    DataListHeader,
    DataListPhoto,
    check_listed_photo,
    labels_of_answers,
    list_split,
    photo_root,
    points_of_landmarks,
    read_data_list_header,
    read_data_list_photos,
    write_data_list,
)
from fashion_studio.domain.errors import LabelError, UserError
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Answer, Landmark, Split, Visibility
from fashion_studio.domain.vocabulary import Vocabulary


def written(path: Path, studio: Vocabulary, *photos: DataListPhoto, root: str = ".") -> Path:
    write_data_list(path, DataListHeader(root=root, vocabulary=dict(studio.source)), photos)
    return path


def test_what_is_written_is_read_again_field_by_field(tmp_path: Path, studio: Vocabulary) -> None:
    points = (
        Landmark(studio.landmark_names[0], 12.5, 30.25, Visibility.OCCLUDED),
        Landmark(studio.landmark_names[1], 0.0, 0.0, Visibility.ABSENT),
    )
    answers = {
        "category": Answer.of("dress"),
        "colors": Answer.of("black", "white"),
        "sleeve_length": Answer.not_applicable(),
        "neckline": Answer.unknown(),
    }
    photo = DataListPhoto(
        file="a b/ü.jpg",
        sha256="00ff",
        width=30,
        height=40,
        split=list_split(Split.VALIDATION),
        labels=labels_of_answers(answers, studio),
        unknown={"colors": ("red",)},
        landmarks=points_of_landmarks(points),
        box=(1.0, 2.0, 3.0, 4.5),
        content_hash="ab",
    )
    path = written(tmp_path / "data.jsonl", studio, photo, DataListPhoto(file="b.jpg"))
    found = list(read_data_list_photos(path))
    assert found == [photo, DataListPhoto(file="b.jpg")]
    assert found[0].split == "val"
    assert found[0].points() == points
    assert found[0].garment_box() == Box(1.0, 2.0, 3.0, 4.5)
    assert found[0].values("colors") == ("black", "white")
    assert found[0].values("category") == ("dress",)
    assert "neckline" not in found[0].labels
    assert found[0].labels["sleeve_length"] is None
    header = read_data_list_header(path)
    assert Vocabulary.from_mapping(header.vocabulary) == studio
    assert photo_root(path, header) == tmp_path
    check_listed_photo(found[0], studio)


def test_the_lines_are_plain_json_with_words_for_visibility(tmp_path: Path, studio: Vocabulary) -> None:
    name = studio.landmark_names[0]
    photo = DataListPhoto(file="1.jpg", landmarks={name: (1.0, 2.0, "visible")}, labels={"category": "hat"})
    head, line = written(tmp_path / "data.jsonl", studio, photo).read_text("utf-8").splitlines()
    assert json.loads(head)["format"] == "fashion-studio-data-list"
    assert json.loads(line)["landmarks"] == {name: [1.0, 2.0, "visible"]}


def test_an_absolute_root_stays(tmp_path: Path, studio: Vocabulary) -> None:
    path = written(tmp_path / "data.jsonl", studio, root=str(tmp_path / "photos"))
    assert photo_root(path, read_data_list_header(path)) == tmp_path / "photos"


@pytest.mark.parametrize("file", ["/etc/passwd", "../x.jpg", "a/../../x.jpg", ""])
def test_a_path_out_of_the_folder_is_refused(file: str, tmp_path: Path, studio: Vocabulary) -> None:
    path = written(tmp_path / "data.jsonl", studio, DataListPhoto(file=file))
    with pytest.raises(UserError, match="line 2"):
        list(read_data_list_photos(path))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file,label\na.jpg,hat\n", "no data list"),
        ('{"format": "other"}\n', "no data list"),
        ('{"format": "fashion-studio-data-list", "version": 2}\n', "newer program"),
        ('{"format": "fashion-studio-data-list", "version": 1}\n', "no data list"),
    ],
)
def test_what_is_no_data_list_is_said(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text(text)
    with pytest.raises(UserError, match=words):
        read_data_list_header(path)
    with pytest.raises(UserError, match="cannot be read"):
        read_data_list_header(tmp_path / "nothing.jsonl")


def test_a_damaged_line_is_named(tmp_path: Path, studio: Vocabulary) -> None:
    path = written(tmp_path / "data.jsonl", studio, DataListPhoto(file="1.jpg"))
    with path.open("a") as stream:
        stream.write('\n{"file": "2.jpg", "split": "somewhere"}\n')
    photos = read_data_list_photos(path)
    assert next(photos).file == "1.jpg"
    with pytest.raises(UserError, match="line 4"):
        next(photos)


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        (DataListPhoto(file="1.jpg", labels={"price": "low"}), "no attribute"),
        (DataListPhoto(file="1.jpg", labels={"category": "sofa"}), "sofa"),
        (DataListPhoto(file="1.jpg", unknown={"colors": ("ultraviolet",)}), "ultraviolet"),
        (DataListPhoto(file="1.jpg", landmarks={"nose": (1.0, 1.0, "visible")}), "nose"),
    ],
)
def test_labels_of_another_vocabulary_are_refused_by_name(
    photo: DataListPhoto, words: str, studio: Vocabulary
) -> None:
    with pytest.raises(LabelError, match=r"1\.jpg") as caught:
        check_listed_photo(photo, studio)
    assert words in str(caught.value)


def test_a_list_that_cannot_be_finished_leaves_the_older_one(tmp_path: Path, studio: Vocabulary) -> None:
    path = written(tmp_path / "data.jsonl", studio, DataListPhoto(file="1.jpg"))
    before = path.read_bytes()

    def photos() -> object:
        yield DataListPhoto(file="2.jpg")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="space"):
        write_data_list(path, DataListHeader(root=".", vocabulary={}), photos())  # type: ignore[arg-type]
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["data.jsonl"]
