from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from engines import QUICK, WAIT_S, MakeClient, ready, until
from fake_reader import Act, make_photo
from samples import sample_reading

from fashion_studio.domain.errors import BugError, EnvironmentProblem, PhotoError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.jobs.engine_client import EngineClient, EnginePhase, EngineState, Priority


def batches(model: Path) -> list[list[int]]:
    lines = (model / "batches.txt").read_text(encoding="utf-8").splitlines()
    return [[int(number) for number in line.split()] for line in lines]


def busy(client: EngineClient, tmp_path: Path) -> None:
    """Keeps the engine at work for a moment, so that what is asked now has to queue."""
    client.read(make_photo(tmp_path / "busy.png", Act.BE_SLOW, 999))
    until(lambda: any(ticket.started_s for ticket in client._tickets.all()))


def test_a_reading_arrives_whole_and_in_the_pixels_of_the_full_photo(
    make_client: MakeClient, tmp_path: Path, studio: Vocabulary
) -> None:
    photo = make_photo(tmp_path / "a.png", number=258, size=(1536, 2048))
    reading = make_client().read(photo).result(WAIT_S)
    expected = sample_reading(studio, 258, width_px=768, height_px=1024)
    assert (reading.prediction.width_px, reading.prediction.height_px) == (1536, 2048)
    assert reading.prediction.attributes == expected.prediction.attributes
    for point, small in zip(reading.prediction.landmarks, expected.prediction.landmarks, strict=True):
        assert (point.x, point.y) == (pytest.approx(2 * small.x), pytest.approx(2 * small.y))
    assert reading.maps is not None
    assert expected.maps is not None
    np.testing.assert_array_equal(reading.maps.heatmaps, expected.maps.heatmaps)
    np.testing.assert_array_equal(reading.maps.cams["fit"], expected.maps.cams["fit"])


def test_states_tell_the_model_the_device_and_the_order_of_the_maps(
    make_client: MakeClient, states: list[EngineState], studio: Vocabulary
) -> None:
    client = ready(make_client())
    client.close()
    assert [state.phase for state in states] == [EnginePhase.STARTING, EnginePhase.READY, EnginePhase.OFF]
    assert (states[1].model, states[1].device) == ("fake-ok", "cpu")
    assert states[1].load_ms > 0
    assert states[1].heads["fit"] == studio.attribute("fit").value_names
    assert states[1].landmarks == studio.landmark_names


def test_asking_before_the_model_is_loaded_is_answered_once_it_is(
    make_client: MakeClient, model: Path, tmp_path: Path
) -> None:
    (model / "model.txt").write_text("slow", encoding="utf-8")
    client = make_client()
    future = client.read(make_photo(tmp_path / "a.png"))
    assert client.state.phase is EnginePhase.STARTING
    assert future.result(WAIT_S).prediction.model == "test-1"


def test_a_bad_photo_fails_alone_with_its_reason(make_client: MakeClient, tmp_path: Path) -> None:
    client = make_client()
    bad, gone = tmp_path / "bad.jpg", tmp_path / "gone.jpg"
    bad.write_bytes(b"not a photo")
    futures = [client.read(path, priority=Priority.AHEAD) for path in (bad, gone)]
    good = client.read(make_photo(tmp_path / "good.png"), priority=Priority.AHEAD)
    for path, future in zip((bad, gone), futures, strict=True):
        error = future.exception(WAIT_S)
        assert isinstance(error, PhotoError)
        assert error.path == path
        assert error.reason
    assert good.result(WAIT_S).maps is not None


def test_the_shown_photo_overtakes_read_ahead_which_comes_in_batches(
    make_client: MakeClient, model: Path, tmp_path: Path
) -> None:
    client = ready(make_client())
    for number in (900, 901):  # teaches the engine how fast it is
        client.read(make_photo(tmp_path / f"{number}.png", number=number)).result(WAIT_S)
    busy(client, tmp_path)
    ahead = [make_photo(tmp_path / f"{number}.png", number=number) for number in range(1, 7)]
    futures = [client.read(path, priority=Priority.AHEAD) for path in ahead]
    shown = client.read(make_photo(tmp_path / "50.png", number=50))
    for future in [*futures, shown]:
        future.result(WAIT_S)
    order = batches(model)[3:]
    assert order[0] == [50]
    assert [number for batch in order[1:] for number in batch] == [1, 2, 3, 4, 5, 6]
    assert max(map(len, order)) > 1


