"""Runs every measurement and prints one table. `make bench` is this.

python -m bench                  everything
python -m bench window_speed     only that
python -m bench --write          also puts the table into docs/measurements.md
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import platform
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psutil

from bench.figures import AT_LEAST, AT_MOST, end_with_children

HERE: Final = Path(__file__).parent
DOCUMENT: Final = HERE.parent / "docs" / "measurements.md"
_LONGEST_SILENCE_S: Final = 480.0
"""A measurement that says nothing for longer hangs; it is ended with all it started, and the others go on."""
_BEGIN: Final = "<!-- figures: written by python -m bench --write -->"
_END: Final = "<!-- end of figures -->"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure and what it should be."""

    name: str
    value: float
    unit: str
    target: float | None
    goal: str = AT_MOST

    @property
    def verdict(self) -> str:
        """yes, NO, or nothing where there is no target."""
        if self.target is None:
            return ""
        met = self.value >= self.target if self.goal == AT_LEAST else self.value <= self.target
        return "yes" if met else "NO"

    def cells(self) -> tuple[str, str, str, str]:
        """What stands in the table."""
        bound = (
            "" if self.target is None else f"{'≥' if self.goal == AT_LEAST else '≤'} {_plain(self.target)}"
        )
        return (self.name, f"{_plain(self.value)} {self.unit}", bound, self.verdict)


class _Watch:
    """Ends a measurement that has stood still."""

    def __init__(self, process: subprocess.Popen[str], name: str) -> None:
        self._process, self._name = process, name
        self._heard_s = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def heard(self) -> None:
        """It goes on."""
        self._heard_s = time.monotonic()

    def end(self) -> None:
        """It is over."""
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(1.0):
            if time.monotonic() - self._heard_s > _LONGEST_SILENCE_S:
                sys.stderr.write(
                    f"  {self._name} said nothing for {_LONGEST_SILENCE_S:.0f} s and was ended.\n"
                )
                end_with_children(self._process)
                return


def measurements() -> list[str]:
    """Names of the modules here that measure something, in order."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem != "__main__" and _measures(path))


def run(name: str) -> tuple[list[Figure], int]:
    """Runs one measurement in a process of its own, showing its figures as they come."""
    sys.stderr.write(f"\n{name}\n")
    figures = []
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", f"bench.{name}"],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=HERE.parent,
        env={**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")},
    )
    watch = _Watch(process, name)
    with process:
        for line in process.stdout or ():
            watch.heard()
            try:
                figure = Figure(**json.loads(line))
            except (ValueError, TypeError):
                sys.stderr.write(f"  {line}")
                continue
            figures.append(figure)
            sys.stderr.write("  " + "  ".join(figure.cells()).rstrip() + "\n")
    watch.end()
    return figures, process.returncode


def table(figures: list[Figure]) -> str:
    """The figures as a Markdown table, which is readable as it is."""
    rows = [("figure", "measured", "target", "met"), *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines)


def machine() -> str:
    """What it was measured on."""
    memory = psutil.virtual_memory().total / 2**30
    load = f", load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}, {_processor()}, "
        f"{psutil.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}{load}."
    )


def write(text: str, document: Path = DOCUMENT) -> None:
    """Replaces the part of the document between the two marks, or begins the document."""
    block = f"{_BEGIN}\n{text}\n{_END}"
    if not document.exists():
        document.write_text(f"# Measurements\n\n{block}\n", encoding="utf-8")
        return
    old = document.read_text(encoding="utf-8")
    before, mark, rest = old.partition(_BEGIN)
    after = rest.partition(_END)[2] if mark else ""
    joint = "" if mark else "\n"
    document.write_text(f"{before}{joint}{block}{after if mark else chr(10)}", encoding="utf-8")


def main(argv: list[str] | None = None) -> int:
    """Measures, prints, and says by its exit code whether every target was met."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures the program's figures.")
    parser.add_argument(
        "only", nargs="*", choices=[[], *measurements()], help="which; all when none is named"
    )
    parser.add_argument("--write", action="store_true", help="put the table into docs/measurements.md")
    options = parser.parse_args(argv)
    figures: list[Figure] = []
    broken = []
    for name in options.only or measurements():
        found, code = run(name)
        figures += found
        if code:
            broken.append(name)
    text = f"{table(figures)}\n\n{machine()}"
    if broken:
        text += f" Did not run to the end: {', '.join(broken)}."
    sys.stdout.write(f"\n{text}\n")
    if options.write:
        write(text)
    return int(bool(broken) or any(figure.verdict == "NO" for figure in figures))


def _measures(path: Path) -> bool:
    """Whether a module has a `main` and says figures."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    says = any(isinstance(node, ast.ImportFrom) and node.module == "bench.figures" for node in body)
    return says and any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in body)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _plain(value: float) -> str:
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"


if __name__ == "__main__":
    sys.exit(main())
