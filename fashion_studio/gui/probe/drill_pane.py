"""What stands behind a point of the chart or a line of the background check, picture by picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from fashion_studio.gui.annotate.pane_scroll import PaneScroll
from fashion_studio.gui.components.base import Label, column, row
from fashion_studio.gui.components.choices import Segment
from fashion_studio.gui.probe.drill_tiles import DrillTile, DrillTiles
from fashion_studio.gui.probe.variant_rows import value_title
from fashion_studio.gui.probe.variant_words import picture_title, share_text
from fashion_studio.gui.train.table import ElidedLabel
from fashion_studio.probing.records import Cue
from fashion_studio.probing.scores import surest_first

if TYPE_CHECKING:
    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.gui.probe.probe_pictures import ProbePictures
    from fashion_studio.gui.probe.probe_view import JointView, ProbeView
    from fashion_studio.probing.records import ConflictResult

__all__ = ["BackgroundPoint", "ClassPoint", "DrillPane"]

_CUES: Final = (Cue.TEXTURE, Cue.SHAPE, Cue.NEITHER)
_SAYINGS: Final = {
    Cue.TEXTURE: "Decided by texture, surest first",
    Cue.SHAPE: "Decided by shape, surest first",
    Cue.NEITHER: "Decided by neither cue, surest first",
}


@dataclass(frozen=True, slots=True)
class ClassPoint:
    """A mark of the chart: the pictures that have a class' shape, as one subject decided on them."""

    subject: int
    name: str


@dataclass(frozen=True, slots=True)
class BackgroundPoint:
    """A line of the background check: photos whose decision flips most surely."""

    subject: int
    attribute: str


