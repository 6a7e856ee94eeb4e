"""What a probe is asked and what it finds: frozen records, and their one form in files.

No torch here: the window reads these.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - msgspec resolves the annotations
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeVar

import msgspec

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.vocabulary import CATEGORY

__all__ = [
    "Backdrop",
    "ConflictResult",
    "ConflictSource",
    "ConflictSpec",
    "Cue",
    "CueClass",
    "Decision",
    "PhotoResult",
    "ProbePhoto",
    "ProbeSpec",
    "Skipped",
    "Streams",
    "Subject",
    "SubjectNote",
    "VariantKind",
    "VariantResult",
    "from_plain",
    "to_plain",
]

_Record = TypeVar("_Record")

HOUSE_MATTING: Final = "house"
"""The mask of the shipped model, refined to the photo's edges; anything else names one of rembg's models."""


class VariantKind(StrEnum):
    """What is done to a photo; the order is that of the columns."""

    ORIGINAL = "original"
    GREY = "grey"
    SILHOUETTE = "silhouette"
    EDGES = "edges"
    TEXTURE = "texture"
    SHUFFLED = "shuffled"
    BLURRED = "blurred"
    STYLISED = "stylised"

    @property
    def needs_mask(self) -> bool:
        """Whether it cannot be made where no garment was found."""
        return self in {VariantKind.SILHOUETTE, VariantKind.TEXTURE}


class Backdrop(StrEnum):
    """What takes the background's place; PHOTO is the background of another photo of the probe."""

    GREY = "grey"
    BLACK = "black"
    WHITE = "white"
    PHOTO = "photo"


class Streams(StrEnum):
    """Which streams of a two-stream network may speak; the others are silenced (zeros)."""

    BOTH = "both"
    TEXTURE = "texture"
    SHAPE = "shape"


class ConflictSource(StrEnum):
    """How pictures with two cues come about.

    RENDERER: the renderer draws the shape of one class in the cloth of another, exactly.
    FABRIC: the silhouette of one photo, filled with patches of another photo's garment.
    STYLE: AdaIN, content from one photo and style from another, as the paper's.
    FOLDER: a folder of pictures named `<shape>N-<texture>M.png`, sub-folders included.
    """

    RENDERER = "renderer"
    FABRIC = "fabric"
    STYLE = "style"
    FOLDER = "folder"


