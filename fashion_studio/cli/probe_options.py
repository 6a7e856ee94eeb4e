"""The options of `probe`, and what they mean as records."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from fashion_studio.cli.model_options import chosen_model
from fashion_studio.probing.records import CueClass, ProbeSpec, Streams, Subject

__all__ = [
    "AdainOption",
    "AttributeOption",
    "CountOption",
    "MattingOption",
    "ModelsOption",
    "OutOption",
    "SeedOption",
    "StylesOption",
    "WeightsOption",
    "cue_classes",
    "probe_subjects",
    "sized",
]

_TIMM: Final = "timm:"
_HOUSE: Final = "house"

OutOption = Annotated[Path | None, typer.Option(help="Where the results go.")]
ModelsOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Folder of a weights bundle, “house”, either with @texture or @shape for one stream alone, or "
        "timm:NAME; may be repeated. Else the model of the settings."
    ),
]
WeightsOption = Annotated[
    Path | None, typer.Option(help="ImageNet weights of timm:NAME, safetensors; else timm fetches its own.")
]
AttributeOption = Annotated[str, typer.Option(help="The attribute that is shown and scored first.")]
CountOption = Annotated[int, typer.Option(min=0, help="The first so many photos; 0 for all.")]
MattingOption = Annotated[
    str, typer.Option(help="What finds garments: “house”, a model of rembg's, or file:MODEL.onnx.")
]
StylesOption = Annotated[
    Path | None, typer.Option(help="Folder of pictures to take styles from; else the other photos.")
]
AdainOption = Annotated[Path | None, typer.Option(help="Folder of style-transfer weights; else the shipped.")]
SeedOption = Annotated[int, typer.Option(help="Of everything drawn by chance.")]


def probe_subjects(models: list[str] | None, weights: Path | None) -> tuple[Subject, ...]:
    """The subjects that the options name.

    Raises:
        typer.BadParameter: no such stream.
        UserError: one is no bundle.
    """
    from fashion_studio.services.probing.freezing import bundle_subjects

    if not models:
        return bundle_subjects([chosen_model().model_dir])
    imagenet = [name for name in models if name.startswith(_TIMM)]
    folders: list[Path | None] = []
    streams: list[Streams] = []
    for name in models:
        if name in imagenet:
            continue
        place, which = _stream(name)
        folders.append(None if place == _HOUSE else Path(place).expanduser())
        streams.append(which)
    file = "" if weights is None else str(weights.expanduser().absolute())
    networks = tuple(
        Subject(name.removeprefix(_TIMM), name, weights=file) for name in dict.fromkeys(imagenet)
    )
    return (*bundle_subjects(folders, streams=streams), *networks)


def cue_classes(texts: list[str]) -> tuple[CueClass, ...]:
    """Classes from NAME or NAME:shape.ATTRIBUTE=VALUE,texture.ATTRIBUTE=VALUE.

    Raises:
        typer.BadParameter: another form.
    """
    return tuple(_cue_class(text) for text in texts)


def sized(spec: ProbeSpec, styles: Path | None, adain: Path | None, device: str) -> ProbeSpec:
    """The specification with what the machine and the program's own folders add."""
    from fashion_studio.services.probing.freezing import default_adain

    return replace(
        spec,
        styles="" if styles is None else str(styles.expanduser().absolute()),
        adain=default_adain() if adain is None else str(adain.expanduser().absolute()),
        device=device,
    )


def _stream(name: str) -> tuple[str, Streams]:
    place, separator, stream = name.rpartition("@")
    if not separator:
        return name, Streams.BOTH
    try:
        return place, Streams(stream)
    except ValueError:
        msg = f"There is no stream “{stream}”; there are {', '.join(Streams)}."
        raise typer.BadParameter(msg) from None


def _cue_class(text: str) -> CueClass:
    name, _, cues = text.partition(":")
    found: dict[str, dict[str, str]] = {"shape": {}, "texture": {}}
    for cue in filter(None, cues.split(",")):
        place, separator, value = cue.partition("=")
        kind, dot, attribute = place.strip().partition(".")
        if not (separator and dot and attribute and value and kind in found):
            msg = f"“{cue}” is not shape.ATTRIBUTE=VALUE or texture.ATTRIBUTE=VALUE."
            raise typer.BadParameter(msg)
        found[kind][attribute] = value.strip()
    if not name.strip():
        msg = f"“{text}” names no class."
        raise typer.BadParameter(msg)
    return CueClass(name.strip(), found["shape"], found["texture"])
