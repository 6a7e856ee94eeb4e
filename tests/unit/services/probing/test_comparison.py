from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from recorded_probes import CLASSES, conflict_results, put_probe, spec_of

from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.probing.records import ConflictSource, ConflictSpec, SubjectNote
from fashion_studio.services.probing.comparison import compare_probes
from fashion_studio.services.probing.comparison_report import write_comparison
from fashion_studio.services.probing.run_files import ProbeRun


@pytest.fixture
def put(tmp_path: Path):
    def make(name: str, *models: str, photos: int = 5, **more: object) -> ProbeRun:
        places = [(number, tmp_path / f"{number}.jpg") for number in range(1, photos + 1)]
        spec = more.pop("spec", None) or spec_of(*models)
        return ProbeRun(put_probe(tmp_path, spec, photos=places, name=name, title=name, **more))

    return make


def test_models_of_both_are_scored_on_what_both_were_asked(put) -> None:
    first, second = put("one", "House", photos=5), put("two", "House", "Mixed", photos=3)
    found = compare_probes(first, second)
    assert found.names == ("House", "House (2)", "Mixed")
    assert found.places == ((0, 0), (1, 0), (1, 1))
    assert found.photos == (frozenset(second.results),) * 2
    kept = [score.variants["category"]["grey"].n for score in found.scores]
    assert kept == [3, 3, 3]
    assert [score.bias.n for score in found.scores if score.bias] == [36, 36, 36]
    assert found.scores[0].bias == found.scores[1].bias
    assert found.sentences == (
        "3 photos of both probes (5 and 3) are the same; variants and backgrounds are compared on these.",
    )


def test_what_is_the_same_needs_no_word(put) -> None:
    found = compare_probes(put("one", "House"), put("two", "Mixed"))
    assert found.sentences == ()
    assert found.names == ("House", "Mixed")


def test_classes_that_only_one_has_are_left_out_and_named(put) -> None:
    spec = spec_of("House")
    fewer = [each for each in conflict_results(spec) if "skirt" not in {each.shape, each.texture}]
    found = compare_probes(put("one", "House"), put("two", "Mixed", conflicts=fewer))
    assert [score.bias.n for score in found.scores if score.bias] == [18, 18]
    for score in found.scores:
        assert score.bias is not None
        assert [own.name for own in score.bias.classes] == ["dress", "pants", "shirt"]
    (sentence,) = found.sentences
    assert sentence == (
        "Only dress, pants, shirt are classes of both probes; the shape biases are of pictures with these "
        "alone (skirt left out)."
    )


def test_classes_without_two_in_common_have_no_bias_to_compare(put) -> None:
    strange = [
        replace(each, shape=f"{each.shape} (toy)", texture=f"{each.texture} (toy)")
        for each in conflict_results(spec_of("House"))
    ]
    found = compare_probes(put("one", "House"), put("two", "Mixed", conflicts=strange))
    assert found.scores[0].bias is not None
    assert found.scores[1].bias is None
    assert found.sentences[0].startswith(
        "The probes have no two classes in common (dress, pants, shirt, skirt;"
    )
    assert found.sentences[0].endswith("so their shape biases cannot be compared; only the first's is shown.")


def test_decisions_on_other_attributes_have_no_bias_to_compare(put) -> None:
    objects = spec_of("ResNet", conflict=ConflictSpec(ConflictSource.FOLDER, "object", folder="/set"))
    found = compare_probes(put("one", "House"), put("two", spec=objects))
    assert found.scores[1].bias is None
    assert found.sentences[0].startswith("The first probe decides on category, the second on object")


def test_other_words_other_pictures_other_masks_and_other_photos_are_said(put) -> None:
    notes = [SubjectNote(0, "Mixed", attributes={"category": (*CLASSES, "cape")})]
    spec = spec_of("Mixed", seed=7, matting="u2net")
    second = put("two", spec=spec, notes=notes)
    second.results = {f"other {key}": result for key, result in second.results.items()}
    found = compare_probes(put("one", "House"), second)
    assert found.photos[0].isdisjoint(found.photos[1])
    photos, pictures, masks, words = found.sentences
    assert photos.startswith("No photo is in both probes")
    assert pictures.startswith("The pictures with two cues are not the same ones (36 and 36)")
    assert masks.startswith("The first probe's masks are by house, the second's by u2net")
    assert words.endswith(": only the first's know blouse; only the second's know cape.")


def test_a_probe_is_not_compared_with_itself(put) -> None:
    run = put("one", "House")
    with pytest.raises(UserError, match="These are the same probe"):
        compare_probes(run, ProbeRun(run.run_dir))


def test_the_report_has_all_models_and_the_pictures_they_disagree_on(put, tmp_path: Path) -> None:
    first, second = put("<one>", "House"), put("two", "Steady", "Mixed & styles")
    turned = {
        file: replace(each, decisions=(each.decisions[1], each.decisions[0]))
        for file, each in second.conflicts.items()
    }
    second.conflicts = turned
    written = write_comparison(compare_probes(first, second), tmp_path / "out")
    page = written.page.read_text(encoding="utf-8")
    assert "&lt;one&gt; / two" in page
    assert page.count("<polygon") + page.count("<circle") + page.count("<rect") > 3
    for name in ("House", "Steady", "Mixed &amp; styles"):
        assert f"<td>{name}</td>" in page
    assert "pictures are decided differently by House and Steady" in page
    assert "data:image/jpeg;base64," in page
    rows = list(csv.DictReader(io.StringIO(written.scores.read_text(encoding="utf-8"))))
    assert {row["subject"] for row in rows} == {"House", "Steady", "Mixed & styles"}
    assert written.pictures is not None
    cues = list(csv.DictReader(io.StringIO(written.pictures.read_text(encoding="utf-8"))))
    assert len(cues) == 3 * 36
    assert sum(row["cue"] == "shape" for row in cues if row["subject"] == "House") == 12


def test_a_full_disk_is_one_sentence(put, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentProblem, match="The comparison cannot be written"):
        write_comparison(compare_probes(put("one", "House"), put("two", "Mixed")), tmp_path / "file")
