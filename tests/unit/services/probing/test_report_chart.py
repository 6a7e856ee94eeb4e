from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from fashion_studio.probing.scores import CuedDecision, SubjectScores, bias_score
from fashion_studio.services.probing.report_chart import bias_chart


def scores(name: str, shape: int, texture: int, *, other: bool = True) -> SubjectScores:
    decisions = [CuedDecision("dress", "pants", "dress")] * shape
    decisions += [CuedDecision("dress", "pants", "pants")] * texture
    if other:
        decisions += [CuedDecision("hat & coat", "pants", "shoes")] * 3
    return SubjectScores(name, bias_score(decisions))


def test_marks_lie_where_the_bias_is_and_classes_without_hits_have_none() -> None:
    chart = ET.fromstring(bias_chart([scores("<one>", 1, 3), scores("two", 3, 1)]))
    texts = [element.text for element in chart.iter("text")]
    assert {"dress", "hat & coat", "<one>", "two", "0 only texture", "1 only shape"} <= set(texts)
    circles = [float(element.attrib["cx"]) for element in chart.iter("circle")]
    grid = {element.text: float(element.attrib["x"]) for element in chart.iter("text")}
    left, right = grid["0 only texture"], grid["1 only shape"]
    in_chart = [x for x in circles if left <= x <= right and x != circles[-1]]
    assert any(x == pytest.approx(left + 0.25 * (right - left), abs=0.2) for x in in_chart)
    assert len(list(chart.iter("polygon"))) == 2  # one class, one in the legend
    assert len(circles) == 2


def test_without_a_bias_there_is_no_chart() -> None:
    assert bias_chart([]) == ""
    assert bias_chart([SubjectScores("a"), scores("b", 0, 0)]) == ""


def test_marks_that_coincide_stand_above_each_other_and_peoples_line_is_there_when_known() -> None:
    text = bias_chart([scores("one", 3, 1), scores("two", 3, 1)], people=0.9587)
    chart = ET.fromstring(text)
    circle = next(each for each in chart.iter("circle") if float(each.attrib["cy"]) > 20)
    polygon = next(each for each in chart.iter("polygon") if float(each.attrib["points"].split(",")[0]) > 400)
    assert float(polygon.attrib["points"].split(" ")[0].split(",")[1]) + 7 > float(circle.attrib["cy"])
    assert "people 0.96" in text
    assert "people" not in bias_chart([scores("one", 3, 1)])


def test_intervals_of_many_lie_below_the_classes_and_not_over_each_other() -> None:
    two = ET.fromstring(bias_chart([scores("a", 3, 1), scores("b", 1, 3)]))
    many = [scores(name, 1 + place, 5) for place, name in enumerate(["a", "b", "c", "d", "e", "f", "g"])]
    chart = ET.fromstring(bias_chart(many))
    assert all("opacity" in bar.attrib for bar in two.iter("rect"))
    tops = [float(bar.attrib["y"]) for bar in chart.iter("rect")]
    assert len(tops) == len(set(tops)) == 7
    lowest = max(float(circle.attrib["cy"]) for circle in chart.iter("circle"))
    assert min(tops) > lowest
    assert max(tops) < float(next(iter(chart.iter("line"))).attrib["y2"])
    wide = float(chart.attrib["width"])
    assert wide < 900
    assert all(float(text.attrib["x"]) < wide for text in chart.iter("text"))
