"""Child process of `window_speed`: the program's own `main`, timed to the first painted window.

`python -m bench.window_up_probe START` (seconds since 1970) prints one JSON object. It imports nothing that
the program does not import itself.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from typing import Any, Final

_ABSENT: Final = ("torch", "torchvision", "timm", "rembg", "onnxruntime")


def measure(started_s: float) -> dict[str, Any]:
    """Seconds from the start of this process until the window is painted; heavy modules that came along."""
    from PySide6.QtCore import QEvent, QObject, QTimer  # noqa: PLC0415 - the clock is running already
    from PySide6.QtWidgets import QApplication, QWidget  # noqa: PLC0415

    import fashion_studio.gui.app as window_app  # noqa: PLC0415
    from fashion_studio.__main__ import main as program  # noqa: PLC0415

    result: dict[str, Any] = {}
    make_window = window_app.make_window

    class Watch(QObject):
        """Of the whole program: what is covered is not painted, so any part of the face counts."""

        def __init__(self, app: QApplication, window: Any) -> None:
            super().__init__(window)
            self._app, self._faces = app, window.faces
            app.installEventFilter(self)

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
            painted = event.type() == QEvent.Type.Paint and isinstance(watched, QWidget)
            if painted and self._faces.isAncestorOf(watched):
                self._app.removeEventFilter(self)
                QTimer.singleShot(0, self.finish)
            return False

        def finish(self) -> None:
            result["seconds"] = time.time() - started_s
            result["present"] = [name for name in _ABSENT if name in sys.modules]
            QTimer.singleShot(0, QApplication.closeAllWindows)

    def watched(app: Any, settings: Any) -> Any:
        window = make_window(app, settings)
        Watch(app, window)
        return window

    window_app.make_window = watched
    sys.argv = ["fashion-studio"]
    program()
    return result


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        for variable in (
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "XDG_STATE_HOME",
            "XDG_CACHE_HOME",
            "LOCALAPPDATA",
        ):
            os.environ[variable] = home
        sys.stdout.write(json.dumps(measure(float(sys.argv[1]))) + "\n")
