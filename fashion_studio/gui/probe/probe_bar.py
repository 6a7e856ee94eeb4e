"""The bar over the grid: which probe, its models, the attribute, what is shown, and pausing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from fashion_studio.gui.components.base import Label, Line, Surface, row
from fashion_studio.gui.components.buttons import Button, IconButton, ToggleButton, bind
from fashion_studio.gui.components.marks import ProgressBar
from fashion_studio.gui.probe.figures_pane import attribute_title
from fashion_studio.gui.probe.model_marks import ModelLegend
from fashion_studio.gui.train.picker import Picker
from fashion_studio.gui.train.wording import PHASE_WORDS, when_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.gui.commands import Commands
    from fashion_studio.gui.probe.probe_view import ProbeView
    from fashion_studio.services.run_list import RunEntry

__all__ = ["ProbeBar"]


class ProbeBar(Surface):
    """`probe_picked` carries a run folder, `attribute_picked` a name."""

    probe_picked = Signal(object)
    attribute_picked = Signal(str)

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__("panel", "b", parent)
        self.keep_height(40)
        self._entries: list[RunEntry] = []
        self._attributes: tuple[str, ...] = ()
        self.probes = Picker("Probe")
        self.probes.setToolTip(f"Earlier probes of this project  ({commands.get('probe.earlier').key})")
        self.probes.picked.connect(lambda at: self.probe_picked.emit(self._entries[at].run_dir))
        self.new = IconButton("plus", "")
        self.models = ModelLegend()
        self.photos = Label("", "small", role="text2")
        self.attribute = Picker("Attribute")
        self.attribute.setToolTip(f"Whose decisions are shown  ({commands.get('probe.attribute').key})")
        self.attribute.picked.connect(lambda at: self.attribute_picked.emit(self._attributes[at]))
        self._attribute_label = Label("Attribute", "small", role="text2")
        self.heat = ToggleButton("CAM", "flame")
        self.backgrounds = ToggleButton("Backgrounds", "layers")
        self.pause = Button("Pause", icon="pause")
        for control, name in (
            (self.new, "new"),
            (self.heat, "heat"),
            (self.backgrounds, "backgrounds"),
            (self.pause, "pause"),
        ):
            bind(control, commands.get(f"probe.{name}"))
        self._lines = (Line(), Line())
        self.setLayout(
            row(
                self.probes,
                self.new,
                self._lines[0],
                self.models,
                self.photos,
                None,
                self._attribute_label,
                self.attribute,
                self._lines[1],
                self.heat,
                self.backgrounds,
                self.pause,
                gap=8,
                margins=(12, 0, 12, 1),
            )
        )
        self.bar = ProgressBar(parent=self)
        self.bar.setFixedHeight(2)
        self.bar.hide()

    def resizeEvent(self, event: object) -> None:
        """Progress runs along the lower edge."""
        self.bar.setGeometry(0, self.height() - 2, self.width(), 2)

    def set_narrow(self, *, narrow: bool) -> None:
        """Toggles without words, no counts."""
        for toggle in (self.heat, self.backgrounds):
            toggle.set_bare(narrow)
        for widget in (self.photos, self._attribute_label, *self._lines):
            widget.setVisible(not narrow)

    def set_toggles(self, *, heat: bool, backgrounds: bool) -> None:
        """What is on."""
        self.heat.setChecked(heat)
        self.backgrounds.setChecked(backgrounds)

    def show_probes(self, entries: Sequence[RunEntry], current: Path | None) -> None:
        """All probes, one of them shown."""
        self._entries = list(entries)
        titles = [_entry_title(entry) for entry in self._entries]
        at = next((n for n, entry in enumerate(self._entries) if entry.run_dir == current), -1)
        if titles != self.probes.entries or at != self.probes.index:
            self.probes.set_entries(titles, at)
            # its models stand beside it
            self.probes.setText(when_text(self._entries[at].created) if at >= 0 else "No probe yet")

    def show_view(
        self, view: ProbeView | None, attribute: str, vocabulary: Vocabulary | None, *, total: int
    ) -> None:
        """The shown probe as it stands; None while it is not known."""
        self.models.show_names(view.names if view is not None else ())
        self._attributes = view.attributes if view is not None else ()
        titles = [attribute_title(vocabulary, name) for name in self._attributes]
        at = self._attributes.index(attribute) if attribute in self._attributes else -1
        if titles != self.attribute.entries or at != self.attribute.index:
            self.attribute.set_entries(titles, at)
        done = len(view.results) if view is not None else 0
        said = f"{done:,} of {total:,} photos" if 0 < done < total else f"{total:,} photos"
        self.photos.setText(said if total != 1 else "1 photo")

    def show_progress(self, entry: RunEntry | None) -> None:
        """How far a running probe is."""
        active = entry is not None and entry.phase.is_active
        self.bar.setVisible(active)
        if active and entry is not None:
            self.bar.set_share(entry.done / entry.total if entry.total else None)


def _entry_title(entry: RunEntry) -> str:
    state = "" if entry.phase.value == "finished" else f", {PHASE_WORDS[entry.phase.value].lower()}"
    return f"{when_text(entry.created)}  {entry.title}{state}"
