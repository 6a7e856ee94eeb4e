"""The role table keeps the contrast that the design promises (WCAG 2.2 AA), in both themes."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from fashion_studio.gui.theme.roles import DARK, LIGHT, PHOTO

SURFACES = ("canvas", "window", "panel", "raised", "overlay", "hover", "selected")
INKS = ("text", "text2", "text3", "accent", "human", "model", "agree", "disagree", "unknown", "danger")
GRAPHICS = ("strong", "humanfill", "modelfill")
PAIRS = (
    ("onaccent", "accentfill"),
    ("onaccent", "accenthover"),
    ("onaccent", "accentpress"),
    ("human", "humanbg"),
    ("model", "modelbg"),
    ("agree", "agreebg"),
    ("disagree", "disagreebg"),
    ("unknown", "unknownbg"),
    ("danger", "dangerbg"),
    ("text", "pressed"),
    ("text2", "pressed"),
)
GUI = Path(__file__).parents[4] / "fashion_studio" / "gui"


def luminance(code: str) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(code[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(ink: str, ground: str) -> float:
    light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_gives_the_textbook_values() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("table", [DARK, LIGHT], ids=["dark", "light"])
def test_text_reaches_aa_on_every_surface(table: dict[str, str]) -> None:
    low = {
        (ink, ground): contrast(table[ink], table[ground])
        for ink, ground in product(INKS, SURFACES)
        if contrast(table[ink], table[ground]) < 4.5
    }
    assert not low


@pytest.mark.parametrize("table", [DARK, LIGHT], ids=["dark", "light"])
def test_marks_reach_three_to_one_on_every_surface(table: dict[str, str]) -> None:
    low = [pair for pair in product(GRAPHICS, SURFACES) if contrast(table[pair[0]], table[pair[1]]) < 3]
    assert not low
    assert contrast(table["modelfill"], table["track"]) >= 3


@pytest.mark.parametrize("table", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0]} on {pair[1]}")
def test_inks_reach_aa_on_their_own_ground(table: dict[str, str], pair: tuple[str, str]) -> None:
    assert contrast(table[pair[0]], table[pair[1]]) >= 4.5


def test_marks_on_photos_stand_out_from_their_ground() -> None:
    assert contrast(PHOTO["left"], PHOTO["ground"]) > 10
    assert contrast(PHOTO["right"], PHOTO["ground"]) > 10
    for role in (
        "badge_text",
        "badge_accent",
        "badge_agree",
        "badge_disagree",
        "badge_danger",
        "badge_model",
    ):
        assert contrast(PHOTO[role], PHOTO["badge"]) >= 4.5


def test_no_colour_is_named_outside_the_table() -> None:
    named = [
        path.relative_to(GUI).as_posix()
        for path in GUI.rglob("*.py")
        if path.name != "roles.py" and re.search(r"[\"']#[0-9A-Fa-f]{3,8}[\"']", path.read_text("utf-8"))
    ]
    assert not named
    styles = (GUI.parents[1] / "resources" / "styles").glob("*.qss")
    assert not [path.name for path in styles if re.search(r"#[0-9A-Fa-f]{6}\b", path.read_text("utf-8"))]
