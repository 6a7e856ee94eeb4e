"""The server from outside: a real process, and what is left when its window is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest
from engines import QUICK, until
from fake_reader import Act, make_photo

from fashion_studio.jobs.engine_client import EngineClient

WINDOW = textwrap.dedent("""
    import sys, time
    from pathlib import Path
    from fashion_studio.jobs.engine_client import EngineClient, EngineOptions
    model, photo, log = map(Path, sys.argv[1:])
    client = EngineClient(model, log_file=log, options=EngineOptions(reader="fake_reader:FakeReader"))
    client.start()
    future = client.read(photo)
    while not any(ticket.started_s for ticket in client._tickets.all()):
        time.sleep(0.01)
    print(client.pid, flush=True)
    time.sleep(60)
""")


def shared_memory_names() -> set[str]:
    folder = Path("/dev/shm")
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_the_engine_leaves_when_its_window_is_killed_and_no_memory_stays(model: Path, tmp_path: Path) -> None:
    before = shared_memory_names()
    photo, log = make_photo(tmp_path / "a.png", Act.HANG), tmp_path / "engine.log"
    window = subprocess.Popen(
        [sys.executable, "-c", WINDOW, model, photo, log], stdout=subprocess.PIPE, text=True
    )
    assert window.stdout is not None
    engine = psutil.Process(int(window.stdout.readline()))
    assert engine.is_running()
    os.kill(window.pid, signal.SIGKILL)
    window.wait()
    window.stdout.close()
    until(lambda: not engine.is_running() or engine.status() == psutil.STATUS_ZOMBIE)
    assert shared_memory_names() <= before
    assert "leaked" not in log.read_text(encoding="utf-8")


def test_ctrl_c_is_for_the_window_alone(model: Path, tmp_path: Path) -> None:
    client = EngineClient(model, log_file=tmp_path / "engine.log", options=QUICK)
    client.start()
    try:
        photo = make_photo(tmp_path / "a.png")
        client.read(photo).result(30)
        assert client.pid is not None
        os.kill(client.pid, signal.SIGINT)
        time.sleep(0.1)
        client.ping().result(30)
        assert client.state.restarts == 0
    finally:
        client.close()


def test_garbage_on_the_stream_ends_the_engine_with_a_line_in_the_log(model: Path, tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    memory.write_bytes(bytes(4096))
    with memory.open("r+b") as stream:
        engine = subprocess.run(
            [
                *(sys.executable, "-m", "fashion_studio.jobs.engine_server", "--model", model),
                *("--arena", f"fd:{stream.fileno()}", "--arena-bytes", "4096"),
                *("--reader", "fake_reader:FakeReader"),
            ],
            input=b"\xff\xff\xff\xffGET / HTTP/1.1",
            capture_output=True,
            timeout=60,
            check=False,
            pass_fds=(stream.fileno(),),
        )
    assert engine.returncode == 1
    assert b"out of step" in engine.stderr
