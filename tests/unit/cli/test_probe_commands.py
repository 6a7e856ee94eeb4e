from __future__ import annotations

import json
from pathlib import Path

import pytest
from probed_photos import write_garment
from recorded_probes import put_probe, spec_of
from taught_project import make_model

from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.jobs import background
from fashion_studio.services.probing import running
from fashion_studio.services.probing.run_files import ProbeRun

HEAD = "subj,session,trial,rt,object_response,category,condition,imagename\n"


@pytest.fixture
def model(tmp_path: Path, studio: Vocabulary) -> Path:
    return make_model(tmp_path / "model", studio)


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job's command runs at once, in this process, as it would in its own."""

    def spawn(spec, run_dir: Path) -> None:
        arguments = spec.command(run_dir)
        assert arguments == ("probe", "run", "--run", str(run_dir))
        running.run_probe_job(run_dir)

    monkeypatch.setattr(background, "_spawn", spawn)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(2):
        write_garment(tmp_path / "photos" / f"{number}.png", wide=bool(number), shade=180)
    return tmp_path / "photos"


def test_probing_a_folder_leaves_a_report_and_goes_on_when_asked_again(
    studio_command, folder: Path, model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    call = (
        "probe",
        folder,
        "--out",
        out,
        "--model",
        model,
        "--device",
        "cpu",
        "--variants",
        "grey,edges",
        "--json",
    )
    ended = studio_command(*call)
    assert ended.code == ExitCode.OK, ended.err
    said = json.loads(ended.out)
    assert said["photos"] == 2
    assert Path(said["report"]).is_file()
    assert said["scores"][0]["name"] == "tiny-1"
    assert set(said["scores"][0]["variants"]["category"]) == {"original", "grey", "edges"}
    assert len(list((out / "mattes").glob("*.png"))) == 2
    again = studio_command(*call)
    assert again.code == ExitCode.OK
    assert json.loads(again.out)["photos"] == 2
    other = studio_command(*call, "--seed", "3")
    assert other.code == ExitCode.FAILED
    assert "holds a run that asks something else" in other.err


def test_one_stream_alone_is_a_subject_and_backgrounds_are_a_question(
    studio_command, folder: Path, model: Path, tmp_path: Path
) -> None:
    ended = studio_command(
        "probe", "background", folder, "--out", tmp_path / "out", "--model", model,
        "--model", f"{model}@shape", "--device", "cpu", "--count", "1",
    )  # fmt: skip
    assert ended.code == ExitCode.OK, ended.err
    assert "tiny-1, shape alone" in ended.out
    run = ProbeRun(tmp_path / "out")
    assert [subject.name for subject in run.spec.subjects] == ["tiny-1", "tiny-1, shape alone"]
    assert len(run.results) == 1


def test_the_renderers_conflict_needs_no_photos(studio_command, model: Path, tmp_path: Path) -> None:
    ended = studio_command(
        "probe", "conflict", "--out", tmp_path / "out", "--model", model, "--device", "cpu", "--json",
        "--per-pair", "1", "--class", "pants",
        "--class", "dress:texture.fabric=leather,texture.pattern=dotted",
    )  # fmt: skip
    assert ended.code == ExitCode.OK, ended.err
    said = json.loads(ended.out)
    assert said["pictures_with_two_cues"] == 2
    assert said["scores"][0]["bias"]["n"] == 2
    run = ProbeRun(tmp_path / "out")
    assert {path.name for path in (tmp_path / "out" / "conflict").iterdir()} == set(run.conflicts)
    pants = next(each for each in run.conflicts.values() if each.shape == "pants")
    assert (pants.texture, pants.truth["category"], pants.truth["fabric"]) == ("dress", "pants", "leather")
    scored = studio_command(
        "probe", "score", tmp_path / "out" / "conflict", "--model", model, "--out", tmp_path / "again",
        "--device", "cpu", "--json",
    )  # fmt: skip
    assert json.loads(scored.out)["scores"][0]["bias"] == said["scores"][0]["bias"]


def test_published_decisions_are_scored(studio_command, tmp_path: Path) -> None:
    path = tmp_path / "resnet50.csv"
    answers = ["clock"] * 162 + ["bottle"] * 572 + ["na"] * 466
    rows = [
        f"resnet50,1,{n},NaN,{answer},clock,0,{n:04}_s5n_dnn_0_clock_00_clock1-bottle2.png\n"
        for n, answer in enumerate(answers)
    ]
    equal = [f"resnet50,1,{n},NaN,car,car,0,{n}_s5n_dnn_0_car_00_car1-car2.png\n" for n in range(80)]
    path.write_text(HEAD + "".join(rows + equal) + "a,b\n", encoding="utf-8")
    ended = studio_command("probe", "score", path)
    assert ended.code == ExitCode.OK
    assert "resnet50: shape bias 0.2207" in ended.out
    assert "1,200 decisions" in ended.out
    assert "80 with equal cues left out" in ended.out
    assert "1 rows could not be read" in ended.err
    said = json.loads(studio_command("probe", "score", path, "--json").out)
    assert said["subjects"]["resnet50"]["bias"] == pytest.approx(162 / 734)


def test_a_project_is_probed_in_its_runs(studio_command, project: Path, model: Path) -> None:
    ended = studio_command(
        "probe", project, "--model", model, "--device", "cpu", "--variants", "grey", "--no-backgrounds",
        "--json",
    )  # fmt: skip
    assert ended.code == ExitCode.OK, ended.err
    said = json.loads(ended.out)
    assert said["photos"] == 3
    assert Path(said["run"]).parent == project / "runs"
    report = studio_command("probe", "report", said["run"], "--out", project / "told")
    assert report.code == ExitCode.OK
    assert (project / "told" / "report.html").is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("--variants", "sepia"), ExitCode.USAGE, "There is no variant “sepia”"),
        (("--model", "house@colour"), ExitCode.USAGE, "There is no stream “colour”"),
        (("--model", "nowhere"), ExitCode.FAILED, "This is no model"),
        ((), ExitCode.USAGE, "Name the folder for the results with --out"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    studio_command, folder: Path, arguments: tuple[str, ...], code: ExitCode, sentence: str
) -> None:
    ended = studio_command("probe", folder, *arguments)
    assert ended.code == code
    assert sentence in ended.err
    assert "Traceback" not in ended.err


def test_a_probe_that_fails_says_what_the_job_said(studio_command, folder: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "bundle.json").write_text('{"model_id": "x-1"}', encoding="utf-8")
    (damaged / "model.safetensors").write_bytes(b"torn")
    ended = studio_command("probe", folder, "--out", tmp_path / "out", "--model", damaged, "--device", "cpu")
    assert ended.code == ExitCode.FAILED
    assert "None of the models can be asked" in ended.err


def test_two_probes_are_compared_with_a_report(studio_command, tmp_path: Path) -> None:
    photos = [(number, tmp_path / f"{number}.jpg") for number in (1, 2)]
    one, two = (
        put_probe(tmp_path, spec_of(name), photos=photos, name=name.lower()) for name in ("House", "Mixed")
    )
    ended = studio_command("probe", "compare", one, two, "--out", tmp_path / "both", "--json")
    assert ended.code == ExitCode.OK
    said = json.loads(ended.out)
    assert [score["name"] for score in said["scores"]] == ["House", "Mixed"]
    assert Path(said["report"]["page"]).is_file()
    ended = studio_command("probe", "compare", one, one)
    assert ended.code == ExitCode.FAILED
    assert "These are the same probe. Name two different ones." in ended.err