def test_moving_on_takes_back_what_is_no_longer_near(
    make_client: MakeClient, model: Path, tmp_path: Path
) -> None:
    client = ready(make_client())
    busy(client, tmp_path)
    photos = [make_photo(tmp_path / f"{number}.png", number=number) for number in range(8)]
    old = [client.show(photos[0], photos[1:4])]
    old += [client.read(path, priority=Priority.AHEAD) for path in photos[1:4]]
    new = client.show(photos[3], photos[4:6])
    assert [future.cancelled() for future in old] == [True, True, True, False]
    assert new.result(WAIT_S) is old[3].result(WAIT_S), "the neighbour that is shown now was asked for once"
    for path in photos[4:6]:
        client.read(path, priority=Priority.AHEAD).result(WAIT_S)
    order = [number for batch in batches(model) for number in batch]
    assert order == [999, 3, 4, 5]


def test_a_cancelled_reading_raises_cancelled_and_may_be_asked_for_again(
    make_client: MakeClient, tmp_path: Path
) -> None:
    client = ready(make_client())
    busy(client, tmp_path)
    photo = make_photo(tmp_path / "a.png")
    first = client.read(photo)
    client.cancel_pending()
    with pytest.raises(CancelledError):
        first.result(WAIT_S)
    assert client.read(photo).result(WAIT_S).maps is not None


def test_going_back_is_instant_and_notices_a_changed_file(
    make_client: MakeClient, model: Path, tmp_path: Path
) -> None:
    client = make_client()
    photo = make_photo(tmp_path / "a.png", number=1)
    assert client.cached(photo) is None
    reading = client.read(photo).result(WAIT_S)
    again = client.read(photo)
    assert again.done()
    assert again.result() is reading is client.cached(photo)
    make_photo(photo, number=2)
    os.utime(photo, ns=(1, 1))
    assert client.cached(photo) is None
    client.read(photo).result(WAIT_S)
    assert batches(model) == [[1], [2]]


def test_a_photo_asked_for_twice_is_read_once(make_client: MakeClient, model: Path, tmp_path: Path) -> None:
    client = make_client()
    photo = make_photo(tmp_path / "a.png", number=1)
    futures = [client.read(photo) for _ in range(5)]
    assert futures[0].cancel(), "one who goes away takes nothing from the others"
    assert len({id(future.result(WAIT_S)) for future in futures[1:]}) == 1
    assert batches(model) == [[1]]


def test_a_request_is_taken_back_when_the_last_who_waits_goes_away(
    make_client: MakeClient, model: Path, tmp_path: Path
) -> None:
    client = ready(make_client())
    busy(client, tmp_path)
    photo = make_photo(tmp_path / "a.png", number=1)
    for future in [client.read(photo) for _ in range(3)]:
        future.cancel()
    client.read(make_photo(tmp_path / "b.png", number=2)).result(WAIT_S)
    assert batches(model) == [[999], [2]]


def test_prints_do_not_disturb_the_answers_and_end_in_the_log(
    make_client: MakeClient, tmp_path: Path
) -> None:
    client = make_client()
    client.read(make_photo(tmp_path / "a.png", Act.PRINT)).result(WAIT_S)
    client.close()
    log = (tmp_path / "logs" / "engine.log").read_text(encoding="utf-8")
    for words in ("noise on stdout", "noise on the descriptor", "noise on stderr"):
        assert words in log


def test_a_failing_model_fails_the_photo_not_the_engine(make_client: MakeClient, tmp_path: Path) -> None:
    client = ready(make_client())
    pid = client.pid
    strange = client.read(make_photo(tmp_path / "a.png", Act.RAISE)).exception(WAIT_S)
    full = client.read(make_photo(tmp_path / "b.png", Act.RUN_OUT_OF_MEMORY)).exception(WAIT_S)
    assert isinstance(strange, BugError)
    assert "a strange tensor" in str(strange)
    assert isinstance(full, EnvironmentProblem)
    assert "ran out of memory" in str(full)
    assert full.remedy
    assert client.pid == pid


