"""Which textures a new training sees: the photos' own, or copies in other styles among them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from fashion_studio.config.resources import adain_dir
from fashion_studio.gui.components.base import Label, row
from fashion_studio.gui.train.picker import Picker

if TYPE_CHECKING:
    from fashion_studio.learning.method_recipe import MethodRecipe
    from fashion_studio.services.training import TrainingPreview

__all__ = ["TextureChoice"]

_TITLES: Final[dict[str, str]] = {
    "original": "As they are",
    "stylised": "Other styles only",
    "mixed": "Half in other styles",
    "mixed-then-original": "Half, then as they are",
    "cloth": "Half in rendered cloth",
}
"""A regime of `learning.style.plan` in a person's words, in the order of the menu."""

_TIP: Final = "Other textures teach a model to look at the shape."
_CLOTHS, _FOLDER = "Styles of rendered cloth", "Styles of a folder …"
_MISSING: Final = (
    "The weights for style transfer are not installed (models/adain). Take “Half in rendered cloth”, which "
    "needs none."
)


class TextureChoice(QWidget):
    """The regime, and where its styles come from."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.regime, self.source = Picker("Textures"), Picker("Styles")
        self.regime.set_entries(list(_TITLES.values()), 0)
        self.styles: Path | None = None
        self.tip = Label(_TIP, "caption", role="text3")
        line = row(self.regime, self.source, self.tip, gap=12)
        line.setStretch(2, 1)
        self.setLayout(line)
        self._show_styles()
        self.regime.picked.connect(lambda _at: self._on_regime())
        self.source.picked.connect(self._on_source)

    @property
    def name(self) -> str:
        """The chosen regime, as the command line calls it."""
        return list(_TITLES)[self.regime.index]

    @property
    def adain(self) -> Path | None:
        """The folder of the style transfer's weights; None where there is none."""
        return adain_dir()

    @property
    def problem(self) -> str:
        """Why it cannot be done, with what to do; empty when it can."""
        return _MISSING if self._transfers and self.adain is None else ""

    def applied(self, recipe: MethodRecipe) -> MethodRecipe:
        """The recipe in the chosen regime."""
        from fashion_studio.learning.style.plan import Regime, with_regime  # noqa: PLC0415 - not at start

        return recipe if self.name == "original" else with_regime(recipe, Regime(self.name))

    def cost(self, recipe: MethodRecipe, preview: TrainingPreview) -> str:
        """What it takes beyond the training without it, in a few sentences; empty without copies."""
        if not recipe.stylises:
            return ""
        if recipe.stylising.source == "cloth":
            how = "the garments are dressed in rendered cloth"
        elif not recipe.renders:
            how = "the photos are painted in other styles"
        else:
            how = "photos and rendered garments are painted in other styles"
        count = "" if recipe.renders else f" ({preview.copies:,} copies)"
        more = ""
        if self.name == "mixed-then-original":
            more = f" The last {recipe.phases[-1].epochs} epochs are added and see pictures as they are."
        some = self.name != "stylised" or recipe.gan is not None
        known = " Fabric, pattern and colour are learnt from pictures as they are alone." if some else ""
        return f" First, once, {how}{count}; after that a step takes as long as without.{more}{known}"

    @property
    def _transfers(self) -> bool:
        return self.name not in {"original", "cloth"}

    def _show_styles(self) -> None:
        own = [] if self.styles is None else [f"Styles of “{self.styles.name}”"]
        self.source.set_entries([_CLOTHS, *own, _FOLDER], len(own))
        self._show_fitting()

    def _show_fitting(self) -> None:
        self.source.setVisible(self._transfers)
        self.tip.setVisible(not self._transfers)  # side by side they are too wide for a small window

    def _on_regime(self) -> None:
        self._show_fitting()
        self.changed.emit()

    def _on_source(self, place: int) -> None:
        if self.source.entries[place] == _FOLDER:
            chosen = QFileDialog.getExistingDirectory(self, "Pictures whose style is taken")
            self.styles = Path(chosen) if chosen else self.styles
        elif place == 0:
            self.styles = None
        self._show_styles()
        self.changed.emit()
