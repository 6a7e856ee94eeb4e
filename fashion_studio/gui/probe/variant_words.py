"""What variants, backgrounds and figures are called on the screen, and the icons of garment classes."""

from __future__ import annotations

from typing import Final

from fashion_studio.config.resources import garment_icon

__all__ = ["garment_icon", "interval_text", "picture_title", "share_text"]

_TITLES: Final = {
    "original": "Original",
    "grey": "Grey",
    "silhouette": "Silhouette",
    "edges": "Edges",
    "texture": "Texture",
    "shuffled": "Shuffled",
    "blurred": "Blurred",
    "stylised": "Stylised",
    "on-grey": "On grey",
    "on-black": "On black",
    "on-white": "On white",
    "on-photo": "Other photo",
}


def picture_title(name: str) -> str:
    """The head of a column."""
    return _TITLES.get(name, name.replace("_", " ").capitalize())


def share_text(share: float | None) -> str:
    """A share of 1 in per cent with one decimal, the sign behind a space; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.1f} %"


def interval_text(low: float | None, high: float | None) -> str:
    """An interval of scores: “.40 to .48”."""
    if low is None or high is None:
        return "not defined yet"
    return f"{low:.2f}".lstrip("0") + " to " + f"{high:.2f}".lstrip("0")
