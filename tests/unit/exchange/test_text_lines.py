"""Lines of hostile text files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fashion_studio.domain.errors import UserError
from fashion_studio.exchange import text_lines
from fashion_studio.exchange.text_lines import byte_lines, text_encoding


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(st.sampled_from([b"a", b"bc", b"\r", b"\n", b"\r\n", b" ", b"\xef\xbb\xbf"]), max_size=30),
    chunk=st.integers(1, 9),
)
def test_lines_are_those_of_the_whole_text_wherever_it_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: list[bytes], chunk: int
) -> None:
    text = b"first" + b"".join(parts)
    path = tmp_path / "lines.txt"
    path.write_bytes(text)
    monkeypatch.setattr(text_lines, "_CHUNK_BYTES", chunk)
    found = list(byte_lines(path))
    assert [line for _, line in found] == text.splitlines()
    for offset, line in found:
        assert text[offset : offset + len(line)] == line
        assert next(byte_lines(path, start=offset))[1] == line


def test_a_mark_at_the_beginning_is_left_out_of_line_and_offset(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes(b"\xef\xbb\xbfone\rtwo")
    assert list(byte_lines(path)) == [(3, b"one"), (7, b"two")]


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "nothing", "."):
        with pytest.raises(UserError, match="is not there, or is not a file"):
            list(byte_lines(tmp_path / name))


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_what_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("x")
    path.chmod(0)
    with pytest.raises(UserError, match=r"secret\.txt cannot be read"):
        list(byte_lines(path))


def test_the_first_encoding_that_fits_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "text.csv"
    path.write_bytes(b"x\n" * 100_000 + "코트\n".encode("euc-kr"))
    assert text_encoding(path, ("utf-8", "cp949")) == ("cp949", 100_001)
    path.write_bytes("코트\n".encode()[:-2])  # cut in the middle of a letter
    with pytest.raises(UserError, match="is not text in utf-8"):
        text_encoding(path, ("utf-8",))
