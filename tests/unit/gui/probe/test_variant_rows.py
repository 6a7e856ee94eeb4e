"""What a row says: the decision, whether it was kept, and why there is none."""

from __future__ import annotations

from dataclasses import replace

from recorded_probes import ATTRIBUTES, conflict_results, photo_results, spec_of

from fashion_studio.gui.probe.probe_pictures import ProbePictures
from fashion_studio.gui.probe.probe_view import JointView, ProbeView, chart_of
from fashion_studio.gui.probe.variant_rows import VariantRows, value_title
from fashion_studio.probing.records import ProbePhoto, SubjectNote
from fashion_studio.probing.scores import SubjectScores, bias_score, cued
from fashion_studio.services.probing.comparison import ProbeComparison
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


def test_two_probes_share_a_grid_and_say_what_only_one_was_asked(tmp_path, studio):
    def view_of(name, subjects, keys, variants):
        spec = spec_of(*subjects)
        spec = replace(spec, variants=tuple(each for each in spec.variants if each.value in variants))
        results = tuple(photo_results(spec, list(keys)))
        run = Paths(tmp_path / name, spec)
        photos = {key: ProbePhoto(key, f"/photos/{key}.jpg", n + 1) for n, key in enumerate(keys)}
        places = {key: n for n, key in enumerate(keys)}
        return ProbeView(run, spec, photos, results=results, places=places)

    view = view_of("one", ["House"], "ab", {"original", "silhouette"})
    other = view_of("two", ["Mixed", "House"], "bc", {"original", "edges"})
    places = ((0, 0), (1, 0), (1, 1))
    names = ("House", "Mixed", "House (2)")
    scores = tuple(SubjectScores(name) for name in names)
    nothing = (frozenset(), frozenset())
    compared = ProbeComparison((view.run, other.run), scores, places, nothing, nothing, ())
    subjects = tuple(replace(view.spec.subjects[0], name=name) for name in names)
    joint = JointView(replace(view, spec=replace(view.spec, subjects=subjects)), other, compared)
    pictures = ProbePictures(view.run)
    rows = VariantRows(view, pictures, "category", studio, joint=joint)
    assert rows.columns == ["original", "silhouette", "edges"]
    assert (rows.count, rows.subjects) == (9, 3)
    shown = [rows.row(number) for number in range(9)]
    assert [row.key for row in shown] == list("aaabbbccc")
    assert [row.name for row in shown[:3]] == list(names)
    assert [row.photo for row in shown[6:]] == ["c.jpg"] * 3
    notes = [[cell.note for cell in row.cells] for row in shown]
    unasked = ["not asked"] * 3
    assert notes == [
        ["", "", "not asked"], unasked, unasked,
        ["", "", "not asked"], ["", "not asked", ""], ["", "not asked", ""],
        unasked, ["", "not asked", ""], ["", "not asked", ""],
    ]  # fmt: skip
    assert [row.changed for row in shown] == [1, 0, 0, 1, 1, 1, 0, 1, 1]
    heat = pictures._places[shown[4].cells[2].heat]
    assert (heat.key, heat.subject, heat.number, heat.run_dir) == ("b", 0, 1, tmp_path / "two")
    assert [rows.row_of(key, 1) for key in "abcd"] == [1, 4, 7, -1]
    assert rows.shows(joint)
    assert not rows.shows(None)
    # the first probe goes on: what it was not asked has an answer now
    more = view_of("one", ["House"], "abc", {"original", "silhouette"})
    grown = replace(joint, other=other)
    rows.follow(more, grown)
    assert [cell.note for cell in rows.row(6).cells] == ["", "", "not asked"]


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
