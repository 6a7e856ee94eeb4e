"""What one can do to an open project: each method is one journalled operation and one undo."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from fashion_studio.domain.errors import LabelError, UserError
from fashion_studio.domain.labels import Answer, Landmark, Status, Visibility, check_answer
from fashion_studio.domain.queries import Changes
from fashion_studio.domain.vocabulary import Cardinality
from fashion_studio.services import proposals
from fashion_studio.services.project_operations import ProjectOperations
from fashion_studio.services.wording import SPLIT_TITLES, STATUS_TITLES, photos
from fashion_studio.store.edits import Fact, Subject
from fashion_studio.store.facts import answer_data, answer_of, box_data, landmark_data
from fashion_studio.store.reading import read_predictions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.domain.geometry import Box
    from fashion_studio.domain.labels import Split
    from fashion_studio.domain.predictions import Prediction

    Ids = Sequence[int] | NDArray[np.int64]

__all__ = ["ProjectWrites"]


class ProjectWrites(ProjectOperations):
    """The writing half of `services.project.Project`.

    Every write of a person's raises `NotSaved` (an `EnvironmentProblem`) once when the disk does not take
    it; the edit is kept, reads see it, and `unsaved_count` says how many wait. A project open for reading
    only raises `ProjectError`, a photo that is not in the project `UserError`, a label outside the
    vocabulary `LabelError`.
    """

    def set_answers(self, ids: Ids, answers: Mapping[str, Answer | None]) -> Changes:
        """Sets or (None) clears a person's answers on photos; a new photo is in work from then on."""
        for attribute, answer in answers.items():
            if answer is not None:
                check_answer(self.vocabulary, attribute, answer)
            elif not self.vocabulary.has(attribute):
                msg = f"The vocabulary has no attribute “{attribute}”."
                raise LabelError(msg)
        wanted = {attribute: answer_data(answer) for attribute, answer in answers.items()}
        targets = {
            Fact(Subject.ANSWER, item_id, attribute): data
            for item_id in _plain(ids)
            for attribute, data in wanted.items()
        }
        return self._write(lambda count: self._words.answers_set(list(wanted.items()), count), targets)

    def add_value(self, ids: Ids, attribute: str, value: str) -> Changes:
        """Adds a value to what photos have already, behind the others; the other answers give way to it.

        Raises:
            LabelError: no such value, or the attribute takes only one.
        """
        title = self._check_several(attribute, value)
        with self._dataset.writer.lock:
            targets = {
                fact: answer_data(Answer.of(*values, value))
                for fact, values in self._values_of(ids, attribute)
                if value not in values
            }
            return self._write(lambda count: f"{title} added on {photos(count)}", targets)

    def remove_value(self, ids: Ids, attribute: str, value: str) -> Changes:
        """Takes a value away from photos that have it; one without any left is not set.

        Raises:
            LabelError: no such value, or the attribute takes only one.
        """
        title = self._check_several(attribute, value)
        with self._dataset.writer.lock:
            targets: dict[Fact, Any] = {}
            for fact, values in self._values_of(ids, attribute):
                if value in values:
                    rest = [each for each in values if each != value]
                    targets[fact] = answer_data(Answer.of(*rest) if rest else None)
            return self._write(lambda count: f"{title} removed on {photos(count)}", targets)

    def _check_several(self, attribute: str, value: str) -> str:
        check_answer(self.vocabulary, attribute, Answer.of(value))
        known = self.vocabulary.attribute(attribute)
        if known.cardinality is not Cardinality.SEVERAL:
            msg = f"{known.title} takes one value: set it instead of adding."
            raise LabelError(msg)
        return f"{known.title}: {known.values[known.index(value)].title}"

    def _values_of(self, ids: Ids, attribute: str) -> list[tuple[Fact, tuple[str, ...]]]:
        facts = [Fact(Subject.ANSWER, item_id, attribute) for item_id in _plain(ids)]
        now = self._dataset.writer.current(facts)
        return [(fact, answer_of(now[fact]).values if now[fact] is not None else ()) for fact in facts]

    def set_status(self, ids: Ids, status: Status) -> Changes:
        """Moves photos through the work."""
        targets = {Fact(Subject.ITEM, item_id, "status"): status.value for item_id in _plain(ids)}
        return self._write(
            lambda n: f"Status set to {STATUS_TITLES[status]} on {photos(n)}", targets, work=False
        )

    def set_split(self, ids: Ids, split: Split) -> Changes:
        """Puts photos into a part of the data set."""
        targets = {Fact(Subject.ITEM, item_id, "split"): split.value for item_id in _plain(ids)}
        return self._write(
            lambda n: f"Split set to {SPLIT_TITLES[split]} on {photos(n)}", targets, work=False
        )

    def set_flag(self, ids: Ids, flagged: bool) -> Changes:
        """Flags photos or takes the flag away."""
        targets = {Fact(Subject.ITEM, item_id, "flagged"): flagged for item_id in _plain(ids)}
        verb = "set on" if flagged else "removed from"
        return self._write(lambda n: f"Flag {verb} {photos(n)}", targets, work=False)

    def set_note(self, item_id: int, text: str) -> Changes:
        """Writes the note of a photo."""
        verb = "written" if text else "removed"
        return self._write(
            lambda _: f"Note {verb}", {Fact(Subject.ITEM, int(item_id), "note"): text}, work=False
        )

    def set_landmarks(self, item_id: int, landmarks: Sequence[Landmark]) -> Changes:
        """Sets these landmarks of a photo; those not named stay as they are."""
        for landmark in landmarks:
            if landmark.name not in self.vocabulary.landmark_names:
                msg = f"The vocabulary has no landmark “{landmark.name}”."
                raise LabelError(msg)
            if not (math.isfinite(landmark.x) and math.isfinite(landmark.y)):
                msg = f"{self._words.landmark(landmark.name)} is at no place in the photo."
                raise LabelError(msg)
        names = [self._words.landmark(landmark.name) for landmark in landmarks]
        what = names[0] if len(names) == 1 else f"{len(names)} landmarks"
        targets = {Fact(Subject.LANDMARK, int(item_id), mark.name): landmark_data(mark) for mark in landmarks}
        return self._write(lambda _: f"{what} set", targets)

    def delete_landmarks(self, item_id: int, names: Iterable[str]) -> Changes:
        """Takes landmarks away, so that they are not set; that is not the same as absent."""
        targets: dict[Fact, Any] = {Fact(Subject.LANDMARK, int(item_id), name): None for name in names}
        titles = [self._words.landmark(fact.field) for fact in targets]
        what = titles[0] if len(titles) == 1 else f"{len(titles)} landmarks"
        return self._write(lambda _: f"{what} removed", targets)

    def swap_left_right(self, item_id: int) -> Changes:
        """Exchanges every landmark with its partner on the other side."""
        item_id = int(item_id)
        facts = [Fact(Subject.LANDMARK, item_id, point.name) for point in self.vocabulary.landmarks]
        with self._dataset.writer.lock:
            now = self._dataset.writer.current(facts)
            mirror = {point.name: point.mirror for point in self.vocabulary.landmarks}
            targets = {fact: now[Fact(Subject.LANDMARK, item_id, mirror[fact.field])] for fact in facts}
            return self._write(lambda _: "Left and right swapped", targets)

    def set_box(self, item_id: int, box: Box | None) -> Changes:
        """Sets or clears the bounding box of the garment, in upright image pixels."""
        if box is not None and not (all(map(math.isfinite, box.as_tuple())) and box.width > 0 < box.height):
            msg = "The box has no area. Draw it again."
            raise LabelError(msg)
        verb = "removed" if box is None else "set"
        return self._write(lambda _: f"Box {verb}", {Fact(Subject.ITEM, int(item_id), "box"): box_data(box)})

    def accept_proposals(self, ids: Ids, attributes: Iterable[str] | None = None) -> Changes:
        """Takes over what the model proposes wherever the person has not answered.

        Only attributes that apply to the (person's, else proposed) category; colours as predicted. Photos
        that the model has not read are left as they are.

        Args:
            ids: the photos.
            attributes: which attributes; None means all.
        """
        wanted = proposals.names(self.vocabulary, attributes)
        with self._dataset.writer.lock:
            targets = proposals.answers(self._dataset, _plain(ids), wanted)
            return self._write(lambda n: f"Proposals accepted on {photos(n)}", targets)

    def accept_landmarks(self, item_id: int, names: Iterable[str] | None = None) -> Changes:
        """Takes over the model's landmarks.

        Args:
            item_id: the photo.
            names: these, even where the person has set one; None means all that are not set.

        Raises:
            UserError: the model has not read the photo yet.
        """
        item_id = int(item_id)
        with self._dataset.writer.lock:
            with self._dataset.reading() as connection:
                prediction = read_predictions(connection, [item_id]).get(item_id)
            if prediction is None:
                msg = "The model has not read this photo yet. Wait for it, or set the landmarks yourself."
                raise UserError(msg)
            chosen = None if names is None else set(names)
            proposed = {
                Fact(Subject.LANDMARK, item_id, mark.name): landmark_data(
                    Landmark(mark.name, mark.x, mark.y, Visibility(mark.visibility))
                )
                for mark in prediction.landmarks
                if mark.name in self.vocabulary.landmark_names and (chosen is None or mark.name in chosen)
            }
            if chosen is None:
                now = self._dataset.writer.current(proposed)
                proposed = {fact: data for fact, data in proposed.items() if now[fact] is None}
            what = (
                self._words.landmark(next(iter(proposed)).field)
                if len(proposed) == 1
                else f"{len(proposed)} landmarks"
            )
            return self._write(lambda _: f"{what} taken from the model", proposed)

    def put_predictions(self, predictions: Sequence[tuple[int, Prediction]]) -> Changes:
        """Stores what the model says, beside what the person said; not journalled, not undoable.

        Raises:
            EnvironmentProblem: it cannot be written; nothing changed.
        """
        latest = {int(item_id): prediction for item_id, prediction in predictions}
        self._dataset.put_predictions(latest)
        ids = tuple(latest)
        return self._told(Changes(0, f"{photos(len(ids))} read", ids, frozenset({"prediction"})))


def _plain(ids: Ids) -> list[int]:
    return list(dict.fromkeys(int(item_id) for item_id in ids))
