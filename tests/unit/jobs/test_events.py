from __future__ import annotations

from pathlib import Path

from fashion_studio.jobs.events import EventReader, EventWriter, append_lines, whole_lines


def test_events_are_read_once_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    writer, reader = EventWriter(path), EventReader(path)
    assert reader.read() == []
    writer.write("started", pid=3)
    writer.write("found", name="a\nb“c")
    first = reader.read()
    assert [(event.kind, dict(event.data)) for event in first] == [
        ("started", {"pid": 3}),
        ("found", {"name": "a\nb“c"}),
    ]
    writer.write("ended")
    assert [event.kind for event in reader.read()] == ["ended"]
    assert reader.read() == []


def test_frequent_events_are_thinned_out_and_the_last_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    writer = EventWriter(path, per_second=0.001)
    for number in range(1000):
        writer.write("progress", frequent=True, done=number)
    writer.write("found")
    writer.flush()
    writer.flush()
    kinds = [(event.kind, event.data.get("done")) for event in EventReader(path).read()]
    assert kinds == [("progress", 0), ("found", None), ("progress", 999)]


def test_a_torn_line_is_waited_for_and_never_joined_with_the_next(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"one\ntw")
    lines, offset = whole_lines(path)
    assert (lines, offset) == (["one"], 4)
    append_lines(path, ["three", "four"])
    lines, offset = whole_lines(path, offset)
    assert lines == ["tw", "three", "four"]
    assert offset == path.stat().st_size
    assert whole_lines(path, offset) == ([], offset)


def test_lines_torn_by_a_crash_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    EventWriter(path).write("started")
    with path.open("ab") as stream:
        stream.write(b'{"at": 1, "ki')
    EventWriter(path).write("started")
    assert [event.kind for event in EventReader(path).read()] == ["started", "started"]
