"""Rendered garments in several values of an attribute each: what an edit should have come to, exactly.

The renderer draws the same garment, fold for fold, with one attribute changed. Such pairs warm a generator
up before the adversarial training (the house's own addition to AMGAN) and tell at the end how far an edit is
from the true one. What an edit leaves open, the pairs decide once for all: a pattern's motif and its inks,
the angle of sleeves that grow from a sleeveless garment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fashion_studio.imaging.garment_square import garment_box, garment_frame, warp_to_square
from fashion_studio.rendering.dice import Dice
from fashion_studio.rendering.palette import COLOR_NAMES
from fashion_studio.rendering.render import render
from fashion_studio.rendering.sampling import sample_spec
from fashion_studio.rendering.spec import UPPERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.rendering.spec import GarmentSpec

__all__ = [
    "EDITED",
    "PairPlan",
    "VariantSet",
    "edited_spec",
    "make_variants",
    "pairs_of",
    "pattern_inks",
    "pattern_motif",
]

EDITED: Final[dict[str, tuple[str, ...]]] = {
    "colors": COLOR_NAMES,
    "sleeve_length": ("sleeveless", "short", "three_quarter", "long"),
    "pattern": ("solid", "striped", "checked", "dotted", "floral", "graphic"),
}
"""What the house's generator edits."""

_MOTIFS: Final = {"striped": 4, "checked": 3, "dotted": 1, "floral": 7, "graphic": 4}
_LIGHT: Final = frozenset({"white", "ivory", "beige", "yellow", "mint", "skyblue", "pink", "gray"})
_RENDER_PX: Final = 256
_SLEEVED: Final = (*UPPERS, "dress")
_ARM_DEG: Final = 38.0


def edited_spec(spec: GarmentSpec, attribute: str, value: str) -> GarmentSpec:
    """The same garment with one attribute's value changed, as an edit should show it.

    Args:
        spec: of the garment as it is.
        attribute: one of `EDITED`; a colour is the main one.
        value: the wanted value.

    Raises:
        ValueError: the attribute is none of those, or the garment has no sleeves by kind.
    """
    if attribute == "colors":
        return replace(spec, colors=(value, *(name for name in spec.colors[1:] if name != value)))
    if attribute == "sleeve_length" and spec.category in _SLEEVED:
        return replace(spec, sleeve_length=value)
    if attribute == "pattern":
        if value == "solid":
            return replace(spec, pattern=value, colors=spec.colors[:1])
        main = spec.colors[0]
        return replace(
            spec, pattern=value, motif_seed=pattern_motif(value), colors=(main, *pattern_inks(main))
        )
    msg = f"A {spec.category} has no {attribute} to edit."
    raise ValueError(msg)


def pattern_inks(main: str) -> tuple[str, str]:
    """The two colours in which a pattern is laid on cloth of this colour: well apart from it."""
    return ("navy", "red") if main in _LIGHT else ("white", "yellow")


def pattern_motif(pattern: str) -> int:
    """Seed of the pattern's one motif: broad stripes across, a gingham, large dots or flowers, a heart."""
    return _MOTIFS[pattern]


def base_spec(seed: int) -> GarmentSpec:
    """The garment of this seed: most with sleeves, arms in the usual place where sleeves may grow."""
    dice = Dice(seed)
    category = dice.pick("sleeved", _SLEEVED) if dice.chance("with sleeves", 0.6) else None
    spec = sample_spec(np.random.default_rng(seed), category)
    if spec.sleeve_length != "sleeveless":
        return spec
    pose = replace(
        spec.pose,
        left_arm_deg=_ARM_DEG,
        right_arm_deg=_ARM_DEG,
        left_bend_deg=5.0,
        right_bend_deg=5.0,
        left_over=True,
        right_over=True,
    )
    return replace(spec, pose=pose)


@dataclass(frozen=True, slots=True)
class PairPlan:
    """How pairs are drawn and cut out.

    Attributes:
        size_px: side of the squares.
        margin: see `garment_frame`.
        colors, patterns: how many other values of each are rendered per garment; sleeves come in all.
    """

    size_px: int
    margin: float = 0.15
    colors: int = 3
    patterns: int = 2


