"""What was taught in a project: one list per model, the heads beside it, and which of them are in force."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from fashion_studio.domain.errors import EnvironmentProblem

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["HeadRecord", "TeachFolder", "TeachHistory", "TeachRecord"]

_HISTORY: Final = "history.json"

State = Literal["in_force", "replaced", "undone", "rejected", "offered", "unchanged"]


class HeadRecord(msgspec.Struct, frozen=True):
    """One head of one teaching.

    Attributes:
        change: by how much its logits were allowed to change (see `learning.head_refit`); 0 where it stayed.
        labels: people's labels that it was fitted to.
        reason: why it stayed; empty where it was fitted.
        held_out: labels that it was measured by and never fitted to.
        before, after: how many of those the heads in force, and the new ones, have right.
    """

    name: str
    change: float
    labels: int
    reason: str
    held_out: int
    before: int
    after: int
    loss_before: float
    loss_after: float


class TeachRecord(msgspec.Struct, frozen=True):
    """One teaching.

    Attributes:
        at: seconds since 1970.
        photos, held_out_photos: photos with labels that were fitted to, and that were measured by.
        instead_of: number of the heads in force until then; 0 are the model's own.
        skipped: why labels of some attributes taught nothing.
        seconds: from the question to the answer.
    """

    number: int
    at: float
    actor: str
    model: str
    photos: int
    held_out_photos: int
    heads: tuple[HeadRecord, ...]
    state: State
    instead_of: int
    skipped: tuple[str, ...] = ()
    labels_then: int = 0
    seconds: float = 0.0

    @property
    def held_out(self) -> int:
        """Labels that it was measured by."""
        return sum(head.held_out for head in self.heads)

    @property
    def before(self) -> float:
        """Share of them that the former heads have right, 0 to 1."""
        return sum(head.before for head in self.heads) / max(self.held_out, 1)

    @property
    def after(self) -> float:
        """Share of them that the new heads have right, 0 to 1."""
        return sum(head.after for head in self.heads) / max(self.held_out, 1)

    @property
    def verdict(self) -> Literal["better", "same", "worse", "unmeasured"]:
        """How the new heads stand to the former ones on labels that taught neither."""
        if not self.held_out:
            return "unmeasured"
        if self.after == self.before:
            return "same"
        return "better" if self.after > self.before else "worse"


class TeachHistory(msgspec.Struct, frozen=True):
    """All teachings of one model in one project, the oldest first.

    Attributes:
        in_force: number of the heads that answer; 0 are the model's own.
        refreshed: whether the stored predictions have followed them.
    """

    parent: str
    parent_sha256: str
    in_force: int = 0
    refreshed: bool = True
    records: tuple[TeachRecord, ...] = ()

    def record(self, number: int) -> TeachRecord | None:
        """The teaching of this number."""
        return next((record for record in self.records if record.number == number), None)

    @property
    def current(self) -> TeachRecord | None:
        """The teaching in force; None for the model's own heads."""
        return self.record(self.in_force)

    @property
    def offered(self) -> TeachRecord | None:
        """The last teaching, if a person has yet to say whether it holds."""
        last = self.records[-1] if self.records else None
        return last if last is not None and last.state == "offered" else None

    @property
    def undone(self) -> TeachRecord | None:
        """The teaching that was taken back from the heads in force; the latest where there are several."""
        taken_back = (
            record
            for record in reversed(self.records)
            if record.state == "undone" and record.instead_of == self.in_force
        )
        return next(taken_back, None)

    @property
    def model(self) -> str:
        """Id of the model with the heads in force."""
        return self.model_of(self.in_force)

    def model_of(self, number: int) -> str:
        """Id of the model with these heads."""
        return f"{self.parent}+t{number}" if number else self.parent

    def marked(self, number: int, state: State) -> TeachHistory:
        """With another state of one teaching."""
        records = tuple(
            msgspec.structs.replace(record, state=state) if record.number == number else record
            for record in self.records
        )
        return msgspec.structs.replace(self, records=records)


class TeachFolder:
    """A folder in the project for one model's teachings. Every write is whole or not there."""

    def __init__(self, folder: Path, parent: str, parent_sha256: str) -> None:
        """Of the model of this id and weights; the folder may not exist yet."""
        self.folder = folder
        self._fresh = TeachHistory(parent, parent_sha256)

    def history(self) -> TeachHistory:
        """As it stands on the disk; empty where there is none, or where it is damaged or of other weights."""
        try:
            kept = msgspec.json.decode((self.folder / _HISTORY).read_bytes(), type=TeachHistory)
        except (OSError, msgspec.MsgspecError):
            return self._fresh
        same = (kept.parent, kept.parent_sha256) == (self._fresh.parent, self._fresh.parent_sha256)
        return kept if same else self._fresh

    def write(self, history: TeachHistory) -> TeachHistory:
        """Replaces the list.

        Raises:
            EnvironmentProblem: the disk does not take it; the old one stays.
        """
        self.put(_HISTORY, msgspec.json.format(msgspec.json.encode(history), indent=1))
        return history

    def heads_path(self, number: int) -> Path:
        """The heads of a teaching."""
        return self.folder / f"t{number}.safetensors"

    def before_path(self, number: int) -> Path:
        """What the stored predictions were before a teaching was put in force."""
        return self.folder / f"before-t{number}.npz"

    def put(self, name: str, data: bytes) -> None:
        """Writes a file whole.

        Raises:
            EnvironmentProblem: the disk does not take it.
        """
        target = self.folder / name
        partial = self.folder / f"{name}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise EnvironmentProblem(
                f"What was taught cannot be written: {error.strerror or error}.",
                "Make room and teach again; nothing has changed.",
            ) from error
