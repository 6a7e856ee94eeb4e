"""The stored predictions of a project follow the heads in force, without a forward pass."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fashion_studio.domain.scoring import one_value, several_values
from fashion_studio.domain.vocabulary import COLORS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.domain.linear_heads import LinearHead
    from fashion_studio.domain.predictions import Prediction
    from fashion_studio.learning.features import FeatureCache
    from fashion_studio.learning.head_files import BundleHeads
    from fashion_studio.services.project import Project
    from fashion_studio.services.teaching_record import TeachHistory

__all__ = ["PredictionRefresh"]

_AT_ONCE: Final = 1_000


class PredictionRefresh:
    """Brings predictions of one model, whichever heads made them, to the heads in force.

    Only what a head says is made anew; landmarks, boxes and measured colours stay. Photos whose features are
    not kept stay as they are until they are read again.
    """

    def __init__(
        self,
        project: Project,
        parent: BundleHeads,
        history: TeachHistory,
        cache: FeatureCache | None,
        heads: Callable[[int], Mapping[str, LinearHead]],
    ) -> None:
        """For the heads in force by `history`; `heads` gives those that a teaching changed."""
        self._project, self._parent, self._history, self._cache = project, parent, history, cache
        self._taught = heads
        self._changed: dict[str, tuple[str, ...]] = {}
        self._target = {**parent.heads, **heads(history.in_force)}
        self._keep: tuple[Path, str] | None = None
        self._kept: dict[str, tuple[list[str], list[list[float]]]] = {}
        self._old: dict[str, dict[str, NDArray[np.float32]]] = {}
        self._old_model = ""

    def keep_in(self, path: Path, model: str) -> None:
        """Writes down what `model` said of each photo, so that an undo gives back the very same."""
        self._keep = (path, model)

    def restore_from(self, path: Path, model: str) -> None:
        """Gives photos of `model` what was written down before it; a damaged file is left alone."""
        try:
            with np.load(path, allow_pickle=False) as kept:
                names = sorted({key.partition(":")[2] for key in kept.files})
                for name in names:
                    hashes, chances = kept[f"hashes:{name}"], kept[f"chances:{name}"]
                    for digest, row in zip(hashes, chances, strict=True):
                        self._old.setdefault(str(digest), {})[name] = row
            self._old_model = model
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            self._old = {}

    def run(self, on_progress: Callable[[str, int, int], None]) -> int:
        """Refreshes all photos, some hundred per write; returns how many changed."""
        ids = [int(item_id) for item_id in self._project.ids()]
        done = 0
        for start in range(0, len(ids), _AT_ONCE):
            on_progress("Renewing predictions", start, len(ids))
            fresh = self._part(ids[start : start + _AT_ONCE])
            if fresh:
                self._project.put_predictions(fresh)
                done += len(fresh)
        self._write_down()
        return done

    def one(self, prediction: Prediction, features: NDArray[Any]) -> Prediction:
        """One prediction of this model with the heads in force."""
        names = self._names(prediction.model)
        return self._said(
            prediction, {name: self._target[name].probabilities(features[None])[0] for name in names}
        )

    def _part(self, ids: Sequence[int]) -> list[tuple[int, Prediction]]:
        goal = self._history.model
        predictions = {
            item_id: prediction
            for item_id, prediction in self._project.predictions(ids).items()
            if prediction.model != goal and self._is_ours(prediction.model)
        }
        if not predictions or self._cache is None:
            return []
        hashes = self._project.content_hashes(list(predictions))
        order = [item_id for item_id in predictions if item_id in hashes]
        rows = self._cache.rows([hashes[item_id] for item_id in order])
        matrix = self._cache.matrix()
        fresh = []
        for model in sorted({predictions[item_id].model for item_id in order}):
            mine = [
                place
                for place, item_id in enumerate(order)
                if predictions[item_id].model == model and rows[place] >= 0
            ]
            if mine:
                names = self._names(model)
                features = matrix[rows[mine]].astype(np.float32)
                chances = {name: self._target[name].probabilities(features) for name in names}
                for row, place in enumerate(mine):
                    item_id = order[place]
                    old, digest = predictions[item_id], hashes[order[place]]
                    self._note(digest, old, names)
                    new = {name: chances[name][row] for name in names}
                    if model == self._old_model:
                        new |= {n: c for n, c in self._old.get(digest, {}).items() if n in new}
                    fresh.append((item_id, self._said(old, new)))
        return fresh

    def _is_ours(self, model: str) -> bool:
        return model == self._history.parent or model.startswith(f"{self._history.parent}+t")

    def _names(self, model: str) -> tuple[str, ...]:
        """Heads on which this model and the heads in force differ."""
        if model not in self._changed:
            number = model.removeprefix(self._history.parent).removeprefix("+t")
            try:
                theirs: Iterable[str] = self._taught(int(number)) if number else ()
            except Exception:  # noqa: BLE001 - whatever those heads were, all are made anew
                theirs = self._target
            self._changed[model] = tuple(
                name for name in self._target if name in {*theirs, *self._taught(self._history.in_force)}
            )
        return self._changed[model]

    def _said(self, old: Prediction, chances: Mapping[str, NDArray[np.float32]]) -> Prediction:
        attributes, several = dict(old.attributes), (old.colors_predicted, old.colors_probabilities)
        for name, row in chances.items():
            values = self._target[name].values
            if name == COLORS:
                several = several_values(values, row, self._parent.thresholds.get(name))
            elif name in attributes:
                attributes[name] = one_value(values, row)
        return replace(
            old,
            model=self._history.model,
            attributes=attributes,
            colors_predicted=several[0],
            colors_probabilities=several[1],
        )

    def _note(self, digest: str, old: Prediction, names: Iterable[str]) -> None:
        if self._keep is None or old.model != self._keep[1]:
            return
        for name in names:
            said = old.colors_probabilities if name == COLORS else old.attributes[name].probabilities
            hashes, rows = self._kept.setdefault(name, ([], []))
            hashes.append(digest)
            rows.append([said[value] for value in self._target[name].values])

    def _write_down(self) -> None:
        if self._keep is None or not self._kept:
            return
        arrays: dict[str, Any] = {}
        for name, (hashes, rows) in self._kept.items():
            arrays[f"hashes:{name}"] = np.array(hashes)
            arrays[f"chances:{name}"] = np.array(rows, np.float32)
        try:
            np.savez(self._keep[0], **arrays)
        except OSError:  # an undo then makes them anew from the features, the same to three digits
            self._keep[0].unlink(missing_ok=True)
