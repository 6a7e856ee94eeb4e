"""The card of a trained style transfer: what it is, what it was made from, what it reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fashion_studio.learning.style.adain_recipe import AdaInRecipe
    from fashion_studio.learning.style.pictures import Pictures
    from fashion_studio.zoo.adain import AdaInManifest

__all__ = ["adain_card"]

_WHAT: Final = (
    "Style transfer by adaptive instance normalisation (Huang & Belongie, ICCV 2017): the content's shapes "
    "in the style's texture and colours. Made for stylised training and for pictures with conflicting cues, "
    "not for pleasing pictures."
)


def adain_card(
    recipe: AdaInRecipe, manifest: AdaInManifest, pictures: Pictures, steps: int, seconds: float
) -> str:
    """Markdown; `steps` and `seconds` are those of its training so far."""
    spec = manifest.spec
    compared = recipe.loss_encoder or recipe.encoder
    encoder = (
        f"convolutions {' · '.join(str(block) for block in spec.encoder.blocks)}"
        if spec.encoder.kind == "convolutions"
        else f"stages {spec.encoder.stages} of {spec.encoder.backbone}"
    )
    parts = {
        "content": recipe.content_weight,
        "style": recipe.style_weight,
        "identity": recipe.identity_weight,
    }
    weights = ", ".join(f"{name} {value:g}" for name, value in parts.items())
    side = f"{recipe.side_px} px"
    took = f"{seconds / 60:.0f} min"
    figures = [f"| {name} | {value:.4g} |" for name, value in manifest.figures.items()]
    lines = [
        f"# {manifest.model_id}: {recipe.title}",
        "",
        _WHAT,
        "",
        f"- Encoder: {encoder}; {'trained with the decoder' if recipe.encoder.is_trained else 'frozen'}.",
        f"- Decoder: {' · '.join(str(block) for block in spec.decoder)}.",
        f"- Compared by: {compared.kind}. Weights of the losses: {weights}.",
        f"- Trained {steps:,} of {recipe.steps:,} steps, {took}, {recipe.batch_size} squares of {side} each.",
        f"- Learnt from {len(pictures.contents):,} contents and {len(pictures.styles):,} styles.",
        f"- Made from: {'; '.join(manifest.sources)}.",
        f"- Licence of the weights: {manifest.licence}. {manifest.weights_bytes / 1e6:.2f} MB.",
        "",
        f"Of {len(pictures.held):,} photos that nothing was learnt from, each in another's style (α = 1):",
        "",
        "| figure | value |",
        "| --- | ---: |",
        *figures,
        "",
    ]
    return "\n".join(lines)
