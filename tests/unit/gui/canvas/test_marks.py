"""Landmarks to draw: the person's before the model's, and a skeleton without shortcuts."""

from __future__ import annotations

from fashion_studio.domain.labels import Landmark, Visibility
from fashion_studio.domain.predictions import LandmarkPrediction
from fashion_studio.gui.canvas.marks import bones, merged_marks


def model(vocabulary, absent=()):
    return [
        LandmarkPrediction(
            point.name,
            10.0 * place,
            5.0,
            Visibility.ABSENT if point.name in absent else Visibility.VISIBLE,
            0.9,
        )
        for place, point in enumerate(vocabulary.landmarks)
    ]


def test_the_persons_landmark_stands_before_the_models(studio):
    own = {"left_hem": Landmark("left_hem", 1.5, 2.5, Visibility.OCCLUDED)}
    marks = {mark.name: mark for mark in merged_marks(studio, "dress", own, model(studio))}
    assert len(marks) == 8
    assert (marks["left_hem"].x, marks["left_hem"].by_person) == (1.5, True)
    assert marks["left_hem"].label == "L hem · occluded"
    assert not marks["right_hem"].by_person
    assert marks["right_hem"].confidence == 0.9


def test_the_category_decides_which_landmarks_there_are(studio):
    names = {mark.name for mark in merged_marks(studio, "skirt", {}, model(studio))}
    assert names == {"left_waistline", "right_waistline", "left_hem", "right_hem"}


def test_a_landmark_a_person_set_is_listed_whatever_the_category(studio):
    own = {"left_collar": Landmark("left_collar", 1, 1)}
    assert "left_collar" in {mark.name for mark in merged_marks(studio, "skirt", own, ())}


def test_absent_landmarks_are_listed_but_not_drawn(studio):
    marks = {m.name: m for m in merged_marks(studio, "dress", {}, model(studio, absent=("left_hem",)))}
    assert marks["left_hem"].is_set
    assert not marks["left_hem"].is_drawn


def test_an_unset_landmark_moved_becomes_the_persons_and_visible(studio):
    mark = merged_marks(studio, "dress", {}, ())[0]
    assert not mark.is_set
    moved = mark.moved(4.25, 5.0)
    assert moved.as_landmark() == Landmark(mark.name, 4.25, 5.0, Visibility.VISIBLE)
    assert moved.by_person


def lines(marks, vocabulary):
    return {(bone.start.name, bone.end.name): bone.side for bone in bones(marks, vocabulary.skeleton)}


def test_a_dress_has_no_line_from_collar_to_hem_past_the_waist(studio):
    drawn = lines(merged_marks(studio, "dress", {}, model(studio)), studio)
    assert ("left_collar", "left_hem") not in drawn
    assert drawn["left_collar", "left_waistline"] == "left"
    assert drawn["left_waistline", "left_hem"] == "left"
    assert drawn["left_hem", "right_hem"] == "across"


def test_an_upper_joins_collar_and_hem(studio):
    drawn = lines(merged_marks(studio, "shirt", {}, model(studio)), studio)
    assert drawn["right_collar", "right_hem"] == "right"
    assert not any("waistline" in name for edge in drawn for name in edge)
