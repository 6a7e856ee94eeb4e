"""Who decides: a weights bundle, one stream of a two-stream network alone, or an ImageNet network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import timm
import torch
from timm.data.config import resolve_model_data_config

from fashion_studio.domain.errors import CheckpointError, EnvironmentProblem, StudioError
from fashion_studio.domain.vocabulary import COLORS
from fashion_studio.imaging.colormaps import to_unit_range
from fashion_studio.imaging.letterbox import map_to_image
from fashion_studio.inference.device import choose_device, device_title
from fashion_studio.inference.reader import Reader
from fashion_studio.probing.records import Decision, Streams, Subject, SubjectNote
from fashion_studio.probing.sixteen import OBJECT, SixteenClasses
from fashion_studio.zoo.activation import decision_activation_maps
from fashion_studio.zoo.bundle import load_bundle
from fashion_studio.zoo.preprocessing import Preprocessing
from fashion_studio.zoo.pretrained import backbone_state
from fashion_studio.zoo.two_stream import TwoStream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from fashion_studio.domain.geometry import Affine
    from fashion_studio.domain.predictions import Maps, Prediction, Reading

__all__ = ["TIMM", "Asked", "AskedSubject", "BundleSubject", "ImageNetSubject", "load_subject"]

TIMM: Final = "timm:"
CAM_SIDE_PX: Final = 24
"""Long side of the maps that are kept: several times finer than a network's own grid."""

_IMAGENET_SIDE_PX: Final = 224
_IMAGENET_CLASSES: Final = 1000
_OTHERS: Final = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """One picture's decisions, and per attribute the map of the decided value, (h, w) uint8, peak 255."""

    decisions: Mapping[str, Decision]
    cams: Mapping[str, NDArray[np.uint8]]


class AskedSubject(Protocol):
    """Anything that answers for pictures. Safe from several threads."""

    note: SubjectNote

    def ask(self, images: Sequence[NDArray[np.uint8]], *, with_maps: bool) -> list[Asked]:
        """Decisions for (H, W, 3) uint8 RGB pictures of any sizes."""


class BundleSubject:
    """A weights bundle through the program's own inference."""

    def __init__(self, index: int, subject: Subject, reader: Reader) -> None:
        self._reader = reader
        self.note = SubjectNote(
            index,
            subject.name,
            reader.model_id,
            reader.device_name,
            {attribute.name: attribute.value_names for attribute in reader.vocabulary.attributes},
        )

    def ask(self, images: Sequence[NDArray[np.uint8]], *, with_maps: bool) -> list[Asked]:
        """See `AskedSubject`.

        Raises:
            EnvironmentProblem: the device has no memory left.
        """
        try:
            readings = self._reader.read(images, with_maps=with_maps, measure_colors=False)
        except torch.OutOfMemoryError as error:
            raise _memory_full(self.note.device) from error
        return [self._asked(reading) for reading in readings]

    def _asked(self, reading: Reading) -> Asked:
        decisions = _decisions(reading.prediction)
        if reading.maps is None:
            return Asked(decisions, {})
        values = self.note.attributes
        cams = {
            name: _plane(reading.maps, reading.prediction, name, values[name].index(decision.value))
            for name, decision in decisions.items()
        }
        return Asked(decisions, cams)


class ImageNetSubject:
    """An ImageNet network that decides among the 16 published classes by the mean of its probabilities."""

    def __init__(
        self,
        index: int,
        subject: Subject,
        network: Any,
        classes: SixteenClasses,
        device: torch.device,
    ) -> None:
        self._network = network.to(device).eval()
        self._classes = classes
        self._device = device
        config = resolve_model_data_config(network)
        self._form = Preprocessing(
            _IMAGENET_SIDE_PX,
            mean=tuple(config["mean"]),
            std=tuple(config["std"]),
            interpolation="bicubic",
        )
        self.note = SubjectNote(
            index,
            subject.name,
            subject.model.removeprefix(TIMM),
            device_title(device),
            {OBJECT: classes.names},
        )

    def ask(self, images: Sequence[NDArray[np.uint8]], *, with_maps: bool) -> list[Asked]:
        """See `AskedSubject`; without maps where the network has none (`decision_activation_maps`).

        Raises:
            EnvironmentProblem: the device has no memory left.
        """
        pairs = [self._form.square(image) for image in images]
        squares = np.stack([square for square, _ in pairs])
        try:
            with torch.inference_mode():
                inputs = self._form.normalise(torch.from_numpy(squares).to(self._device))
                features = self._network.forward_features(inputs)
                logits = self._network.forward_head(features).float()
                chances = logits.softmax(1).cpu().numpy()
                decisions = [self._decision(each) for each in chances]
                planes = self._planes(features, chances, decisions) if with_maps else None
        except torch.OutOfMemoryError as error:
            raise _memory_full(self.note.device) from error
        if planes is None:
            return [Asked({OBJECT: decision}, {}) for decision in decisions]
        return [
            Asked({OBJECT: decision}, {OBJECT: _laid_over(plane, to_input, self._form.side_px, *size)})
            for decision, plane, (_, to_input), size in zip(
                decisions, planes, pairs, [image.shape[1::-1] for image in images], strict=True
            )
        ]

    def _planes(
        self, features: torch.Tensor, chances: NDArray[np.float32], decisions: Sequence[Decision]
    ) -> NDArray[np.float32] | None:
        """The map of each picture's decided class, over the network's input."""
        shares = np.stack(
            [self._classes.shares(own, said.value) for own, said in zip(chances, decisions, strict=True)]
        )
        maps = decision_activation_maps(self._network, features, torch.from_numpy(shares).to(self._device))
        return None if maps is None else maps.cpu().numpy()

    def _decision(self, chances: NDArray[np.float32]) -> Decision:
        means = self._classes.means(chances)
        order = sorted(means, key=lambda name: -means[name])
        return Decision(
            order[0], means[order[0]], tuple((name, means[name]) for name in order[1 : 1 + _OTHERS])
        )


