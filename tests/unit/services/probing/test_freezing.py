from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from probed_photos import write_garment

from fashion_studio.config.resources import house_model_dir
from fashion_studio.domain.errors import UserError
from fashion_studio.domain.labels import Answer
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.jobs import background
from fashion_studio.probing.records import (
    ConflictSource,
    ConflictSpec,
    ProbeSpec,
    Streams,
    Subject,
    from_plain,
)
from fashion_studio.rendering.folder import write_folder
from fashion_studio.services.model_list import read_model
from fashion_studio.services.probing.freezing import (
    bundle_subjects,
    folder_photos,
    freeze_probe,
    probe_jobs,
    project_photos,
    start_probe,
)
from fashion_studio.services.project import Project

SPEC = ProbeSpec((Subject("one", "m"),))


@pytest.fixture
def project(tmp_path: Path, studio: Vocabulary) -> Iterator[Project]:
    for number in range(3):
        write_garment(tmp_path / "photos" / f"{number}.png", wide=True, shade=100 + number)
    project = Project.create(tmp_path / "a.fstudio", [tmp_path / "photos"], studio, actor="tester")
    project.scan()
    yield project
    project.close()


def test_a_projects_photos_come_with_what_people_said(project: Project) -> None:
    ids = [int(item_id) for item_id in project.ids()]
    project.set_answers([ids[1]], {"category": Answer.of("dress")})
    project.set_answers([ids[2]], {"category": Answer.unknown()})
    photos = project_photos(project)
    assert [photo.item_id for photo in photos] == ids
    assert [dict(photo.truth) for photo in photos] == [{}, {"category": "dress"}, {}]
    assert all(Path(photo.path).is_file() and len(photo.key) == 40 for photo in photos)
    assert [photo.item_id for photo in project_photos(project, [ids[2]])] == [ids[2]]


def test_a_probe_is_started_as_a_command_over_a_frozen_folder(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    monkeypatch.setattr(background, "_spawn", lambda spec, run_dir: started.append(spec.command(run_dir)))
    ids = [int(item_id) for item_id in project.ids()]
    job = start_probe(project, SPEC, ids[:2])
    assert started == [("probe", "run", "--run", str(job.run_dir))]
    assert job.spec.title == "Probe of one, 2 photos"
    spec = from_plain(json.loads(json.dumps(job.spec.parameters["probe"])), ProbeSpec)
    assert spec == replace(SPEC, mattes=str(project.folder.absolute() / "mattes"))
    assert len((job.run_dir / "photos.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    assert [each.run_dir for each in probe_jobs(project)] == [job.run_dir]


def test_a_folders_photos_come_with_the_renderers_truth(tmp_path: Path) -> None:
    write_folder(tmp_path, 2, 5, category="dress")
    (tmp_path / "copy.jpg").write_bytes((tmp_path / "00000.jpg").read_bytes())
    (tmp_path / "damaged.jpg").write_bytes(b"")
    photos, failed = folder_photos(tmp_path)
    assert len(photos) == 2  # the copy is the same photo
    assert all(photo.truth["category"] == "dress" and "fabric" in photo.truth for photo in photos)
    assert len(failed) == 1
    assert "damaged.jpg" in failed[0]
    with pytest.raises(UserError, match="is not a folder"):
        folder_photos(tmp_path / "none")


def test_nothing_to_ask_is_refused_in_a_sentence(tmp_path: Path) -> None:
    rendered = ConflictSpec(ConflictSource.RENDERER)
    for spec, sentence in (
        (ProbeSpec(()), "Choose a model"),
        (SPEC, "There is no photo"),
        (replace(SPEC, variants=(), backdrops=()), "Nothing is asked"),
        (replace(SPEC, variants=(), backdrops=(), conflict=ConflictSpec(ConflictSource.STYLE)), "no photo"),
    ):
        with pytest.raises(UserError, match=sentence):
            freeze_probe(tmp_path / "run", spec, ())
    assert not (tmp_path / "run").exists()
    freeze_probe(tmp_path / "run", replace(SPEC, variants=(), backdrops=(), conflict=rendered), ()).write(
        tmp_path / "run"
    )
    with pytest.raises(UserError, match="is a run already"):
        freeze_probe(tmp_path / "run", replace(SPEC, variants=(), backdrops=(), conflict=rendered), ())


def test_subjects_have_names_of_their_own(tmp_path: Path) -> None:
    subjects = bundle_subjects(
        [None, None, house_model_dir()], streams=[Streams.BOTH, Streams.SHAPE, Streams.BOTH]
    )
    name = read_model(house_model_dir()).model_id
    assert [subject.name for subject in subjects] == [name, f"{name}, shape alone", f"{name} (2)"]
    assert {subject.model for subject in subjects} == {str(house_model_dir().absolute())}
    with pytest.raises(UserError, match="This is no model"):
        bundle_subjects([tmp_path])
