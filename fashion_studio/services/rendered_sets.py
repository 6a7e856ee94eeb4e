"""Renderings with exact labels as a data set in a foreign layout, to prove importers and recipes end to end.

What a layout cannot say exactly is not rendered: hats and shoes in DeepFashion's, collars and three-quarter
sleeves in the 26 attributes. FASHION-HOW's heads have no counterpart in a rendering, except colour; three
questions with as many answers stand in for them, and the class names say which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fashion_studio.config.resources import load_vocabulary, resources_dir
from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, UserError
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Split, Visibility
from fashion_studio.domain.vocabulary import CATEGORY, COLORS
from fashion_studio.exchange.atomic import AtomicFiles
from fashion_studio.exchange.deepfashion_names import ATTRIBUTE_GROUPS, LANDMARK_SLOTS
from fashion_studio.exchange.deepfashion_writing import CoarseWriter, FineWriter
from fashion_studio.exchange.fashion_how_writing import FashionHowWriter
from fashion_studio.exchange.incoming import IncomingLabel, IncomingRecord
from fashion_studio.exchange.layouts import SetLayout, part_name
from fashion_studio.exchange.translation import NameMapping
from fashion_studio.rendering.folder import truth_line, truth_of, write_picture
from fashion_studio.rendering.render import render, sample_spec
from fashion_studio.rendering.spec import CATEGORIES, LOWERS, UPPERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from fashion_studio.rendering.folder import PictureForm, Truth
    from fashion_studio.rendering.spec import GarmentSpec

__all__ = ["RenderedSet", "SetLayout", "record_of", "write_rendered_set"]

_TRIES: Final = 2_000
_PARTS: Final = {3: Split.VALIDATION, 7: Split.TEST}
"""Of every ten renderings the fourth is for validation and the eighth for the test."""

_STAND_INS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "Daily": (
        CATEGORY,
        dict.fromkeys(("t-shirt", "polo", "top", "undershirt", "body"), "tops")
        | dict.fromkeys(("shirt", "blouse"), "shirts")
        | dict.fromkeys(("longsleeve", "hoodie"), "warm tops")
        | dict.fromkeys(("blazer", "outwear"), "jackets")
        | {"dress": "dresses"}
        | dict.fromkeys(LOWERS, "lowers"),
    ),
    "Gender": (
        "sleeve_length",
        {value: f"sleeve {value}" for value in ("sleeveless", "short", "three_quarter", "long", "none")},
    ),
    "Embellishment": (
        "pattern",
        {"solid": "plain"}
        | dict.fromkeys(("striped", "checked", "dotted"), "regular pattern")
        | dict.fromkeys(("floral", "graphic", "other"), "print"),
    ),
}
"""Head → (attribute of the rendering, its values → class): six, five and three as in the challenge."""


@dataclass(frozen=True, slots=True)
class RenderedSet:
    """What was written.

    Attributes:
        photos: how many.
        parts: of them for training ("train"), validation and test.
        skipped: seeds whose garment the layout cannot describe.
    """

    folder: Path
    layout: SetLayout
    photos: int
    parts: dict[str, int]
    skipped: int


def write_rendered_set(
    out: Path,
    layout: SetLayout,
    count: int,
    seed: int,
    *,
    form: PictureForm,
    category: str | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> RenderedSet:
    """Renders a data set; the same arguments give the same pixels and files. `truth.jsonl` lies beside it.

    Args:
        out: folder; made where it is missing.
        layout: whose files.
        count: how many photos; of every ten eight are for training, one for validation, one for the test.
        seed: the first; seeds whose garment the layout cannot describe are passed over.
        form: size and file format of the pictures.
        category: only garments of this category.
        on_progress: called with (done, count).
        should_stop: true ends it; the lists do not appear then.

    Raises:
        UserError: the layout has no such garments.
        Cancelled: `should_stop` said so.
        EnvironmentProblem: the disk does not take it.
    """
    words = _Words(layout)
    parts: dict[str, int] = {}
    done = 0
    try:
        with AtomicFiles() as files:
            writer = words.writer(files, out)
            lines = files.open(out / "truth.jsonl")
            for used, spec in words.specs(seed, category):
                if should_stop is not None and should_stop():
                    raise Cancelled
                rendering = render(spec, width_px=form.width_px, height_px=form.height_px)
                truth = truth_of(rendering, words.file(done, spec, form.suffix), used)
                if truth.box is None:
                    words.skipped += 1
                    continue
                split = _PARTS.get(done % 10, Split.TRAIN)
                place = out / truth.file
                place.parent.mkdir(parents=True, exist_ok=True)
                write_picture(place, rendering.image)
                lines.write(truth_line(truth))
                writer.add(words.record(truth, split))
                parts[part_name(split)] = parts.get(part_name(split), 0) + 1
                done += 1
                if on_progress is not None:
                    on_progress(done, count)
                if done == count:
                    break
            writer.finish()
            files.commit()
    except OSError as error:
        msg = f"The folder {out} cannot be written: {error.strerror or error}."
        raise EnvironmentProblem(msg, "Choose another folder or free some space.") from error
    return RenderedSet(out, layout, done, parts, words.skipped)


def record_of(truth: Truth, layout: SetLayout, split: Split) -> IncomingRecord:
    """A rendering's truth in a layout's words, coordinates in whole pixels: what an importer has to find."""
    return _Words(layout).record(truth, split)


class _Words:
    """What a layout calls things."""

    def __init__(self, layout: SetLayout) -> None:
        self._layout = layout
        self.skipped = 0
        self._worn = (*UPPERS, *LOWERS, "dress")
        self._categories: list[tuple[str, int]] = [
            (name, 1 if name in UPPERS else 2 if name in LOWERS else 3)
            for name in CATEGORIES
            if name in self._worn
        ]
        self._kinds = dict(self._categories)
        self._colors = load_vocabulary().attribute(COLORS).value_names
        self._names: dict[tuple[str, str], tuple[str, str]] = {}
        if layout is not SetLayout.FASHION_HOW:
            mapping = NameMapping.from_file(resources_dir() / "mappings" / f"{layout.value}.toml")
            for group, lines in mapping.values.items():
                for value, said in lines.items():
                    if len(said) == 1 and group != CATEGORY:
                        self._names.setdefault(next(iter(said.items())), (group, value))

    def writer(self, files: AtomicFiles, out: Path) -> CoarseWriter | FineWriter | FashionHowWriter:
        """The writer of the layout's files."""
        if self._layout is SetLayout.FINE26:
            return FineWriter(files, out, self._categories)
        if self._layout is SetLayout.DEEPFASHION:
            kinds = {name: kind for kind, name in ATTRIBUTE_GROUPS.items()}
            attributes = [(value, kinds[group]) for group, value in self._names.values()]
            return CoarseWriter(files, out, self._categories, attributes)
        classes = {head: tuple(dict.fromkeys(names.values())) for head, (_, names) in _STAND_INS.items()}
        return FashionHowWriter(files, out, {**classes, "Color": self._colors})

    def specs(self, seed: int, category: str | None) -> Iterator[tuple[int, GarmentSpec]]:
        """(seed, garment) of the garments that the layout can describe."""
        in_vain = 0
        while in_vain < _TRIES:
            spec = sample_spec(np.random.default_rng(seed), category)
            if self._fits(spec):
                in_vain = 0
                yield seed, spec
            else:
                in_vain += 1
                self.skipped += 1
            seed += 1
        msg = f"No garment of this kind can be described in the layout {self._layout.value}."
        raise UserError(msg)

    def file(self, number: int, spec: GarmentSpec, suffix: str) -> str:
        """Where a photo lies."""
        if self._layout is SetLayout.FASHION_HOW:
            part = part_name(_PARTS.get(number % 10))
            return f"{part}/{number // 1000:04d}/RD{number:05d}-1{suffix}"
        return f"img/{spec.category}/img_{number:08d}{suffix}"

    def record(self, truth: Truth, split: Split) -> IncomingRecord:
        """A rendering's truth in the layout's words."""
        box = None if truth.box is None else Box(*(float(round(number)) for number in truth.box))
        if self._layout is SetLayout.FASHION_HOW:
            return IncomingRecord(truth.file, self._heads(truth), box=box, split=split)
        labels = {CATEGORY: IncomingLabel((truth.category,)), **self._labels(truth)}
        kind = self._kinds[truth.category]
        points = tuple(
            type(point)(point.name, 0.0, 0.0, point.visibility)
            if point.visibility is Visibility.ABSENT
            else type(point)(point.name, _whole(point.x), _whole(point.y), point.visibility)
            for point in truth.landmarks
            if point.name in LANDMARK_SLOTS[kind]
        )
        return IncomingRecord(truth.file, labels, points, box, split)

    def _labels(self, truth: Truth) -> dict[str, IncomingLabel]:
        found: dict[str, list[str]] = {}
        if self._layout is SetLayout.DEEPFASHION:
            found = {group: [] for group in ATTRIBUTE_GROUPS.values()}
        for name, value in self._said(truth.attributes, truth.category, truth.colors):
            if (name, value) in self._names:
                group, word = self._names[name, value]
                found.setdefault(group, []).append(word)
        if self._layout is SetLayout.FINE26:
            if truth.category != "dress":
                found["length"] = ["no_dress"]
            if truth.category in LOWERS:
                found["neckline"] = ["no_neckline"]
            return {group: IncomingLabel(tuple(words)) for group, words in found.items()}
        columns = [word for _, word in self._names.values()]
        return {
            group: IncomingLabel(tuple(sorted(words, key=columns.index))) for group, words in found.items()
        }

    def _said(
        self, attributes: Mapping[str, str], category: str, colors: tuple[str, ...]
    ) -> Iterator[tuple[str, str]]:
        for name, value in attributes.items():
            if self._layout is SetLayout.FINE26 and name == "length" and category != "dress":
                continue
            yield name, value
        for color in colors:
            yield COLORS, color

    def _heads(self, truth: Truth) -> dict[str, IncomingLabel]:
        known = {CATEGORY: truth.category, **truth.attributes}
        heads = {head: names[known[attribute]] for head, (attribute, names) in _STAND_INS.items()}
        heads["Color"] = truth.colors[0]
        return {head.lower(): IncomingLabel((value,)) for head, value in heads.items()}

    def _fits(self, spec: GarmentSpec) -> bool:
        """Whether the layout can say everything it asks of this garment."""
        if spec.category not in self._worn:
            return False
        if self._layout is not SetLayout.FINE26:
            return True
        asked = ["pattern", "fabric", "fit"]
        asked += ["sleeve_length", "neckline"] if spec.category not in LOWERS else []
        asked += ["length"] if spec.category == "dress" else []
        return all((name, str(getattr(spec, name))) in self._names for name in asked)


def _whole(coordinate: float) -> float:
    """Whole pixels of a coordinate as `truth.jsonl` has it, with two decimals."""
    return float(round(round(coordinate, 2)))
