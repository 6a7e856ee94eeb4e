from __future__ import annotations

from xml.etree import ElementTree as ET

from fashion_studio.probing.scores import CuedDecision, SubjectScores, bias_score
from fashion_studio.services.experiment_figure import bias_figure

SVG = "{http://www.w3.org/2000/svg}"


def subject(name: str, hits: int) -> SubjectScores:
    """Decides ten pictures of two classes, so many of each by shape."""
    decisions = [
        CuedDecision(shape, texture, shape if number < hits else texture)
        for shape, texture in (("dress", "shirt"), ("kilt", "dress"))
        for number in range(10)
    ]
    return SubjectScores(name, bias_score(decisions, resamples=50))


def test_the_figure_stands_alone_with_icons_marks_and_lines() -> None:
    drawn = bias_figure([subject("originals", 2), subject("stylised <only>", 9)])
    root = ET.fromstring(drawn)
    assert root.tag == f"{SVG}svg"
    assert "var(" not in drawn
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert {"originals", "stylised <only>", "dress", "kilt"} <= set(words)
    assert len(list(root.iter(f"{SVG}circle"))) == 3  # two classes and the legend
    assert len(list(root.iter(f"{SVG}polygon"))) == 3
    icons = list(root.iter(f"{SVG}g"))
    assert len(icons) == 1  # a dress has an icon, a kilt has none
    assert len(list(icons[0])) > 1


def test_marks_stand_where_the_biases_are() -> None:
    roots = [ET.fromstring(bias_figure([subject("one", hits)])) for hits in (0, 10)]
    left, right = ([float(mark.get("cx", "nan")) for mark in root.iter(f"{SVG}circle")][:2] for root in roots)
    assert max(left) < min(right)


def test_without_a_bias_there_is_no_figure() -> None:
    assert bias_figure([SubjectScores("one", bias_score([CuedDecision("a", "b", "c")]))]) == ""