def load_subject(index: int, subject: Subject, device: str, sixteen: Path) -> AskedSubject | SubjectNote:
    """Loads a subject; a note with the problem, as a sentence, where it cannot be asked.

    Args:
        index: in the specification.
        subject: what to load.
        device: see `choose_device`.
        sixteen: file of the 16 classes (`fashion_studio.probing.sixteen`).

    Raises:
        UserError: no such device name.
        EnvironmentProblem: the device is not there.
    """
    place = choose_device(device)
    try:
        if subject.model.startswith(TIMM):
            return ImageNetSubject(
                index, subject, _imagenet_network(subject), SixteenClasses.read(sixteen), place
            )
        return BundleSubject(index, subject, _reader(subject, place))
    except StudioError as error:
        return SubjectNote(index, subject.name, problem=str(error))


def _reader(subject: Subject, device: torch.device) -> Reader:

    bundle = load_bundle(Path(subject.model))
    if subject.streams is not Streams.BOTH:
        if not isinstance(bundle.network, TwoStream):
            msg = f"The model {bundle.manifest.model_id} has no streams; ask it as a whole."
            raise CheckpointError(msg)
        silence(bundle.network, subject.streams)
    return Reader(bundle, device)


def silence(network: TwoStream, streams: Streams) -> None:
    """Lets only one stream of a network speak to its heads; colour counts as texture.

    The other's features become zero, as in training with one stream (`TwoStreamConfig.streams`). A network
    that was trained with both has never seen that: its decisions say what the stream carries in it, not what
    a network of that stream alone would learn.
    """
    network.config = replace(network.config, streams=streams.value)
    if streams is Streams.SHAPE and network.color is not None:
        network.color.register_forward_hook(_zeros)


def _zeros(_module: Any, _inputs: Any, output: torch.Tensor) -> torch.Tensor:
    return torch.zeros_like(output)


def _imagenet_network(subject: Subject) -> torch.nn.Module:

    name = subject.model.removeprefix(TIMM)
    if not timm.is_model(name):
        msg = f"timm has no network “{name}”."
        raise CheckpointError(msg)
    network: torch.nn.Module = timm.create_model(name, pretrained=False)
    state = backbone_state(name, Path(subject.weights) if subject.weights else None)
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        msg = f"The weights for {name} are of another network."
        raise CheckpointError(msg) from error
    if getattr(network, "num_classes", 0) != _IMAGENET_CLASSES:
        msg = f"{name} has not ImageNet's 1000 classes."
        raise CheckpointError(msg)
    return network


def _decisions(prediction: Prediction) -> dict[str, Decision]:
    found = {name: _decision(attribute.probabilities) for name, attribute in prediction.attributes.items()}
    if prediction.colors_probabilities:
        found[COLORS] = _decision(prediction.colors_probabilities)
    return found


def _decision(chances: Mapping[str, float]) -> Decision:
    order = sorted(chances, key=lambda name: -chances[name])
    first, rest = order[0], order[1 : 1 + _OTHERS]
    return Decision(first, round(chances[first], 4), tuple((name, round(chances[name], 4)) for name in rest))


def _memory_full(device: str) -> EnvironmentProblem:
    return EnvironmentProblem(f"The memory of {device} is full.", "Close other programs or choose the CPU.")


def _plane(maps: Maps, prediction: Prediction, attribute: str, value: int) -> NDArray[np.uint8]:
    """One class activation map of a reading."""
    size = prediction.width_px, prediction.height_px
    return _laid_over(maps.cams[attribute][value], maps.to_input, maps.input_px, *size)


def _laid_over(
    values: NDArray[np.floating[Any]], to_input: Affine, input_px: int, width_px: int, height_px: int
) -> NDArray[np.uint8]:
    """The positive part of a map over the picture, bars of the letterbox cut off.

    Args:
        values: (h, w) over the network's input.
        to_input: from pixels of the picture to those of the input.
        input_px: side of the input.
        width_px: of the picture.
        height_px: of the picture.
    """
    scale = CAM_SIDE_PX / max(width_px, height_px)
    columns, rows = max(1, round(width_px * scale)), max(1, round(height_px * scale))
    frame = replace(
        to_input,
        scale_x=to_input.scale_x * width_px / columns,
        scale_y=to_input.scale_y * height_px / rows,
    )
    plane = map_to_image(values, frame, input_px, columns, rows, smooth=True)
    return np.asarray(np.rint(255.0 * to_unit_range(plane)), np.uint8)
