"""What stands in the grid of variants: a row a photo and model, made as it is first looked at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fashion_studio.gui.probe.probe_pictures import HeatPlace
from fashion_studio.probing.backgrounds import background_name
from fashion_studio.probing.records import VariantKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.gui.probe.probe_pictures import ProbePictures
    from fashion_studio.gui.probe.probe_view import JointView, ProbeView
    from fashion_studio.probing.records import Decision, PhotoResult

__all__ = ["GridCell", "GridRow", "VariantRows", "value_title"]

ORIGINAL: Final = VariantKind.ORIGINAL.value
_KEPT, _FLIPPED = "check", "equal-not"
_NOT_ASKED: Final = "not asked"
_NOT_ASKED_TIP: Final = "This model's probe did not ask for it"


def value_title(vocabulary: Vocabulary | None, attribute: str, value: str) -> str:
    """How people call a value; its own name where the vocabulary does not know it."""
    if vocabulary is not None and vocabulary.has(attribute):
        for known in vocabulary.attribute(attribute).values:
            if known.name == value:
                return known.title
    return value.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class GridCell:
    """One picture and one decision on it.

    Attributes:
        title: of the decided value; empty where there is none.
        confidence: 0 to 1; None where there is no decision.
        mark: icon of the verdict: kept, flipped, or "" where there is nothing to compare with.
        picture, heat: numbers in `ProbePictures`; -1 for none.
        note: why there is nothing, in a few words.
        tip: all that is known, for the pointer.
    """

    title: str = ""
    confidence: float | None = None
    mark: str = ""
    picture: int = -1
    heat: int = -1
    note: str = ""
    tip: str = ""

    @property
    def flipped(self) -> bool:
        """Whether the decision is another than on the original (on the original: than a person's)."""
        return self.mark == _FLIPPED


@dataclass(frozen=True, slots=True)
class GridRow:
    """A photo as one subject sees it; `kept` of `changed` changed pictures keep the original's decision."""

    key: str
    photo: str
    item_id: int
    subject: int
    name: str
    kept: int
    changed: int
    cells: tuple[GridCell, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """A model in the grid: its probe (0 the shown one, 1 the one beside it), its index there, its name."""

    side: int
    index: int
    name: str


class VariantRows:
    """Rows by number: every photo has one for each subject. Columns are variants or backgrounds.

    With another probe beside, every photo has a row for each model of both: the shown probe's photos first,
    then those that only the other was asked about.
    """

    def __init__(
        self,
        view: ProbeView,
        pictures: ProbePictures,
        attribute: str,
        vocabulary: Vocabulary | None,
        *,
        backgrounds: bool = False,
        joint: JointView | None = None,
    ) -> None:
        self._pictures = pictures
        self._attribute, self._vocabulary = attribute, vocabulary
        self._rows: dict[int, GridRow] = {}
        self._take(view, joint)
        self._backgrounds = backgrounds and any(side.spec.backdrops for side in self._sides)

    def _take(self, view: ProbeView, joint: JointView | None) -> None:
        self._joint = joint
        self._sides = (view,) if joint is None else (view, joint.other)
        for side in self._sides:
            self._pictures.add(side.run)
        if joint is None:
            self._lines = [_Line(0, index, name) for index, name in enumerate(view.names)]
            self._keys = [result.key for result in view.results]
            return
        names, places = joint.view.names, joint.comparison.places
        self._lines = [_Line(side, index, n) for n, (side, index) in zip(names, places, strict=True)]
        self._keys = list(dict.fromkeys(each.key for side in self._sides for each in side.results))
        self._rows.clear()  # what was not asked may have an answer now, and photos of the other move down

    @property
    def columns(self) -> list[str]:
        """Names of the variants or backgrounds, the original first."""
        found: dict[str, None] = {ORIGINAL: None} if self._backgrounds else {}
        for side in self._sides:
            found.update(dict.fromkeys(self._asked(side)))
        return list(found)

    def _asked(self, side: ProbeView) -> list[str]:
        if self._backgrounds:
            return [ORIGINAL, *(background_name(each) for each in side.spec.backdrops)]
        return [each.value for each in side.spec.variants]

    @property
    def subjects(self) -> int:
        """Rows of one photo."""
        return len(self._lines)

    @property
    def count(self) -> int:
        """All rows."""
        return len(self._keys) * self.subjects

    def shows(self, joint: JointView | None) -> bool:
        """Whether it is of this pair of probes, or of one alone."""
        beside = self._sides[1].run if len(self._sides) > 1 else None
        return beside is (joint.other.run if joint is not None else None)

    def follow(self, view: ProbeView, joint: JointView | None = None) -> None:
        """More results of the same probe, or of it and the one beside it; a lone one's rows stay."""
        if view is not self._sides[0] or joint is not self._joint:
            self._take(view, joint)

    def row(self, number: int) -> GridRow:
        """A row, made at the first question."""
        found = self._rows.get(number)
        if found is None:
            photo, line = divmod(number, self.subjects)
            found = self._rows[number] = self._make(self._keys[photo], line)
        return found

    def row_of(self, key: str, subject: int) -> int:
        """The row of a photo and subject; -1 when it has none."""
        place = self._sides[0].place_of(key)
        if place < 0 and key in self._keys:
            place = self._keys.index(key)
        return place * self.subjects + subject if place >= 0 else -1

    # ------------------------------------------------------------ making

    def _make(self, key: str, number: int) -> GridRow:
        line = self._lines[number]
        side = self._sides[line.side]
        place = side.place_of(key)
        photo = next((each.photos[key] for each in self._sides if key in each.photos), None)
        name = Path(photo.path).name if photo is not None else key
        item_id = photo.item_id if photo is not None else 0
        if place < 0:
            cells = (GridCell(note=_NOT_ASKED, tip=_NOT_ASKED_TIP),) * len(self.columns)
            return GridRow(key, name, item_id, number, line.name, 0, 0, cells)
        own = side.photos.get(key)
        truth = own.truth.get(self._attribute) if own is not None else None
        cells = self._cells(side, side.results[place], line.index, truth)
        changed = [
            cell for column, cell in zip(self.columns, cells, strict=True) if column != ORIGINAL and cell.mark
        ]
        kept = sum(not cell.flipped for cell in changed)
        return GridRow(key, name, item_id, number, line.name, kept, len(changed), cells)

    def _cells(
        self, side: ProbeView, result: PhotoResult, subject: int, truth: str | None
    ) -> tuple[GridCell, ...]:
        shown = {each.name: each for each in (*result.variants, *result.backgrounds)}
        places = {each.name: number for number, each in enumerate(result.variants)}
        decided: dict[str, Decision | None] = {
            name: _decision(each.decisions[subject], self._attribute) for name, each in shown.items()
        }
        original, asked = decided.get(ORIGINAL), self._asked(side)
        cells = []
        for name in self.columns:
            if name not in shown:
                known = name in asked
                note = _reason(result, name) if known else _NOT_ASKED
                cells.append(GridCell(note=note, tip="\n".join(result.notes) if known else _NOT_ASKED_TIP))
                continue
            picture = side.run.picture(result.key, name)
            heat = -1
            if name in places:
                heat = self._pictures.number(
                    HeatPlace(result.key, subject, self._attribute, places[name], picture, side.run.run_dir)
                )
            cells.append(self._cell(name, decided[name], original, truth, picture, heat))
        return tuple(cells)

    def _cell(
        self,
        name: str,
        decision: Decision | None,
        original: Decision | None,
        truth: str | None,
        picture: Path,
        heat: int,
    ) -> GridCell:
        number = self._pictures.number(picture)
        if decision is None:
            return GridCell(picture=number, note="no answer", tip="This model has no such attribute")
        before = truth if name == ORIGINAL else (original.value if original is not None else None)
        mark = "" if before is None else _KEPT if before == decision.value else _FLIPPED
        return GridCell(
            self._title(decision.value),
            decision.confidence,
            mark,
            number,
            heat,
            tip=self._tip(name, decision, before, mark),
        )

    def _title(self, value: str) -> str:
        return value_title(self._vocabulary, self._attribute, value)

    def _tip(self, name: str, decision: Decision, before: str | None, mark: str) -> str:
        others = ", ".join(f"{self._title(value)} {share:.0%}" for value, share in decision.others)
        said = f"{self._title(decision.value)} {decision.confidence:.0%}"
        lines = [f"{said}; then {others}" if others else said]
        if before is not None:
            who = "A person says" if name == ORIGINAL else "On the original"
            lines.append(f"{who}: {self._title(before)}" if mark == _FLIPPED else f"{who}: the same")
        return "\n".join(lines)


def _decision(decisions: Mapping[str, Decision] | None, attribute: str) -> Decision | None:
    return decisions.get(attribute) if decisions is not None else None


def _reason(result: PhotoResult, name: str) -> str:
    if any("garment" in note for note in result.notes) and name in {"silhouette", "texture", "on-photo"}:
        return "no garment"
    return "not made"
