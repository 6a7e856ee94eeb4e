from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.jobs.engine_process import death_reason, oom_kill_count, rotate_log


@pytest.mark.parametrize(
    ("code", "words", "reason"),
    [
        (-9, "", "it was killed (SIGKILL)"),
        (-15, "", "it was killed (SIGTERM)"),
        (-11, "", "it crashed (SIGSEGV)"),
        (-99, "", "it was killed (signal 99)"),
        (1, "RuntimeError: odd", "it stopped (code 1: RuntimeError: odd)"),
        (0, "", "it stopped (code 0)"),
        (0xC0000005, "", "it crashed (0xC0000005)"),
        (-1073741819, "", "it was killed (signal 1073741819)"),
        (0xC0000017, "", "the system ran out of memory"),
    ],
)
def test_the_reason_of_a_death_is_a_clause(code: int, words: str, reason: str) -> None:
    assert death_reason(code, words) == reason


def test_want_of_memory_is_named_where_the_system_says_so() -> None:
    assert "out of memory" in death_reason(-9, killed_for_memory=True)


def test_the_count_of_kills_for_memory_is_read_where_there_is_one(tmp_path: Path) -> None:
    vmstat = tmp_path / "vmstat"
    vmstat.write_text("nr_free_pages 12\noom_kill 3\nfoo 1\n", encoding="ascii")
    assert oom_kill_count(vmstat) == 3
    vmstat.write_text("nr_free_pages 12\n", encoding="ascii")
    assert oom_kill_count(vmstat) is None
    assert oom_kill_count(tmp_path / "nothing") is None


def test_a_large_log_moves_on_and_the_oldest_goes(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    rotate_log(log, limit_bytes=4)
    for text in ("first", "second", "third", "fourth"):
        log.write_text(text, encoding="utf-8")
        rotate_log(log, limit_bytes=4, kept=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["engine.log.1", "engine.log.2"]
    assert (tmp_path / "engine.log.1").read_text(encoding="utf-8") == "fourth"
    assert (tmp_path / "engine.log.2").read_text(encoding="utf-8") == "third"
    log.write_text("abc", encoding="utf-8")
    rotate_log(log, limit_bytes=4)
    assert log.exists()
