"""Rendered data sets: what is written in a foreign layout comes back from its importer as the truth."""

from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.config.resources import resources_dir
from fashion_studio.domain.data_list import read_data_list_photos
from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.domain.labels import Split
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.exchange.deepfashion_names import FINE_GROUPS
from fashion_studio.exchange.fashion_how_writing import CLASS_NAMES
from fashion_studio.exchange.incoming import ImportFormat, IncomingReport
from fashion_studio.exchange.incoming_sources import SourceOptions, open_source
from fashion_studio.exchange.translation import NameMapping, Translator
from fashion_studio.rendering.folder import PictureForm, Truth, read_truth
from fashion_studio.services.importing import ImportRequest
from fashion_studio.services.incoming_lists import write_incoming_list
from fashion_studio.services.rendered_sets import SetLayout, record_of, write_rendered_set

COUNT = 12
FORM = PictureForm(72, 96)
PARTS = [Split.TRAIN] * 3 + [Split.VALIDATION] + [Split.TRAIN] * 3 + [Split.TEST] + [Split.TRAIN] * 4


@pytest.fixture(scope="module", params=list(SetLayout))
def layout(request: pytest.FixtureRequest) -> SetLayout:
    return request.param


@pytest.fixture(scope="module")
def folder(layout: SetLayout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp(layout.value)
    written = write_rendered_set(out, layout, COUNT, 100, form=FORM)
    assert written.parts == {"train": 10, "val": 1, "test": 1}
    return out


def options(layout: SetLayout, folder: Path, task: int = 1) -> SourceOptions:
    if layout is not SetLayout.FASHION_HOW:
        return SourceOptions()
    return SourceOptions(task=task, class_names=folder / CLASS_NAMES)


def test_what_was_written_comes_back_as_the_truth(
    layout: SetLayout, folder: Path, studio: Vocabulary
) -> None:
    report = IncomingReport()
    found = {}
    for task in (1, 2) if layout is SetLayout.FASHION_HOW else (1,):
        source = open_source(
            ImportFormat(layout.value), folder, report, studio, options(layout, folder, task)
        )
        assert source.photo_root.resolve() == folder
        for record in source.records():
            assert (folder / record.file).is_file()
            labels = dict(found[record.file].labels) if record.file in found else {}
            labels |= record.labels
            found[record.file] = type(record)(record.file, labels, record.landmarks, record.box, record.split)
    assert report.shortfalls() == ()
    truths = list(read_truth(folder))
    assert len(truths) == len(found) == COUNT
    for truth, split in zip(truths, PARTS, strict=True):
        assert found[truth.file] == record_of(truth, layout, split)


def studio_labels(truth: Truth, layout: SetLayout) -> dict[str, tuple[str, ...]]:
    """What of the truth the layout can carry, in the studio's words."""
    if layout is SetLayout.FASHION_HOW:
        return {"colors": truth.colors[:1]}
    labels = {name: (value,) for name, value in truth.attributes.items() if value != "none"}
    labels["category"] = (truth.category,)
    if layout is SetLayout.DEEPFASHION:
        return labels | {"colors": truth.colors}
    if truth.category != "dress":
        labels.pop("length", None)
    return labels


def test_the_shipped_mapping_leads_back_into_the_studio_vocabulary(
    layout: SetLayout, folder: Path, studio: Vocabulary
) -> None:
    report = IncomingReport()
    mapping = NameMapping.from_file(resources_dir() / "mappings" / f"{layout.value}.toml")
    translator = Translator(mapping, studio, report)
    source = open_source(ImportFormat(layout.value), folder, report, studio, options(layout, folder, 2))
    truths = {truth.file: truth for truth in read_truth(folder)}
    for record in source.records():
        found = {name: label.values for name, label in translator.labels(record).items()}
        expected = studio_labels(truths[record.file], layout)
        assert {name: set(values) for name, values in found.items()} == {
            name: set(values) for name, values in expected.items()
        }
    allowed = {("length", "no_dress"), ("neckline", "no_neckline")}
    assert {(name, value) for name, value, _ in report.unmapped()} <= allowed


def test_the_data_list_of_a_rendered_set_is_ready_for_training(
    layout: SetLayout, folder: Path, studio: Vocabulary, tmp_path: Path
) -> None:
    request = ImportRequest(ImportFormat(layout.value), folder, options(layout, folder))
    outcome = write_incoming_list(request, tmp_path / "list.jsonl", studio)
    assert outcome.splits == {"train": 10, "val": 1, "test": 1}
    assert outcome.shortfalls == ()
    heads = {each.name: len(each.values) for each in outcome.vocabulary.attributes}
    photos = list(read_data_list_photos(tmp_path / "list.jsonl"))
    if layout is SetLayout.DEEPFASHION:
        assert set(heads) == {"category", "texture", "fabric", "shape", "part", "style"}
        assert all(photo.labels["texture"] for photo in photos)
    elif layout is SetLayout.FINE26:
        assert heads == {group: len(names) for group, names in FINE_GROUPS.values()}
        assert all({"texture", "length", "neckline", "fabric", "fit"} <= set(p.labels) for p in photos)
    else:
        assert heads == {"daily": 6, "gender": 5, "embellishment": 3}


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_rendered_set(tmp_path / name, SetLayout.DEEPFASHION, 2, 5, form=FORM)
    one = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert len(one) == 10
    for path in one:
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes()


def test_a_garment_the_layout_cannot_describe_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="can be described in the layout deepfashion"):
        write_rendered_set(tmp_path, SetLayout.DEEPFASHION, 1, 0, form=FORM, category="hat")


def test_cancelling_leaves_no_lists(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        write_rendered_set(
            tmp_path, SetLayout.FINE26, 4, 0, form=FORM, should_stop=iter([False, True]).__next__
        )
    assert not list(tmp_path.rglob("*.txt"))
