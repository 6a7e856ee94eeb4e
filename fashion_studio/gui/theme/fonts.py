"""Loads the shipped fonts once and builds fonts by step and weight, with tabular figures."""

from __future__ import annotations

import logging
from functools import cache
from typing import Final

from PySide6.QtGui import QFont, QFontDatabase

from fashion_studio.config.resources import resources_dir

__all__ = ["FAMILY", "fixed_font", "load_fonts", "make_font"]

FAMILY: Final = "Inter"
_FALLBACKS: Final = ("Noto Sans KR", "Noto Sans CJK KR", "Segoe UI", "Helvetica Neue", "sans-serif")
_WEIGHTS: Final = {400: QFont.Weight.Normal, 500: QFont.Weight.Medium, 600: QFont.Weight.DemiBold}
_log = logging.getLogger(__name__)


@cache
def load_fonts() -> bool:
    """Registers the shipped fonts; False when the files are missing and the system's sans is used."""
    loaded = True
    for path in sorted((resources_dir() / "fonts").glob("*.[ot]tf")):
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            _log.warning("font %s could not be loaded", path.name)
            loaded = False
    return loaded and FAMILY in QFontDatabase.families()


def make_font(size_px: float, weight: int) -> QFont:
    """A font of the product's family: figures all of one width, the single-storey a of the design."""
    font = QFont()
    font.setFamilies([FAMILY, *_FALLBACKS])
    font.setPixelSize(max(1, round(size_px)))
    font.setWeight(_WEIGHTS[weight])
    for tag in ("tnum", "cv11"):
        font.setFeature(QFont.Tag.fromString(tag), 1)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def fixed_font(size_px: float) -> QFont:
    """For logs and code: JetBrains Mono where present, else the system's fixed font."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setFamilies(["JetBrains Mono", font.family()])
    font.setPixelSize(max(1, round(size_px)))
    return font
