"""Editing a whole filter: what the dialog counts and refuses, and what comes of the job."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import msgspec
import numpy as np
import pytest

from fashion_studio.domain.edits import (
    Doubt,
    EditPreview,
    EditRegion,
    EditStack,
    EditStep,
    PaintedMask,
    RegionKind,
)
from fashion_studio.domain.queries import ItemFilter
from fashion_studio.gui.edit.bulk_edits import BulkDialog, BulkEdits
from fashion_studio.gui.works import WorkState
from fashion_studio.jobs import background
from fashion_studio.services.editing.bulk import run_edit_job

pytestmark = pytest.mark.gui
WAIT_MS = 20_000
RED = EditStack((EditStep.of("colors", "red"),))


@dataclass
class Edits:
    """A generator without a network: makes the photo's upper half red; finds nothing in the third one."""

    count: int = 0

    def edit(self, image: np.ndarray, stack: EditStack) -> EditPreview:
        self.count += 1
        done = image.copy()
        problems = {0: "no garment was found"} if self.count == 3 else {}
        if not problems:
            done[: len(done) // 2] = (210, 47, 53)
        share = 0.0 if problems else 0.5
        mask = np.zeros(image.shape[:2], np.uint8)
        return EditPreview(done, mask, {}, share, problems, Doubt(), stack, 1.0)


@pytest.fixture
def bulk(session, read_project, monkeypatch):
    """Jobs run in threads of the test instead of processes."""
    threads = []

    def spawn(_spec, run_dir):
        thread = threading.Thread(target=run_edit_job, args=(run_dir,), kwargs={"edits": Edits()})
        threads.append(thread)
        thread.start()

    monkeypatch.setattr(background, "_spawn", spawn)
    made = BulkEdits(session, lambda: (None, "cpu"))
    session.adopt(read_project)
    yield made
    for thread in threads:
        thread.join()


def test_a_filter_is_edited_in_the_background_and_one_undo_takes_it_all_back(
    bulk, session, read_project, qtbot
):
    before = len(read_project.ids())
    said = []
    session.toast.connect(lambda sentence, _undo: said.append(sentence))
    bulk.start(ItemFilter(by_model={"category": frozenset({"dress"})}, derived=False), RED)
    qtbot.waitUntil(lambda: bool(session.works.all()), timeout=WAIT_MS)
    (work,) = session.works.all()
    qtbot.waitUntil(lambda: work.state is WorkState.DONE, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT_MS)
    assert said[-1] == "5 photos edited, 1 left out (no garment was found)."
    assert len(read_project.ids()) == before + 5
    session.undo()
    assert len(read_project.ids()) == before
    qtbot.waitUntil(lambda: not session.bridge.busy, timeout=WAIT_MS)


def test_the_dialog_says_how_many_photos_it_will_be(session, read_project, qtbot):
    session.adopt(read_project)
    session.set_filter(ItemFilter(by_model={"category": frozenset({"dress"})}))
    dialog = BulkDialog(session, RED)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(dialog.primary.isEnabled, timeout=WAIT_MS)
    assert dialog.primary.text() == "Edit 6 photos"
    assert dialog.question.derived is False
    dialog.scope._pick(1)
    qtbot.waitUntil(lambda: dialog.primary.text() == "Edit 12 photos", timeout=WAIT_MS)
    dialog.derived.setChecked(True)
    assert dialog.question.derived is None
    qtbot.waitUntil(lambda: not session.bridge.busy, timeout=WAIT_MS)


def test_a_painted_region_is_refused_with_a_reason(session, read_project, qtbot):
    session.adopt(read_project)
    stroke = PaintedMask.from_array(np.ones((4, 4), bool))
    painted = EditRegion(RegionKind.GARMENT, painted=stroke)
    step = msgspec.structs.replace(RED.steps[0], region=painted)
    dialog = BulkDialog(session, EditStack((step,)))
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: "12 photos" in dialog.sentence, timeout=WAIT_MS)
    assert not dialog.primary.isEnabled()
    assert "painted by hand" in dialog._problem.text()
    qtbot.waitUntil(lambda: not session.bridge.busy, timeout=WAIT_MS)
