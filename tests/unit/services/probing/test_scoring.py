from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.services.probing.scoring import decision_files, score_raw_data

HEAD = "subj,session,trial,rt,object_response,category,condition,imagename\n"


def table(path: Path, subject: str, answers: list[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        f"{subject},1,{n},NaN,{answer},cat,0,{n:04}_s5n_x_0_cat_00_cat{n}-dog1.png\n"
        for n, answer in enumerate(answers, start=1)
    ]
    path.write_text(HEAD + "".join(rows), encoding="utf-8")
    return path


def test_a_folder_of_tables_is_scored_per_subject_and_people_together(tmp_path: Path) -> None:
    table(tmp_path / "a" / "one.csv", "subject-01", ["cat"] * 9 + ["dog"])
    table(tmp_path / "a" / "two.csv", "subject-02", ["cat"] * 9 + ["na"])
    table(tmp_path / "net.csv", "resnet50", ["cat", "dog", "dog", "dog", "car"])
    found = score_raw_data([tmp_path])
    assert list(found.by_subject) == ["people", "subject-01", "subject-02", "resnet50"]
    assert found.by_subject["people"].bias == pytest.approx(18 / 19)
    assert found.by_subject["resnet50"].bias == 0.25
    assert found.by_subject["resnet50"].hit_share == 0.8
    assert found.unread_count == 0


def test_nothing_to_score_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no CSV file"):
        decision_files([tmp_path])
    with pytest.raises(UserError, match="There is no "):
        score_raw_data([tmp_path / "gone.csv"])
