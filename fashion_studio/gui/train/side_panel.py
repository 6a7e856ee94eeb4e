"""The right side of the train room: examples, values one by one, the log, the recipe; using the model."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QStackedWidget, QWidget

from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.gui.annotate.pane_scroll import PaneScroll
from fashion_studio.gui.components.base import Label, Surface, column, row
from fashion_studio.gui.components.choices import TabBar
from fashion_studio.gui.components.marks import StateDot
from fashion_studio.gui.theme.theme import current_theme
from fashion_studio.gui.train.examples_pane import ExamplesPane
from fashion_studio.gui.train.picker import Picker
from fashion_studio.gui.train.table import Cell, FigureTable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.gui.components.buttons import Button
    from fashion_studio.gui.session import Session
    from fashion_studio.services.run_list import RunEntry
    from fashion_studio.services.run_story import RunStory

__all__ = ["TABS", "SidePanel", "TextView"]

TABS = ("Examples", "Per class", "Log", "Recipe")


class SidePanel(Surface):
    """Tabs, and below them what is done with the run's model."""

    def __init__(self, session: Session, onnx: Button, use: Button, parent: QWidget | None = None) -> None:
        super().__init__("panel", "l", parent)
        self._session = session
        self._entry: RunEntry | None = None
        self._report: dict[str, Any] = {}
        self._vocabulary: Vocabulary | None = None
        self._read: tuple[Path, str, int] | None = None
        self.tabs = TabBar(TABS)
        self.tabs.picked.connect(self.show_tab)
        self.examples = ExamplesPane(session)
        self.attribute = Picker("Attribute")
        self.attribute.picked.connect(lambda _at: self._show_values())
        self.values = FigureTable()
        self._values_hint = Label("", "small", role="text3", wrap=True)
        self.log = TextView("Log")
        self.recipe = TextView("Recipe")
        self.pages = QStackedWidget()
        for page in (self._examples_page(), self._values_page(), _padded(self.log), _padded(self.recipe)):
            self.pages.addWidget(page)
        use.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        feet = Surface("panel", "t")
        feet.setLayout(row(onnx, use, gap=8, margins=(12, 12, 12, 12)))
        inner = column(self.tabs, self.pages, feet, gap=0, margins=(1, 0, 0, 0))
        inner.setStretch(1, 1)
        self.setLayout(inner)

    def _examples_page(self) -> QWidget:
        page = QWidget()
        dot = StateDot("humanfill")
        self._examples_hint = Label("", "small", role="text3", wrap=True)
        self._examples_hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        head = row(
            dot,
            Label("Person's label", "caption", role="text2"),
            None,
            Label("epoch, model says, %", "caption", role="text3"),
            gap=6,
        )
        self._examples_area = PaneScroll(self.examples)
        inner = column(head, self._examples_hint, self._examples_area, gap=4, margins=(12, 10, 12, 0))
        inner.setStretch(2, 1)
        page.setLayout(inner)
        return page

    def _values_page(self) -> QWidget:
        page = QWidget()
        body = QWidget()
        body.setLayout(column(self.values, None, gap=0))
        inner = column(
            row(self.attribute, None), self._values_hint, PaneScroll(body), gap=8, margins=(12, 12, 1, 0)
        )
        inner.setStretch(2, 1)
        page.setLayout(inner)
        return page

    def show_tab(self, place: int) -> None:
        """Another tab."""
        self.tabs.set_index(place)
        self.pages.setCurrentIndex(place)
        self._read_files()

    def show_run(self, entry: RunEntry, story: RunStory, vocabulary: Vocabulary) -> None:
        """The run as it stands."""
        if self._entry is None or self._entry.run_dir != entry.run_dir:
            self.examples.clear_pictures()
            self._report, self._read = {}, None
            self.log.clear()
            self.recipe.clear()
        self._entry, self._vocabulary = entry, vocabulary
        heads = list(
            dict.fromkeys(name for e in story.examples.values() for s in e.sayings for name in s.top)
        )
        attribute = CATEGORY if CATEGORY in heads or not heads else heads[0]
        self.examples.show_examples(
            list(story.examples.values()), _finder(entry.run_dir), vocabulary, attribute
        )
        said = "" if story.examples else "After each epoch the same validation photos are asked again."
        if story.edits:
            said = "An editor says nothing of photos. What it makes of them is on the sample sheet."
        self._examples_hint.setText(said)
        self._examples_hint.setVisible(bool(said))
        self._read_files(story.told)

    def _read_files(self, told: int = 0) -> None:
        """Log, recipe and report of the tab that is shown, in a thread, when they may have changed."""
        entry, tab = self._entry, TABS[self.tabs.index]
        if entry is None or tab == "Examples":
            return
        told = told or (self._read[2] if self._read else 0)
        wanted = (entry.run_dir, f"{tab} {entry.phase}", told if tab == "Log" else 0)
        if wanted == self._read:
            return
        self._read = wanted
        run_dir = entry.run_dir

        def read() -> Any:
            from fashion_studio.services.run_list import (  # noqa: PLC0415 - not at start
                log_tail,
                read_recipe_text,
                read_report,
            )

            return {"Log": log_tail, "Recipe": read_recipe_text, "Per class": read_report}[tab](run_dir)

        self._session.bridge.submit(
            read,
            lambda found: self._take(run_dir, tab, found),
            self._session.report,
            lane="train.side",
        )

    def _take(self, run_dir: Path, tab: str, found: Any) -> None:
        if self._entry is None or self._entry.run_dir != run_dir:
            return
        if tab == "Per class":
            self._report = found
            self._show_attributes()
            return
        view = self.log if tab == "Log" else self.recipe
        if view.toPlainText() != found:
            bar = view.verticalScrollBar()
            at_end = bar.value() >= bar.maximum() - 4
            view.setPlainText(found or ("Nothing yet." if tab == "Log" else ""))
            if tab == "Log" and at_end:
                bar.setValue(bar.maximum())

    def _tables(self) -> dict[str, Any]:
        splits = self._report.get("splits", {})
        found = (splits.get("test") or splits.get("val") or {}).get("tables", {})
        return found if isinstance(found, dict) else {}

    def _show_attributes(self) -> None:
        names, vocabulary = list(self._tables()), self._vocabulary
        titles = [
            vocabulary.attribute(name).title if vocabulary is not None and vocabulary.has(name) else name
            for name in names
        ]
        if titles != self.attribute.entries:
            self.attribute.set_entries(titles, names.index(CATEGORY) if CATEGORY in names else 0)
        self.attribute.setVisible(bool(names))
        self._values_hint.setText("" if names else "Each value is measured when the training has ended.")
        self._values_hint.setVisible(not names)
        self._show_values()

    def _show_values(self) -> None:
        tables, place = self._tables(), self.attribute.index
        names = list(tables)
        rows = tables[names[place]] if 0 <= place < len(names) else []
        titles: dict[str, str] = {}
        if self._vocabulary is not None and 0 <= place < len(names) and self._vocabulary.has(names[place]):
            titles = {v.name: v.title for v in self._vocabulary.attribute(names[place]).values}
        self.values.show_rows(
            ("Value", "Photos", "Recall", "Precision"),
            [
                (
                    Cell(titles.get(line["value"], line["value"]), "text2"),
                    Cell(f"{line['count']:,}", "text2"),
                    Cell(_share(line.get("recall")), weight=600),
                    Cell(_share(line.get("precision")), "text2"),
                )
                for line in sorted(rows, key=lambda line: -int(line["count"]))
            ],
        )
        self.values.setVisible(bool(rows))
        self.values.setFixedHeight(self.values.sizeHint().height())


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f}"


class TextView(QPlainTextEdit):
    """Text to read, in the fixed font of the theme."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        current_theme().changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        self.setFont(current_theme().fixed_font())


def _padded(view: QPlainTextEdit) -> QWidget:
    page = QWidget()
    page.setLayout(column(view, gap=0, margins=(12, 12, 12, 12)))
    return page


def _finder(run_dir: Path) -> Callable[[str], Path]:
    """Where a listed photo lies; asked in threads."""

    @cache
    def root() -> Path:
        from fashion_studio.domain.data_list import (  # noqa: PLC0415 - in a thread
            photo_root,
            read_data_list_header,
        )

        listed = run_dir / "data.jsonl"
        return photo_root(listed, read_data_list_header(listed))

    return lambda file: root() / file
