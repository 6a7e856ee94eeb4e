from __future__ import annotations

from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Answer, Landmark
from fashion_studio.services.project import Project
from fashion_studio.store.edits import Fact, Subject
from fashion_studio.store.reading import read_details, read_predictions
from tests.samples import sample_prediction


def test_details_of_many_are_those_of_each(project: Project):
    project.set_answers([1, 3], {"fit": Answer.of("loose")})
    project.set_landmarks(2, [Landmark("left_hem", 1, 2)])
    project.put_predictions([(2, sample_prediction(project.vocabulary, 2))])
    with project._dataset.reading() as connection:
        many = read_details(connection, [1, 2, 3, 99], {})
        assert set(many) == {1, 2, 3}
        assert all(read_details(connection, [i], {})[i] == many[i] for i in many)
        assert set(read_predictions(connection, [1, 2, 99])) == {2}
        assert read_details(connection, [2], {}, predictions=False)[2].prediction is None


def test_edits_that_are_not_written_lie_over_the_tables(project: Project):
    project.set_answers([1], {"fit": Answer.of("loose")})
    project.set_landmarks(1, [Landmark("left_hem", 1, 2)])
    overlay = {
        Fact(Subject.ANSWER, 1, "fit"): None,
        Fact(Subject.ANSWER, 1, "fabric"): {"kind": "unknown", "values": []},
        Fact(Subject.LANDMARK, 1, "left_hem"): None,
        Fact(Subject.LANDMARK, 1, "right_hem"): {"x": 3.0, "y": 4.0, "visibility": 0},
        Fact(Subject.ITEM, 1, "box"): [1.0, 2.0, 3.0, 4.0],
        Fact(Subject.ITEM, 1, "note"): "later",
        Fact(Subject.ITEM, 1, "status"): "done",
        Fact(Subject.ITEM, 2, "note"): "not asked for",
    }
    with project._dataset.reading() as connection:
        details = read_details(connection, [1], overlay)[1]
    assert details.answers == {"fabric": Answer.unknown()}
    assert details.landmarks == {"right_hem": Landmark("right_hem", 3, 4)}
    assert (details.box, details.note, details.status) == (Box(1, 2, 3, 4), "later", "done")
