"""Shades are what a person would call them, in the palette and in the finished picture."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.rendering.dice import Dice
from fashion_studio.rendering.palette import COLOR_NAMES, contrasting, shade_of
from fashion_studio.rendering.render import render, sample_spec


def _lab(rgb: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(np.asarray(rgb, np.float32).reshape(1, -1, 3) / 255, cv2.COLOR_RGB2LAB)[0]


def _anchors(studio: Vocabulary) -> np.ndarray:
    return _lab(np.array([value.rgb for value in studio.attribute("colors").values], np.float32))


def test_names_are_the_vocabularys(studio: Vocabulary) -> None:
    assert studio.attribute("colors").value_names == COLOR_NAMES


def test_shades_are_nearest_to_their_name(studio: Vocabulary) -> None:
    anchors = _anchors(studio)
    hits = [
        COLOR_NAMES[int(np.linalg.norm(anchors - _lab(shade_of(name, Dice(seed))), axis=1).argmin())] == name
        for name in COLOR_NAMES
        for seed in range(40)
    ]
    assert np.mean(hits) >= 0.97


def test_measured_color_of_solid_garments_is_nearest_to_its_name(studio: Vocabulary) -> None:
    """In the picture as developed: light, white balance, folds and compression included."""
    anchors = _anchors(studio)
    hits = []
    for seed in range(60):
        spec = sample_spec(np.random.default_rng(seed))
        if spec.category == "shoes":  # soles and insoles have colours of their own
            continue
        name = COLOR_NAMES[seed % len(COLOR_NAMES)]
        spec = replace(spec, pattern="solid", colors=(name,), fabric="cotton")
        rendering = render(spec, width_px=96, height_px=128)
        assert rendering.colors == (name,)
        mean = _lab(rendering.image[rendering.mask > 0.9].mean(axis=0))
        hits.append(COLOR_NAMES[int(np.linalg.norm(anchors - mean, axis=1).argmin())] == name)
    assert np.mean(hits) >= 0.95


def test_contrasting_shades_stand_out() -> None:
    for name in COLOR_NAMES:
        shade = shade_of(name, Dice(1))
        assert np.linalg.norm(_lab(shade) - _lab(contrasting(shade, Dice(2), "accent"))) > 15