class DrillPane(QWidget):
    """A heading, which cue, and the pictures. `opened` carries a photo's id."""

    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._point: ClassPoint | BackgroundPoint | None = None
        self._view: ProbeView | None = None
        self._joint: JointView | None = None
        self._pictures: ProbePictures | None = None
        self._vocabulary: Vocabulary | None = None
        self.heading = ElidedLabel("small", 600)
        self.figures = Label("", "caption", role="text2")
        self.saying = Label("", "small", role="text2", wrap=True)
        self.cue = Segment(["Texture", "Shape", "Neither"])
        self.cue.picked.connect(lambda _place: self._show())
        self.tiles = DrillTiles()
        self.tiles.opened.connect(self.opened)
        self.saying.setAlignment(Qt.AlignmentFlag.AlignTop)
        head = row(self.heading, self.figures, gap=8, margins=(0, 0, 16, 0))
        head.setStretch(0, 1)
        body = QWidget()
        body.setLayout(column(self.tiles, None, gap=0, margins=(0, 4, 8, 8)))
        choice = row(self.cue, None, margins=(0, 0, 0, 4))
        inner = column(head, self.saying, choice, PaneScroll(body), gap=4, margins=(16, 12, 0, 0))
        inner.setStretch(3, 1)
        self.setLayout(inner)
        self._say_nothing()

    @property
    def point(self) -> ClassPoint | BackgroundPoint | None:
        """What is shown."""
        return self._point

    def open(self, pictures: ProbePictures | None, vocabulary: Vocabulary | None) -> None:
        """Another probe."""
        self._pictures, self._vocabulary = pictures, vocabulary
        self._point, self._view, self._joint = None, None, None
        self.tiles.open(pictures)
        self._say_nothing()

    def follow(self, view: ProbeView, joint: JointView | None = None) -> None:
        """More results of the same probe, or of it and the one beside it."""
        self._view, self._joint = view, joint
        self._show()

    def show_point(self, point: ClassPoint | BackgroundPoint) -> None:
        """Another point; with a class first the cue that decided more often."""
        if point == self._point:
            return
        self._point = point
        if isinstance(point, ClassPoint) and self._view is not None:
            counts = [len(self._hits(point, cue)) for cue in _CUES]
            self.cue.set_index(counts.index(max(counts)))
        self._show()

    def next_cue(self) -> None:
        """Texture, shape, neither, and from the start."""
        if isinstance(self._point, ClassPoint):
            self.cue.set_index((self.cue.index + 1) % len(_CUES))
            self._show()

    # ------------------------------------------------------------ showing

    def _say_nothing(self) -> None:
        self.heading.setText("Pictures")
        self.figures.setText("")
        self.saying.setText(
            "Pick a mark of the chart, or a line of the background check, to see its pictures."
        )
        self.cue.hide()
        self.tiles.show_tiles(())

    def _show(self) -> None:
        view, point = self._view, self._point
        if view is None or point is None or point.subject >= len(self._names):
            self._say_nothing()
        elif isinstance(point, ClassPoint):
            self._show_class(point)
        else:
            self._show_background(point)

    @property
    def _names(self) -> tuple[str, ...]:
        """Of all models whose marks there are."""
        shown = self._joint.view if self._joint is not None else self._view
        return shown.names if shown is not None else ()

    def _own(self, point: ClassPoint | BackgroundPoint) -> tuple[ProbeView | None, int]:
        """The probe that a point's model belongs to, and the model's place in it."""
        if self._joint is None or self._view is None:
            return self._view, point.subject
        place, index = self._joint.comparison.places[point.subject]
        return (self._joint.other if place else self._view), index

    def _hits(self, point: ClassPoint, cue: Cue) -> list[ConflictResult]:
        view, index = self._own(point)
        if view is None:
            return []
        conflicts = view.conflicts
        if self._joint is not None:
            wanted = self._joint.comparison.pictures[self._joint.comparison.places[point.subject][0]]
            conflicts = tuple(each for each in conflicts if each.file in wanted)
        return surest_first(conflicts, index, point.name, cue)

    def _title(self, attribute: str, value: str) -> str:
        return value_title(self._vocabulary, attribute, value)

    def _show_class(self, point: ClassPoint) -> None:
        view, index = self._own(point)
        if view is None:
            return
        attribute = view.deciding
        title = self._title(attribute, point.name)
        several = len(self._names) > 1
        self.heading.setText(f"{title}, {self._names[point.subject]}" if several else title)
        by_texture, by_shape = (len(self._hits(point, cue)) for cue in (Cue.TEXTURE, Cue.SHAPE))
        self.figures.setText(f"{by_texture} texture, {by_shape} shape")
        cue = _CUES[self.cue.index]
        results = self._hits(point, cue)
        self.saying.setText(_SAYINGS[cue] if results else f"No picture was decided by {cue.value}.")
        if cue is Cue.NEITHER and not results:
            self.saying.setText("Every picture was decided by one of its cues.")
        self.cue.show()
        tiles = []
        for result in results:
            decision = result.decisions[index]
            if decision is None or self._pictures is None:
                continue
            picture = self._pictures.number(view.run.conflict_picture(result.file))
            texture = self._title(attribute, result.texture).lower()
            tiles.append(
                DrillTile(
                    picture,
                    f"in {texture} cloth",
                    self._title(attribute, decision.value),
                    decision.confidence,
                    tip=f"{title} in {texture} cloth\n{result.file}",
                )
            )
        self.tiles.show_tiles(tiles)

    def _show_background(self, point: BackgroundPoint) -> None:
        view, _ = self._own(point)
        scored = self._joint.view if self._joint is not None else view
        if view is None or scored is None:
            return
        score = scored.flips(point.subject, point.attribute)
        vocabulary = self._vocabulary
        known = vocabulary is not None and vocabulary.has(point.attribute)
        title = vocabulary.attribute(point.attribute).title if vocabulary and known else point.attribute
        several = len(self._names) > 1
        name = f", {self._names[point.subject]}" if several else ""
        self.heading.setText(f"{title}, other backgrounds{name}" if not several else f"{title}{name}")
        self.cue.hide()
        if score is None or score.share is None:
            self.figures.setText("")
            self.saying.setText("No photo has been put before another background yet.")
            self.tiles.show_tiles(())
            return
        self.figures.setText(f"{share_text(score.share)} flip")
        self.saying.setText(
            "Flipped most surely" if score.worst else "No decision flips with the background."
        )
        tiles = []
        for key, backdrop, before, after, sure in score.worst:
            if self._pictures is None:
                continue
            photo = view.photos.get(key)
            was, now = self._title(point.attribute, before), self._title(point.attribute, after)
            tiles.append(
                DrillTile(
                    self._pictures.number(view.run.picture(key, backdrop)),
                    f"{picture_title(backdrop).lower()}, was {was}",
                    now,
                    sure,
                    tip=f"{was} became {now}\nConfidence before times after: {sure:.0%}",
                    item_id=photo.item_id if photo is not None else 0,
                )
            )
        self.tiles.show_tiles(tiles)
