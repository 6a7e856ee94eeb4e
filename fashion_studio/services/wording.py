"""Sentences for the journal, toasts and the history pane: "Fit set to Regular on 42 photos"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fashion_studio.domain.labels import AnswerKind, Split, Status, Visibility
from fashion_studio.store.edits import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = ["SPLIT_TITLES", "STATUS_TITLES", "Wording", "photos"]

STATUS_TITLES: Final = {
    Status.NEW: "New",
    Status.IN_WORK: "In work",
    Status.DONE: "Done",
    Status.REVIEWED: "Reviewed",
    Status.REJECTED: "Rejected",
}
SPLIT_TITLES: Final = {
    Split.NONE: "None",
    Split.TRAIN: "Train",
    Split.VALIDATION: "Validation",
    Split.TEST: "Test",
}
_FIELD_WORDS: Final[dict[str, Callable[[Any], str]]] = {
    "status": lambda data: STATUS_TITLES[Status(data)],
    "split": lambda data: SPLIT_TITLES[Split(data)],
    "flagged": lambda data: "flagged" if data else "not flagged",
    "note": lambda data: str(data) if data else "empty",
    "stack": lambda data: "none" if data is None else _steps(len(data["steps"])),
    "hidden": lambda data: "taken away" if data else "in the project",
    "box": lambda data: "none" if data is None else "{2:.0f} × {3:.0f} at {0:.0f}, {1:.0f}".format(*data),
}
_FIELD_TITLES: Final = {
    "status": "Status",
    "split": "Split",
    "flagged": "Flag",
    "note": "Note",
    "box": "Box",
    "stack": "Edits",
    "hidden": "Edited photo",
}
_VISIBILITY: Final = {
    Visibility.VISIBLE: "visible",
    Visibility.OCCLUDED: "occluded",
    Visibility.ABSENT: "absent",
}


def photos(count: int) -> str:
    """A count in words: "1 photo", "1,204 photos"."""
    return "1 photo" if count == 1 else f"{count:,} photos"


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"


class Wording:
    """The titles of one vocabulary's attributes, values and landmarks in sentences."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Speaks this vocabulary's words; names it does not know are shown as they are."""
        self._vocabulary = vocabulary
        self._points = {point.name: point.title for point in vocabulary.landmarks}

    def attribute(self, name: str) -> str:
        """Title of an attribute."""
        return self._vocabulary.attribute(name).title if self._vocabulary.has(name) else name

    def landmark(self, name: str) -> str:
        """Title of a landmark."""
        return self._points.get(name, name)

    def answer(self, attribute: str, data: Any) -> str:
        """An answer in journal form: "Regular", "Black, White", "unknown", "does not apply", "not set"."""
        if data is None:
            return "not set"
        if data["kind"] == AnswerKind.UNKNOWN:
            return "unknown"
        if data["kind"] == AnswerKind.NOT_APPLICABLE:
            return "does not apply"
        titles: dict[str, str] = {}
        if self._vocabulary.has(attribute):
            titles = {value.name: value.title for value in self._vocabulary.attribute(attribute).values}
        return ", ".join(titles.get(value, value) for value in data["values"])

    def value(self, subject: str, field: str, data: Any) -> str:
        """Any fact's value in journal form, in words."""
        if subject == "answer":
            return self.answer(field, data)
        if subject == "landmark":
            return self._place(data)
        return _FIELD_WORDS[field](data)

    def field(self, subject: str, field: str) -> str:
        """Title of a fact's field."""
        if subject == "answer":
            return self.attribute(field)
        if subject == "landmark":
            return self.landmark(field)
        return _FIELD_TITLES[field]

    def operation(self, kind: Kind, title: str) -> str:
        """Title of an operation: what it reverts is named by the title of that."""
        return {Kind.EDIT: "", Kind.UNDO: "Undone: ", Kind.REDO: "Done again: "}[kind] + title

    def answers_set(self, answers: Sequence[tuple[str, Any]], count: int) -> str:
        """Title of setting answers on a number of photos."""
        where = f" on {photos(count)}"
        if len(answers) != 1:
            return f"{len(answers)} attributes set{where}"
        attribute, data = answers[0]
        name = self.attribute(attribute)
        verb = "cleared" if data is None else f"set to {self.answer(attribute, data)}"
        return f"{name} {verb}{where}"

    @staticmethod
    def _place(data: Any) -> str:
        if data is None:
            return "not set"
        visibility = Visibility(data["visibility"])
        if visibility is Visibility.ABSENT:
            return "absent"
        place = f"{data['x']:.1f}, {data['y']:.1f}"
        return place if visibility is Visibility.VISIBLE else f"{place}, {_VISIBILITY[visibility]}"
