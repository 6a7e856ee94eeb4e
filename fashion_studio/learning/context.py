"""What every step of a run has at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.recipe import Recipe

__all__ = ["RunContext"]


@dataclass(frozen=True, slots=True)
class RunContext:
    """One run: its recipe, where it writes, whom it tells, and whether it should go on.

    Attributes:
        device: "auto", "cpu", "cuda" or "mps".
        emit: writes one event.
        loader_processes: processes that prepare views ahead; 0 does it in the training process itself.
        should_stop: True asks for a resumable stop.
    """

    recipe: Recipe
    vocabulary: Vocabulary
    run_dir: Path
    seed: int
    device: str
    emit: Callable[[dict[str, Any]], None]
    should_stop: Callable[[], bool]
    loader_processes: int = 0
