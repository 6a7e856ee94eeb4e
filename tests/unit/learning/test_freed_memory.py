from __future__ import annotations

import subprocess
import sys

import pytest

from fashion_studio.learning import freed_memory

CODE = """
import resource, torch
from fashion_studio.learning.freed_memory import keep_freed_memory
if {keep}:
    assert keep_freed_memory()
for turn in range(24):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    blocks = [torch.ones(12_000_000) for _ in range(2)]
    del blocks
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(*, keep: bool) -> int:
    """Page faults of allocating 2 × 48 MB once more, in a process of its own.

    The heap takes up to seven turns to grow into holes that fit, so the twenty-fourth is counted.
    """
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(keep=keep)], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's allocator alone")
def test_what_was_freed_is_there_without_page_faults() -> None:
    assert faults(keep=True) < 10 < faults(keep=False)


def test_another_system_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freed_memory.sys, "platform", "darwin")
    assert not freed_memory.keep_freed_memory()
