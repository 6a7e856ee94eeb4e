"""What a row says: the decision, whether it was kept, and why there is none."""

from __future__ import annotations

from dataclasses import replace

from recorded_probes import ATTRIBUTES, conflict_results, photo_results, spec_of

from fashion_studio.gui.probe.probe_pictures import ProbePictures
from fashion_studio.gui.probe.probe_view import ProbeView, chart_of
from fashion_studio.gui.probe.variant_rows import VariantRows, value_title
from fashion_studio.probing.records import ProbePhoto, SubjectNote
from fashion_studio.probing.scores import SubjectScores, bias_score, cued
from fashion_studio.services.probing.run_files import ProbeRun


class Paths(ProbeRun):
    """A run without a folder: only its paths are asked for."""

    def __init__(self, tmp_path, spec):
        self.run_dir, self.spec = tmp_path, spec


def rows_of(tmp_path, studio, *names, change=lambda result: result, attribute="category", **more):
    spec = spec_of(*names)
    results = tuple(change(result) for result in photo_results(spec, ["a", "b"]))
    photos = {key: ProbePhoto(key, f"/photos/{key}.jpg", n + 1) for n, key in enumerate("ab")}
    photos["a"] = replace(photos["a"], truth={"category": "pants"})
    run = Paths(tmp_path, spec)
    view = ProbeView(run, spec, photos, results=results, places={"a": 0, "b": 1})
    return VariantRows(view, ProbePictures(run), attribute, studio, **more)


def test_a_row_counts_what_is_kept_of_what_was_changed(tmp_path, studio):
    rows = rows_of(tmp_path, studio, "House", "Mixed")
    assert [rows.row(n).name for n in range(4)] == ["House", "Mixed", "House", "Mixed"]
    assert [(rows.row(n).kept, rows.row(n).changed) for n in range(2)] == [(5, 7), (7, 7)]
    assert (rows.row(2).photo, rows.row(2).item_id) == ("b.jpg", 2)


def test_the_original_is_held_against_a_person_and_the_rest_against_the_original(tmp_path, studio):
    rows = rows_of(tmp_path, studio, "House")
    marks = [cell.mark for cell in rows.row(0).cells]
    assert marks[:4] == ["equal-not", "check", "equal-not", "equal-not"]
    assert rows.row(1).cells[0].mark == ""  # nobody labelled this photo
    assert "A person says: Pants" in rows.row(0).cells[0].tip
    assert "On the original: Dress" in rows.row(0).cells[2].tip
    assert "then Skirt 5%, Dress 2%" in rows.row(0).cells[2].tip


def test_what_could_not_be_made_says_why(tmp_path, studio):
    def bare(result):
        kept = tuple(v for v in result.variants if v.name not in {"silhouette", "texture"})
        return replace(result, variants=kept, notes=("No garment was found in this photo.",))

    row = rows_of(tmp_path, studio, "House", change=bare).row(0)
    assert [cell.note for cell in row.cells if cell.picture < 0] == ["no garment", "no garment"]
    assert row.changed == 5


def test_a_model_that_has_no_such_attribute_answers_nothing(tmp_path, studio):
    row = rows_of(tmp_path, studio, "House", attribute="season").row(0)
    assert {cell.note for cell in row.cells} == {"no answer"}
    assert row.changed == 0


def test_values_keep_their_own_name_where_no_vocabulary_knows_them(studio):
    assert value_title(studio, "category", "outwear") == "Outerwear"
    assert value_title(studio, "category", "space_suit") == "Space suit"
    assert value_title(None, "object", "elephant") == "Elephant"


def test_the_chart_has_the_classes_in_the_model_s_order_with_the_hits_of_each_model(tmp_path):
    spec = spec_of("House", "Mixed")
    conflicts = conflict_results(spec)
    scores = tuple(
        SubjectScores(n, bias_score(cued(conflicts, at))) for at, n in enumerate(("House", "Mixed"))
    )
    notes = {0: SubjectNote(0, "House", attributes=ATTRIBUTES)}
    view = ProbeView(Paths(tmp_path, spec), spec, {}, notes, conflicts=tuple(conflicts), scores=scores)
    rows, bands = chart_of(view, str.capitalize)
    assert [row.name for row in rows] == ["dress", "pants", "shirt", "skirt"]
    assert [row.icon for row in rows] == ["garment-dress", "garment-pants", "garment-shirt", "garment-skirt"]
    assert rows[0].hits == ((3, 6, 9), (6, 3, 9))
    assert rows[1].hits == ((3, 3, 9), (3, 3, 9))
    assert bands[0].low < bands[0].value < bands[0].high
    assert view.people is None  # nobody has asked people about garments
    published = replace(view, spec=replace(spec, conflict=replace(spec.conflict, attribute="object")))
    assert published.people == 0.9587
