"""A loaded model that reads garments: one forward pass gives everything that is said of a photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import torch

from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.predictions import (
    LandmarkPrediction,
    Maps,
    Prediction,
    Reading,
    ScoredValue,
)
from fashion_studio.domain.scoring import one_value, several_values
from fashion_studio.domain.vocabulary import COLORS, Cardinality
from fashion_studio.imaging.letterbox import resize
from fashion_studio.imaging.matting import MATTED_SIDE_PX, matting_named, without_background
from fashion_studio.inference.device import AUTO, choose_device, device_title
from fashion_studio.inference.fusing import fused
from fashion_studio.inference.garment import GarmentFacts, measure_garment
from fashion_studio.inference.teachable import TeachableHeads
from fashion_studio.zoo.activation import class_activation_maps
from fashion_studio.zoo.bundle import load_bundle
from fashion_studio.zoo.decoding import heatmap_images, landmark_positions, visibility_probabilities
from fashion_studio.zoo.two_stream import TwoStreamOutput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.domain.geometry import Affine
    from fashion_studio.domain.linear_heads import LinearHead
    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.imaging.matting import RembgMatting
    from fashion_studio.zoo.bundle import Bundle
    from fashion_studio.zoo.preprocessing import Preprocessing
    from fashion_studio.zoo.registry import NetworkOutput

__all__ = ["Reader"]

_MOST_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class _Answers:
    """One batch's answers as arrays on the CPU; B photos.

    Attributes:
        probabilities: per head (B, values): softmax or sigmoid, calibrated.
        points: (B, landmarks, 2) in input pixels.
        visibility: (B, landmarks, 3) probabilities of visible, occluded, absent.
        masks: (B, h, w), 0 to 1, or None.
        heatmaps: (B, landmarks, h, w), 0 to 1, only when maps are wanted.
        cams: per head (B, values, h, w), only when maps are wanted.
        features: (B, width), what the linear heads read.
    """

    probabilities: dict[str, NDArray[np.float32]]
    points: NDArray[np.float32]
    visibility: NDArray[np.float32]
    masks: NDArray[np.float32] | None
    heatmaps: NDArray[np.float32] | None
    cams: dict[str, NDArray[np.float32]]
    features: NDArray[np.float16]


class Reader:
    """Reads photos with one weights bundle on one device. Safe from several threads.

    Landmarks are decoded to a fraction of a heatmap cell: centre of gravity of the softmax in a window of
    5 × 5 cells around the peak (`zoo.decoding.landmark_positions`), then mapped to the upright photo.

    Attributes:
        vocabulary: what the model answers in.
        model_id: id of the bundle, such as "house-1".
        device: the torch device.
        device_name: the same in a word that a person knows.
        teachable: the network's linear heads, as numbers.
    """

    def __init__(self, bundle: Bundle, device: torch.device) -> None:
        self.vocabulary: Vocabulary = bundle.vocabulary
        self.model_id = bundle.manifest.model_id
        self.device = device
        self.device_name = device_title(device)
        self.preprocessing: Preprocessing = bundle.manifest.preprocessing
        self._calibration = bundle.manifest.calibration
        network = fused(bundle.network, self.preprocessing.side_px).to(device)
        self._network = network.to(memory_format=torch.channels_last).eval()
        self.teachable = TeachableHeads(self._network, bundle)
        self._colors = _named_colors(self.vocabulary)
        self._matting: RembgMatting | None = None
        if self.preprocessing.background == "removed":
            self._matting = matting_named(self.preprocessing.matting)
            self._matting.prepare()

    def use_heads(self, heads: Mapping[str, LinearHead] | None, model_id: str) -> None:
        """Answers with other linear heads from now on, maps included; None for the bundle's own.

        No reading may be under way meanwhile.

        Args:
            heads: of this model's shapes; heads that are not named are the bundle's.
            model_id: what is written into predictions.

        Raises:
            CheckpointError: a head of another vocabulary or shape; nothing has changed.
        """
        self.teachable.use(heads or {})
        self.model_id = model_id

    @classmethod
    def load(cls, bundle_dir: Path, device: str = AUTO) -> Reader:
        """Loads a bundle.

        Args:
            bundle_dir: folder with `bundle.json` and `model.safetensors`.
            device: see `choose_device`.

        Raises:
            CheckpointError: the bundle is damaged or of another architecture.
            EnvironmentProblem: the device is not available, or the model wants the background taken away and
                what does so can be neither found nor fetched.
            UserError: no such device name.
        """
        return cls(load_bundle(bundle_dir), choose_device(device))

    def read(
        self, images: Sequence[NDArray[np.uint8]], *, with_maps: bool = False, measure_colors: bool = True
    ) -> list[Reading]:
        """Reads photos; the answers are in the pixels of each image as given.

        Attributes are answered for every photo, also where the category does not have them; who shows or
        stores them decides by the vocabulary.

        Args:
            images: (H, W, 3) uint8 RGB, upright, of any sizes.
            with_maps: add class activation maps of all values of all heads, heatmaps and mask.
            measure_colors: add the palette inside the garment; without it `colors_measured` is empty.

        Raises:
            ValueError: not an (H, W, 3) uint8 image.
        """
        readings: list[Reading] = []
        for start in range(0, len(images), _MOST_AT_ONCE):
            batch = images[start : start + _MOST_AT_ONCE]
            fitted = [self.preprocessing.square(self._as_trained(image)) for image in batch]
            answers = self._answer(np.stack([square for square, _ in fitted]), with_maps=with_maps)
            for index, (image, (_, to_input)) in enumerate(zip(batch, fitted, strict=True)):
                facts = self._measure(image, to_input, answers, index, with_colors=measure_colors)
                readings.append(self._reading(image.shape[:2], to_input, answers, index, facts))
        return readings

    def _as_trained(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if self._matting is None:
            return image
        height_px, width_px = image.shape[:2]
        scale = min(1.0, MATTED_SIDE_PX / max(height_px, width_px))
        small = resize(image, max(1, round(width_px * scale)), max(1, round(height_px * scale)))
        mask = np.rint(self._matting.mask(small) * 255).astype(np.uint8)
        return without_background(image, resize(mask, width_px, height_px), self.preprocessing.fill)

    def _answer(self, squares: NDArray[np.uint8], *, with_maps: bool) -> _Answers:
        with torch.inference_mode():
            inputs = self.preprocessing.normalise(torch.from_numpy(squares).to(self.device))
            with self.teachable.listening() as heard:
                output = self._network(inputs.contiguous(memory_format=torch.channels_last))
            features = _numpy(heard.features).astype(np.float16)
            maps = class_activation_maps(self._network, output.features) if with_maps else {}
            chances = self._probabilities(output)
            cams = {name: _numpy(planes) for name, planes in maps.items()}
            if not isinstance(output, TwoStreamOutput):
                return _without_places(chances, cams, features, with_maps=with_maps)
            temperature = self._calibration.temperature("visibility")
            return _Answers(
                chances,
                _numpy(landmark_positions(output.heatmaps, self.preprocessing.side_px)),
                _numpy(visibility_probabilities(output.visibility, temperature)),
                None if output.mask is None else _numpy(output.mask[:, 0].float().sigmoid()),
                _numpy(heatmap_images(output.heatmaps)) if with_maps else None,
                cams,
                features,
            )

    def _probabilities(self, output: NetworkOutput) -> dict[str, NDArray[np.float32]]:
        found = {}
        for attribute in self.vocabulary.attributes:
            logits = output.logits[attribute.name].float() / self._calibration.temperature(attribute.name)
            several = attribute.cardinality is Cardinality.SEVERAL
            found[attribute.name] = _numpy(logits.sigmoid() if several else logits.softmax(1))
        return found

    def _measure(
        self,
        image: NDArray[np.uint8],
        to_input: Affine,
        answers: _Answers,
        index: int,
        *,
        with_colors: bool,
    ) -> GarmentFacts:
        if answers.masks is None:
            return GarmentFacts((), None, 0.0)
        return measure_garment(
            image,
            answers.masks[index],
            to_input,
            self.preprocessing.side_px,
            self._colors if with_colors else (),
        )

    def _reading(
        self,
        size: tuple[int, ...],
        to_input: Affine,
        answers: _Answers,
        index: int,
        facts: GarmentFacts,
    ) -> Reading:
        height_px, width_px = size
        several = self._several(COLORS, answers, index)
        prediction = Prediction(
            model=self.model_id,
            width_px=width_px,
            height_px=height_px,
            device=self.device_name,
            attributes={
                attribute.name: one_value(attribute.value_names, answers.probabilities[attribute.name][index])
                for attribute in self.vocabulary.attributes
                if attribute.cardinality is Cardinality.ONE
            },
            colors_predicted=several[0],
            colors_probabilities=several[1],
            colors_measured=facts.palette,
            box=facts.box,
            landmarks=self._landmarks(answers, index, to_input, width_px, height_px),
            garment_confidence=facts.confidence,
        )
        if answers.heatmaps is None:
            return Reading(prediction, features=answers.features[index])
        mask = np.zeros((1, 1), np.float32) if answers.masks is None else answers.masks[index]
        maps = Maps(
            cams={name: cams[index] for name, cams in answers.cams.items()},
            heatmaps=answers.heatmaps[index],
            mask=mask,
            to_input=to_input,
            input_px=self.preprocessing.side_px,
        )
        return Reading(prediction, maps, answers.features[index])

    def _several(
        self, name: str, answers: _Answers, index: int
    ) -> tuple[tuple[ScoredValue, ...], dict[str, float]]:
        """Values over their thresholds, most likely first, at least one; and every value's probability."""
        if not self.vocabulary.has(name):
            return (), {}
        names = self.vocabulary.attribute(name).value_names
        return several_values(
            names, answers.probabilities[name][index], self._calibration.thresholds.get(name)
        )

    def _landmarks(
        self, answers: _Answers, index: int, to_input: Affine, width_px: int, height_px: int
    ) -> tuple[LandmarkPrediction, ...]:
        points = to_input.inverse().apply(answers.points[index])
        points = np.clip(points, 0.0, (width_px, height_px))
        states = answers.visibility[index].argmax(axis=1)
        return tuple(
            LandmarkPrediction(name, float(x), float(y), Visibility(int(state)), float(chances[state]))
            for name, (x, y), state, chances in zip(
                self.vocabulary.landmark_names, points, states, answers.visibility[index], strict=True
            )
        )


def _without_places(
    chances: dict[str, NDArray[np.float32]],
    cams: dict[str, NDArray[np.float32]],
    features: NDArray[np.float16],
    *,
    with_maps: bool,
) -> _Answers:
    """Of a network that names classes only: no landmark, no mask."""
    count = len(next(iter(chances.values())))
    return _Answers(
        chances,
        np.empty((count, 0, 2), np.float32),
        np.empty((count, 0, 3), np.float32),
        None,
        np.empty((count, 0, 1, 1), np.float32) if with_maps else None,
        cams,
        features,
    )


def _numpy(tensor: torch.Tensor) -> NDArray[np.float32]:
    return np.asarray(tensor.float().cpu().numpy(), dtype=np.float32)


def _named_colors(vocabulary: Vocabulary) -> tuple[tuple[str, tuple[int, int, int]], ...]:
    if not vocabulary.has(COLORS):
        return ()
    return tuple(
        (value.name, value.rgb) for value in vocabulary.attribute(COLORS).values if value.rgb is not None
    )
