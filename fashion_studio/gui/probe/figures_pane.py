"""The figures of a probe: shape bias of each model with its interval, and what else was counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import Label, Tipped, column, row, themed
from fashion_studio.gui.components.painting import draw_text
from fashion_studio.gui.probe.bias_chart import ModelBand, bias_text
from fashion_studio.gui.probe.fact_rows import Fact, FactRows
from fashion_studio.gui.probe.model_marks import draw_model_mark
from fashion_studio.gui.probe.variant_words import interval_text, share_text
from fashion_studio.gui.train.picker import Picker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.gui.probe.probe_view import ProbeView
    from fashion_studio.probing.scores import SubjectScores, VariantScore

__all__ = ["BiasHead", "FiguresPane", "attribute_title", "facts_of"]

_ACROSS: Final = 2
"""Models beside each other in the head; more stand below."""
_TWO_CUES: Final = "Decisions on pictures whose cues differ"
_HIT: Final = "Only these say anything about the bias"
_VARIANT_FACTS: Final = (("silhouette", "silhouettes"), ("edges", "edges"), ("texture", "texture alone"))


def attribute_title(vocabulary: Vocabulary | None, name: str) -> str:
    """How people call an attribute."""
    if vocabulary is not None and vocabulary.has(name):
        return vocabulary.attribute(name).title
    return name.replace("_", " ").capitalize()


def facts_of(view: ProbeView, attribute: str, title: str) -> list[Fact]:
    """The lines below the shape bias, of what the probe has counted."""
    scores, facts = view.scores, []
    if view.spec.conflict is not None:
        ns = tuple(f"{s.bias.n:,}" if s.bias is not None else "–" for s in scores)
        hits = tuple(share_text(s.bias.hit_share if s.bias is not None else None) for s in scores)
        facts.append(Fact("Pictures with two cues", ns, tip=_TWO_CUES, short="Two-cue pictures"))
        facts.append(Fact("Decisions that hit a cue", hits, tip=_HIT, short="Hit a cue"))
    labelled = any(_variant(s, attribute, "original").labelled for s in scores)
    if labelled:
        shares = tuple(_percent(_variant(s, attribute, "original").accuracy) for s in scores)
        n = max(_variant(s, attribute, "original").labelled for s in scores)
        facts.append(Fact(f"{title} top-1", shares, tip=f"On {n:,} photos that a person labelled"))
    for name, words in _VARIANT_FACTS:
        shown = [_variant(s, attribute, name) for s in scores]
        if not any(each.n for each in shown):
            continue
        figures = tuple(_percent(each.accuracy if labelled else each.kept) for each in shown)
        what = "Share that is right" if labelled else "Share that keeps the original's decision"
        facts.append(Fact(f"{'On' if labelled else 'Kept on'} {words}", figures, tip=what))
    if view.spec.backdrops:
        flips = tuple(share_text(s.flips[attribute].share if attribute in s.flips else None) for s in scores)
        tip = f"Decisions on {title} that change"
        facts.append(Fact("Flips with new background", flips, tip=tip, short="Background flips"))
    return facts


def _variant(scores: SubjectScores, attribute: str, name: str) -> VariantScore:
    from fashion_studio.probing.scores import VariantScore  # noqa: PLC0415 - numpy is not needed at start

    return scores.variants.get(attribute, {}).get(name) or VariantScore(0, None, 0, None)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


class BiasHead(Tipped, QWidget):
    """The models beside each other: mark and name, score in large figures, interval."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._bands: tuple[ModelBand, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def texts(self) -> list[tuple[str, str, str]]:
        """Name, score and interval as shown, for tests and readers."""
        return [(b.name, bias_text(b.value), interval_text(b.low, b.high)) for b in self._bands]

    def show_bands(self, bands: Sequence[ModelBand]) -> None:
        """Other figures."""
        self._bands = tuple(bands)
        self.setToolTip("\n".join(f"{name}: {score}, 95 % within {span}" for name, score, span in self.texts))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Three lines for every two models."""
        return QSize(200, self._block * max(1, -(-len(self._bands) // _ACROSS)))

    @property
    def _block(self) -> int:
        theme = self.theme
        return theme.line_px("small") + theme.line_px("display") + theme.line_px("caption") + 8

    def paintEvent(self, event: QPaintEvent) -> None:
        """Every model in its column."""
        painter, theme = QPainter(self), self.theme
        wide = self.width() / max(1, min(_ACROSS, len(self._bands)))
        small, large = theme.line_px("small"), theme.line_px("display")
        for place, (name, score, interval) in enumerate(self.texts):
            left, top = place % _ACROSS * wide, place // _ACROSS * self._block
            draw_model_mark(painter, theme, QPointF(left + 6, top + small / 2), place)
            words = QRectF(left + 18, top, wide - 22, small)
            draw_text(painter, words, name, theme.font("small"), theme.color("text2"))
            figure = QRectF(left, top + small + 2, wide, large)
            draw_text(painter, figure, score, theme.font("display", 600), theme.color("text"))
            below = QRectF(left, top + small + large + 2, wide, theme.line_px("caption"))
            draw_text(painter, below, interval, theme.font("caption"), theme.color("text2"))
        painter.end()


class FiguresPane(QWidget):
    """The upper part of the side: shape bias, lines of figures, what was declared a cue."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Label("Shape bias", "body", 600)
        self.head = BiasHead()
        self.facts = FactRows()
        self.cues = Label("", "caption", role="text3", wrap=True)
        self.notes = Label("", "caption", role="text2", wrap=True)
        self.beside = Picker("Another probe beside this one")
        head = row(self.title, None, self.beside)
        self.setLayout(
            column(head, self.head, 4, self.facts, self.notes, self.cues, gap=6, margins=(16, 10, 16, 12))
        )

    def show_view(
        self,
        view: ProbeView,
        bands: Sequence[ModelBand],
        attribute: str,
        vocabulary: Vocabulary | None,
        sentences: Sequence[str] = (),
    ) -> None:
        """The probe as it stands, or two beside each other with what has to be known of them."""
        self.notes.setText(" ".join(sentences))
        self.notes.setVisible(bool(sentences))
        conflict = view.spec.conflict
        if conflict is None:
            self.title.setText("Decisions")
            self.head.hide()
        else:
            self.title.setText("Shape bias")
            self.head.show()
            self.head.show_bands(bands or [ModelBand(name, None) for name in view.names])
        title = attribute_title(vocabulary, attribute)
        self.facts.show_facts(facts_of(view, attribute, title), len(view.names))
        if conflict is not None:
            shape, texture = (
                ", ".join(attribute_title(vocabulary, name) for name in names)
                for names in (conflict.shape_attributes, conflict.texture_attributes)
            )
            self.cues.setText(f"Shape: {shape}. Texture: {texture}.")
        self.cues.setVisible(conflict is not None)
