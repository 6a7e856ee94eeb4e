"""Whom a training run tells how it goes, and who may end it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["RunVoice"]


@dataclass(frozen=True, slots=True)
class RunVoice:
    """Whom a run tells, and who may end it.

    Attributes:
        tell: writes an event: kind and fields.
        progress: steps done, steps in all, a few words.
        log: a line for people.
        should_stop: asked often, may wait while the run is paused.
    """

    tell: Callable[..., None]
    progress: Callable[[int, int, str], None]
    log: Callable[[str], None]
    should_stop: Callable[[], bool]

    def notice(self, level: str, code: str, text: str, **more: object) -> None:
        """Something to know, as an event and in the log."""
        self.tell("notice", level=level, code=code, text=text, **more)
        self.log(text)
