"""A measurement's step cannot stand still: it is ended with all it started, and named."""

from __future__ import annotations

import sys
import time

import psutil
import pytest

from bench.figures import output_of

NEVER_ENDS = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
print(child.pid, file=sys.stderr, flush=True)
time.sleep(600)
"""


def test_what_a_step_says_comes_back_however_much_it_is():
    code = "import sys; print('x' * 500_000); print('y' * 500_000, file=sys.stderr)"
    assert output_of("a talker", [sys.executable, "-c", code], patience_s=60).strip() == "x" * 500_000


def test_nothing_is_typed_into_a_step():
    code = "import sys; print(len(sys.stdin.read()))"
    assert output_of("a listener", [sys.executable, "-c", code], patience_s=60).strip() == "0"


def test_a_step_that_fails_says_why():
    with pytest.raises(RuntimeError, match=r"(?s)“a liar” ended with 3.*no photo"):
        output_of(
            "a liar",
            [sys.executable, "-c", "import sys; print('no photo', file=sys.stderr); sys.exit(3)"],
            patience_s=60,
        )


def test_a_step_that_stands_still_is_ended_with_its_children_and_named():
    began = time.monotonic()
    with pytest.raises(TimeoutError, match="“a sleeper” took longer than 5 s") as told:
        output_of("a sleeper", [sys.executable, "-S", "-c", NEVER_ENDS], patience_s=5)
    assert time.monotonic() - began < 120
    child = int(str(told.value).split()[-1])
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE
