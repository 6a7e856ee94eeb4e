"""Encoders of a recipe with the weights that they start from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import timm
import torch

from fashion_studio.domain.errors import CheckpointError, UserError
from fashion_studio.zoo.adain import AdaIn, AdaInSpec, load_adain
from fashion_studio.zoo.bundle import load_bundle
from fashion_studio.zoo.pretrained import backbone_state
from fashion_studio.zoo.style_encoders import ConvEncoder, EncoderSpec, StageEncoder, mirrored_decoder

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from fashion_studio.learning.style.adain_recipe import AdaInRecipe, EncoderPlan
    from fashion_studio.zoo.style_encoders import Blocks

__all__ = ["start_adain", "start_encoder"]

_IMAGENET_MEAN: Final = (0.485, 0.456, 0.406)
_IMAGENET_STD: Final = (0.229, 0.224, 0.225)
_BEGINNING: Final = 0.1


def start_adain(recipe: AdaInRecipe, house: Path, weights: Path | None) -> AdaIn:
    """Encoder with its weights, decoder at random (from torch's generator as it stands).

    Args:
        recipe: says which.
        house: folder of the shipped model, for "house".
        weights: for "vgg" a safetensors file with ImageNet's, or None to fetch timm's; for "pair" the folder.

    Raises:
        CheckpointError: the weights are not those of the encoder.
        EnvironmentProblem: timm's cannot be fetched.
        UserError: no such VGG.
    """
    encoder, spec = _started(recipe.encoder, house, weights)
    network = AdaIn(AdaInSpec(spec, recipe.decoder or mirrored_decoder(spec.blocks), recipe.base_pool))
    if 2 ** (len(network.spec.decoder) - 1) != network.encoder.stride:
        msg = (
            f"The recipe's decoder has {len(network.spec.decoder)} blocks, which does not bring an encoder "
            f"of stride {network.encoder.stride} back to the picture's size."
        )
        raise UserError(msg)
    if recipe.base_pool:
        with torch.no_grad():  # begins as its base, which is nearer to a picture than noise is
            network.decoder.convolutions[-1].get_parameter("weight").mul_(_BEGINNING)
    if encoder is not None:
        network.encoder.load_state_dict(encoder.state_dict())
    network.encoder.requires_grad_(recipe.encoder.is_trained)
    return network


def start_encoder(plan: EncoderPlan, house: Path, weights: Path | None) -> ConvEncoder | StageEncoder:
    """A frozen encoder to compare by; arguments and errors as `start_adain`."""
    encoder, _ = _started(plan, house, weights)
    if encoder is None:
        msg = "An encoder of one's own knows nothing yet, so nothing can be compared by it."
        raise UserError(msg)
    return encoder.eval().requires_grad_(False)


def _started(
    plan: EncoderPlan, house: Path, weights: Path | None
) -> tuple[ConvEncoder | StageEncoder | None, EncoderSpec]:
    """The encoder with its weights (None: at random), and its specification."""
    if plan.kind == "own":
        return None, EncoderSpec(blocks=plan.blocks)
    if plan.kind == "pair":
        if weights is None:
            msg = "This recipe needs the folder of a VGG-19 pair; name it with --pretrained."
            raise UserError(msg)
        pair = load_adain(weights)
        return pair.encoder, pair.spec.encoder
    if plan.kind == "house":
        return _of_house(plan, house)
    return _of_vgg(plan, weights)


def _of_house(plan: EncoderPlan, house: Path) -> tuple[ConvEncoder | StageEncoder, EncoderSpec]:
    bundle = load_bundle(house)
    trunk, config = bundle.two_stream.shape, bundle.two_stream.config.shape
    spec = EncoderSpec(
        "stages",
        backbone=config.backbone,
        stages=plan.stages,
        pad_type=config.pad_type,
        mean=bundle.manifest.preprocessing.mean,
        std=bundle.manifest.preprocessing.std,
    )
    encoder = StageEncoder(spec)
    _take(encoder.backbone, trunk.state_dict(), "the shipped model")
    return encoder, spec


def _of_vgg(plan: EncoderPlan, weights: Path | None) -> tuple[ConvEncoder | StageEncoder, EncoderSpec]:
    blocks, places = _vgg_blocks(plan)
    spec = EncoderSpec(blocks=blocks, mean=_IMAGENET_MEAN, std=_IMAGENET_STD)
    state = backbone_state(plan.backbone, weights)
    encoder = ConvEncoder(spec)
    named = {
        f"convolutions.{number}.{kind}": state[f"features.{place}.{kind}"]
        for number, place in enumerate(places)
        for kind in ("weight", "bias")
        if f"features.{place}.{kind}" in state
    }
    _take(encoder, named, plan.backbone)
    return encoder, spec


def _vgg_blocks(plan: EncoderPlan) -> tuple[Blocks, list[int]]:
    """Widths of timm's VGG up to the first convolution of block `depth`, and their places in it."""
    if not plan.backbone.startswith("vgg") or "_bn" in plan.backbone or not timm.is_model(plan.backbone):
        msg = f"“{plan.backbone}” is none of timm's VGGs without batch normalisation (vgg11, 13, 16, 19)."
        raise UserError(msg)
    with torch.device("meta"):
        layers = timm.create_model(plan.backbone, pretrained=False).get_submodule("features")
    blocks: list[list[int]] = [[]]
    places = []
    for place, layer in enumerate(layers.children()):
        if isinstance(layer, torch.nn.MaxPool2d):
            blocks.append([])
        if isinstance(layer, torch.nn.Conv2d):
            blocks[-1].append(layer.out_channels)
            places.append(place)
            if len(blocks) == plan.depth:
                break
    return tuple(map(tuple, blocks)), places


def _take(encoder: torch.nn.Module, state: dict[str, Tensor], name: str) -> None:
    """Fills an encoder from a state that may hold more.

    Raises:
        CheckpointError: a tensor is missing or of another shape.
    """
    wanted = encoder.state_dict()
    for key, value in wanted.items():
        if key not in state or state[key].shape != value.shape:
            msg = (
                f"The weights of {name} are not those of this encoder: {key} is missing or of another shape."
            )
            raise CheckpointError(msg)
    encoder.load_state_dict({key: state[key] for key in wanted})
