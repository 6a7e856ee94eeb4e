"""A frozen adversarial run from its first picture to its editor: `run_amgan` is what jobs and commands call.

The same run folder, events and control as the other trainings have (docs/training.md); docs/amgan.md says
what is different. docs/decisions/0020 says why Lightning's Trainer does not drive it.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import torch

from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, UserError
from fashion_studio.learning.amgan.draws import Drawer
from fashion_studio.learning.amgan.figures import edit_figures
from fashion_studio.learning.amgan.finishing import finish_editor, finished_editor
from fashion_studio.learning.amgan.material import GanMaterial, prepare_material
from fashion_studio.learning.amgan.objective import Objective
from fashion_studio.learning.amgan.reporting import GanReporter, tell_pictures
from fashion_studio.learning.amgan.sheets import SampleSheet, sheet_rows
from fashion_studio.learning.amgan.stepping import GanNetworks, GanStepper, config_of
from fashion_studio.learning.amgan.stylised import prepare_views
from fashion_studio.learning.amgan.warming import pair_draw
from fashion_studio.learning.checkpoints import FOLDER, LAST, MARK, read_checkpoint, written_whole
from fashion_studio.learning.freed_memory import keep_freed_memory
from fashion_studio.learning.memory_guard import is_out_of_memory
from fashion_studio.learning.method_run import note_environment, usable_photos
from fashion_studio.learning.phase_fit import placing
from fashion_studio.learning.run_tables import drop_later_rows
from fashion_studio.learning.run_watching import METRICS
from fashion_studio.zoo.attribute_resnet import AttributeResnet

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.imaging.lettering import Fonts
    from fashion_studio.learning.amgan.plan import GanPlan
    from fashion_studio.learning.finishing import FinishedRun
    from fashion_studio.learning.phase_fit import Placing
    from fashion_studio.learning.run_folder import FrozenRun
    from fashion_studio.learning.run_voice import RunVoice

__all__ = ["SAMPLES", "run_amgan"]

SAMPLES: Final = "samples"
CHECKPOINT_SECONDS: Final = 600.0
_STATE: Final = "adversarial"
_SHEET_PICTURES: Final = 6


@dataclass(frozen=True, slots=True)
class _Work:
    """What the steps of a run have at hand."""

    frozen: FrozenRun
    plan: GanPlan
    material: GanMaterial
    guide: AttributeResnet
    stepper: GanStepper
    reporter: GanReporter
    sheet: SampleSheet
    mark: str
    voice: RunVoice


def run_amgan(
    frozen: FrozenRun, voice: RunVoice, fonts: Fonts, *, code: str = "", finish_only: bool = False
) -> FinishedRun:
    """Trains a frozen run to its end; goes on where an earlier call stopped.

    Args:
        frozen: the run folder; its recipe has `[gan]`.
        voice: whom to tell, and who may end it.
        fonts: for the sample sheets.
        code: commit of the program, for `environment.json`.
        finish_only: makes the editor of what was trained so far instead of training on.

    Raises:
        Cancelled: on request; the same call goes on.
        UserError: photos, attribute network or checkpoint cannot be used, or a loss is not finite any more.
        EnvironmentProblem: memory, disk or device.
    """
    done = finished_editor(frozen.run_dir)
    if done is not None:
        voice.log("This run is finished already; its editor is in its folder.")
        return done
    plan, place = _plan_and_place(frozen)
    note_environment(frozen.run_dir, place, code)
    photos, refused = usable_photos(frozen, voice)
    material = prepare_material(frozen, photos, voice)
    tell_pictures(material, plan, refused, voice)
    work = _begin(frozen, plan, place, material, fonts, voice)
    try:
        if not finish_only:
            _train(work)
        elif not work.stepper.done:
            msg = "No step of this run was kept yet, so there is no editor to make. Let it train on."
            raise UserError(msg)
        return _finish(work, place)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise EnvironmentProblem(
            "The device's memory is full.",
            "Train with a smaller batch (--batch-size) or a narrower recipe; the last checkpoint stays.",
        ) from error
    finally:
        work.reporter.close()


def _plan_and_place(frozen: FrozenRun) -> tuple[GanPlan, Placing]:
    recipe, parameters = frozen.recipe, frozen.parameters
    plan = recipe.gan
    if plan is None:
        msg = f"The recipe “{recipe.title}” trains no editor."
        raise UserError(msg)
    if int(parameters["devices"]) * int(parameters["nodes"]) > 1:
        msg = "An adversarial training runs on one device. Leave --devices and --nodes at 1."
        raise UserError(msg)
    if parameters.get("threads"):
        torch.set_num_threads(int(parameters["threads"]))
    return plan, placing(str(parameters["device"]), 1, 1, recipe, 0)


def _begin(
    frozen: FrozenRun, plan: GanPlan, place: Placing, material: GanMaterial, fonts: Fonts, voice: RunVoice
) -> _Work:
    """Networks as they start, or as the checkpoint has them."""
    recipe, seed = frozen.recipe, int(frozen.parameters["seed"])
    base = frozen.path("base")
    if base is None:
        msg = "The run's folder lacks the attribute network that guides it; prepare the run again."
        raise UserError(msg)
    guide = AttributeResnet.load(base, plan.attributes, str(place.device), plan.guide_px or None)
    objective = Objective(plan, guide)
    views = prepare_views(frozen, material.training, place.device, voice)
    stepper = GanStepper(
        GanNetworks.new(plan, seed, recipe.average_decay, place.device),
        objective,
        Drawer(
            plan,
            material.training,
            recipe.batch_size,
            seed,
            copies=None if views is None else views.copies.there(),
            surface=recipe.stylising.surface,
        ),
        material.training,
        phases=recipe.phases,
        pairs=pair_draw(frozen.recipe, plan, material),
        precision=place.precision,
        device=place.device,
    )
    stepper.stylised = views
    reporter = GanReporter(voice, frozen.run_dir, stepper, plan, recipe.epochs)
    mark = hashlib.sha256(repr((config_of(plan), plan.method, plan.judges_crop)).encode()).hexdigest()[:16]
    path = frozen.run_dir / FOLDER / LAST
    resumed = path.exists()
    if resumed:
        state = read_checkpoint(path, mark)[_STATE]
        stepper.load_state(state["stepper"])
        reporter.load_state(state["reporter"])
        drop_later_rows(frozen.run_dir / METRICS, stepper.done // plan.steps_per_epoch)
    sheet = SampleSheet(material.held, sheet_rows(material.held, _SHEET_PICTURES), objective, fonts)
    reporter.tell_run(frozen, place, material, objective.describe(), resumed=resumed)
    return _Work(frozen, plan, material, guide, stepper, reporter, sheet, mark, voice)


def _train(work: _Work) -> None:
    keep_freed_memory()
    stepper, plan = work.stepper, work.plan
    kept_at = time.monotonic()
    if not stepper.done:
        _write_sheet(work)
    work.reporter.begin()
    told = ""
    while stepper.done < stepper.steps:
        if stepper.phase.name != told:
            told = stepper.phase.name
            work.reporter.tell_phase()
        if work.voice.should_stop():
            _keep(work)
            msg = "The training was cancelled; start it again in the same folder to go on."
            raise Cancelled(msg)
        work.reporter.add(stepper.step())
        if stepper.done % plan.sample_every == 0 or stepper.done == stepper.steps:
            _write_sheet(work)
        if stepper.done % plan.steps_per_epoch == 0:
            _end_epoch(work)
            kept_at = time.monotonic()
        elif time.monotonic() - kept_at > CHECKPOINT_SECONDS:
            _keep(work)
            kept_at = time.monotonic()


def _end_epoch(work: _Work) -> None:
    work.reporter.end_epoch(*_measure(work))
    _keep(work)


def _measure(work: _Work) -> tuple[dict[str, float], dict[str, float]]:
    """Figures of the averaged generator on held-out pictures, and their baseline."""
    return edit_figures(
        work.stepper.networks.kept.eval(),
        work.stepper.objective,
        work.guide,
        work.material.measured,
        batch_size=work.frozen.recipe.batch_size,
        seed=int(work.frozen.parameters["seed"]),
    )


def _keep(work: _Work) -> None:
    """Writes the checkpoint that the run goes on from; an older one stays until the new one is whole."""
    state = {"stepper": work.stepper.state(), "reporter": work.reporter.state()}
    content: dict[str, Any] = {MARK: work.mark, _STATE: state}
    path: Path = work.frozen.run_dir / FOLDER / LAST
    written_whole(path, lambda partial: torch.save(content, partial), "The checkpoint")
    done = work.stepper.done
    work.voice.tell(
        "checkpoint",
        epoch=done // work.plan.steps_per_epoch,
        step=done,
        file=f"{FOLDER}/{LAST}",
        best=False,
    )


def _write_sheet(work: _Work) -> None:
    if not len(work.sheet.rows):
        return
    done = work.stepper.done
    file = f"{SAMPLES}/step-{done:07d}.png"
    try:
        work.sheet.write(work.stepper.networks.kept.eval(), work.frozen.run_dir / file)
    except OSError as error:
        raise EnvironmentProblem(
            f"The sample sheet could not be written: {error.strerror or error}.",
            "Make room and start the run again; it goes on from its last checkpoint.",
        ) from error
    epoch = -(-done // work.plan.steps_per_epoch)
    work.voice.tell("samples", step=done, epoch=epoch, file=file)


def _finish(work: _Work, place: Placing) -> FinishedRun:
    work.voice.progress(work.stepper.done, work.stepper.steps, "Saving and measuring the editor")
    done = finish_editor(
        work.frozen,
        work.stepper,
        _measure(replace(work, material=replace(work.material, measured=work.material.held))),
        work.material,
        str(place.device),
        work.voice,
    )
    work.voice.progress(work.stepper.steps, work.stepper.steps, "The editor is ready")
    return done
