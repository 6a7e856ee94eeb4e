"""The table of roles: what a colour means, and its value in the dark and the light theme.

This is the only module that names colours. Everything else asks `Theme.color(role)`.
"""

from __future__ import annotations

from typing import Final

__all__ = ["DARK", "LIGHT", "PHOTO", "ROLES", "SHADOW_ALPHA"]

# role: (dark, light)
ROLES: Final[dict[str, tuple[str, str]]] = {
    # surfaces
    "canvas": ("#111214", "#E2E4E8"),
    "window": ("#16171A", "#F1F2F4"),
    "panel": ("#1B1D20", "#FFFFFF"),
    "raised": ("#24262A", "#F5F6F8"),
    "overlay": ("#2A2D32", "#FFFFFF"),
    "hover": ("#2B2E33", "#ECEEF1"),
    "pressed": ("#34373D", "#E0E3E7"),
    "selected": ("#2A2C49", "#E8E9FC"),
    "track": ("#34373D", "#DDE0E5"),
    # lines
    "line": ("#2B2D32", "#E4E6EA"),
    "border": ("#3B3E45", "#CDD1D7"),
    "strong": ("#747A84", "#767C86"),
    "accentline": ("#4A4EA3", "#A9ACEC"),
    # text
    "text": ("#ECEDF0", "#17181B"),
    "text2": ("#B0B5BD", "#484D55"),
    "text3": ("#949AA3", "#5F656E"),
    "disabled": ("#5D626A", "#A2A7AF"),
    # accent
    "accent": ("#9095FF", "#4347C9"),
    "accentfill": ("#5A5FDE", "#4B50D3"),
    "accenthover": ("#5155D5", "#4347C9"),
    "accentpress": ("#464AC0", "#3A3EB2"),
    "onaccent": ("#FFFFFF", "#FFFFFF"),
    # meaning
    "human": ("#5BB8F0", "#0A679E"),
    "humanfill": ("#5BB8F0", "#1580C2"),
    "humanbg": ("#1B2E3A", "#E3F1FA"),
    "model": ("#E5B04A", "#835500"),
    "modelfill": ("#E5B04A", "#A66C00"),
    "modelbg": ("#33291A", "#FBF0D9"),
    "agree": ("#45BD92", "#0B7453"),
    "agreebg": ("#19302A", "#E0F4EC"),
    "disagree": ("#FF7F66", "#B23A1F"),
    "disagreebg": ("#3A211D", "#FCE8E3"),
    "unknown": ("#979DA6", "#5F656E"),
    "unknownbg": ("#282B30", "#EEF0F2"),
    "danger": ("#FF6B78", "#B3202E"),
    "dangerbg": ("#3A1D22", "#FBE5E7"),
    "shadow": ("#000000", "#141820"),
    "scrim": ("#000000", "#000000"),
}

DARK: Final[dict[str, str]] = {role: pair[0] for role, pair in ROLES.items()}
LIGHT: Final[dict[str, str]] = {role: pair[1] for role, pair in ROLES.items()}

SHADOW_ALPHA: Final = {"dark": 0.45, "light": 0.16}

# What lies on a photo looks the same in both themes.
PHOTO: Final[dict[str, str]] = {
    "left": "#7DF0D0",
    "right": "#FF9FD6",
    "across": "#FFFFFF",
    "ground": "#0B0C0E",
    "frame": "#FFFFFF",
    "badge": "#111214",
    "badge_text": "#ECEDF0",
    "badge_text2": "#B0B5BD",
    "badge_accent": "#9095FF",
    "badge_agree": "#45BD92",
    "badge_disagree": "#FF7F66",
    "badge_danger": "#FF6B78",
    "badge_model": "#E5B04A",
}
