from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from garments import ShirtReader, painting_generator, shirt_photo
from PIL import Image

from fashion_studio.domain.edits import EditStack, EditStep, stack_from_json
from fashion_studio.domain.errors import EnvironmentProblem, PhotoError, UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.editing import editor as editor_module
from fashion_studio.editing.editor import Editor
from fashion_studio.imaging.edited_files import read_stack_json
from fashion_studio.jobs.arena import Arena, BlockAllocator
from fashion_studio.jobs.edit_desk import EditDesk
from fashion_studio.jobs.edit_wire import (
    DescribeGenerator,
    Edit,
    EditedAnswer,
    EditValues,
    GeneratorAnswer,
    ReadEdited,
    ValueAnswer,
    ValuesAnswer,
    WriteEdited,
    WrittenAnswer,
)
from fashion_studio.jobs.packing import pack, unpack
from fashion_studio.jobs.wire import (
    ReadingAnswer,
    decode_answer,
    decode_request,
    encode,
    path_to_wire,
    reading_from_wire,
)

RED = EditStack((EditStep.of("colors", "red"),))


class Room:
    """A desk with its arena; requests and answers go through the wire."""

    def __init__(self, reader: ShirtReader, folder: Path) -> None:
        self.arena = Arena.create(16 << 20)
        self.blocks = BlockAllocator(self.arena.size)
        self.reader = reader
        self.folder = path_to_wire(folder)
        self.desk = EditDesk(reader, threading.Lock(), lambda arrays: pack(arrays, self.arena, self.blocks))

    def ask(self, request: Any) -> tuple[list[Any], bool]:
        answers, done = self.desk.answer(decode_request(encode(request)))
        return [decode_answer(encode(answer)) for answer in answers], done

    def one(self, request: Any) -> Any:
        (answer,), done = self.ask(request)
        assert done
        return answer

    def arrays(self, answer: Any) -> dict[str, np.ndarray]:
        return unpack(answer.packed, self.arena)


@pytest.fixture
def room(studio: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)

    def load(folder: Path, reader: ShirtReader) -> Editor:
        return Editor(painting_generator(), lambda image: reader.read([image])[0])

    monkeypatch.setattr(editor_module.Editor, "load", load)
    made = Room(ShirtReader(studio), tmp_path / "g")
    yield made
    made.arena.close()


@pytest.fixture(scope="module")
def large_photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "a.png"
    Image.fromarray(shirt_photo(1200, 1600)).save(path)
    return path


@pytest.fixture
def photo(large_photo: Path, tmp_path: Path) -> Path:
    """A copy of its own."""
    return shutil.copy2(large_photo, tmp_path / "a.png")


def test_a_preview_has_the_size_asked_for_and_its_masks(room: Room, photo: Path) -> None:
    for size_px, height in ((400, 400), (1300, 1300), (9000, 1600)):
        answer = room.one(Edit(1, room.folder, 0, path_to_wire(photo), RED, size_px))
        assert isinstance(answer, EditedAnswer)
        arrays = room.arrays(answer)
        room.blocks.release(answer.packed.offset)
        assert sorted(arrays) == ["image", "mask", "step:0"]
        assert arrays["image"].shape == (height, height * 3 // 4, 3)
        assert arrays["mask"].shape == arrays["step:0"].shape == arrays["image"].shape[:2]
        assert answer.outcome.stack.model == "painter-1"
        assert answer.outcome.changed_share > 0.1
    assert room.reader.asked == 1


def test_a_file_has_the_photos_size_and_its_pixels_outside_the_mask(
    room: Room, photo: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out" / "b.png"
    answer = room.one(WriteEdited(1, room.folder, 0, path_to_wire(photo), RED, path_to_wire(target)))
    assert isinstance(answer, WrittenAnswer)
    assert (answer.width_px, answer.height_px) == (1200, 1600)
    original, written = np.asarray(Image.open(photo)), np.asarray(Image.open(target))
    np.testing.assert_array_equal(written[:200], original[:200])
    assert written[800, 600, 0] > 150
    assert stack_from_json(read_stack_json(target)) == answer.outcome.stack
    with pytest.raises(UserError, match="PNG or TIFF"):
        room.ask(WriteEdited(2, room.folder, 0, path_to_wire(photo), RED, b"x.jpg"))
    (tmp_path / "f").touch()
    with pytest.raises(EnvironmentProblem, match="cannot be written"):
        room.ask(
            WriteEdited(3, room.folder, 0, path_to_wire(photo), RED, path_to_wire(tmp_path / "f" / "b.png"))
        )


def test_a_grid_comes_in_parts_and_ends_with_its_time(
    room: Room, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editor_module, "GRID_PART", 2)
    request = EditValues(5, room.folder, 1, path_to_wire(photo), EditStack(), EditStep.of("colors", ""), 120)
    first, done = room.ask(request)
    assert not done
    assert [answer.value for answer in first] == ["red", "blue"]
    rest, done = room.ask(request)
    assert done
    assert isinstance(rest[0], ValueAnswer)
    assert rest[0].value == "green"
    assert isinstance(rest[1], ValuesAnswer)
    assert rest[1].problem == ""
    assert rest[1].compute_ms > 0
    assert room.arrays(rest[0])["image"].shape == (120, 90, 3)


def test_the_result_is_read_in_pixels_of_the_full_photo(room: Room, photo: Path) -> None:
    answer = room.one(ReadEdited(1, room.folder, 1, path_to_wire(photo), RED))
    assert isinstance(answer, ReadingAnswer)
    reading = reading_from_wire(answer, room.arena)
    assert (reading.prediction.width_px, reading.prediction.height_px) == (1200, 1600)
    assert reading.maps is not None
    assert room.reader.asked == 2


def test_a_photo_that_has_changed_is_made_ready_again(room: Room, photo: Path) -> None:
    ask = Edit(1, room.folder, 0, path_to_wire(photo), RED, 300)
    room.one(ask)
    Image.fromarray(np.full((400, 300, 3), 220, np.uint8)).save(photo)
    assert "No garment" in room.one(ask).outcome.problems[0]
    photo.unlink()
    with pytest.raises(PhotoError):
        room.ask(ask)


def test_it_says_what_can_be_edited(room: Room) -> None:
    answer = room.one(DescribeGenerator(1, room.folder, 0))
    assert isinstance(answer, GeneratorAnswer)
    assert answer.attributes["colors"] == ("red", "blue", "green")
