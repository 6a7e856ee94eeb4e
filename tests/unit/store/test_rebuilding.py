from __future__ import annotations

from fashion_studio.domain.labels import Answer, Landmark, Split, Status
from fashion_studio.services.project import Project
from fashion_studio.store.intake import Intake
from fashion_studio.store.rebuilding import compute_summaries, rebuild_summaries
from tests.samples import sample_prediction


def test_summaries_can_be_computed_again_from_the_facts(project: Project):
    project.put_predictions([(i, sample_prediction(project.vocabulary, i)) for i in (1, 2, 3)])
    project.accept_proposals([1, 2])
    project.set_answers([2], {"colors": Answer.of("red", "mint"), "fit": Answer.unknown()})
    project.set_landmarks(3, [Landmark("left_hem", 1, 2), Landmark("right_hem", 1, 2)])
    project.delete_landmarks(3, ["left_hem"])
    project.set_status([4], Status.REJECTED)
    project.set_split([4], Split.TEST)
    project.set_flag([5], True)
    project.set_note(5, "x")
    Intake(project._dataset).settle([(1, "photo 4.jpg")], [])
    Intake(project._dataset).note_failures({4: "damaged"})
    index = project._dataset.index
    with project._dataset.writer.database.writing() as connection:
        ids, records = compute_summaries(connection, index.layout)
        assert ids == index.ids.tolist()
        assert records.tobytes() == index.records.tobytes()
        stored = connection.exec_driver_sql("SELECT summary FROM item ORDER BY id").scalars().all()
        assert b"".join(stored) == index.records.tobytes()
        connection.exec_driver_sql("UPDATE item SET summary = x''")
        rebuild_summaries(connection, index.layout)
        assert connection.exec_driver_sql("SELECT summary FROM item ORDER BY id").scalars().all() == stored
