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
    from fashion_studio.gui.probe.probe_view import ProbeView
    from fashion_studio.probing.records import Decision, PhotoResult

__all__ = ["GridCell", "GridRow", "VariantRows", "value_title"]

ORIGINAL: Final = VariantKind.ORIGINAL.value
_KEPT, _FLIPPED = "check", "equal-not"


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


class VariantRows:
    """Rows by number: every photo has one for each subject. Columns are variants or backgrounds."""

    def __init__(
        self,
        view: ProbeView,
        pictures: ProbePictures,
        attribute: str,
        vocabulary: Vocabulary | None,
        *,
        backgrounds: bool = False,
    ) -> None:
        self._view, self._pictures = view, pictures
        self._attribute, self._vocabulary = attribute, vocabulary
        self._backgrounds = backgrounds
        self._rows: dict[int, GridRow] = {}

    @property
    def columns(self) -> list[str]:
        """Names of the variants or backgrounds, the original first."""
        spec = self._view.spec
        if self._backgrounds:
            return [ORIGINAL, *(background_name(each) for each in spec.backdrops)]
        return [each.value for each in spec.variants]

    @property
    def subjects(self) -> int:
        """Rows of one photo."""
        return len(self._view.spec.subjects)

    @property
    def count(self) -> int:
        """All rows."""
        return len(self._view.results) * self.subjects

    def follow(self, view: ProbeView) -> None:
        """More results of the same probe; rows that are there stay."""
        self._view = view

    def row(self, number: int) -> GridRow:
        """A row, made at the first question."""
        found = self._rows.get(number)
        if found is None:
            result = self._view.results[number // self.subjects]
            found = self._rows[number] = self._make(result, number % self.subjects)
        return found

    def row_of(self, key: str, subject: int) -> int:
        """The row of a photo and subject; -1 when it has none."""
        place = self._view.place_of(key)
        return place * self.subjects + subject if place >= 0 else -1

    # ------------------------------------------------------------ making

    def _make(self, result: PhotoResult, subject: int) -> GridRow:
        view = self._view
        photo = view.photos.get(result.key)
        shown = {each.name: each for each in (*result.variants, *result.backgrounds)}
        places = {each.name: number for number, each in enumerate(result.variants)}
        decided: dict[str, Decision | None] = {
            name: _decision(each.decisions[subject], self._attribute) for name, each in shown.items()
        }
        original = decided.get(ORIGINAL)
        truth = photo.truth.get(self._attribute) if photo is not None else None
        cells = []
        for name in self.columns:
            if name not in shown:
                cells.append(GridCell(note=_reason(result, name), tip="\n".join(result.notes)))
                continue
            picture = view.run.picture(result.key, name)
            heat = -1
            if name in places:
                heat = self._pictures.number(
                    HeatPlace(result.key, subject, self._attribute, places[name], picture)
                )
            cells.append(self._cell(name, decided[name], original, truth, picture, heat))
        changed = [
            cell for name, cell in zip(self.columns, cells, strict=True) if name != ORIGINAL and cell.mark
        ]
        return GridRow(
            result.key,
            Path(photo.path).name if photo is not None else result.key,
            photo.item_id if photo is not None else 0,
            subject,
            view.spec.subjects[subject].name,
            sum(not cell.flipped for cell in changed),
            len(changed),
            tuple(cells),
        )

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
