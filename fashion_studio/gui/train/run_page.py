"""The run that is shown: how it stands, its curves, its figures, what it is trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QWidget

from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.gui.annotate.pane_scroll import PaneScroll
from fashion_studio.gui.components.base import Card, Label, Surface, clear_layout, column, row
from fashion_studio.gui.components.buttons import Button, IconButton
from fashion_studio.gui.components.feedback import IconMark
from fashion_studio.gui.components.marks import ProgressBar
from fashion_studio.gui.train.curves import Curve, CurveCard
from fashion_studio.gui.train.data_cards import ClassCard, LabelsCard, LabelShare
from fashion_studio.gui.train.sample_sheet import SampleSheetCard
from fashion_studio.gui.train.table import Cell, ElidedLabel, FigureTable
from fashion_studio.gui.train.wording import (
    PHASE_ICONS,
    PHASE_WORDS,
    change_text,
    duration_text,
    figure_text,
    figure_title,
    is_gain,
    main_figures,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.gui.session import Session
    from fashion_studio.services.run_list import RunEntry
    from fashion_studio.services.run_story import RunStory

__all__ = ["RunPage", "class_counts", "label_shares"]

_TWO_COLUMNS_PX: Final = 660
_PLAIN_COLUMNS: Final = 4
_MOST_ROWS: Final = 8
_SHORT: Final = {"mean.edit_accuracy": "As wanted", "kept.agreement": "Others kept"}
"""Names of curves where a figure's whole name is too long for a legend."""


def class_counts(
    counts: Mapping[str, Mapping[str, tuple[int, int, int]]], vocabulary: Vocabulary
) -> tuple[str, list[tuple[str, int]]]:
    """The heading and (title, training photos) of the attribute that classes are counted of."""
    name = CATEGORY if CATEGORY in counts else next(iter(counts), "")
    if not name or not vocabulary.has(name):
        return "Photos per class", []
    titles = {value.name: value.title for value in vocabulary.attribute(name).values}
    title = "Photos per class" if name == CATEGORY else f"Photos per {vocabulary.attribute(name).title}"
    return title, [(titles.get(value, value), n[0]) for value, n in counts[name].items()]


def label_shares(
    counts: Mapping[str, Mapping[str, tuple[int, int, int]]], vocabulary: Vocabulary, photos: int
) -> list[LabelShare]:
    """How the labels of every other attribute are shared out among so many training photos."""
    shares = []
    for name, values in counts.items():
        if name == CATEGORY or not vocabulary.has(name):
            continue
        titles = {value.name: value.title for value in vocabulary.attribute(name).values}
        ordered = sorted(((titles.get(v, v), n[0]) for v, n in values.items()), key=lambda pair: -pair[1])
        known = min(photos, sum(count for _, count in ordered))
        shares.append(LabelShare(vocabulary.attribute(name).title, tuple(ordered), known, photos))
    return shares


