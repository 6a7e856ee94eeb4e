"""How a probe stands, in one sentence, and what can be done: for the strip above the grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fashion_studio.gui.probe.probe_view import ProbeView
    from fashion_studio.services.project import Project
    from fashion_studio.services.run_list import RunEntry

__all__ = ["Saying", "empty_words", "saying_of"]

GO_ON: Final = "go_on"
LOG: Final = "log"


@dataclass(frozen=True, slots=True)
class Saying:
    """What the strip says.

    Attributes:
        tone: a role with a ground, or "text2".
        acts: "go_on", "log": what is offered.
    """

    tone: str
    icon: str
    sentence: str
    hint: str = ""
    acts: tuple[str, ...] = ()


def saying_of(entry: RunEntry, view: ProbeView | None) -> Saying | None:
    """The most important thing to know; None where there is nothing to say."""
    done = len(view.results) if view is not None else 0
    ended = _how_it_ended(entry, done=bool(done))
    if ended is not None or view is None:
        return ended
    asked = _what_cannot_be_asked(view)
    if asked is not None:
        return asked
    if entry.phase.value in {"starting", "running"} and not done and not view.conflicts:
        return Saying("text2", "circle-play", entry.text or "Preparing: photos, masks and models.")
    return _without_garment(view)


def _how_it_ended(entry: RunEntry, *, done: bool) -> Saying | None:
    kept = "Nothing is lost: it goes on where it was." if done else ""
    phase = entry.phase.value
    if phase == "failed":
        return Saying("danger", "triangle-alert", entry.text or "The probe failed.", kept, (LOG, GO_ON))
    if phase == "interrupted":
        return Saying("disagree", "triangle-alert", "The probe stopped suddenly.", kept, (LOG, GO_ON))
    if phase == "cancelled":
        return Saying("text2", "circle-slash", "Cancelled.", kept or "It can go on.", (GO_ON,))
    return None


def _what_cannot_be_asked(view: ProbeView) -> Saying | None:
    problems = [note.problem for note in view.subjects.values() if note.problem]
    sentence = problems[0] if problems else _other_vocabulary(view)
    if sentence:
        return Saying("disagree", "triangle-alert", sentence)
    if not view.notes:
        return None
    more = f"And {len(view.notes) - 1} more, in the log." if len(view.notes) > 1 else ""
    return Saying("disagree", "info", view.notes[-1], more, (LOG,) if more else ())


def _other_vocabulary(view: ProbeView) -> str:
    wanted = view.spec.attribute
    for note in view.subjects.values():
        if note.attributes and wanted not in note.attributes:
            known = ", ".join(sorted(note.attributes)[:4])
            return f"{note.name} has another vocabulary: it does not decide on {wanted}, but on {known}."
    return ""


def _without_garment(view: ProbeView) -> Saying | None:
    skipped = len(view.skipped)
    bare = sum(any("garment" in note for note in result.notes) for result in view.results)
    if bare:
        photos = "1 photo shows" if bare == 1 else f"{bare:,} photos show"
        sentence = (
            f"{photos} no garment that could be found, so the silhouette and texture columns are empty there."
        )
        return Saying("text2", "info", sentence)
    if skipped:
        photos = "1 picture was" if skipped == 1 else f"{skipped:,} pictures were"
        return Saying("text2", "info", f"{photos} left out: {view.skipped[-1].reason}")
    return None


def empty_words(project: Project | None, *, known: bool, starting: bool) -> tuple[str, str, str, str]:
    """Icon, title, hint and act of the room without a probe; `known`: the first look has been taken."""
    hint = "See on your own photos whether a model decides by the fabric or by the silhouette."
    words = ("scan-eye", "Nothing probed yet", hint, "New probe")
    if project is None:
        words = ("folder-open", "No project is open", "Open photos first.", "")
    elif starting:
        words = ("scan-eye", "Preparing the probe", "The photos are being listed.", "")
    elif not known:
        words = ("scan-eye", "Looking for probes", "", "")
    elif project.read_only:
        hint = "Close it where it is open for writing to probe here."
        words = ("lock", "Open for reading only", hint, "")
    return words
