"""Toasts, banners, empty states, dialogs and job cards say one thing and let it be answered."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from fashion_studio.gui.components.dialogs import Dialog
from fashion_studio.gui.components.feedback import Banner, EmptyState, Toasts
from fashion_studio.gui.components.job_card import JobCard, left_text
from fashion_studio.gui.works import Work, Works, WorkState

pytestmark = pytest.mark.gui


@pytest.fixture
def host(qtbot):
    widget = QWidget()
    widget.resize(900, 600)
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_at_most_two_toasts_and_the_same_sentence_once(host):
    toasts = Toasts(host)
    for sentence in ("one", "two", "two", "three"):
        toasts.show(sentence)
    assert [toast.sentence for toast in toasts.shown] == ["two", "three"]
    assert all(toast.geometry().bottom() < host.height() for toast in toasts.shown)
    first, second = toasts.shown
    assert (
        first.contentsRect().translated(first.pos()).bottom()
        <= second.contentsRect().translated(second.pos()).top()
    )


def test_a_toasts_action_runs_and_closes_it(host, qtbot):
    toasts, undone = Toasts(host), []
    toast = toasts.show(
        "Fit set to Regular on 42 photos", action="Undo", key="Ctrl Z", run=lambda: undone.append(1)
    )
    link = next(child for child in toast.children() if getattr(child, "text", lambda: "")() == "Undo")
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert undone == [1]
    assert toasts.shown == []


def test_errors_stay_until_they_are_closed(host):
    toasts = Toasts(host)
    error = toasts.show("The disk is full.", error=True)
    plain = toasts.show("Saved")
    assert not error._timer.isActive()
    assert plain._timer.isActive()
    error.dismiss()
    assert [toast.sentence for toast in toasts.shown] == ["Saved"]


def test_long_sentences_are_shown_whole(host):
    toast = Toasts(host).show("A sentence that needs more room than one line of a toast has. " * 3)
    label = next(child for child in toast.children() if getattr(child, "wordWrap", lambda: False)())
    assert label.heightForWidth(label.width()) <= label.height()


def test_a_banner_says_what_happened_and_what_can_be_done(host, qtbot):
    banner, calls = Banner(host), []
    banner.say("danger", "triangle-alert", "Not saved.", actions=[("Try again", lambda: calls.append(1))])
    banner.say("danger", "triangle-alert", "Not saved.", actions=[("Try again", lambda: calls.append(1))])
    assert banner.isVisible()
    assert (banner.tone, banner.sentence) == ("danger", "Not saved.")
    assert len(banner._buttons) == 1
    qtbot.mouseClick(banner._buttons[0], Qt.MouseButton.LeftButton)
    assert calls == [1]


def test_an_empty_state_has_one_button(host, qtbot):
    empty, acts = EmptyState("funnel", "No photo matches", "One filter is on.", action="Clear filters"), []
    qtbot.addWidget(empty)
    empty.acted.connect(lambda: acts.append(1))
    empty.show()
    qtbot.mouseClick(empty.button, Qt.MouseButton.LeftButton)
    assert acts == [1]
    empty.say("folder", "Looking for photos", "They appear as they are found.")
    assert empty.title == "Looking for photos"
    assert not empty.button.isVisible()


def test_a_dialog_dims_what_is_behind_and_gives_it_back(host, qtbot):
    dialog = Dialog("Export", primary="Export", parent=host)
    qtbot.addWidget(dialog)
    dialog.show()
    scrim = dialog._scrim
    assert scrim is not None
    assert scrim.geometry() == host.rect()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog._scrim is None
    assert not dialog.isVisible()


def test_a_job_card_follows_its_work(qtbot):
    works = Works()
    work = works.begin("Reading 300 photos", can_pause=True)
    card = JobCard(work)
    qtbot.addWidget(card)
    card.show()
    work.progress(75, 300, "shirt_004.jpg")
    assert card._figure.text() == "75 of 300"
    assert card._bar.share == pytest.approx(0.25)
    work.toggle_pause()
    assert work.state is WorkState.PAUSED
    assert card._when.text() == "paused"
    work.end(WorkState.FAILED, "out of disk, can resume")
    assert card._step.text() == "out of disk, can resume"
    assert not card._bar.isVisible()
    works.forget(work)
    assert works.all() == []


def test_time_left_is_said_in_words(qapp):
    work = Work("w")
    work.started_at = 1000.0
    work.done, work.total = 25, 100
    assert left_text(work, now=1010.0) == "30 s left"
    assert left_text(work, now=1200.0) == "10 min left"
    work.done = 0
    assert left_text(work, now=1200.0) == ""


def test_letting_go_cancels_what_would_die_and_leaves_what_survives(qapp):
    works = Works()
    scan, job = works.begin("Scan"), works.begin("Reading", survives=True)
    cancelled = []
    job.cancel_asked.connect(lambda: cancelled.append("job"))
    works.let_go()
    assert scan.should_stop()
    assert scan.state is WorkState.CANCELLED
    assert job.released()
    assert not job.should_stop()
    assert cancelled == []
    assert works.all() == [scan]
