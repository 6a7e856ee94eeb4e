from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.probing.raw_data import PEOPLE, read_raw_data, write_raw_data
from fashion_studio.probing.records import ConflictResult, Decision
from fashion_studio.probing.scores import bias_score

HEAD = "subj,session,trial,rt,object_response,category,condition,imagename\n"
PERSON = HEAD + (
    "subject-04,1,1,0.61,clock,clock,0,0001_s5n_s04_0_clock_00_clock7-bottle2.png\n"
    "subject-04,1,2,1.44,car,car,0,0002_s5n_s04_0_car_00_car1-car2.png\n"
    "subject-04,1,3,1.40,oven,elephant,0,0003_s5n_s04_0_elephant_00_elephant4-boat3.png\n"
    "subject-04,1,4,NaN,na,car,0,0004_s5n_s04_0_car_00_car5-oven2.png\n"
    "subject-04,1,5,1.00,car,oven,0,0005_s5n_s04_0_oven_00_oven7-car3.png\n"
)


def written(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_published_rows_are_read_with_no_answer_and_equal_cues(tmp_path: Path) -> None:
    found = read_raw_data([written(tmp_path, "a.csv", PERSON)])
    assert list(found.by_subject) == [PEOPLE, "subject-04"]
    rows = found.by_subject["subject-04"]
    assert [(row.shape, row.texture, row.decision) for row in rows] == [
        ("clock", "bottle", "clock"),
        ("car", "car", "car"),
        ("elephant", "boat", "oven"),
        ("car", "oven", None),
        ("oven", "car", "car"),
    ]
    score = bias_score(rows)
    assert (score.n, score.dropped, score.shape_hits, score.texture_hits) == (4, 1, 1, 1)
    assert (score.bias, score.hit_share) == (0.5, 0.5)


def test_people_are_pooled_over_files_and_networks_stand_alone(tmp_path: Path) -> None:
    second = PERSON.replace("subject-04", "subject-05").replace("1.40,oven", "1.40,elephant")
    network = HEAD + "resnet50,1,1,NaN,bottle,clock,0,0001_s5n_dnn_0_clock_00_clock7-bottle2.png\n"
    files = [
        written(tmp_path, "one.csv", PERSON),
        written(tmp_path, "two.csv", second),
        written(tmp_path, "net.csv", network),
    ]
    found = read_raw_data(files)
    assert list(found.by_subject) == [PEOPLE, "subject-04", "subject-05", "resnet50"]
    assert bias_score(found.by_subject[PEOPLE]).bias == pytest.approx(3 / 5)
    assert bias_score(found.by_subject["resnet50"]).bias == 0.0


def test_quirks_of_real_files_do_no_harm(tmp_path: Path) -> None:
    text = (
        "\ufeffSubj;Session;Trial;RT;Object_Response;Category;Condition;ImageName;extra\r\n"
        " resnet50 ;1;1;NaN; Bottle;clock;0;stimuli\\clock7-bottle2.png;x\r\n"
        "\r\n"
        "resnet50;1;2;NaN;clock;clock;0;0001_clock_00_clock7-bottle2.png;x\r\n"
        "resnet50;1;3;NaN;clock\r\n"
        "resnet50;1;4;NaN;clock;clock;0;holiday.png;x\r\n"
    )
    found = read_raw_data([written(tmp_path, "odd.csv", text)])
    assert [row.decision for row in found.by_subject["resnet50"]] == ["Bottle", "clock"]
    assert found.unread_count == 2
    assert any("holiday.png" in sentence for sentence in found.unread)
    assert any("line 5" in sentence for sentence in found.unread)


def test_a_table_of_something_else_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = written(tmp_path, "photos.csv", "file,category\na.jpg,dress\n")
    with pytest.raises(UserError, match=r"photos\.csv has no columns object_response and imagename"):
        read_raw_data([path])


def test_without_a_subject_column_the_file_is_the_subject(tmp_path: Path) -> None:
    path = written(tmp_path, "mine.csv", "object_response,imagename\ncat,cat1-dog2.png\n")
    assert list(read_raw_data([path]).by_subject) == ["mine"]


def test_what_a_probe_writes_is_read_back(tmp_path: Path) -> None:
    results = [
        ConflictResult("dress1-pants2.png", "dress", "pants", (Decision("pants", 0.7), None)),
        ConflictResult(
            "sub/t-shirt1-dress1.png", "t-shirt", "dress", (Decision("t-shirt", 0.9), Decision("hat", 0.4))
        ),
    ]
    text = write_raw_data(["House 2", "Mixed, shape alone"], results)
    assert text.splitlines()[0] == HEAD.strip()
    found = read_raw_data([written(tmp_path, "conflict.csv", text)])
    assert [(row.shape, row.texture, row.decision) for row in found.by_subject["House 2"]] == [
        ("dress", "pants", "pants"),
        ("t-shirt", "dress", "t-shirt"),
    ]
    assert [row.decision for row in found.by_subject["Mixed, shape alone"]] == ["hat"]


def test_people_who_saw_the_same_picture_are_tied_by_it_whatever_its_prefix(tmp_path: Path) -> None:
    other = PERSON.replace("subject-04", "subject-05").replace("_s04_0_clock", "_s05_1_clock")
    (tmp_path / "one.csv").write_text(PERSON, encoding="utf-8")
    (tmp_path / "two.csv").write_text(other, encoding="utf-8")
    people = read_raw_data([tmp_path / "one.csv", tmp_path / "two.csv"]).by_subject[PEOPLE]
    seen = Counter(each.picture for each in people)
    assert seen["clock7-bottle2.png"] == 2
    assert set(seen.values()) == {2}
