from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.domain.errors import Cancelled
from fashion_studio.domain.labels import Answer
from fashion_studio.services import demo
from fashion_studio.services.demo import create_demo, demo_folder, fill_demo, is_demo_complete, open_demo


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(demo, "_FORM", demo.PictureForm(width_px=96, height_px=128))


def test_the_demo_is_there_at_once_and_grows(tmp_path: Path):
    told: list[tuple[int, int]] = []
    counts: list[int] = []
    with open_demo(tmp_path) as project:
        assert project.title == "Demo garments"
        assert project.count == 0
        project.subscribe(lambda _: counts.append(project.count))
        fill_demo(project, 8, on_progress=lambda done, total: told.append((done, total)))
        assert told == [(done, 8) for done in range(1, 9)]
        assert counts[0] == 2  # the first can be worked on while the others are rendered
        assert project.count == 8
        assert is_demo_complete(project, 8)


def test_the_same_garments_every_time_and_labels_stay(tmp_path: Path):
    with create_demo(tmp_path / "a", 3) as project:
        hashes = [project.item(int(i)).content_hash for i in project.ids()]
        project.set_answers([1], {"fit": Answer.of("loose")})
    with create_demo(tmp_path / "b", 3) as other:
        assert [other.item(int(i)).content_hash for i in other.ids()] == hashes
    with create_demo(tmp_path / "a", 5) as project:
        assert project.count == 5
        assert project.item(1).answers == {"fit": Answer.of("loose")}


def test_a_stopped_demo_keeps_what_it_has_and_goes_on_later(tmp_path: Path):
    told: list[int] = []
    with pytest.raises(Cancelled):
        create_demo(
            tmp_path, 6, on_progress=lambda done, _: told.append(done), should_stop=lambda: len(told) >= 3
        )
    with open_demo(tmp_path) as project:
        assert not is_demo_complete(project, 6)
        fill_demo(project, 6)
        assert project.count == 6


def test_without_a_place_it_lies_in_the_persons_data():
    with open_demo() as project:
        assert project.folder.parent == demo_folder()
        assert "home" in str(demo_folder())
