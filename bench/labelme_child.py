"""Runs labelme 6.3.1 through the steps of `labelme_speed`, with labelme's own Python; prints one JSON object.

`python labelme_child.py PHOTOS LABELS STEPS PATTERN`. Nothing of Fashion Studio is imported here, and this
file is never imported by it. LABELS holds one JSON file per photo with a box and eight points, so that both
programs draw the same.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from pathlib import Path

from labelme.app import MainWindow
from PyQt5 import QtCore, QtWidgets

WINDOW_PX = (1600, 1000)


def run(photos: str, labels: str, steps: int, pattern: str) -> dict[str, float]:
    """Opens a folder, goes through photos, filters by name."""
    app = QtWidgets.QApplication(sys.argv[:1])
    watch = QtCore.QTimer()
    watch.timeout.connect(_refuse_dialogs)
    watch.start(1_000)
    window = MainWindow(config_overrides={"auto_save": True}, output_dir=labels)
    window.resize(*WINDOW_PX)
    window.show()
    app.processEvents()
    began = time.perf_counter()
    window._import_images_from_dir(root_dir=photos)  # noqa: SLF001 - what its menu entry calls
    window._open_next_image()  # noqa: SLF001
    app.processEvents()
    result = {"picture_ms": (time.perf_counter() - began) * 1e3}
    times = []
    for _ in range(steps):
        began = time.perf_counter()
        window._open_next_image()  # noqa: SLF001
        app.processEvents()
        times.append((time.perf_counter() - began) * 1e3)
    result["next_ms"] = statistics.median(times)
    result["memory_mb"] = _resident_mb()
    if pattern:
        began = time.perf_counter()
        window._docks.file_search.setText(pattern)  # noqa: SLF001
        app.processEvents()
        result["filter_ms"] = (time.perf_counter() - began) * 1e3
    shown = window._canvas_widgets.canvas.shapes  # noqa: SLF001
    result["shapes"] = float(len(shown))
    return result


def _refuse_dialogs() -> None:
    """A dialog waits for a person for ever, and there is none: its words are the reason of the failure."""
    dialog = QtWidgets.QApplication.activeModalWidget()
    if dialog is not None:
        text = dialog.text() if isinstance(dialog, QtWidgets.QMessageBox) else dialog.windowTitle()
        sys.stderr.write(f"labelme asks: {text}\n")
        sys.stderr.flush()
        os._exit(3)  # the dialog's own event loop is running, an exception would not leave it


def _resident_mb() -> float:
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])) + "\n")
    sys.stdout.flush()
    os._exit(0)  # threads of labelme's that have not ended would be waited for
