"""The form of a new probe: what is chosen in it is what is asked."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from fashion_studio.config.resources import house_model_dir
from fashion_studio.gui.probe.new_probe import NewProbe, subject_choices
from fashion_studio.probing.records import Backdrop, ConflictSource, Streams, VariantKind
from fashion_studio.services.model_list import Model, read_model

pytestmark = pytest.mark.gui
WAIT_MS = 20_000


@pytest.fixture
def form(session, project, qtbot):
    session.adopt(project)
    made = NewProbe(session, None, "cpu")
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(made.primary.isEnabled, timeout=WAIT_MS)
    yield made
    qtbot.waitUntil(lambda: not session.bridge.busy, timeout=WAIT_MS)


def test_a_two_stream_model_can_be_asked_stream_by_stream():
    models = [read_model(house_model_dir()), Model(house_model_dir(), "plain")]
    choices = subject_choices(models)
    assert [choice.streams for choice in choices] == [
        Streams.BOTH,
        Streams.TEXTURE,
        Streams.SHAPE,
        Streams.BOTH,
    ]
    assert len({choice.name for choice in choices}) == 4
    assert choices[1].name.endswith(", texture alone")


def test_what_is_usual_is_set_already(form, project):
    spec = form.spec
    assert [subject.model for subject in spec.subjects] == [str(house_model_dir())]
    assert (spec.attribute, spec.device) == ("category", "cpu")
    assert spec.conflict.source is ConflictSource.RENDERER
    assert spec.conflict.shape_attributes == ("category",)
    assert spec.conflict.texture_attributes == ("pattern", "fabric")
    assert spec.backdrops == tuple(Backdrop)
    assert list(form.ids) == list(project.ids())
    with_styles = bool(form.adain)
    assert (VariantKind.STYLISED in spec.variants) is with_styles
    assert spec.variants[0] is VariantKind.ORIGINAL


def test_every_choice_reaches_the_specification(form, qtbot):
    form.second.pick(2)
    qtbot.mouseClick(form.variants[VariantKind.SHUFFLED], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(form.backgrounds, Qt.MouseButton.LeftButton)
    form.attribute.pick(form.attribute.entries.index("Pattern"))
    form.cues["sleeve_length"]._pick(0)
    form.source._pick(1)
    form.pictures.line.setText("60")
    form.limit.line.setText("5")
    spec = form.spec
    assert [subject.streams for subject in spec.subjects] == [Streams.BOTH, Streams.TEXTURE]
    assert VariantKind.SHUFFLED not in spec.variants
    assert spec.backdrops == ()
    assert (spec.attribute, spec.conflict.attribute) == ("pattern", "pattern")
    assert spec.conflict.shape_attributes == ("category", "sleeve_length")
    assert (spec.conflict.source, spec.conflict.limit) == (ConflictSource.FABRIC, 60)
    assert len(form.ids) == 5


def test_no_cues_no_conflict(form):
    form.source._pick(4)
    assert form.spec.conflict is None
    assert not form.cues["category"].isVisible()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda form: form.second.pick(1), "Choose another second model, or none."),
        (lambda form: form.limit.line.setText("many"), "How many at most: a whole number, or nothing."),
        (lambda form: form.source._pick(3), "Choose the folder of pictures with two cues."),
        (
            lambda form: form.cues["category"]._pick(2),
            "Declare at least one attribute a cue of shape and one a cue of texture.",
        ),
    ],
)
def test_what_stands_in_the_way_is_said_in_a_sentence(form, qtbot, spoil, sentence):
    spoil(form)
    qtbot.mouseClick(form.primary, Qt.MouseButton.LeftButton)
    assert form.problem.text() == sentence
    assert form.isVisible()


def test_a_published_set_is_chosen_as_a_folder(form, monkeypatch, tmp_path, qtbot):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(tmp_path))
    form.source._pick(3)
    qtbot.mouseClick(form.choose, Qt.MouseButton.LeftButton)
    assert form.spec.conflict.folder == str(tmp_path)
    assert str(tmp_path) in form.source_hint.text()
