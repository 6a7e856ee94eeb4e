from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_studio.probing.cue_names import CueName, cue_file_name, parse_cue_name


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("cat7-elephant1.png", ("cat", 7, "elephant", 1)),
        ("t-shirt12-pants3.png", ("t-shirt", 12, "pants", 3)),
        ("three_quarter2-long10.PNG", ("three_quarter", 2, "long", 10)),
        ("1254_s5n_s04_0_clock_00_clock7-bottle2.png", ("clock", 7, "bottle", 2)),
        ("0001_s5n_dnn_0_airplane_00_airplane10-bear3.jpg", ("airplane", 10, "bear", 3)),
    ],
)
def test_names_are_read_with_and_without_a_prefix(name: str, found: tuple[str, int, str, int]) -> None:
    assert parse_cue_name(name) == CueName(*found)


@pytest.mark.parametrize(
    "name", ["cat.png", "cat7.png", "cat7-elephant.png", "7-8.png", "cat7-elephant1.txt", ""]
)
def test_other_names_are_none(name: str) -> None:
    assert parse_cue_name(name) is None


def test_known_classes_tell_where_a_prefix_ends() -> None:
    name = "0007_x_three_quarter2-long1.png"
    assert parse_cue_name(name, shape="three_quarter") == CueName("three_quarter", 2, "long", 1)
    assert parse_cue_name(name, classes={"three_quarter", "long"}) == CueName("three_quarter", 2, "long", 1)
    assert parse_cue_name("cat1-dog2.png", classes={"cat", "car"}) is None


_CLASS = st.from_regex(r"[a-z][a-z-]{0,10}[a-z]", fullmatch=True)


@given(_CLASS, st.integers(1, 999), _CLASS, st.integers(1, 999))
def test_what_is_written_is_read_back(shape: str, n: int, texture: str, m: int) -> None:
    name = CueName(shape, n, texture, m)
    assert parse_cue_name(cue_file_name(name)) == name
    assert parse_cue_name(f"0012_s5n_s04_0_{shape}_00_{cue_file_name(name)}", shape=shape) == name
