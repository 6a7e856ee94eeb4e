"""Recipes of style transfer (`resources/recipes/adain*.toml`): all that decides a decoder's training."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from typing import Any, Final, Literal

import msgspec

from fashion_studio.domain.errors import UserError

__all__ = ["AdaInRecipe", "EncoderPlan", "adain_recipe_toml", "is_adain_recipe", "parse_adain_recipe"]

_LEAST_PX: Final = 32


@dataclass(frozen=True, slots=True)
class EncoderPlan:
    """An encoder and where its weights come from.

    Attributes:
        kind: "vgg" is one of timm's VGGs, cut after the first convolution of block `depth` (relu3_1 for 3,
            relu4_1 for 4, the paper's); "house" are stages of the shipped model's shape stream; "pair" is the
            encoder of a handed-around pair of files; "own" is VGG's build with widths of its own.
        backbone: of "vgg", timm's name.
        depth: of "vgg".
        stages: of "house".
        blocks: of "own": widths of the convolutions, block by block.
        is_trained: whether its weights learn, too; only where the loss has another encoder.
    """

    kind: Literal["vgg", "house", "pair", "own"]
    backbone: str = "vgg19"
    depth: int = 4
    stages: tuple[int, ...] = (0, 1)
    blocks: tuple[tuple[int, ...], ...] = ()
    is_trained: bool = False


@dataclass(frozen=True, slots=True)
class AdaInRecipe:
    """A decoder's training (Huang & Belongie 2017, section 5), or that of a small encoder with it.

    Attributes:
        encoder: what is stylised with.
        loss_encoder: what the losses compare by; None is the encoder itself, the paper's.
        decoder: widths, coarsest block first; () mirrors an encoder of convolutions.
        base_pool: as in `zoo.adain.AdaInSpec`.
        side_px: of the training squares, cut at random out of pictures of `loaded_px`.
        renderings: rendered garments beside the photos; patches of their cloth are styles, too.
        styles_from_photos: photos serve as styles beside the folder's pictures and the cloth.
        content_weight, style_weight: of the paper's two losses (it has 1 and 10).
        identity_weight: of the mean absolute difference in pixels between a picture and its reconstruction;
            the paper has none.
        least_alpha: α is drawn between this and 1 for every picture; 1 is the paper's.
        steps, batch_size, rate, final_rate: Adam; the rate falls to the final one by half a cosine.
        clip_norm: largest gradient norm, 0 for none.
        precision: "bf16-mixed" lets the losses' encoder compute in bfloat16; twice as fast on processors that
            have it.
    """

    name: str
    title: str
    encoder: EncoderPlan
    loss_encoder: EncoderPlan | None = None
    decoder: tuple[tuple[int, ...], ...] = ()
    base_pool: int = 0
    side_px: int = 128
    loaded_px: int = 160
    renderings: int = 300
    styles_from_photos: bool = True
    content_weight: float = 1.0
    style_weight: float = 10.0
    identity_weight: float = 0.0
    least_alpha: float = 1.0
    steps: int = 4000
    batch_size: int = 4
    rate: float = 1e-3
    final_rate: float = 1e-5
    clip_norm: float = 0.0
    precision: Literal["32-true", "bf16-mixed"] = "32-true"
    sources: tuple[str, ...] = ()


def is_adain_recipe(text: str) -> bool:
    """Whether a recipe file is of this schema: it has an encoder.

    Raises:
        UserError: no TOML.
    """
    return "encoder" in _toml(text)


def parse_adain_recipe(text: str) -> AdaInRecipe:
    """Parses TOML text.

    Raises:
        UserError: not TOML, a field is missing, unknown or of the wrong type, or two are at odds; the message
            names it.
    """
    data = _toml(text)
    try:
        recipe = msgspec.convert(data, AdaInRecipe)
    except msgspec.ValidationError as error:
        msg = f"The recipe cannot be used: {error}."
        raise UserError(msg) from error
    strange = sorted(set(data) - {field.name for field in fields(AdaInRecipe)})
    for table in ("encoder", "loss_encoder"):
        strange += sorted(set(data.get(table, {})) - {field.name for field in fields(EncoderPlan)})
    if strange:
        msg = f"The recipe has fields that are not known: {', '.join(strange)}."
        raise UserError(msg)
    _check(recipe)
    return recipe


def adain_recipe_toml(recipe: AdaInRecipe) -> str:
    """The recipe as TOML that parses to the same, with every default written out, for run folders."""
    plain = {key: value for key, value in msgspec.to_builtins(recipe).items() if value is not None}
    return msgspec.toml.encode(plain).decode()


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"The recipe is not valid TOML: {error}."
        raise UserError(msg) from error


def _check(recipe: AdaInRecipe) -> None:
    compared = recipe.loss_encoder or recipe.encoder
    problems = {
        "The encoder that the loss compares by has to stay as it is; give the recipe a [loss_encoder].": (
            compared.is_trained or compared.kind == "own"
        ),
        "An encoder of one's own has to be trained and needs its widths (blocks).": (
            recipe.encoder.kind == "own" and not (recipe.encoder.is_trained and recipe.encoder.blocks)
        ),
        "Stages of the shipped model need the decoder's widths.": (
            recipe.encoder.kind == "house" and not recipe.decoder
        ),
        "The decoder has to end with a width of 3.": bool(recipe.decoder) and recipe.decoder[-1][-1] != 3,
        f"Pictures have to be at least {_LEAST_PX} pixels, and loaded at least as large as they are cut.": (
            not _LEAST_PX <= recipe.side_px <= recipe.loaded_px
        ),
        "Steps and batch size have to be at least 1.": recipe.steps < 1 or recipe.batch_size < 1,
        "least_alpha lies between 0 and 1.": not 0 <= recipe.least_alpha <= 1,
    }
    for sentence, is_wrong in problems.items():
        if is_wrong:
            raise UserError(f"The recipe cannot be used: {sentence}")
