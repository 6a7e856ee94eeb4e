from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from garments import painting_generator, shirt_photo

from fashion_studio.domain.predictions import AttributePrediction, ScoredValue
from fashion_studio.editing.doubt import doubt_of, identity_error, present_value
from fashion_studio.editing.editor import Editor
from fashion_studio.editing.sketch import Sketch


def told(sketch: Sketch, *, category: float = 0.9, garment: float = 0.95, color: str = "blue") -> Sketch:
    prediction = sketch.reading.prediction
    attributes = {"category": AttributePrediction("shirt", category, {})}
    sketch.reading = replace(
        sketch.reading,
        prediction=replace(
            prediction,
            attributes=attributes,
            colors_predicted=(ScoredValue(color, 0.8),),
            garment_confidence=garment,
        ),
    )
    return sketch


@pytest.fixture
def sketch(editor: Editor) -> Sketch:
    return told(editor.sketch(shirt_photo()))


def test_a_photo_like_those_it_knows_is_without_doubt(editor: Editor, sketch: Sketch) -> None:
    editor.generator._network._paint = lambda image, name, value: (image, image[0])
    doubt = doubt_of(sketch, editor.generator)
    assert doubt.score < 0.1
    assert doubt.reasons == ()


def test_each_reason_is_said_and_the_worst_counts(editor: Editor, sketch: Sketch) -> None:
    editor.generator._network._paint = lambda image, name, value: (image, image[0])
    strange = doubt_of(told(sketch, category=0.1), editor.generator)
    assert strange.score == 1.0
    assert "this kind of garment" in strange.reasons[0]
    faint = doubt_of(told(sketch, garment=0.6), editor.generator)
    assert 0.5 < faint.score < 1.0
    assert "stand out" in faint.reasons[0]


def test_a_generator_that_changes_what_is_to_stay_is_doubted(editor: Editor, sketch: Sketch) -> None:
    error = identity_error(told(sketch, color="red"), editor.generator)  # red is painted flat over blue
    assert error is not None
    assert error > 0.2
    doubt = doubt_of(sketch, editor.generator)
    assert doubt.score == 1.0
    assert "nothing is to change" in doubt.reasons[0]


def test_only_values_that_the_generator_makes_are_asked_for(editor: Editor, sketch: Sketch) -> None:
    known = editor.generator.facts.attributes
    assert present_value(sketch.reading.prediction, known) == ("colors", "blue")
    assert present_value(told(sketch, color="teal").reading.prediction, known) is None
    assert identity_error(sketch, editor.generator) is None
    assert editor.generator._network.batches == []


def test_no_garment_is_the_greatest_doubt(editor: Editor) -> None:
    wall = editor.sketch(np.full((90, 90, 3), 220, np.uint8))
    assert doubt_of(wall, painting_generator()).score == 1.0