class StateStrip(Card):
    """What has happened to a run in a sentence or two, and what can be done about it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("panel", parent=parent)
        self._icon = IconMark("info", "text2")
        self.sentence = Label("", "small", 500, wrap=True)
        self.hint = Label("", "small", role="text2", wrap=True)
        words = column(self.sentence, self.hint, gap=2)
        self._buttons = row(gap=8)
        said = row(gap=10)
        said.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        said.addLayout(words, 1)
        self._line = row(gap=10, margins=(12, 10, 12, 10))
        self._line.addLayout(said, 1)
        self._line.addLayout(self._buttons)
        self.setLayout(self._line)
        self._said: tuple[object, ...] = ()
        self.hide()

    def say(
        self,
        tone: str,
        icon: str,
        sentence: str,
        hint: str,
        actions: list[tuple[str, str, Callable[[], object]]],
    ) -> None:
        """Shows it. `tone` is a role with a ground ("danger", "agree", "disagree") or "text2"."""
        said = (tone, icon, sentence, hint, tuple((title, tip) for title, tip, _ in actions))
        self.show()
        if said == self._said:
            return
        self._said = said
        self._icon.show_icon(icon, tone)
        self._role = f"{tone}bg" if tone in {"danger", "agree", "disagree"} else "panel"
        self.set_border(tone if tone in {"danger", "agree", "disagree"} else "line")
        self.sentence.setText(sentence)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        clear_layout(self._buttons)
        for title, tip, run in actions:
            button = Button(title)
            button.setToolTip(tip)
            button.clicked.connect(lambda _checked=False, act=run: act())
            self._buttons.addWidget(button)
        self._fit()

    def resizeEvent(self, event: object) -> None:
        """Wrapped words take the height they need."""
        self._fit()

    def _fit(self) -> None:
        line = self._line
        line.invalidate()
        wrapped = line.hasHeightForWidth()
        self.setFixedHeight(
            line.totalHeightForWidth(self.width()) if wrapped else line.totalSizeHint().height()
        )

    def set_narrow(self, *, narrow: bool) -> None:
        """Buttons below the words instead of beside them."""
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._line.setDirection(way)
        self._line.setAlignment(self._buttons, Qt.AlignmentFlag.AlignLeft if narrow else Qt.AlignmentFlag(0))

    @property
    def buttons(self) -> list[Button]:
        """What can be done."""
        entries = [self._buttons.itemAt(place) for place in range(self._buttons.count())]
        widgets = [entry.widget() for entry in entries if entry is not None]
        return [widget for widget in widgets if isinstance(widget, Button)]


class RunHead(Surface):
    """Title, state, acts, one line of facts, the bar."""

    def __init__(
        self, acts: Sequence[IconButton], pause: Button, cancel: Button, parent: QWidget | None = None
    ) -> None:
        """`acts` are about the run as a thing: its name, its place."""
        super().__init__("window", "b", parent)
        self.title = ElidedLabel("title", 600)
        self._icon = IconMark("circle-play", "accent", 14)
        self.state = Label("", "small", role="text2")
        self.facts = ElidedLabel("small", role="text2")
        self.left = Label("", "small", 500)
        self.bar = ProgressBar()
        first = row(self.title, self._icon, self.state, *acts, pause, cancel, gap=8)
        first.setStretch(0, 1)
        second = row(self.facts, self.left, gap=16)
        second.setStretch(0, 1)
        self.setLayout(column(first, second, self.bar, gap=8, margins=(20, 14, 20, 12)))

    def show_run(self, entry: RunEntry, story: RunStory) -> None:
        """The run as it stands."""
        phase = entry.phase.value
        self.title.setText(entry.title)
        self.title.setToolTip(entry.title)
        self._icon.show_icon(*PHASE_ICONS[phase])
        planned = story.planned_epochs
        at = f"Epoch {story.epoch} of {planned}" if planned and story.epoch else ""
        live = phase in {"running", "paused"} and at
        self.state.setText(
            (f"Paused, {at.lower()}" if phase == "paused" else at) if live else PHASE_WORDS[phase]
        )
        self.facts.setText("    ".join(_facts(entry, story)))
        self.facts.setToolTip("\n".join(_facts(entry, story)))
        left = story.now.get("left_s") if phase == "running" else None
        self.left.setText(f"{duration_text(float(left))} left" if left is not None else "")
        self.bar.setVisible(entry.phase.is_active or phase in {"cancelled", "failed", "interrupted"})
        share = story.share
        self.bar.set_share(None if phase == "starting" or share is None else share)


def _facts(entry: RunEntry, story: RunStory) -> list[str]:
    parameters, run, now = entry.parameters, story.run, story.now
    facts = []
    if parameters.get("base_id"):
        facts.append(f"From {parameters['base_id']}")
    photos = run.get("photos") or parameters.get("photos") or {}
    if sum(photos.values()):
        facts.append(f"{photos.get('train', 0):,} + {photos.get('val', 0):,} photos")
    rendered = run.get("renderings") or {}
    if rendered:
        facts.append(f"{rendered.get('train', 0):,} + {rendered.get('val', 0):,} renderings")
    if parameters.get("data_title"):
        facts.append(str(parameters["data_title"]))
    if run.get("device_title"):
        facts.append(str(run["device_title"]))
    if now.get("seconds_per_epoch"):
        facts.append(f"{duration_text(float(now['seconds_per_epoch']))} per epoch")
    elif story.latest is not None:
        facts.append(f"{duration_text(story.latest.seconds)} per epoch")
    if now.get("photos_per_s"):
        facts.append(f"{float(now['photos_per_s']):,.0f} photos/s")
    return facts


class RunPage(QWidget):
    """Head, strip and cards; two columns where there is room."""

    def __init__(
        self,
        acts: Sequence[IconButton],
        sheets: tuple[IconButton, IconButton],
        pause: Button,
        cancel: Button,
        session: Session,
        parent: QWidget | None = None,
    ) -> None:
        """`sheets` go to the earlier and to the later sample sheet."""
        super().__init__(parent)
        self.head = RunHead(acts, pause, cancel)
        self.strip = StateStrip()
        self.loss = CurveCard("Loss")
        self.validation = CurveCard("Validation")
        self.classes = ClassCard()
        self.figures = FigureTable()
        self.labels = LabelsCard()
        self.sheet = SampleSheetCard(session, *sheets)
        self._figures_card = Card()
        self._figures_card.setLayout(column(self.figures, None, gap=0, margins=(1, 0, 1, 4)))
        self._body = QWidget()
        self._grid = QGridLayout(self._body)
        self._grid.setContentsMargins(20, 16, 20, 16)
        self._grid.setSpacing(16)
        self._columns, self._with_base = 0, False
        self.area = PaneScroll(self._body)
        self.setLayout(column(self.head, self.area, gap=0))
        self._told_counts: object = None
        self._arrange(2, with_base=False)

    def resizeEvent(self, event: object) -> None:
        """One column where two would be narrow."""
        columns = 2 if self.width() >= self.head.theme.px(_TWO_COLUMNS_PX) else 1
        self._arrange(columns, with_base=self._with_base)

    def _arrange(self, columns: int, *, with_base: bool) -> None:
        """`with_base`: the table has a column more, and all of the width."""
        if (columns, with_base) == (self._columns, self._with_base):
            return
        self._columns, self._with_base = columns, with_base
        self.strip.set_narrow(narrow=columns == 1)
        self.labels.set_narrow(narrow=columns == 1)
        cards: list[QWidget] = [self.loss, self.validation, self._figures_card, self.classes]
        for card in (
            self.strip,
            *cards,
            self.sheet,
            self.labels,
        ):  # `takeAt` leaves items that keep old sizes
            self._grid.removeWidget(card)
        if columns == 2:
            cards = [self.loss, self.validation, self.classes, self._figures_card]
        self._grid.addWidget(self.strip, 0, 0, 1, columns)
        wide = [self._figures_card, self.classes] if with_base else []
        for place, card in enumerate(card for card in cards if card not in wide):
            self._grid.addWidget(card, 1 + place // columns, place % columns)
        last = 1 + (len(cards) - len(wide)) // columns
        for card in wide:
            self._grid.addWidget(card, last, 0, 1, columns)
            last += 1
        self._grid.addWidget(self.sheet, last, 0, 1, columns)
        self._grid.addWidget(self.labels, last + 1, 0, 1, columns)
        for place in range(_MOST_ROWS):
            self._grid.setRowStretch(place, 1 if place == last + 2 else 0)
        for place in range(2):
            self._grid.setColumnStretch(place, 1 if place < columns else 0)

    def show_run(self, entry: RunEntry, story: RunStory, vocabulary: Vocabulary) -> None:
        """The run as it stands."""
        self.head.show_run(entry, story)
        self._show_curves(story)
        self.sheet.show_sheets(entry.run_dir, story.samples)
        self._show_figures(entry, story, vocabulary)
        self._figures_card.setVisible(bool(self.figures.rows))
        self._arrange(self._columns, with_base=len(self.figures.heads) > _PLAIN_COLUMNS)
        self._show_data(story, vocabulary)

    def _show_curves(self, story: RunStory) -> None:
        epochs = story.planned_epochs
        now = float(max(story.epochs)) if story.epochs else None
        train, val = story.series("loss", "train"), story.series("loss")
        if train[0] or val[0]:
            curves = [Curve("Training", *train), Curve("Validation", *val, role="accent", style="dash")]
            if story.edits:
                judged = story.series("loss.discriminators", "train")
                curves = [Curve("Generator", *train), Curve("Discriminators", *judged, "accent", "dash")]
            self.loss.show_curves(curves, now=now, until=epochs)
        elif len(story.steps) > 1:
            per_epoch = max(1.0, float(story.run.get("steps_per_epoch", 0) or 1))
            xs = [point.step / per_epoch for point in story.steps]
            self.loss.show_curves(
                [Curve("Training, first steps", xs, [point.loss for point in story.steps])], until=epochs
            )
        else:
            self.loss.say("The curve begins with the first steps.")
        curves = _validation_curves(story)
        if curves:
            self.validation.show_curves(curves, now=now, until=epochs, shares=True)
        else:
            self.validation.say("The first figures come after the first epoch.")

    def _show_figures(self, entry: RunEntry, story: RunStory, vocabulary: Vocabulary) -> None:
        latest, first = story.latest, story.epochs[min(story.epochs)] if story.epochs else None
        final = story.evaluations.get("test") or story.evaluations.get("val")
        if final is not None and entry.phase.value == "finished":
            self._show_final(final, story, vocabulary)
            return
        if latest is None or first is None:
            self.figures.show_rows(("Validation", _baseline_word(story), "Epoch 1", "Change"), [])
            return
        heads = ("Validation", _baseline_word(story), f"Epoch {latest.epoch}", f"Since {first.epoch}")
        rows = []
        for name in main_figures(latest.val):
            before, after = first.val.get(name), latest.val.get(name)
            rows.append(
                (
                    Cell(figure_title(name, vocabulary), "text2"),
                    Cell(figure_text(name, latest.baseline.get(name)), "text2"),
                    Cell(figure_text(name, after), weight=600),
                    _change(name, before, after),
                )
            )
        self.figures.show_rows(heads, rows)

    def _show_final(self, final: Mapping[str, object], story: RunStory, vocabulary: Vocabulary) -> None:
        figures, baseline = _numbers(final.get("figures")), _numbers(final.get("baseline"))
        words = "Test" if final.get("split") == "test" else "Validation"
        best = story.finished.get("best_epoch")
        base = story.base_evaluations.get(str(final.get("split")))
        before = _numbers(base.get("figures")) if base is not None else baseline
        heads = [
            f"{words}, {final.get('photos', 0):,} photos",
            _baseline_word(story),
            f"Epoch {best}",
            "Gain",
        ]
        if base is not None:
            heads.insert(2, str(base.get("model_id", "Before")))
        rows = []
        for name in main_figures(figures):
            cells = [
                Cell(figure_title(name, vocabulary), "text2"),
                Cell(figure_text(name, baseline.get(name)), "text2"),
                Cell(figure_text(name, figures[name]), weight=600),
                _change(name, before.get(name), figures[name]),
            ]
            if base is not None:
                cells.insert(2, Cell(figure_text(name, before.get(name))))
            rows.append(tuple(cells))
        self.figures.show_rows(tuple(heads), rows)

    def _show_data(self, story: RunStory, vocabulary: Vocabulary) -> None:
        counts = story.counts()
        if counts == self._told_counts:
            return
        self._told_counts = counts
        title, classes = class_counts(counts, vocabulary)
        self.classes.setVisible(bool(classes))
        self.classes.show_counts(classes, title)
        photos = int(story.run.get("photos", {}).get("train", 0)) or sum(n for _, n in classes)
        shares = label_shares(counts, vocabulary, photos)
        self.labels.setVisible(bool(shares))
        self.labels.show_shares(shares)


def _validation_curves(story: RunStory) -> list[Curve]:
    latest = story.latest
    if latest is None:
        return []
    pairs = (
        ("category.top1", "category.macro_recall"),
        ("mean.top1", "mean.macro_recall"),
        ("mean.edit_accuracy", "kept.agreement"),
    )
    names = next((pair for pair in pairs if pair[0] in latest.val), None)
    if names is None:
        found = [name for name in latest.val if name.endswith(("top1", "recall_at_3"))][:2]
        names = (found[0], found[-1]) if found else None
    if names is None:
        return []
    top, recall = story.series(names[0]), story.series(names[1])
    base = story.series(names[0], "baseline")
    curves = [Curve(_kind(names[0]), *top, role="accent", style="dash")]
    if names[1] != names[0]:
        curves.append(Curve(_kind(names[1]), *recall, "agree", "dots"))
    if base[0]:
        level = base[1][-1]
        ends = (float(base[0][0]), float(max(story.planned_epochs, base[0][-1])))
        curves.append(
            Curve(
                f"{_baseline_word(story)} {100 * level:.0f}",
                ends,
                (level, level),
                "unknown",
                "base",
                mark_last=False,
            )
        )
    return curves


def _baseline_word(story: RunStory) -> str:
    """What the figures stand beside: the most frequent answer, or the picture as it was before its edit."""
    return "Untouched" if story.edits else "Majority"


def _kind(name: str) -> str:
    if name in _SHORT:
        return _SHORT[name]
    words = figure_title(f"category.{name.rpartition('.')[2]}").partition(" ")[2]
    return words[:1].upper() + words[1:]


def _change(name: str, before: float | None, after: float | None) -> Cell:
    gain = is_gain(name, before, after)
    if gain is None:
        return Cell(change_text(name, before, after), "text2")
    return Cell(
        change_text(name, before, after), "agree" if gain else "disagree", 400, "check" if gain else ""
    )


def _numbers(found: object) -> dict[str, float]:
    if not isinstance(found, dict):
        return {}
    return {str(name): float(value) for name, value in found.items() if isinstance(value, (int, float))}
