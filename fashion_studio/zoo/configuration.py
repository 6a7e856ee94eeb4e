"""What a network is made of, as plain data that travels with its weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from fashion_studio.domain.vocabulary import Cardinality

if TYPE_CHECKING:
    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = ["BackboneHeadsConfig", "FusionLayer", "Head", "StreamConfig", "TwoStreamConfig", "heads_of"]

PAPER_FUSION_WIDTHS: Final = (2048, 4096)


@dataclass(frozen=True, slots=True)
class StreamConfig:
    """One trunk: any timm backbone with `features_only`.

    Attributes:
        backbone: timm's name.
        stages: indices of the feature maps that are used, finest first; the last one feeds the fusion.
        pad_type: for backbones of the EfficientNet family, timm's padding ("" is symmetric).
    """

    backbone: str
    stages: tuple[int, ...]
    pad_type: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """Classes scored together from the fused map. `several` means sigmoids, otherwise one softmax."""

    name: str
    values: int
    several: bool = False


@dataclass(frozen=True, slots=True)
class FusionLayer:
    """One convolution over the concatenated streams, followed by ReLU."""

    kernel: int
    width: int
    norm: bool = True


@dataclass(frozen=True, slots=True)
class TwoStreamConfig:
    """The whole network.

    Attributes:
        texture, shape: the two trunks; both see the same input.
        heads: classification heads in output order, on the fused map.
        fusion: convolutions over the concatenation of both streams' last maps.
        dropout: before the linear heads, 0 to 1.
        decoder: "deconv" is the paper's shape branch (one transposed convolution), "pyramid" the compact
            one that climbs back to the shape stream's finest stage.
        decoder_width: channels of the pyramid.
        landmarks: number of heatmaps.
        visibility_states: logits per landmark: 1 (a sigmoid for "visible", the paper's) or 3 (a softmax over
            visible, occluded, absent).
        mask: whether a garment mask is predicted beside the heatmaps.
        color_width: channels of the colour branch that joins the fusion, 0 for none (the paper has none).
        streams: which trunks' features the classification heads see. "texture" or "shape" alone is the
            paper's ablation: the other's are zero before the fusion, so that the network keeps its size.
    """

    texture: StreamConfig
    shape: StreamConfig
    heads: tuple[Head, ...]
    fusion: tuple[FusionLayer, ...]
    landmarks: int
    visibility_states: Literal[1, 3]
    decoder: Literal["deconv", "pyramid"]
    decoder_width: int = 48
    mask: bool = True
    dropout: float = 0.2
    color_width: int = 0
    streams: Literal["both", "texture", "shape"] = "both"

    @classmethod
    def paper(cls, *, categories: int = 50, attributes: int = 1000, landmarks: int = 8) -> TwoStreamConfig:
        """The network of the two-stream paper (CVPR 2020), with the layer widths of its unofficial reading.

        Two VGG-16 up to conv5 without its pooling, so that 224 pixels give heatmaps of 28 x 28. The paper
        states the streams, the fusion and the outputs; the widths 2048 and 4096 are one reading of it.
        """
        return cls(
            texture=StreamConfig("vgg16", (4,)),
            shape=StreamConfig("vgg16", (4,)),
            heads=(Head("category", categories), Head("attributes", attributes, several=True)),
            fusion=tuple(FusionLayer(3, width, norm=False) for width in PAPER_FUSION_WIDTHS),
            landmarks=landmarks,
            visibility_states=1,
            decoder="deconv",
            mask=False,
            dropout=0.5,
        )

    @classmethod
    def house(cls, vocabulary: Vocabulary) -> TwoStreamConfig:
        """The compact pair that the program ships: two MobileNetV2, under 25 MB, fast on a CPU."""
        return cls(
            texture=StreamConfig("mobilenetv2_100", (4,), pad_type=""),
            shape=StreamConfig("mobilenetv2_100", (1, 2, 3, 4), pad_type=""),
            heads=heads_of(vocabulary),
            fusion=(FusionLayer(1, 1280),),
            landmarks=len(vocabulary.landmarks),
            visibility_states=3,
            decoder="pyramid",
            color_width=64,
        )


@dataclass(frozen=True, slots=True)
class BackboneHeadsConfig:
    """One timm backbone with classification heads on its pooled features.

    Attributes:
        backbone: timm's name; a tag after a point says whose weights it may start from.
        heads: in output order.
        input_px: side of the square input; a vision transformer's patch grid depends on it.
        hidden_widths: layers between features and heads, each linear, ReLU, dropout; () is a linear head.
        dropout: after each hidden layer, or before the linear heads where there is none; 0 to 1.
        frozen: weights and running statistics of the backbone stay as they are.
    """

    backbone: str
    heads: tuple[Head, ...]
    input_px: int = 224
    hidden_widths: tuple[int, ...] = ()
    dropout: float = 0.0
    frozen: bool = False

    @property
    def landmarks(self) -> int:
        """Such a network predicts none."""
        return 0


def heads_of(vocabulary: Vocabulary) -> tuple[Head, ...]:
    """One head per attribute of the vocabulary, in its order."""
    return tuple(
        Head(attribute.name, len(attribute.values), several=attribute.cardinality is Cardinality.SEVERAL)
        for attribute in vocabulary.attributes
    )
