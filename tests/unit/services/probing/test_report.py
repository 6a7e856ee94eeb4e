from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fashion_studio.domain.errors import EnvironmentProblem
from fashion_studio.services.probing.report import write_report
from fashion_studio.services.probing.run_files import ProbeRun

VOID = {"meta", "img", "br", "line", "rect", "circle", "polygon"}


class Page(HTMLParser):
    """Tags with their attributes, texts, and whether every tag was closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_stands_alone_is_whole_and_escapes_every_name(recorded: ProbeRun) -> None:
    written = write_report(recorded.run_dir)
    text = written.page.read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == []
    assert not [tag for tag, _ in page.tags if tag in {"script", "link", "iframe", "i"}]
    sources = [attributes["src"] or "" for tag, attributes in page.tags if tag == "img"]
    assert len(sources) > 40
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert not re.search(r"(?:src|href)=\"(?!data:)", text)
    assert "A note with <script>alert(1)</script>." in page.texts
    assert "gone <i>.jpg" in page.texts
    assert any("<b>1.jpg" in each for each in page.texts)
    assert any(each == "<House>" for each in page.texts)


def test_the_page_says_the_figures_of_the_scores(recorded: ProbeRun) -> None:
    page = Page(write_report(recorded.run_dir).page.read_text(encoding="utf-8"))
    for score in recorded.scores():
        assert score.bias is not None
        assert score.bias.bias is not None
        assert f"{score.bias.bias:.3f}" in page.texts
        flips = score.flips["category"].share
        assert flips is not None
        assert f"{100 * flips:.1f} %" in page.texts
    assert page.texts.count("kept") >= 10
    assert "Shape bias per class" in [attributes.get("aria-label") for _, attributes in page.tags]


def test_a_report_goes_where_it_is_wanted(recorded: ProbeRun, tmp_path: Path) -> None:
    written = write_report(recorded.run_dir, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "conflict.csv",
        "decisions.csv",
        "report.html",
        "scores.csv",
    ]
    assert written.conflict == tmp_path / "out" / "conflict.csv"
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(EnvironmentProblem, match="The report cannot be written"):
        write_report(recorded.run_dir, blocked / "sub")


def test_pictures_that_are_gone_leave_the_rest(recorded: ProbeRun) -> None:
    for path in (recorded.run_dir / "pictures").rglob("*.jpg"):
        path.unlink()
    page = Page(write_report(recorded.run_dir).page.read_text(encoding="utf-8"))
    assert page.open == []
    assert any("Variants: category" in each for each in page.texts)
