"""The table of docs/networks.md: `python -m bench.network_table` prints it. No weights are needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fashion_studio.config.resources import load_vocabulary
from fashion_studio.zoo.configuration import BackboneHeadsConfig, Head, TwoStreamConfig
from fashion_studio.zoo.overview import overview_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fashion_studio.zoo.registry import NetworkConfig

__all__ = ["main", "table_lines"]

_MEGABYTE: Final = 1 << 20
_HOW_1: Final = (Head("daily", 6), Head("gender", 5), Head("embellishment", 3))
_FINE26: Final = {"texture": 7, "sleeve": 3, "length": 3, "neckline": 4, "fabric": 6, "fit": 3}


def main() -> None:
    """Prints the table in Markdown."""
    print("\n".join(table_lines()))  # noqa: T201 - what it is for


def table_lines() -> Iterator[str]:
    """Heading, then one row per network."""
    yield "| network | recipe | parameters | trained | MB float32 | MB float16 | outputs for one photo |"
    yield "|-|-|-:|-:|-:|-:|-|"
    for title, recipe, config, side in _networks():
        found = overview_of(config, side)
        outputs = "; ".join(f"{name} {'×'.join(map(str, shape))}" for name, shape in found.outputs.items())
        sizes = [f"{size / _MEGABYTE:.1f}" for size in (found.float32_bytes, found.float16_bytes)]
        yield (
            f"| {title} | {recipe} | {found.parameters:,} | {found.trained:,} | {sizes[0]} | {sizes[1]} "
            f"| {outputs} |"
        )


def _networks() -> Iterator[tuple[str, str, NetworkConfig, int]]:
    color = (Head("color", 18),)
    fine26 = tuple(Head(name, values) for name, values in _FINE26.items())
    yield "two VGG-16, 50 categories", "two-stream-deepfashion", TwoStreamConfig.paper(), 224
    yield "two VGG-16, 46 categories", "two-stream-deepfashion", TwoStreamConfig.paper(categories=46), 224
    eva = "eva02_tiny_patch14_224"
    yield "EVA-02 tiny, three heads", "fashion-how-1", BackboneHeadsConfig(eva, _HOW_1), 224
    yield "EVA-02 tiny", "fashion-how-2", BackboneHeadsConfig(eva, color), 224
    for name in ("convnextv2_femto", "mobilenetv4_conv_small"):
        yield name, f"fashion-how-2, {name.replace('_', '-')}", BackboneHeadsConfig(name, color), 224
    resnet = BackboneHeadsConfig("resnet50", fine26, hidden_widths=(512,), frozen=True)
    yield "ResNet-50, frozen, MLP head", "fine26-resnet50", resnet, 224
    yield "house: two MobileNetV2", "house, fine-tune", TwoStreamConfig.house(load_vocabulary()), 224


if __name__ == "__main__":
    main()