class Cue(StrEnum):
    """What a decision on a picture with two cues hits."""

    SHAPE = "shape"
    TEXTURE = "texture"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that decides.

    Attributes:
        name: for people, unique in the probe: "House 2.1", "House 2.1, texture alone".
        model: folder of a weights bundle, or "timm:NAME" for an ImageNet network.
        streams: of a two-stream network.
        weights: safetensors file of an ImageNet network; "" lets timm fetch its own.
    """

    name: str
    model: str
    streams: Streams = Streams.BOTH
    weights: str = ""


@dataclass(frozen=True, slots=True)
class CueClass:
    """A class of the conflict: its shape, and the cloth that goes with it.

    Attributes:
        name: the class, as it stands in file names; a value of the decided attribute.
        shape: attribute to value that the shape is drawn by, such as {"category": "pants"}. A value is a
            shape cue only if the attribute is declared one (`ConflictSpec.shape_attributes`).
        texture: attribute to value of the cloth, such as {"fabric": "denim"}; for `RENDERER` only. Photos
            bring their own cloth.
    """

    name: str
    shape: Mapping[str, str] = field(default_factory=dict)
    texture: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConflictSpec:
    """A set of pictures with two cues.

    Attributes:
        source: see `ConflictSource`.
        attribute: the attribute whose value is the decision; its values are the classes.
        shape_attributes, texture_attributes: what is declared a cue of shape or of texture.
        classes: at least two; empty means those of the renderer's table or of the photos' labels.
        per_pair: pictures per ordered pair of classes.
        limit: pictures at most; pairs are then drawn evenly. 0 is no limit.
        folder: of `FOLDER`.
        alpha: strength of the style, 0 to 1, for `STYLE`.
        same_silhouette: nothing outside the garment is changed by `STYLE` (else the whole picture, as the
            paper's).
    """

    source: ConflictSource
    attribute: str = CATEGORY
    shape_attributes: tuple[str, ...] = (CATEGORY,)
    texture_attributes: tuple[str, ...] = ("fabric", "pattern")
    classes: tuple[CueClass, ...] = ()
    per_pair: int = 4
    limit: int = 400
    folder: str = ""
    alpha: float = 1.0
    same_silhouette: bool = False


@dataclass(frozen=True, slots=True)
class ProbeSpec:
    """Everything a probe is asked; frozen in its run folder.

    Attributes:
        subjects: who decides, at least one.
        attribute: what is shown and scored first; all attributes are read and kept.
        variants: which are made of every photo; empty for a probe without them.
        backdrops: of the background check; empty leaves it out.
        conflict: pictures with two cues, None for a probe without them.
        matting: "house", or the name of one of rembg's models, or "file:" and an ONNX file.
        house_model: bundle folder whose mask is "house" matting.
        mattes: folder where masks are kept by content between probes; "" keeps them in the run only.
        styles: folder of pictures to take styles from; "" takes them from the other photos of the probe.
        adain: folder of the AdaIN weights; "" leaves out whatever needs them and says so.
        side_px: long side at which variants are made.
        picture_px: long side of the pictures that are kept for looking at.
        seed: of every draw.
        device: "auto", "cpu", "cuda", "mps".
    """

    subjects: tuple[Subject, ...]
    attribute: str = CATEGORY
    variants: tuple[VariantKind, ...] = tuple(VariantKind)
    backdrops: tuple[Backdrop, ...] = tuple(Backdrop)
    conflict: ConflictSpec | None = None
    matting: str = HOUSE_MATTING
    house_model: str = ""
    mattes: str = ""
    styles: str = ""
    adain: str = ""
    side_px: int = 512
    picture_px: int = 320
    seed: int = 0
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class ProbePhoto:
    """One photo as frozen before the probe.

    Attributes:
        key: content hash, in hexadecimal; names its files in the run folder.
        path: of the file.
        item_id: in the project; 0 for a folder.
        truth: attribute to value, by a person (or the renderer); empty where nobody said.
    """

    key: str
    path: str
    item_id: int = 0
    truth: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a subject answers for one attribute of one picture.

    Attributes:
        value: the likeliest; for an attribute of several values (colors) the likeliest of them.
        confidence: its probability, 0 to 1.
        others: the next two with their probabilities, likeliest first.
    """

    value: str
    confidence: float
    others: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class VariantResult:
    """One picture made of a photo, and every subject's decisions on it.

    Attributes:
        name: of the variant ("grey") or of the backdrop ("on black"); `background_name` says which.
        decisions: per subject, in the order of the specification: attribute to decision. None for a subject
            that could not be asked.
    """

    name: str
    decisions: tuple[Mapping[str, Decision] | None, ...]


@dataclass(frozen=True, slots=True)
class PhotoResult:
    """All variants and backgrounds of one photo.

    Attributes:
        key: of the photo.
        variants: in the order of the specification; those that could not be made are missing.
        backgrounds: the same photo before other backgrounds, by the name of the backdrop.
        notes: sentences: why something is missing here.
        width_px, height_px: of the upright photo as it was probed.
    """

    key: str
    variants: tuple[VariantResult, ...]
    backgrounds: tuple[VariantResult, ...] = ()
    notes: tuple[str, ...] = ()
    width_px: int = 0
    height_px: int = 0


@dataclass(frozen=True, slots=True)
class ConflictResult:
    """One picture with two cues, and what every subject decided.

    Attributes:
        file: its path below the set's folder, always with "/".
        shape, texture: classes, never equal.
        decisions: per subject for the conflict's attribute; None for one that could not be asked.
        truth: other attributes that are known exactly (renderer), for reading them beside the bias.
    """

    file: str
    shape: str
    texture: str
    decisions: tuple[Decision | None, ...]
    truth: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A photo or picture that was left out, and why, as a sentence."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class SubjectNote:
    """What is known of a subject once it is loaded.

    Attributes:
        index: in the specification.
        attributes: attribute to values that it answers with.
        problem: a sentence if it cannot be asked at all, else "".
    """

    index: int
    name: str
    model_id: str = ""
    device: str = ""
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problem: str = ""


def to_plain(record: Any) -> Any:
    """A record as dicts, lists, strings and numbers, for JSON."""
    return msgspec.to_builtins(record)


def from_plain(data: Any, kind: type[_Record]) -> _Record:
    """The record of a dict made by `to_plain`.

    Raises:
        UserError: a field is missing or of another kind.
    """
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        msg = f"This is not what a probe writes: {error}."
        raise UserError(msg) from error
