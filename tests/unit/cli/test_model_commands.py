from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.services import predicting


def test_predict_writes_both_lists_and_pictures(
    studio_command, photos: Path, tmp_path: Path, fake_reads
) -> None:
    out = tmp_path / "seen"
    ended = studio_command("predict", photos, "--out", out)
    assert ended.code == ExitCode.OK
    assert ended.out.strip().splitlines()[-1] == str(out)
    assert "Skipped broken.jpg: " in ended.err
    (skipped,) = [json.loads(line) for line in (out / "skipped.jsonl").read_text().splitlines()]
    assert set(skipped) == {"file", "reason"}
    record = json.loads((out / "predictions.jsonl").read_text().splitlines()[0])
    assert set(record) == {
        "file", "width", "height", "model", "device", "category", "attributes", "colors", "box", "landmarks",
    }  # fmt: skip
    assert (record["width"], record["height"]) == (30, 40)
    assert (out / "overlays" / "summer" / "c.jpg.png").is_file()


def test_strict_tells_by_the_code_that_something_was_skipped(
    studio_command, photos: Path, tmp_path: Path, fake_reads
) -> None:
    ended = studio_command("predict", photos, "--out", tmp_path / "o", "--strict", "--no-overlays", "--json")
    assert ended.code == ExitCode.INCOMPLETE
    data = json.loads(ended.out)
    assert (data["predicted"], data["skipped"]) == (3, 1)
    assert not (tmp_path / "o" / "overlays").exists()


def test_nothing_readable_is_code_4(studio_command, tmp_path: Path, fake_reads) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.jpg").write_bytes(b"no")
    ended = studio_command("predict", tmp_path / "in", "--out", tmp_path / "o")
    assert ended.code == ExitCode.NOTHING
    assert "x.jpg" in ended.err


def test_ctrl_c_stops_cleanly_and_the_next_call_goes_on(
    studio_command, photos: Path, tmp_path: Path, fake_reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fake_reads.read

    def interrupted(paths, *, with_maps, should_stop):
        for number, read in enumerate(real(paths, with_maps=with_maps, should_stop=should_stop)):
            if number == 1:
                signal.raise_signal(signal.SIGINT)
            yield read

    monkeypatch.setattr(fake_reads, "read", interrupted)
    ended = studio_command("predict", photos, "--out", tmp_path / "o")
    assert (ended.code, ended.err.strip()) == (ExitCode.CANCELLED, "Stopped.")
    assert not (tmp_path / "o" / "predictions.jsonl").exists()
    monkeypatch.setattr(fake_reads, "read", real)
    before = len(fake_reads.asked)
    assert studio_command("predict", photos, "--out", tmp_path / "o").code == ExitCode.OK
    assert len(fake_reads.asked) - before < 4
    assert len((tmp_path / "o" / "predictions.jsonl").read_text().splitlines()) == 3


@pytest.mark.parametrize(
    "arguments", [("predict",), ("predict", "photos"), ("predict", "S.fstudio", "--out", "o")]
)
def test_what_goes_where_is_said(studio_command, arguments: tuple[str, ...]) -> None:
    assert studio_command(*arguments).code == ExitCode.USAGE


def test_the_job_of_a_run_folder_passes_its_code_on(
    studio_command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def job(run_dir: Path) -> int:
        asked.append(run_dir)
        return int(ExitCode.CANCELLED)

    monkeypatch.setattr(predicting, "run_prediction_job", job)
    assert studio_command("predict", "--run", tmp_path / "run").code == ExitCode.CANCELLED
    assert asked == [tmp_path / "run"]


def test_a_run_folder_that_is_none_is_refused(studio_command, tmp_path: Path) -> None:
    ended = studio_command("predict", "--run", tmp_path)
    assert ended.code == ExitCode.FAILED
    assert "not a run folder" in ended.err


def test_render_is_reproducible(studio_command, tmp_path: Path) -> None:
    for name in ("one", "two"):
        ended = studio_command(
            "render",
            "--out",
            tmp_path / name,
            "--count",
            2,
            "--seed",
            7,
            "--width",
            96,
            "--height",
            128,
            "--png",
        )
        assert ended.code == ExitCode.OK
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == ["00000.png", "00001.png", "truth.jsonl"]
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_render_of_an_unknown_category_is_a_sentence(studio_command, tmp_path: Path) -> None:
    ended = studio_command("render", "--out", tmp_path / "r", "--count", 1, "--category", "spacesuit")
    assert ended.code == ExitCode.FAILED, ended.err
    assert "spacesuit" in ended.err


def test_a_data_set_is_rendered_in_a_foreign_layout_and_comes_back(tmp_path, studio_command) -> None:
    out = tmp_path / "set"
    size = ("--width", "48", "--height", "64")
    ended = studio_command("render", "--out", out, "--count", 4, *size, "--layout", "fine26", "--json")
    assert json.loads(ended.out)["parts"] == {"train": 3, "val": 1}
    back = studio_command("import", "fine26", out, "--as-data-list", tmp_path / "list.jsonl", "--json")
    assert json.loads(back.out)["photos"] == 4
    assert studio_command("render", "--out", out, "--layout", "fine26", "--masks").code == 2
