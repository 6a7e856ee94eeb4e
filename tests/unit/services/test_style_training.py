from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.jobs.specification import JobSpec
from fashion_studio.jobs.worker import JobPhase, read_state
from fashion_studio.learning.style.adain_recipe import AdaInRecipe, EncoderPlan
from fashion_studio.services.style_training import (
    StyleTrainingChoice,
    freeze_style_training,
    is_style_run,
    run_style_training,
)
from fashion_studio.zoo.adain import AdaIn, AdaInManifest, AdaInSpec, read_adain_manifest, save_adain
from fashion_studio.zoo.style_encoders import EncoderSpec


@pytest.fixture
def choice(tmp_path: Path) -> StyleTrainingChoice:
    (tmp_path / "photos" / "more").mkdir(parents=True)
    for number in range(6):
        place = "more" if number % 2 else "."
        Image.new("RGB", (40, 50), (40 * number, 80, 60)).save(tmp_path / "photos" / place / f"{number}.png")
    (tmp_path / "photos" / "notes.txt").write_text("no photo", encoding="utf-8")
    compare = AdaIn(AdaInSpec(EncoderSpec(blocks=((4,), (6,))), ((4,), (3,))))
    save_adain(tmp_path / "pair", compare, AdaInManifest("stand-in", compare.spec, "Apache-2.0"))
    recipe = AdaInRecipe(
        "tiny",
        "Tiny style",
        EncoderPlan("own", blocks=((4,), (6,)), is_trained=True),
        loss_encoder=EncoderPlan("pair"),
        side_px=32,
        loaded_px=32,
        renderings=0,
        steps=2,
        batch_size=2,
    )
    return StyleTrainingChoice(
        recipe, tmp_path / "photos", weights=tmp_path / "pair", device="cpu", threads=1
    )


def test_a_run_is_frozen_trained_and_says_how_it_ended(tmp_path: Path, choice: StyleTrainingChoice) -> None:
    run_dir = tmp_path / "run"
    freeze_style_training(run_dir, choice)
    assert is_style_run(run_dir)
    spec = JobSpec.read(run_dir)
    assert spec.command(run_dir) == ("train", "--run", str(run_dir))
    assert len(spec.parameters["photos"]) == 6
    lines: list[str] = []
    done = run_style_training(run_dir, on_line=lines.append)
    assert read_adain_manifest(done.bundle).model_id == "adain-own-1"
    assert read_state(run_dir).phase is JobPhase.DONE
    assert any("6 contents" in line for line in lines)
    assert (run_dir / "log.txt").is_file()


def test_a_cancelled_run_goes_on(tmp_path: Path, choice: StyleTrainingChoice) -> None:
    run_dir = tmp_path / "run"
    freeze_style_training(run_dir, choice)
    with pytest.raises(Cancelled):
        run_style_training(run_dir, should_stop=lambda: True)
    assert read_state(run_dir).phase is JobPhase.CANCELLED
    assert run_style_training(run_dir).bundle.is_dir()


def test_at_most_so_many_photos_evenly_chosen(tmp_path: Path, choice: StyleTrainingChoice) -> None:
    freeze_style_training(tmp_path / "run", replace(choice, max_photos=3))
    names = [Path(path).stem for path in JobSpec.read(tmp_path / "run").parameters["photos"]]
    assert names == ["0", "4", "3"]  # a folder's own photos come before those of its sub-folders


def test_what_cannot_be_frozen_is_one_sentence(tmp_path: Path, choice: StyleTrainingChoice) -> None:
    (tmp_path / "empty").mkdir()
    for wrong, said in (
        ({"photos": tmp_path / "empty"}, "no photos"),
        ({"photos": tmp_path / "gone"}, "no folder"),
        ({"styles": tmp_path / "gone"}, "no folder"),
        ({"weights": tmp_path / "gone"}, "no weights at"),
        ({"weights": tmp_path / "empty"}, "holds no style transfer"),
    ):
        with pytest.raises(UserError, match=said):
            freeze_style_training(tmp_path / "run", replace(choice, **wrong))
    assert not is_style_run(tmp_path / "run")
    freeze_style_training(tmp_path / "other", choice)
    with pytest.raises(UserError, match="is a run already"):
        freeze_style_training(tmp_path / "other", choice)
