"""The probe room put together: bar, strip, grid of variants, chart, and the side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from fashion_studio.gui.components.base import column, row
from fashion_studio.gui.components.buttons import Button, bind
from fashion_studio.gui.components.feedback import EmptyState
from fashion_studio.gui.probe.beside_chart import BesideChart
from fashion_studio.gui.probe.beside_probe import BesideProbe
from fashion_studio.gui.probe.bias_card import BiasCard
from fashion_studio.gui.probe.drill_pane import BackgroundPoint, ClassPoint
from fashion_studio.gui.probe.log_dialog import LogDialog
from fashion_studio.gui.probe.probe_bar import ProbeBar
from fashion_studio.gui.probe.probe_pictures import ProbePictures
from fashion_studio.gui.probe.probe_view import chart_of
from fashion_studio.gui.probe.report_saving import ReportSaving
from fashion_studio.gui.probe.side_panel import SidePanel
from fashion_studio.gui.probe.state_words import empty_words, saying_of
from fashion_studio.gui.probe.variant_rows import VariantRows, value_title
from fashion_studio.gui.probe.variants_grid import VariantsGrid
from fashion_studio.gui.theme.theme import current_theme
from fashion_studio.gui.train.run_page import StateStrip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QResizeEvent

    from fashion_studio.gui.commands import Commands
    from fashion_studio.gui.probe.probe_keeper import ProbeKeeper
    from fashion_studio.gui.probe.probe_view import ProbeView
    from fashion_studio.gui.session import Session

__all__ = ["ProbeRoom"]

_SIDE_PX, _SIDE_NARROW_PX = 312, 272


class ProbeRoom(QWidget):
    """Everything of the room but its keys; made when first shown. `photo_asked` carries an item's id."""

    photo_asked = Signal(int)

    def __init__(
        self,
        session: Session,
        commands: Commands,
        keeper: ProbeKeeper,
        choice: Callable[[], tuple[Path | None, str]],
        parent: QWidget | None = None,
    ) -> None:
        """`choice` gives the model in use (None: the shipped one) and the device."""
        super().__init__(parent)
        self._session, self._commands = session, commands
        self.keeper, self._choice = keeper, choice
        self._attribute = ""
        self._backgrounds = False
        self._shown: ProbeView | None = None
        self._pictures: ProbePictures | None = None
        self.bar = ProbeBar(commands)
        self.strip = StateStrip()
        self.grid = VariantsGrid()
        self.card = BiasCard()
        self.beside = BesideChart(session, commands, self.card, self)
        self.side = SidePanel(
            self._button("probe.report", "Report", "file-text"), self._button("probe.csv", "CSV", "download")
        )
        self.other = BesideProbe(keeper, self.side.figures.beside, commands, self)
        self.report = ReportSaving(session, self)
        self.empty = EmptyState(
            "scan-eye", "Nothing probed yet", "", action="New probe", primary=True, key="N"
        )
        self.empty.acted.connect(lambda: commands.run("probe.new"))
        self._build()
        self._connect()
        self.set_narrow(narrow=False)
        self.refresh()

    def _button(self, name: str, text: str, icon: str) -> Button:
        button = Button(text, icon=icon, large=True)
        bind(button, self._commands.get(name))
        return button

    def _build(self) -> None:
        self._strip_place = QWidget()
        self._strip_place.setLayout(column(self.strip, gap=0, margins=(16, 12, 16, 0)))
        self._card_place = QWidget()
        self._card_place.setLayout(column(self.card, gap=0, margins=(16, 8, 16, 12)))
        self._page = QWidget()
        page = column(self._strip_place, self.grid, self._card_place, gap=0)
        page.setStretch(1, 1)
        self._page.setLayout(page)
        self.middle = QStackedWidget()
        self.middle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.middle.addWidget(self.empty)
        self.middle.addWidget(self._page)
        left = column(self.bar, self.middle, gap=0)
        left.setStretch(1, 1)
        whole = row(gap=0)
        whole.addLayout(left, 1)
        whole.addWidget(self.side)
        self.setLayout(whole)

    def _connect(self) -> None:
        self.keeper.runs_changed.connect(self.refresh)
        self.keeper.story_changed.connect(self.refresh)
        self.keeper.starting_changed.connect(self.refresh)
        self.bar.probe_picked.connect(self.keeper.show)
        self.bar.attribute_picked.connect(self.show_attribute)
        self.grid.opened.connect(self.photo_asked)
        self.side.drill.opened.connect(self.photo_asked)
        self.card.chart.picked.connect(self._on_mark)
        self.card.background_picked.connect(self._on_background)
        self.beside.changed.connect(self._enable)
        self._session.project_changed.connect(self.refresh)

    # ------------------------------------------------------------ what is shown

    def set_narrow(self, *, narrow: bool) -> None:
        """Under 1200 px: a slimmer side, toggles without words."""
        self.side.setFixedWidth(current_theme().px(_SIDE_NARROW_PX if narrow else _SIDE_PX))
        self.bar.set_narrow(narrow=narrow)
        self.card.set_narrow(narrow=narrow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The chart gives way to the grid in a low window."""
        self.card.fit(self.height())

    @property
    def attribute(self) -> str:
        """Whose decisions are shown."""
        return self._attribute

    def refresh(self) -> None:
        """The list of probes and the shown one, as the keeper knows them."""
        keeper = self.keeper
        if keeper.current is None and keeper.entries:
            keeper.show((keeper.running or keeper.entries[0]).run_dir)
            return
        self.bar.show_probes(keeper.entries, keeper.current)
        self.bar.show_progress(keeper.entry)
        self.empty.say(*empty_words(self._session.project, known=keeper.known, starting=keeper.starting))
        there = keeper.entry is not None
        self.middle.setCurrentWidget(self._page if there else self.empty)
        self.side.setVisible(there)
        self.bar.setVisible(there)
        self._show_view()
        self._say_state()
        self._enable()

    def _show_view(self) -> None:
        view, vocabulary = self.keeper.view, self._session.vocabulary
        total = len(view.photos) if view is not None else 0
        if view is None:
            self._shown = None
            self.bar.show_view(None, "", vocabulary, total=0)
            self.grid.show_rows(None, None)
            return
        joint, shown, rows = self.keeper.joint, self.keeper.shown or view, self.grid.rows
        if self._shown is None or self._shown.run is not view.run:
            self._open(view)
        elif rows is not None and not rows.shows(joint):
            if self._attribute not in shown.attributes:
                self._attribute = view.spec.attribute
            self.grid.keep_photo(lambda: self._remake_rows(view))
        elif rows is not None:
            rows.follow(view, joint)
            self.grid.grown()
        self._shown = view
        self.bar.show_view(shown, self._attribute, vocabulary, total=total)
        entry = self.keeper.entry
        active = entry is not None and entry.phase.is_active
        nothing = "The first photos come in a moment." if active else "No photo was looked at in this probe."
        self.grid.say_nothing(nothing)
        rows_of_chart, bands = chart_of(shown, lambda value: value_title(vocabulary, view.deciding, value))
        self.card.show_view(shown, rows_of_chart, bands, vocabulary, active=active)
        sentences = joint.comparison.sentences if joint is not None else ()
        self.side.figures.show_view(shown, bands, self._attribute, vocabulary, sentences)
        self.side.drill.follow(view, joint)
        if self.side.drill.point is None and any(band.value is not None for band in bands):
            self.card.chart.pick(0, rows_of_chart[0].name)

    def _open(self, view: ProbeView) -> None:
        """Another probe: its own pictures, its own attribute."""
        self._pictures = ProbePictures(view.run)
        self._attribute = view.spec.attribute
        self.side.drill.open(self._pictures, self._session.vocabulary)
        self.card.flips.set_picked("")
        self.card.chart.forget_point()
        self._remake_rows(view)

    def _remake_rows(self, view: ProbeView) -> None:
        if self._pictures is not None:
            rows = VariantRows(
                view,
                self._pictures,
                self._attribute,
                self._session.vocabulary,
                backgrounds=self._backgrounds,
                joint=self.keeper.joint,
            )
            self.grid.show_rows(rows, self._pictures)

    def _say_state(self) -> None:
        entry = self.keeper.entry
        saying = saying_of(entry, self.keeper.view) if entry is not None else None
        self._strip_place.setVisible(saying is not None)
        if saying is None:
            self.strip.hide()
            return
        offers: dict[str, tuple[str, str, Callable[[], object]]] = {
            "log": ("Show the log", self._commands.tooltip("probe.log"), self.show_log),
            "go_on": ("Go on", self._commands.tooltip("probe.pause"), self.toggle_pause),
        }
        self.strip.say(
            saying.tone, saying.icon, saying.sentence, saying.hint, [offers[act] for act in saying.acts]
        )

    def _enable(self) -> None:
        entry, project, view = self.keeper.entry, self._session.project, self.keeper.view
        shown = self.keeper.shown
        may = project is not None and not project.read_only
        phase = entry.phase if entry is not None else None
        active = phase is not None and phase.is_active
        goes_on = phase is not None and phase.can_go_on
        wanted = {
            "new": may and not self.keeper.starting,
            "pause": may and (active or goes_on),
            "cancel": may and active,
            "heat": view is not None,
            "backgrounds": view is not None and self.keeper.has_backdrops,
            "attribute": shown is not None and len(shown.attributes) > 1,
            "earlier": len(self.keeper.entries) > 1,
            "beside": self.other.refresh() and view is not None,
            "report": view is not None and bool(view.results or view.conflicts),
            "csv": view is not None and bool(view.results or view.conflicts),
            "cue": isinstance(self.side.drill.point, ClassPoint),
            "log": entry is not None,
            "page": entry is not None,
            "experiment": entry is not None,
            "table": self.beside.has_rows,
        }
        for name, on in wanted.items():
            self._commands.get(f"probe.{name}").action.setEnabled(on)
        resting = phase is not None and (phase.value == "paused" or goes_on)
        self.bar.pause.setText("Go on" if resting else "Pause")
        self.bar.pause.set_icon("play" if resting else "pause")
        self.bar.pause.setVisible(active or goes_on)
        self.bar.set_toggles(heat=self.grid.heat, backgrounds=self._backgrounds)

    # ------------------------------------------------------------ acts

    def _on_mark(self, place: int, name: str) -> None:
        self.card.flips.set_picked("")
        self.side.drill.show_point(ClassPoint(place, name))
        self._enable()

    def _on_background(self, attribute: str, place: int) -> None:
        self.card.chart.forget_point()
        self.side.drill.show_point(BackgroundPoint(place, attribute))
        self._enable()

    def show_attribute(self, name: str) -> None:
        """The decisions on another attribute."""
        view = self.keeper.view
        if view is not None and name != self._attribute:
            self._attribute = name
            self._remake_rows(view)
            self._show_view()

    def next_attribute(self) -> None:
        """The next attribute, and from the start."""
        shown = self.keeper.shown
        if shown is not None and self._attribute in shown.attributes:
            place = (shown.attributes.index(self._attribute) + 1) % len(shown.attributes)
            self.show_attribute(shown.attributes[place])

    def next_probe(self) -> None:
        """The probe before this one, and from the newest."""
        entries = self.keeper.entries
        places = [n for n, entry in enumerate(entries) if entry.run_dir == self.keeper.current]
        if entries:
            self.keeper.show(entries[(places[0] + 1) % len(entries) if places else 0].run_dir)

    def toggle_heat(self) -> None:
        """With or without the class activation maps."""
        self.grid.set_heat(on=not self.grid.heat)
        self._enable()

    def toggle_backgrounds(self) -> None:
        """Variants, or the same photos before other backgrounds."""
        self._backgrounds = not self._backgrounds
        if self.keeper.view is not None:
            self._remake_rows(self.keeper.view)
        self._enable()

    def toggle_pause(self) -> None:
        """Lets the shown probe rest or go on."""
        self.keeper.toggle_pause()

    def cancel(self) -> None:
        """Ends the shown probe; what it has found stays."""
        if self.keeper.entry is not None:
            self.keeper.cancel(self.keeper.entry.run_dir)

    def next_cue(self) -> None:
        """Pictures decided by texture, by shape, by neither."""
        self.side.drill.next_cue()

    def show_new(self) -> None:
        """Asks for a new probe and starts it."""
        from fashion_studio.gui.probe.new_probe import NewProbe  # noqa: PLC0415 - most visits only look

        dialog = NewProbe(self._session, *self._choice(), parent=self.window())
        if dialog.exec():
            self.keeper.start(dialog.spec, [int(each) for each in dialog.ids])
        dialog.deleteLater()

    def show_log(self) -> None:
        """What the probe's process wrote."""
        if self.keeper.entry is not None:
            dialog = LogDialog(self._session, self.keeper.entry.run_dir, self.window())
            dialog.exec()
            dialog.deleteLater()

    def save_report(self) -> None:
        """HTML with pictures, and the tables."""
        if self.keeper.entry is not None:
            self.report.ask_page(self.keeper.entry.run_dir, self.keeper.entry.title, self.other.run_dir)

    def save_tables(self) -> None:
        """The tables alone."""
        if self.keeper.entry is not None:
            self.report.ask_tables(self.keeper.entry.run_dir, self.keeper.entry.title, self.other.run_dir)
