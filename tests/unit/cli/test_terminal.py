from __future__ import annotations

import json
import signal
import sys

import pytest

from fashion_studio.cli.terminal import Terminal, stoppable
from fashion_studio.domain.errors import Cancelled


def test_a_machine_gets_one_object_and_a_person_gets_lines(capsys: pytest.CaptureFixture[str]) -> None:
    for as_json in (True, False):
        terminal = Terminal(as_json=as_json)
        terminal.say("three photos")
        terminal.note("by the way")
        terminal.result({"photos": 3, "title": "Größe"})
        out, err = capsys.readouterr()
        assert err == "by the way\n"
        assert (json.loads(out) == {"photos": 3, "title": "Größe"}) if as_json else (out == "three photos\n")


def test_no_bar_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with Terminal(as_json=False).progress("Working") as progress:
        progress(1, 2, "x")
    assert capsys.readouterr() == ("", "")


def test_a_bar_where_a_person_watches(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with Terminal(as_json=False).progress("Working") as progress:
        progress(1, None, "first [bold]name[/]")
        progress(2, 4, "second")
    out, err = capsys.readouterr()
    assert out == ""
    assert "Working" in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_and_the_block_ends_as_cancelled(number: signal.Signals) -> None:
    def work() -> None:
        with stoppable() as should_stop:
            assert not should_stop()
            signal.raise_signal(number)
            assert should_stop()

    before = signal.getsignal(number)
    with pytest.raises(Cancelled):
        work()
    assert signal.getsignal(number) is before


def test_a_second_ctrl_c_breaks_off() -> None:
    def work() -> None:
        with stoppable():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)  # a shell's background job ignores it
    with pytest.raises(KeyboardInterrupt):
        work()
    assert signal.getsignal(signal.SIGINT) is before
