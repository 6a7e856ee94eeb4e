"""The list of runs at the left: now, queued, finished; one is shown in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.annotate.pane_scroll import PaneScroll
from fashion_studio.gui.components.base import Control, Label, Surface, column
from fashion_studio.gui.components.painting import draw_text, rounded
from fashion_studio.gui.theme.icons import draw_icon
from fashion_studio.gui.train.wording import PHASE_ICONS, PHASE_WORDS, figure_text, when_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtGui import QKeyEvent, QPainter

    from fashion_studio.gui.components.buttons import Button
    from fashion_studio.services.run_list import RunEntry

__all__ = ["RunCard", "RunListPanel"]

_CARD_PX: Final = 48
_GROUPS: Final = (
    ("Now", frozenset({"starting", "running", "paused"})),
    ("Queued", frozenset({"queued"})),
    ("Earlier", frozenset({"prepared", "finished", "cancelled", "failed", "interrupted"})),
)


def figure_of(entry: RunEntry) -> str:
    """The figure that counts: of the finished model, else of the best epoch so far."""
    for name in ("category.top1", "mean.top1"):
        if name in entry.figures:
            return figure_text(name, entry.figures[name])
    if entry.best.get("value") is not None:
        return figure_text(str(entry.best.get("monitor", "")), float(entry.best["value"]))
    return ""


def step_of(entry: RunEntry, *, in_use: bool) -> str:
    """The second line: how far, or how it ended and what can be done."""
    phase = entry.phase.value
    if in_use:
        return "in use"
    if phase in {"starting", "running", "paused"}:
        return entry.text or PHASE_WORDS[phase]
    if phase == "queued":
        photos = sum(entry.parameters.get("photos", {}).values())
        return f"{photos:,} photos" if photos else "waits"
    if phase == "finished":
        best = entry.best.get("epoch")
        return f"epoch {best} was best" if best else entry.model_id
    words = {"failed": entry.text.split(". ")[0].rstrip("."), "interrupted": "stopped suddenly"}
    text = words.get(phase, PHASE_WORDS[phase].lower())
    return f"{text}, can go on" if len(text) < 24 else text


class RunCard(Control):
    """Icon of the state, title, when; step and figure; a bar while it runs."""

    def __init__(self, entry: RunEntry, parent: QWidget | None = None) -> None:
        super().__init__(entry.title, parent)
        self.entry = entry
        self.in_use = False
        self.left = ""
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_entry(self, entry: RunEntry, *, in_use: bool) -> None:
        """The run as it is now."""
        self.entry, self.in_use = entry, in_use
        self.setText(entry.title)
        self.setAccessibleName(f"{entry.title}, {PHASE_WORDS[entry.phase.value]}, {figure_of(entry)}")
        self.setToolTip(f"{entry.title}\n{entry.text or PHASE_WORDS[entry.phase.value]}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """48 high, with its bar 58."""
        bar = 12 if self.entry.phase.is_active else 0
        return QSize(200, self.theme.px(_CARD_PX) + bar)

    def minimumSizeHint(self) -> QSize:
        """Words give way in a slim list."""
        return QSize(80, self.sizeHint().height())

    def paint(self, painter: QPainter) -> None:
        """Ground, icon, words, bar."""
        theme, entry = self.theme, self.entry
        ground = "selected" if self.isChecked() else "hover" if self.hovered else ""
        if ground:
            border = theme.color("accentline") if self.isChecked() else None
            rounded(painter, self.rect(), 6, theme.color(ground), border)
        icon, role = PHASE_ICONS[entry.phase.value]
        first = theme.line_px("small")
        top = (theme.px(_CARD_PX) - 2 * first) / 2
        draw_icon(painter, icon, theme.color(role), QPoint(9, round(top)), 16)
        left, right = 33, self.width() - 9
        when = when_text(entry.created) if not entry.phase.is_active else ""
        when = "waits" if entry.phase.value == "queued" else when
        caption = theme.font("caption")
        wide = theme.metrics("caption").horizontalAdvance(when) + 6 if when else 0
        draw_text(
            painter,
            QRectF(right - wide, top, wide, first),
            when,
            caption,
            theme.color("text2"),
            Qt.AlignmentFlag.AlignRight,
        )
        draw_text(
            painter,
            QRectF(left, top, right - left - wide, first),
            entry.title,
            theme.font("small", 500),
            theme.color("text"),
        )
        figure = figure_of(entry)
        wide = theme.metrics("caption", 500).horizontalAdvance(figure) + 8 if figure else 0
        below = QRectF(left, top + first, right - left - wide, first)
        failed = entry.phase.value == "failed"
        draw_text(
            painter,
            below,
            step_of(entry, in_use=self.in_use),
            caption,
            theme.color("danger" if failed else "agree" if self.in_use else "text2"),
        )
        draw_text(
            painter,
            QRectF(right - wide, top + first, wide, first),
            figure,
            theme.font("caption", 500),
            theme.color("text"),
            Qt.AlignmentFlag.AlignRight,
        )
        if entry.phase.is_active:
            track = QRectF(9, self.height() - 13, self.width() - 18, 4)
            rounded(painter, track, 2, theme.color("track"))
            if entry.total:
                track.setWidth(max(4.0, track.width() * min(1.0, entry.done / entry.total)))
                rounded(painter, track, 2, theme.color("accent"))


class RunListPanel(Surface):
    """The cards. `picked` carries a run folder; up and down go through them."""

    picked = Signal(object)

    def __init__(self, new_button: Button, compare_button: Button, parent: QWidget | None = None) -> None:
        super().__init__("panel", "r", parent)
        self._cards: dict[Path, RunCard] = {}
        self._current: Path | None = None
        self._heads = {title: Label(title, "caption", 600, "text3", parent=self) for title, _ in _GROUPS}
        for head in self._heads.values():
            head.hide()
        body = QWidget()
        self._list = column(gap=4)
        body.setLayout(self._list)
        self.area = PaneScroll(body)
        for button in (new_button, compare_button):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        inner = column(new_button, 4, self.area, compare_button, gap=8, margins=(12, 12, 12, 12))
        inner.setStretch(2, 1)
        self.setLayout(inner)

    @property
    def cards(self) -> list[RunCard]:
        """In the order in which they stand."""
        return [card for card in self._ordered() if isinstance(card, RunCard)]

    @property
    def current(self) -> Path | None:
        """The run that is shown."""
        return self._current

    def show_runs(self, entries: Sequence[RunEntry], in_use: Path | None) -> None:
        """A card for every run; cards that are there already only change."""
        known = {entry.run_dir: entry for entry in entries}
        for gone in [run for run in self._cards if run not in known]:
            card = self._cards.pop(gone)
            card.hide()
            card.deleteLater()
        for run_dir, entry in known.items():
            if run_dir not in self._cards:
                card = RunCard(entry)
                card.clicked.connect(lambda _checked=False, run=run_dir: self.pick(run))
                self._cards[run_dir] = card
            self._cards[run_dir].show_entry(entry, in_use=in_use is not None and in_use == entry.bundle)
        wanted = self._wanted()
        if wanted != self._ordered():
            self._lay_out(wanted)
        self.set_current(self._current)

    def set_current(self, run_dir: Path | None) -> None:
        """Marks another run, without telling."""
        self._current = run_dir
        for known, card in self._cards.items():
            card.setChecked(known == run_dir)

    def pick(self, run_dir: Path) -> None:
        """Shows a run as a click does."""
        self.set_current(run_dir)
        self._cards[run_dir].setFocus()
        self.area.ensureWidgetVisible(self._cards[run_dir])
        self.picked.emit(run_dir)

    def step(self, by: int) -> None:
        """To a neighbour."""
        cards = self.cards
        places = [place for place, card in enumerate(cards) if card.entry.run_dir == self._current]
        place = min(len(cards) - 1, max(0, places[0] + by)) if places else 0
        if cards:
            self.pick(cards[place].entry.run_dir)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in steps:
            self.step(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def _wanted(self) -> list[QWidget]:
        wanted: list[QWidget] = []
        for title, phases in _GROUPS:
            cards = [card for card in self._cards.values() if card.entry.phase.value in phases]
            if title == "Queued":
                cards.sort(key=lambda card: card.entry.queued_at)
            else:
                cards.sort(key=lambda card: card.entry.created, reverse=True)
            if cards:
                wanted += [self._heads[title], *cards]
        return wanted

    def _ordered(self) -> list[QWidget]:
        entries = [self._list.itemAt(place) for place in range(self._list.count())]
        widgets = [entry.widget() for entry in entries if entry is not None]
        return [widget for widget in widgets if widget is not None]

    def _lay_out(self, wanted: list[QWidget]) -> None:
        while self._list.count():
            self._list.takeAt(0)
        for head in self._heads.values():
            head.setVisible(head in wanted)
            if head not in wanted:
                head.setParent(self)
        for widget in wanted:
            self._list.addWidget(widget)
            widget.show()
        self._list.addStretch(1)