@dataclass(frozen=True, slots=True)
class VariantSet:
    """Pictures of garments, each in several variants, first of each the garment as it is.

    Attributes:
        squares: (V, S, S, 3) uint8 RGB.
        masks: (V, S, S) uint8, 255 garment.
        garment: (V,) int32, number of the garment.
        edited: (V,) int8, index of the attribute in which the variant differs, -1 the garment as it is.
        values: (V, M) int8, index of the value in each attribute of `EDITED`, -1 where it has none of them.
    """

    squares: NDArray[np.uint8]
    masks: NDArray[np.uint8]
    garment: NDArray[np.int32]
    edited: NDArray[np.int8]
    values: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.garment)

    @classmethod
    def joined(cls, parts: Sequence[VariantSet]) -> VariantSet:
        """One after the other; garments are numbered through."""
        shift = np.cumsum([0, *(int(part.garment.max(initial=-1)) + 1 for part in parts)])
        return cls(
            np.concatenate([part.squares for part in parts]),
            np.concatenate([part.masks for part in parts]),
            np.concatenate([part.garment + n for part, n in zip(parts, shift, strict=False)]).astype(
                np.int32
            ),
            np.concatenate([part.edited for part in parts]),
            np.concatenate([part.values for part in parts]),
        )

    def save(self, path: Path) -> None:
        """Writes an `.npz` without pickles."""
        np.savez(path, **{name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def load(cls, path: Path) -> VariantSet:
        """Reads what `save` wrote."""
        with np.load(path, allow_pickle=False) as data:
            return cls(**{name: data[name] for name in cls.__slots__})


def wanted_edits(spec: GarmentSpec, plan: PairPlan, dice: Dice) -> list[tuple[str, str]]:
    """Which variants of a garment are rendered: attribute and value."""
    found: list[tuple[str, str]] = []
    shuffled = dice.generator("colours").permutation([n for n in COLOR_NAMES if n not in spec.colors])
    found += [("colors", str(name)) for name in shuffled[: plan.colors]]
    if spec.category in _SLEEVED:
        found += [("sleeve_length", v) for v in EDITED["sleeve_length"] if v != spec.sleeve_length]
    if spec.category not in {"shoes", "hat"}:
        others = dice.generator("patterns").permutation([v for v in EDITED["pattern"] if v != spec.pattern])
        found += [("pattern", str(value)) for value in others[: plan.patterns]]
    return found


def value_indices(spec: GarmentSpec) -> list[int]:
    """Index of the garment's value in each attribute of `EDITED`, -1 where it has none of them."""
    own = {"colors": spec.colors[0], "sleeve_length": spec.sleeve_length, "pattern": spec.pattern}
    return [values.index(own[name]) if own[name] in values else -1 for name, values in EDITED.items()]


def make_variants(
    seeds: Sequence[int],
    plan: PairPlan,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[int, int], None] = lambda _done, _count: None,
) -> VariantSet:
    """Renders the garments of these seeds with their variants; stops early with what there is on request.

    Garments whose picture shows none (hidden by what lies over them) are left out.
    """
    squares: list[NDArray[np.uint8]] = []
    masks: list[NDArray[np.uint8]] = []
    garments: list[int] = []
    edited: list[int] = []
    values: list[list[int]] = []
    names = list(EDITED)
    for done, seed in enumerate(seeds):
        if should_stop():
            break
        base = base_spec(seed)
        edits = wanted_edits(base, plan, Dice(seed))
        specs = [base, *(edited_spec(base, attribute, value) for attribute, value in edits)]
        rendered = [_render(spec) for spec in specs]
        box = garment_box(rendered[0][1])
        if box is None:
            continue
        frame = garment_frame(box, plan.size_px, plan.margin)
        for k, (image, mask) in enumerate(rendered):
            squares.append(warp_to_square(image, frame, plan.size_px))
            masks.append(warp_to_square(np.rint(mask * 255).astype(np.uint8), frame, plan.size_px))
            garments.append(done)
            edited.append(names.index(edits[k - 1][0]) if k else -1)
            values.append(value_indices(specs[k]))
        on_progress(done + 1, len(seeds))
    _, numbered = np.unique(np.array(garments, np.int32), return_inverse=True)
    return VariantSet(
        np.stack(squares),
        np.stack(masks),
        numbered.astype(np.int32),
        np.array(edited, np.int8),
        np.array(values, np.int8),
    )


def _render(spec: GarmentSpec) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    rendering = render(spec, width_px=_RENDER_PX * 3 // 4, height_px=_RENDER_PX)
    return rendering.image, rendering.mask


def pairs_of(variants: VariantSet) -> NDArray[np.int32]:
    """All directed pairs within garments: (P, 3) of source, target and the attribute in which they differ.

    Colours and sleeves go from every value to every other. Patterns go from the garment's own to the set
    motif (or to plain), and back only to a plain garment: which flowers it was, the plain one does not tell.
    Nothing becomes sleeved from a garment whose sleeves were taken away: at which angle they lay, it does not
    tell.
    """
    names = list(EDITED)
    sleeveless = EDITED["sleeve_length"].index("sleeveless")
    solid = EDITED["pattern"].index("solid")
    found: list[tuple[int, int, int]] = []
    order = np.argsort(variants.garment, kind="stable")
    bounds = np.flatnonzero(np.diff(variants.garment[order])) + 1
    for group in np.split(order, bounds):
        own = group[variants.edited[group] < 0]
        for which, name in enumerate(names):
            members = np.concatenate([own, group[variants.edited[group] == which]])
            for source in members:
                for target in members:
                    if source == target:
                        continue
                    came, goes = variants.values[source, which], variants.values[target, which]
                    back = variants.edited[target] < 0
                    if name == "sleeve_length" and came == sleeveless and variants.edited[source] >= 0:
                        continue
                    if name == "pattern" and (goes < 0 or (back and goes != solid)):
                        continue
                    found.append((int(source), int(target), which))
    return np.array(found, np.int32).reshape(-1, 3)
