"""Lines of text files that anybody may have made: every kind of line end, bounded length, known encoding."""

from __future__ import annotations

import codecs
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from fashion_studio.domain.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

__all__ = ["MAX_LINE_BYTES", "byte_lines", "opened", "text_encoding", "text_lines"]

MAX_LINE_BYTES: Final = 1 << 20
"""A row of DeepFashion's 1000 attributes has about 4 KB."""

_CHUNK_BYTES: Final = 1 << 16
_WIDE_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A regular file, open for reading.

    Raises:
        UserError: it is not there, not a file, or cannot be read; the sentence names it.
    """
    if not path.is_file():
        msg = f"{path.name} is not there, or is not a file. Choose another file or folder."
        raise UserError(msg)
    try:
        with path.open("rb") as stream:
            yield stream
    except OSError as error:
        msg = f"{path.name} cannot be read: {error.strerror or error}."
        raise UserError(msg) from error


def byte_lines(path: Path, *, start: int = 0, keep_ends: bool = False) -> Iterator[tuple[int, bytes]]:
    r"""(offset in the file, line) from a place on; lines end in \n, \r\n or \r; a byte order mark is skipped.

    Raises:
        UserError: the file cannot be read, is UTF-16, or has a line of more than `MAX_LINE_BYTES`.
    """
    with opened(path) as stream:
        stream.seek(start)
        offset, rest = start, b""
        while chunk := stream.read(_CHUNK_BYTES):
            if offset == 0 and not rest:
                _refuse_wide(path, chunk)
                if chunk.startswith(codecs.BOM_UTF8):
                    offset, chunk = len(codecs.BOM_UTF8), chunk[len(codecs.BOM_UTF8) :]
            lines = (rest + chunk).splitlines(keepends=True)
            # A carriage return at the end may be the first half of a line end.
            rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
            for line in lines:
                yield offset, line if keep_ends else line.rstrip(b"\r\n")
                offset += len(line)
            if len(rest) > MAX_LINE_BYTES:
                msg = (
                    f"{path.name} has a line of more than {MAX_LINE_BYTES:,} bytes. It is no list of labels."
                )
                raise UserError(msg)
        for line in rest.splitlines(keepends=True):
            yield offset, line if keep_ends else line.rstrip(b"\r\n")
            offset += len(line)


def text_lines(path: Path, encoding: str) -> Iterator[str]:
    """Lines with their ends, for `csv.reader`; `encoding` as `text_encoding` found it.

    Raises:
        UserError: as `byte_lines`, or the text is not in this encoding.
    """
    for number, (_, line) in enumerate(byte_lines(path, keep_ends=True), start=1):
        try:
            yield line.decode(encoding)
        except UnicodeDecodeError as error:
            msg = f"{path.name}, line {number}: this is not {encoding} text. Name the right encoding."
            raise UserError(msg) from error


def text_encoding(path: Path, candidates: Sequence[str]) -> tuple[str, int]:
    """(the first of these encodings that the whole file is in, number of line ends); reads it in a stream.

    Raises:
        UserError: the file cannot be read, is UTF-16, or is in none of them.
    """
    decoders = {name: codecs.getincrementaldecoder(name)("strict") for name in candidates}
    ends = carriage = 0
    with opened(path) as stream:
        first = True
        while chunk := stream.read(_CHUNK_BYTES):
            if first:
                _refuse_wide(path, chunk)
                first = False
            ends += chunk.count(b"\n")
            carriage += chunk.count(b"\r")
            for name in list(decoders):
                try:
                    decoders[name].decode(chunk)
                except UnicodeDecodeError:
                    del decoders[name]
    for name in candidates:
        if name in decoders:
            try:
                decoders[name].decode(b"", final=True)
            except UnicodeDecodeError:
                continue
            return name, ends or carriage
    msg = f"{path.name} is not text in {' or '.join(candidates)}. Save it as UTF-8, or name its encoding."
    raise UserError(msg)


def _refuse_wide(path: Path, beginning: bytes) -> None:
    if beginning.startswith(_WIDE_MARKS):
        msg = f"{path.name} is UTF-16 text. Save it as UTF-8 and try again."
        raise UserError(msg)
