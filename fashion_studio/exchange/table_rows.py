"""Rows of CSV files that anybody may have made: bounded lines and cells, any line end, a header."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final

from fashion_studio.domain.errors import UserError
from fashion_studio.exchange.text_lines import text_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fashion_studio.exchange.incoming import IncomingReport

__all__ = ["TableRows"]

_MAX_COLUMNS: Final = 5_000
_STOP_EVERY: Final = 2_000
_DELIMITERS: Final = (",", ";", "\t")


class TableRows:
    """One table. Iterates over (line number, cells); rows of another width than the header are counted.

    Attributes:
        header: the names of the columns.
    """

    def __init__(self, path: Path, encoding: str, report: IncomingReport) -> None:
        """Reads the header. Comma, semicolon or tab: whichever the header has most of.

        Raises:
            UserError: the file cannot be read, has no header, or too many columns.
        """
        self.path, self._encoding, self._report = path, encoding, report
        first = next((line for line in text_lines(path, encoding) if line.strip()), "")
        self._delimiter = max(_DELIMITERS, key=first.count)
        self.header = next(self._rows(), (0, []))[1]
        if not self.header or len(self.header) > _MAX_COLUMNS:
            msg = f"{path.name} has no header line that names its columns."
            raise UserError(msg)
        self.header = [name.strip() for name in self.header]

    def column(self, name: str) -> int | None:
        """Place of a column, letter case aside; None where there is none."""
        for place, own in enumerate(self.header):
            if own.casefold() == name.casefold():
                return place
        return None

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Rows below the header.

        Raises:
            UserError: the text is broken.
            Cancelled: the person has asked for it.
        """
        rows = self._rows()
        next(rows, None)
        for count, (number, cells) in enumerate(rows):
            if count % _STOP_EVERY == 0:
                self._report.check_stop()
            if len(cells) != len(self.header):
                self._report.add(
                    "bad_rows", f"{self.path.name}, line {number}: {len(cells)} cells, not {len(self.header)}"
                )
                continue
            yield number, cells

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(text_lines(self.path, self._encoding), delimiter=self._delimiter, strict=True)
        try:
            for cells in reader:
                if any(cells):
                    yield reader.line_num, cells
        except csv.Error as error:
            msg = f"{self.path.name}, line {reader.line_num}: this is no table: {error}."
            raise UserError(msg) from error
