"""The paper's figure as a picture of its own: biases of classes with their icons, a mark per model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fashion_studio.config.resources import garment_icon, resources_dir
from fashion_studio.services.probing.report_chart import bias_chart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fashion_studio.probing.scores import SubjectScores

__all__ = ["bias_figure"]

_COLORS: Final = {"--one": "#3d6fd1", "--two": "#b4456c", "--line": "#d9dbe0", "--soft": "#6b6f78"}
_INK: Final = "#23252b"
_STYLE: Final = "font: 13px Inter, Helvetica, Arial, sans-serif; background: #ffffff"


def bias_figure(scores: Sequence[SubjectScores]) -> str:
    """A whole SVG file that needs nothing beside it; "" where no subject has a bias.

    Source: Geirhos et al., ICLR 2019, figure 4. People's line is left out: theirs is known for ImageNet's
    sixteen classes, not for garments.
    """
    classes = {own.name for score in scores if score.bias for own in score.bias.classes}
    drawn = bias_chart(scores, icons={name: drawing for name in classes if (drawing := _drawing(name))})
    for name, color in _COLORS.items():
        drawn = drawn.replace(f"var({name})", color)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" color="{_INK}" style="{_STYLE}" '
    return drawn.replace("<svg ", head, 1) if drawn else ""


def _drawing(value: str) -> str:
    """The lines of a garment's icon, on its grid of 24 units."""
    name = garment_icon(value)
    if not name:
        return ""
    text = (resources_dir() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    inner = re.search(r"<svg[^>]*>(.*)</svg>", text, re.DOTALL)
    return " ".join(inner.group(1).split()) if inner else ""
