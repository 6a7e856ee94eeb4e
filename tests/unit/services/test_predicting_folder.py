from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from samples import sample_reading

from fashion_studio.domain.errors import EnvironmentProblem, PhotoError, UserError
from fashion_studio.domain.predictions import Reading
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.imaging.decode import probe
from fashion_studio.services.predicting_folder import predict_folder


class FakeReads:
    """Reads sizes for true and makes the rest up; remembers what it was asked for."""

    device_name = "cpu"

    def __init__(self, vocabulary: Vocabulary, model_id: str = "fake-1") -> None:
        self.vocabulary = vocabulary
        self.model_id = model_id
        self.asked: list[str] = []
        self.stop_after: int | None = None

    def read(
        self, paths: Sequence[Path], *, with_maps: bool, should_stop: Callable[[], bool]
    ) -> Iterator[tuple[Path, Reading | PhotoError]]:
        for path in paths:
            if should_stop():
                return
            self.asked.append(path.name)
            try:
                info = probe(path)
            except PhotoError as error:
                yield path, error
                continue
            seed = sum(path.name.encode())
            reading = sample_reading(self.vocabulary, seed, width_px=info.width_px, height_px=info.height_px)
            yield path, reading if with_maps else Reading(reading.prediction)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    for number, name in enumerate(("a.png", "b.jpg", "sub/a.png", "sub/ü “x”.png")):
        Image.fromarray(np.full((40, 30 + number, 3), 40 * number, np.uint8)).save(folder / name)
    (folder / "broken.jpg").write_bytes(b"nothing")
    (folder / "notes.txt").write_text("no photo", encoding="utf-8")
    return folder


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_photo_is_in_one_of_the_lists_and_drawn(
    folder: Path, tmp_path: Path, studio: Vocabulary
) -> None:
    out, told = tmp_path / "out", []
    report = predict_folder(
        folder, out, reads=FakeReads(studio), on_progress=lambda *progress: told.append(progress)
    )
    records = lines(out / "predictions.jsonl")
    assert [record["file"] for record in records] == ["a.png", "b.jpg", "sub/a.png", "sub/ü “x”.png"]
    assert [record["width"] for record in records] == [30, 31, 32, 33]
    assert lines(out / "skipped.jsonl") == [
        {"file": "broken.jpg", "reason": lines(out / "skipped.jsonl")[0]["reason"]}
    ]
    assert (report.predicted, report.skipped, report.resumed, report.cancelled) == (4, 1, 0, False)
    for record in records:
        with Image.open(out / "overlays" / f"{record['file']}.png") as picture:
            assert picture.size[0] > 300
    assert told[-1][:2] == (5, 5)
    assert [entry[0] for entry in told] == [1, 2, 3, 4, 5]
    assert sorted(path.name for path in out.iterdir()) == ["overlays", "predictions.jsonl", "skipped.jsonl"]


def test_a_record_has_exactly_the_fields_that_are_promised(
    folder: Path, tmp_path: Path, studio: Vocabulary
) -> None:
    predict_folder(folder, tmp_path / "out", reads=FakeReads(studio), overlays=False)
    assert not (tmp_path / "out" / "overlays").exists()
    record = lines(tmp_path / "out" / "predictions.jsonl")[0]
    assert list(record) == [
        *(
            "file",
            "width",
            "height",
            "model",
            "device",
            "category",
            "attributes",
            "colors",
            "box",
            "landmarks",
        )
    ]
    assert set(record["category"]) == {"value", "confidence", "probabilities"}
    assert set(record["attributes"]) == {a.name for a in studio.attributes} - {"category", "colors"}
    assert all(
        set(value) == {"value", "confidence", "probabilities"} for value in record["attributes"].values()
    )
    assert set(record["colors"]) == {"predicted", "measured"}
    assert all(set(color) == {"name", "confidence"} for color in record["colors"]["predicted"])
    assert all(set(color) == {"name", "share", "rgb"} for color in record["colors"]["measured"])
    assert len(record["box"]) == 4
    assert [point["name"] for point in record["landmarks"]] == list(studio.landmark_names)
    assert all(set(point) == {"name", "x", "y", "visibility", "confidence"} for point in record["landmarks"])


def test_what_is_done_is_not_done_again_after_a_cancel(
    folder: Path, tmp_path: Path, studio: Vocabulary
) -> None:
    out, first, done = tmp_path / "out", FakeReads(studio), []
    report = predict_folder(
        folder,
        out,
        reads=first,
        on_progress=lambda *_: done.append(1),
        should_stop=lambda: len(first.asked) >= 2,
    )
    assert report.cancelled
    assert len(done) == 2
    assert not (out / "predictions.jsonl").exists(), "a list is complete or not there"
    second = FakeReads(studio)
    report = predict_folder(folder, out, reads=second)
    assert (report.predicted, report.skipped, report.resumed) == (4, 1, 2)
    assert first.asked + second.asked == ["a.png", "b.jpg", "broken.jpg", "a.png", "ü “x”.png"]
    predict_folder(folder, tmp_path / "whole", reads=FakeReads(studio))
    for name in ("predictions.jsonl", "skipped.jsonl"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.parametrize("torn", [b'{"stamp": [1', b"garbage\n{}\n"])
def test_a_torn_note_costs_only_its_own_photo(
    folder: Path, tmp_path: Path, studio: Vocabulary, torn: bytes
) -> None:
    out, first = tmp_path / "out", FakeReads(studio)
    predict_folder(folder, out, reads=first, should_stop=lambda: len(first.asked) >= 2)
    with (out / ".unfinished.jsonl").open("ab") as stream:
        stream.write(torn)
    report = predict_folder(folder, out, reads=FakeReads(studio))
    assert (report.predicted, report.skipped, report.resumed) == (4, 1, 2)


def test_another_model_or_a_changed_photo_is_read_again(
    folder: Path, tmp_path: Path, studio: Vocabulary
) -> None:
    out, first = tmp_path / "out", FakeReads(studio)
    predict_folder(folder, out, reads=first, should_stop=lambda: len(first.asked) >= 2)
    os.utime(folder / "a.png", ns=(5, 5))
    again = FakeReads(studio)
    predict_folder(folder, out, reads=again, should_stop=lambda: len(again.asked) >= 1)
    assert again.asked == ["a.png"]
    other = FakeReads(studio, "other-2")
    assert predict_folder(folder, out, reads=other).resumed == 0
    assert {record["model"] for record in lines(out / "predictions.jsonl")} == {"test-1"}


def test_results_inside_the_folder_are_not_read_as_photos(folder: Path, studio: Vocabulary) -> None:
    out = folder / "out"
    predict_folder(folder, out, reads=FakeReads(studio))
    again = FakeReads(studio)
    predict_folder(folder, out, reads=again)
    assert len(again.asked) == 5


def test_no_folder_and_no_room_are_plain_sentences(folder: Path, tmp_path: Path, studio: Vocabulary) -> None:
    with pytest.raises(UserError, match="is not a folder"):
        predict_folder(tmp_path / "nowhere", tmp_path / "out", reads=FakeReads(studio))
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(EnvironmentProblem, match="cannot be written"):
        predict_folder(folder, tmp_path / "file" / "out", reads=FakeReads(studio))


def test_an_empty_folder_gives_empty_lists(tmp_path: Path, studio: Vocabulary) -> None:
    (tmp_path / "photos").mkdir()
    report = predict_folder(tmp_path / "photos", tmp_path / "out", reads=FakeReads(studio))
    assert (report.predicted, report.skipped, report.cancelled) == (0, 0, False)
    assert lines(tmp_path / "out" / "predictions.jsonl") == []
