"""From a recipe and the data's vocabulary to a network at the start of its training."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from fashion_studio.domain.errors import CheckpointError, UserError
from fashion_studio.learning.run_data import learnt_heads
from fashion_studio.zoo.bundle import load_bundle
from fashion_studio.zoo.configuration import (
    BackboneHeadsConfig,
    FusionLayer,
    StreamConfig,
    TwoStreamConfig,
    heads_of,
)
from fashion_studio.zoo.pretrained import backbone_state, load_backbone, load_trunks
from fashion_studio.zoo.registry import architecture_of, build
from fashion_studio.zoo.two_stream import TwoStream

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.method_recipe import MethodRecipe, StreamPlan
    from fashion_studio.learning.view_plans import ViewPlan
    from fashion_studio.zoo.registry import Network, NetworkConfig

__all__ = ["StartedNetwork", "check_start", "learnt_vocabulary", "network_config", "start_network"]


@dataclass(frozen=True, slots=True)
class StartedNetwork:
    """A network before its first step.

    Attributes:
        architecture: its name for the bundle, with `config`.
        vocabulary: what it predicts: the part of the data's vocabulary that is learnt.
        view: how a photo becomes its input: the recipe's, with size, fit and normalisation of the base model
            where there is one.
        parents: name to SHA-256 of the weights it starts from, "" for those that timm fetched.
    """

    network: Network
    architecture: str
    config: NetworkConfig
    vocabulary: Vocabulary
    view: ViewPlan
    parents: Mapping[str, str]


def learnt_vocabulary(recipe: MethodRecipe, vocabulary: Vocabulary) -> Vocabulary:
    """The part of the data's vocabulary that the recipe's network predicts.

    Raises:
        UserError: the recipe names an attribute that the vocabulary does not have.
    """
    heads = learnt_heads(recipe, vocabulary)
    return vocabulary.restricted(heads, landmarks=recipe.backbone is None)


def network_config(recipe: MethodRecipe, vocabulary: Vocabulary) -> NetworkConfig:
    """The configuration of a new network; class counts come from the vocabulary.

    Args:
        recipe: with `[two_stream]` or `[backbone]`.
        vocabulary: of `learnt_vocabulary`.

    Raises:
        UserError: the recipe goes on with a base model, whose configuration is its own.
    """
    heads = heads_of(vocabulary)
    if recipe.two_stream is not None:
        plan = recipe.two_stream
        return TwoStreamConfig(
            texture=_stream(plan.texture),
            shape=_stream(plan.shape),
            heads=heads,
            fusion=tuple(
                FusionLayer(plan.fusion_kernel, width, norm=plan.fusion_norm) for width in plan.fusion_widths
            ),
            landmarks=len(vocabulary.landmarks),
            visibility_states=plan.visibility_states,
            decoder=plan.decoder,
            decoder_width=plan.decoder_width,
            mask=False,
            dropout=plan.dropout,
            streams=plan.streams,
        )
    if recipe.backbone is not None:
        single = recipe.backbone
        return BackboneHeadsConfig(
            backbone=single.backbone,
            heads=heads,
            input_px=recipe.view.side_px,
            hidden_widths=single.hidden_widths,
            dropout=single.dropout,
            frozen=single.frozen,
        )
    msg = f"The recipe “{recipe.title}” goes on with a model that exists; it has no network of its own."
    raise UserError(msg)


def check_start(recipe: MethodRecipe, *, weights: Path | None, base: Path | None) -> None:
    """Refuses starting points that the recipe does not allow, before anything is read.

    Raises:
        UserError: pretrained weights where they are forbidden, a base model for a recipe without one, a
            weights file that nothing would use, or no base model where one is needed.
    """
    title = recipe.title
    problem = ""
    if recipe.limits.forbid_pretrained and (weights is not None or base is not None):
        problem = f"“{title}” forbids pretrained weights: every weight starts at random. Leave them out."
    elif recipe.base is None and base is not None:
        problem = (
            f"“{title}” makes its own network and does not go on with a model. Leave the base model out."
        )
    elif recipe.base is not None and base is None:
        problem = f"“{title}” goes on with a model; give the folder of one."
    elif weights is not None and (recipe.base is not None or not recipe.starts_pretrained):
        problem = f"“{title}” starts from no ImageNet weights, so the file {weights.name} would not be used."
    if problem:
        raise UserError(problem)


def start_network(
    recipe: MethodRecipe,
    vocabulary: Vocabulary,
    *,
    weights: Path | None = None,
    base: Path | None = None,
    seed: int = 0,
) -> StartedNetwork:
    """Builds the network and loads what it starts from.

    Args:
        recipe: of the method.
        vocabulary: the data's whole vocabulary.
        weights: safetensors file with ImageNet weights of the recipe's backbone; None asks timm's hub where
            the recipe wants such weights.
        base: bundle folder for a recipe with `[base]`.
        seed: of the random weights.

    Raises:
        UserError: see `check_start` and `learnt_vocabulary`.
        CheckpointError: weights or base model are damaged or of another backbone or vocabulary.
        EnvironmentProblem: ImageNet weights are wanted, no file is given and there is no network.
    """
    check_start(recipe, weights=weights, base=base)
    if base is not None:
        return _gone_on_with(base, recipe, vocabulary)
    learnt = learnt_vocabulary(recipe, vocabulary)
    config = network_config(recipe, learnt)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = build(architecture_of(config), config)
    parents: dict[str, str] = {}
    if recipe.backbone is not None and not isinstance(network, TwoStream):
        if recipe.backbone.weights == "imagenet":
            load_backbone(network, _state(recipe.backbone.backbone, weights, parents))
    elif recipe.two_stream is not None and isinstance(network, TwoStream):
        plan = recipe.two_stream
        states = [
            _state(stream.backbone, weights, parents) if stream.weights == "imagenet" else None
            for stream in (plan.texture, plan.shape)
        ]
        load_trunks(network, states[0], states[1])
    return StartedNetwork(network, architecture_of(config), config, learnt, recipe.view, parents)


def _stream(plan: StreamPlan) -> StreamConfig:
    return StreamConfig(plan.backbone, plan.stages, plan.pad_type)


def _state(backbone: str, file: Path | None, parents: dict[str, str]) -> dict[str, Tensor]:
    state = backbone_state(backbone, file)
    if file is None:
        parents[f"timm {backbone}"] = ""
    else:
        parents[file.name] = hashlib.sha256(file.read_bytes()).hexdigest()
    return state


def _gone_on_with(base: Path, recipe: MethodRecipe, vocabulary: Vocabulary) -> StartedNetwork:
    bundle = load_bundle(base)
    manifest, own = bundle.manifest, bundle.vocabulary
    names = recipe.heads or tuple(attribute.name for attribute in own.attributes)
    for name in names:
        if not vocabulary.has(name) or not own.has(name):
            which = "the data's" if own.has(name) else "the model's"
            msg = f"The model {manifest.model_id} cannot go on with this: {which} vocabulary has no “{name}”."
            raise CheckpointError(msg)
        if own.attribute(name).value_names != vocabulary.attribute(name).value_names:
            msg = (
                f"The model {manifest.model_id} cannot go on with this data: “{name}” has other values, "
                f"{', '.join(vocabulary.attribute(name).value_names[:6])} and so on. Choose a recipe that "
                "makes its own network."
            )
            raise CheckpointError(msg)
    if own.landmark_names and own.landmark_names != vocabulary.landmark_names:
        msg = f"The model {manifest.model_id} cannot go on with this data: it has other landmarks."
        raise CheckpointError(msg)
    parents = {manifest.model_id: manifest.weights_sha256, **manifest.parents}
    own_view = manifest.preprocessing
    view = replace(
        recipe.view,
        side_px=own_view.side_px,
        fit=own_view.fit,
        interpolation=own_view.interpolation,
        background=own_view.background,
        matting=own_view.matting or recipe.view.matting,
        fill=own_view.fill,
        mean=own_view.mean,
        std=own_view.std,
    )
    return StartedNetwork(bundle.network, manifest.architecture, manifest.config, own, view, parents)
