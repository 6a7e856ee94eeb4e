"""Outlines of the mask: right in place, made ahead, kept, never of another project."""

from __future__ import annotations

import numpy as np
import pytest

from fashion_studio.domain.geometry import Affine
from fashion_studio.domain.predictions import Maps
from fashion_studio.gui.annotate.mask_outlines import MaskOutlines, mask_outline
from fashion_studio.gui.bridge import Bridge
from fashion_studio.gui.canvas.photo_canvas import PhotoCanvas
from fashion_studio.gui.canvas.photo_image import build_photo_image

pytestmark = pytest.mark.gui
WIDTH, HEIGHT, INPUT = 300, 400, 80


def maps_of(left: int, right: int) -> Maps:
    """A garment between two columns of a network input onto which the photo is letterboxed."""
    scale = INPUT / HEIGHT
    mask = np.zeros((INPUT, INPUT), np.float32)
    shift = (INPUT - WIDTH * scale) / 2
    mask[20:60, round(left * scale + shift) : round(right * scale + shift)] = 1.0
    return Maps({}, np.zeros((0, 1, 1), np.float32), mask, Affine(scale, scale, shift, 0.0), INPUT)


def photo_of(left: int, right: int):
    pixels = np.full((HEIGHT, WIDTH, 3), 240, np.uint8)
    pixels[100:300, left:right] = (20, 40, 120)
    return build_photo_image(pixels, (WIDTH, HEIGHT))


@pytest.fixture
def outlines(qapp):
    bridge = Bridge()
    yield MaskOutlines(bridge)
    bridge.close()


def test_the_outline_lies_on_the_garments_edge():
    box = mask_outline(photo_of(100, 200), maps_of(100, 200)).boundingRect()
    assert (box.left(), box.right()) == pytest.approx((100, 200), abs=3)
    assert (box.top(), box.bottom()) == pytest.approx((100, 300), abs=3)


def test_neighbours_are_made_too_and_kept(outlines, qtbot):
    photo, one, other = photo_of(100, 200), maps_of(100, 200), maps_of(120, 200)
    told: list[int] = []
    outlines.arrived.connect(told.append)
    assert outlines.get(1, one) is None
    outlines.want(1, photo, one)
    outlines.want(2, photo, other)
    outlines.want(1, photo, one)
    qtbot.waitUntil(lambda: sorted(told) == [1, 2])
    assert not outlines.get(1, one).isEmpty()
    assert outlines.get(2, one) is None  # the same photo read again, or another one
    outlines.want(1, photo, one)
    qtbot.wait(50)
    assert sorted(told) == [1, 2]


def test_what_it_looks_like_is_made_once_no_outline_is_waited_for(outlines, qtbot):
    photo, maps = photo_of(100, 200), maps_of(100, 200)
    canvas = PhotoCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(500, 600)
    view = canvas.fitted_view((WIDTH, HEIGHT))
    told: list[tuple[int, bool]] = []
    outlines.arrived.connect(
        lambda number: told.append((number, outlines.picture(number, maps, view) is not None))
    )
    for number in (1, 2):
        outlines.want(number, photo, maps, view)
    qtbot.waitUntil(lambda: len(told) == 4)
    assert sorted(told[:2]) == [(1, False), (2, False)]
    assert sorted(told[2:]) == [(1, True), (2, True)]
    canvas.resize(700, 800)
    wider = canvas.fitted_view((WIDTH, HEIGHT))
    assert outlines.picture(1, maps, wider) is None
    outlines.want(1, photo, maps, wider)
    qtbot.waitUntil(lambda: outlines.picture(1, maps, wider) is not None)


def test_another_project_has_other_outlines(outlines, qtbot):
    photo, maps = photo_of(100, 200), maps_of(100, 200)
    outlines.want(1, photo, maps)
    outlines.forget()  # while it is under way
    qtbot.wait(100)
    assert outlines.get(1, maps) is None
    outlines.want(1, photo, maps)
    qtbot.waitUntil(lambda: outlines.get(1, maps) is not None)
    outlines.forget()
    assert outlines.get(1, maps) is None


def test_the_photo_on_the_screen_goes_before_older_questions(outlines, qtbot):
    photo, maps = photo_of(100, 200), maps_of(100, 200)
    told: list[int] = []
    outlines.arrived.connect(told.append)
    for number in range(1, 31):
        outlines.want(number, photo, maps)
    qtbot.waitUntil(lambda: len(told) == 9)
    assert told[:2] == [1, 30]
    assert outlines.get(5, maps) is None  # scrolled past; asked for again when it is shown