def test_one_failing_photo_does_not_spoil_its_batch(make_client: MakeClient, tmp_path: Path) -> None:
    client = ready(make_client())
    for number in (900, 901):
        client.read(make_photo(tmp_path / f"{number}.png", number=number)).result(WAIT_S)
    busy(client, tmp_path)
    good = [
        client.read(make_photo(tmp_path / f"{number}.png", number=number), priority=Priority.AHEAD)
        for number in range(3)
    ]
    bad = client.read(make_photo(tmp_path / "bad.png", Act.RAISE, 7), priority=Priority.AHEAD)
    assert isinstance(bad.exception(WAIT_S), BugError)
    assert all(future.result(WAIT_S).maps is not None for future in good)


@pytest.mark.logs_warnings
def test_a_killed_engine_comes_back_and_nothing_asked_for_is_lost(
    make_client: MakeClient, states: list[EngineState], tmp_path: Path
) -> None:
    client = ready(make_client())
    busy(client, tmp_path)
    futures = [
        client.read(make_photo(tmp_path / f"{n}.png", number=n), priority=Priority.AHEAD) for n in range(4)
    ]
    assert client.pid is not None
    os.kill(client.pid, signal.SIGKILL)
    assert [future.result(WAIT_S).prediction.width_px for future in futures] == [24] * 4
    phases = [state.phase for state in states]
    assert phases == [EnginePhase.STARTING, EnginePhase.READY, EnginePhase.RESTARTING, EnginePhase.READY]
    assert "was killed (SIGKILL)" in states[2].reason
    assert states[3].restarts == 1


@pytest.mark.logs_warnings
def test_a_photo_that_kills_the_engine_once_is_given_a_second_chance(
    make_client: MakeClient, tmp_path: Path
) -> None:
    client = make_client()
    assert client.read(make_photo(tmp_path / "a.png", Act.DIE_ONCE)).result(WAIT_S).maps is not None
    assert client.state.restarts == 1


@pytest.mark.logs_warnings
def test_a_photo_that_kills_the_engine_twice_is_failed_by_name_and_the_others_are_read(
    make_client: MakeClient, tmp_path: Path
) -> None:
    client = ready(make_client())
    for number in (900, 901):
        client.read(make_photo(tmp_path / f"{number}.png", number=number)).result(WAIT_S)
    busy(client, tmp_path)
    poison = make_photo(tmp_path / "poison.png", Act.DIE)
    bad = client.read(poison, priority=Priority.AHEAD)
    good = [
        client.read(make_photo(tmp_path / f"{number}.png", number=number), priority=Priority.AHEAD)
        for number in range(3)
    ]
    error = bad.exception(WAIT_S)
    assert isinstance(error, PhotoError)
    assert error.path == poison
    assert "stopped on it 2 times" in error.reason
    assert all(future.result(WAIT_S).maps is not None for future in good)


@pytest.mark.logs_warnings
def test_an_engine_that_always_dies_is_given_up_with_the_reason(
    make_client: MakeClient, model: Path, states: list[EngineState], tmp_path: Path
) -> None:
    (model / "model.txt").write_text("die", encoding="utf-8")
    client = make_client()
    future = client.read(make_photo(tmp_path / "a.png"))
    error = future.exception(WAIT_S)
    assert isinstance(error, EnvironmentProblem)
    assert "4 times in a row" in str(error)
    assert "SIGKILL" in str(error)
    until(lambda: states[-1].phase is EnginePhase.OFF)
    assert isinstance(client.read(tmp_path / "a.png").exception(0), EnvironmentProblem)
    (model / "model.txt").write_text("ok", encoding="utf-8")
    until(lambda: client._supervisor._thread is None)
    client.start()
    assert client.read(tmp_path / "a.png").result(WAIT_S).maps is not None


