"""How long quick teaching takes for 5,000 labelled photos: the fit in the engine, the predictions after it.

python -m bench.teach_speed

Features and labels are made up, of the house model's width and heads (17 classes, seven attributes); every
photo has a label for every head, which is the most there can be. The fit runs in a process of its own as in
the engine (NumPy on one core, two heads side by side).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.figures import say
from bench.projects import build
from fashion_studio.config.resources import house_model_dir
from fashion_studio.domain.labels import Answer
from fashion_studio.jobs.teaching import Teacher
from fashion_studio.jobs.wire import Taught
from fashion_studio.learning.features import FeatureCache
from fashion_studio.services import teaching_labels, teaching_request
from fashion_studio.services.project import Project
from fashion_studio.services.teaching import FEATURES, Teaching

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fashion_studio.domain.linear_heads import LinearHead
    from fashion_studio.jobs.wire import Answer as EngineAnswer
    from fashion_studio.jobs.wire import Teach

__all__ = ["main"]

PHOTOS: Final = 5_000
_TARGET_S: Final = 5.0


class _Heads:
    """Stands for a loaded model: teaching asks for nothing but its heads."""

    def __init__(self, teaching: Teaching) -> None:
        self.teachable = self
        self.base = teaching.parent.heads
        self.parent, self.parent_sha256 = teaching.parent.model_id, teaching.parent.sha256
        self.model_id = self.parent

    def use_heads(self, _heads: object, model_id: str) -> None:
        self.model_id = model_id


class _Engine:
    """The engine's teacher without the engine, so that the fit alone can be timed."""

    def __init__(self, teaching: Teaching) -> None:
        self.answers: list[EngineAnswer] = []
        self.teacher = Teacher(self.answers.append)
        self.teacher.ready(_Heads(teaching))
        self.fit_s = 0.0

    def read(self, path: Path, **_options: Any) -> Future[Any]:
        message = f"{path} is read, though its features are kept"
        raise RuntimeError(message)

    def teach(
        self, request: Teach, *, on_progress: Callable[[str, int, int], None] | None = None
    ) -> Future[Taught]:
        del on_progress
        future: Future[Taught] = Future()
        self.teacher.teach(request)
        while not (self.answers and isinstance(self.answers[-1], Taught)):
            time.sleep(0.005)
        answer = self.answers[-1]
        if isinstance(answer, Taught):
            self.fit_s = answer.seconds
            future.set_result(answer)
        return future

    def use_heads(self, _heads: bytes, *, instead_of: str = "") -> None:
        del instead_of


def _features(heads: dict[str, LinearHead], rng: np.random.Generator) -> np.ndarray:
    width = next(iter(heads.values())).weight.shape[1]
    factors = rng.normal(size=(PHOTOS, 60)) @ rng.normal(size=(60, width)) / 8.0
    return np.maximum(factors + rng.normal(0, 0.3, (PHOTOS, width)), 0).astype(np.float16)


def _label(project: Project, teaching: Teaching, features: np.ndarray, rng: np.random.Generator) -> None:
    """Answers of a truth near the model's, as after correcting, with some doubt."""
    ids = project.ids()
    for attribute in project.vocabulary.attributes:
        head = teaching.parent.heads[attribute.name]
        turned = head.weight + rng.normal(0, 0.5 * head.weight.std(), head.weight.shape).astype(np.float32)
        logits = replace(head, weight=turned).logits(features) + rng.gumbel(
            0, 0.5, (PHOTOS, len(head.values))
        )
        places = logits.argmax(axis=1)
        for place, value in enumerate(head.values):
            chosen = ids[places == place]
            if len(chosen):
                project.set_answers(chosen, {attribute.name: Answer.of(value)})


def measure() -> None:
    """In a process with the engine's environment."""
    work = Path(tempfile.mkdtemp(prefix="teach-speed-"))
    rng = np.random.default_rng(0)
    try:
        folder = build(work, PHOTOS)
        with Project.open(folder) as project:
            teaching = Teaching(project, house_model_dir())
            engine = _Engine(teaching)
            teaching.engine = engine
            features = _features(dict(teaching.parent.heads), rng)
            hashes = [digest for _, _, digest in project.places(project.ids())]
            cache = FeatureCache(project.folder / FEATURES / teaching.parent.key, features.shape[1])
            cache.add(zip(hashes, features, strict=True))
            _label(project, teaching, features, rng)
            _own(project, teaching.parent.model_id)
            _mix_hashes()
            times: dict[str, float] = {}
            started_s = time.perf_counter()

            def told(text: str, _done: int, _total: int) -> None:
                times.setdefault(text, time.perf_counter() - started_s)

            record = teaching.teach(on_progress=told)
            if record.state == "offered":
                teaching.keep(on_progress=told)
            whole_s = time.perf_counter() - started_s
            say("Quick teach: heads re-fitted, 5,000 photos, 8 heads", engine.fit_s, "s")
            say("Quick teach: labels gathered", times.get("Teaching", 0.0), "s")
            say(
                "Quick teach: 5,000 predictions renewed and stored",
                whole_s - times.get("Renewing predictions", whole_s),
                "s",
            )
            say("Quick teach: from the key to the last prediction", whole_s, "s", _TARGET_S)
            started_s = time.perf_counter()
            teaching.undo()
            say("Quick teach: undone, predictions too", time.perf_counter() - started_s, "s")
            engine.teacher.close()
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _mix_hashes() -> None:
    """The builder's content hashes begin with zeros; which photos are held out goes by the first digits."""

    def mixed(content_hash: str) -> str:
        return hashlib.blake2b(content_hash.encode(), digest_size=20).hexdigest()

    split, fold = teaching_labels.split_by_content, teaching_labels.fold_by_content
    teaching_labels.split_by_content = lambda content_hash: split(mixed(content_hash))
    teaching_request.fold_by_content = lambda content_hash: fold(mixed(content_hash))


def _own(project: Project, model: str) -> None:
    """The builder's predictions as if the house model had made them."""
    ids = [int(item_id) for item_id in project.ids()]
    for start in range(0, len(ids), 1_000):
        found = project.predictions(ids[start : start + 1_000])
        project.put_predictions([(key, replace(each, model=model)) for key, each in found.items()])


def main(argv: Sequence[str] | None = None) -> int:
    """Measures in a child with the engine's environment."""
    del argv
    if os.environ.get("OPENBLAS_NUM_THREADS") == "1":
        measure()
        return 0
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "bench.teach_speed"]
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - ourselves


if __name__ == "__main__":
    sys.exit(main())
