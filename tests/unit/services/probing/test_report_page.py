from __future__ import annotations

from dataclasses import replace

from fashion_studio.probing.scores import SubjectScores
from fashion_studio.services.probing.report_page import report_page
from fashion_studio.services.probing.run_files import ProbeRun


def test_an_undefined_bias_and_a_subject_that_was_not_asked_are_said(recorded: ProbeRun) -> None:
    first = recorded.scores()[0]
    assert first.bias is not None
    undefined = replace(first, bias=replace(first.bias, bias=None, low=None, high=None, hit_share=0.0))
    text = report_page(recorded, [undefined, SubjectScores("other")], title="A & B")
    assert "<title>A &amp; B</title>" in text
    assert ">undefined<" in text
    assert ">not asked<" in text
    assert "<svg" not in text


def test_a_model_that_could_not_be_asked_is_named_with_its_reason(recorded: ProbeRun) -> None:
    recorded.subjects[1] = replace(recorded.subjects[1], problem="Its weights are <damaged>.")
    text = report_page(recorded, recorded.scores(), title="t")
    assert "Mixed &amp; styles</b> could not be asked: Its weights are &lt;damaged&gt;." in text


def test_an_empty_probe_is_still_a_page(recorded: ProbeRun) -> None:
    recorded.results.clear()
    recorded.conflicts.clear()
    text = report_page(recorded, recorded.scores(), title="t")
    assert text.startswith("<!doctype html>")
    assert "0 photos" in text
    assert "Other backgrounds" not in text
