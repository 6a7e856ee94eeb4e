from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from garments import ShirtReader, painting_generator, shirt_photo
from PIL import Image

from fashion_studio.domain.edits import stack_from_json
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.editing.editor import Editor
from fashion_studio.editing.sketch import Sketch
from fashion_studio.imaging.edited_files import read_stack_json
from fashion_studio.services.editing import one_photo
from fashion_studio.services.project import Project
from tests.edited_photos import add_edit


@pytest.fixture
def photo(tmp_path: Path, studio: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shirt, and an editor that paints by rule instead of a trained one."""
    reader = ShirtReader(studio)
    editor = Editor(painting_generator(), lambda image: reader.read([image])[0])
    monkeypatch.setattr(one_photo, "open_edits", lambda *_: editor)
    Image.fromarray(shirt_photo()).save(tmp_path / "shirt.png")
    return tmp_path / "shirt.png"


def test_an_edit_is_written_with_its_stack_and_done_again_from_it(studio_command, photo: Path) -> None:
    out = photo.with_name("red.png")
    ended = studio_command("edit", photo, "--set", "colors=red", "--region", "sleeve", "--out", out)
    assert ended.code == 0
    assert "painter-1" in ended.out
    stack = stack_from_json(read_stack_json(out))
    (step,) = stack.steps
    assert (step.attribute, step.value, step.region.kind, step.threshold) == ("colors", "red", "sleeve", 0.9)
    own, edited = np.asarray(Image.open(photo)), np.asarray(Image.open(out))
    np.testing.assert_array_equal(edited[240:, 110:190], own[240:, 110:190])
    assert edited[100:180, 70:90, 0].mean() > 150

    again = photo.with_name("again.tif")
    assert studio_command("edit", photo, "--stack", out, "--out", again).code == 0
    np.testing.assert_array_equal(np.asarray(Image.open(again)), edited)


def test_json_says_all_of_it(studio_command, photo: Path) -> None:
    out = photo.with_name("b.png")
    wanted = ["--set", "colors=red", "--set", "pattern=striped", "--threshold", 0.3, "--strength", 0.5]
    ended = studio_command("edit", photo, *wanted, "--out", out, "--json")
    told = json.loads(ended.out)
    assert (told["file"], told["width"], told["height"]) == (str(out), 300, 400)
    assert [step["threshold"] for step in told["stack"]["steps"]] == [0.3, 0.3]
    assert [step["strength"] for step in told["stack"]["steps"]] == [0.5, 0.5]
    assert 0 < told["changed_share"] < 0.5
    assert told["problems"] == {}
    assert told["misplaced"] == {}


def test_an_edit_of_what_the_garment_does_not_have_is_said(
    studio_command, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sketch, "category", property(lambda _: "pants"))
    out = photo.with_name("b.png")
    wanted = ["--set", "colors=red", "--set", "sleeve_length=sleeveless"]
    ended = studio_command("edit", photo, *wanted, "--out", out)
    assert ended.code == 0
    sentence = "The attribute “Sleeve” does not apply to a garment of the category “Pants”."
    assert f"Edit 2 (sleeve_length=sleeveless): {sentence}" in " ".join(ended.err.split())
    ended = studio_command("edit", photo, *wanted, "--out", out, "--json")
    assert json.loads(ended.out)["misplaced"] == {"2": sentence}


def test_a_photo_without_a_garment_is_left_alone_and_that_is_said(studio_command, photo: Path) -> None:
    Image.fromarray(np.full((80, 60, 3), 220, np.uint8)).save(photo)
    out = photo.with_name("b.png")
    ended = studio_command("edit", photo, "--set", "colors=red", "--out", out)
    assert ended.code == 4
    assert "No garment was found" in ended.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--set", "colors=red", "--out", "x.jpg"], 1, "PNG or TIFF"),
        (["--set", "colors=red", "--out", "shirt.png"], 1, "is the photo itself"),
        (["--set", "colors=red", "--out", "file/x.png"], 6, "cannot be written"),
        (["--set", "colors=red", "--strength", "0", "--out", "x.png"], 1, "nothing to do"),
        (["--set", "red", "--out", "x.png"], 2, "ATTRIBUTE=VALUE"),
        (["--out", "x.png"], 2, "--set"),
        (["--stack", "shirt.png", "--out", "x.png"], 1, "holds no edits"),
        (["--set", "colors=teal", "--out", "x.png"], 4, "teal"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    studio_command,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    sentence: str,
) -> None:
    monkeypatch.chdir(photo.parent)
    Path("file").touch()
    before = photo.read_bytes()
    ended = studio_command("edit", photo.name, *arguments)
    assert ended.code == code
    assert sentence in " ".join(ended.err.replace("│", " ").split())
    assert "Traceback" not in ended.err
    assert photo.read_bytes() == before
    assert not Path("x.png").exists()


def test_without_a_generator_it_says_so(
    studio_command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.fromarray(shirt_photo()).save(tmp_path / "a.png")
    from fashion_studio.inference.reader import Reader

    monkeypatch.setattr(Reader, "load", lambda *_args, **_options: object())
    ended = studio_command(
        "edit",
        tmp_path / "a.png",
        "--set",
        "colors=red",
        "--out",
        tmp_path / "b.png",
        "--generator",
        tmp_path,
    )
    assert ended.code == 1
    assert "No generator is installed" in ended.err


def test_undone_edits_are_deleted_and_their_size_is_said(studio_command, project: Path) -> None:
    with Project.open(project) as opened:
        path = opened.path(add_edit(opened, int(opened.ids()[0]), 40))
        opened.undo()
    size = path.stat().st_size
    ended = studio_command("edits", "discard", project, "--dry-run", "--json")
    assert json.loads(ended.out) == {"discarded": 0, "freed_bytes": size}
    assert path.is_file()
    assert "1 picture, " in studio_command("edits", "discard", project, "--dry-run").out
    assert "1 picture deleted, " in studio_command("edits", "discard", project).out
    assert not path.exists()
    ended = studio_command("edits", "discard", project, "--json")
    assert json.loads(ended.out) == {"discarded": 0, "freed_bytes": 0}