@pytest.mark.logs_warnings
def test_a_missing_model_is_said_once_and_not_tried_again(
    make_client: MakeClient, model: Path, states: list[EngineState], tmp_path: Path
) -> None:
    (model / "model.txt").unlink()
    model.rmdir()
    client = make_client()
    error = client.read(make_photo(tmp_path / "a.png")).exception(WAIT_S)
    assert "There is no model in model." in str(error)
    until(lambda: client.state.phase is EnginePhase.OFF)
    assert [state.phase for state in states] == [EnginePhase.STARTING, EnginePhase.OFF]


@pytest.mark.logs_warnings
def test_a_hanging_engine_is_ended_like_a_dead_one(make_client: MakeClient, tmp_path: Path) -> None:
    client = make_client(replace(QUICK, stall_s=2.0, deaths_per_photo=1))
    error = client.read(make_photo(tmp_path / "a.png", Act.HANG)).exception(WAIT_S)
    assert isinstance(error, PhotoError)
    assert client.read(make_photo(tmp_path / "b.png")).result(WAIT_S).maps is not None


def test_ping_is_answered_also_in_the_middle_of_work(make_client: MakeClient, tmp_path: Path) -> None:
    client = ready(make_client())
    client.read(make_photo(tmp_path / "a.png", Act.HANG))
    until(lambda: any(ticket.started_s for ticket in client._tickets.all()))
    started = time.monotonic()
    client.ping().result(WAIT_S)
    assert time.monotonic() - started < 5


def test_close_in_the_middle_of_work_is_quick_and_leaves_no_process(
    make_client: MakeClient, tmp_path: Path
) -> None:
    client = ready(make_client())
    pid = client.pid
    future = client.read(make_photo(tmp_path / "a.png", Act.HANG))
    until(lambda: any(ticket.started_s for ticket in client._tickets.all()))
    started = time.monotonic()
    client.close()
    assert time.monotonic() - started < 5
    assert future.cancelled()
    assert pid is not None
    assert not psutil.pid_exists(pid)
    assert isinstance(client.read(tmp_path / "a.png").exception(0), EnvironmentProblem)


def test_close_while_starting_leaves_no_process(make_client: MakeClient) -> None:
    for delay_s in (0.0, 0.01, 0.05):
        client = make_client()
        time.sleep(delay_s)
        client.close()
        assert client.pid is None


def test_a_cut_out_is_as_large_as_the_photo(make_client: MakeClient, tmp_path: Path) -> None:
    photo = make_photo(tmp_path / "a.png", number=3, size=(120, 160))
    alpha = make_client().matte(photo).result(WAIT_S)
    assert (alpha.shape, alpha.dtype) == ((160, 120), np.uint8)
    assert alpha.std() > 0


def test_an_unknown_matting_model_is_a_plain_sentence(make_client: MakeClient, tmp_path: Path) -> None:
    progress: list[str] = []
    photo = make_photo(tmp_path / "a.png")
    future = make_client().matte(
        photo, method="file:/nowhere/x.onnx", on_progress=lambda text, *_: progress.append(text)
    )
    assert "/nowhere/x.onnx is not there" in str(future.exception(60))
    assert progress == ["Loading the matting model x.onnx"]


def test_a_listener_that_fails_does_not_stop_the_engine(
    model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(state: EngineState) -> None:
        raise RuntimeError(state.phase)

    client = EngineClient(model, on_state=fail, options=QUICK)
    client.start()
    try:
        assert client.read(make_photo(tmp_path / "a.png")).result(WAIT_S).maps is not None
    finally:
        client.close()
    assert "A listener failed on ready" in caplog.text


def test_requests_from_many_threads_all_end(make_client: MakeClient, tmp_path: Path) -> None:
    client = ready(make_client())
    photos = [make_photo(tmp_path / f"{number}.png", number=number) for number in range(24)]
    ends: list[int] = []

    def work(part: list[Path]) -> None:
        for path in part:
            future = client.read(path, priority=Priority.AHEAD)
            assert future.result(WAIT_S).maps is not None
            ends.append(1)

    threads = [threading.Thread(target=work, args=(photos[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert len(ends) == 24


def test_the_client_brings_no_network_library_into_the_window() -> None:
    code = (
        "import sys, fashion_studio.jobs.engine_client;"
        "print(sorted({'torch', 'timm', 'rembg', 'onnxruntime', 'cv2', 'PySide6'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
