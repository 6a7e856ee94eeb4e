"""What a probe's process wrote while it worked, to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fashion_studio.gui.components.dialogs import Dialog
from fashion_studio.gui.train.side_panel import TextView

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from fashion_studio.gui.session import Session

__all__ = ["LogDialog"]

_HEIGHT_PX = 360


class LogDialog(Dialog):
    """The end of `log.txt`, read in a thread."""

    def __init__(self, session: Session, run_dir: Path, parent: QWidget | None = None) -> None:
        super().__init__("Log of the probe", secondary="Close", wide=True, parent=parent)
        self.text = TextView("Log")
        self.text.setFixedHeight(self.theme.px(_HEIGHT_PX))
        self.body.addWidget(self.text)

        def read() -> str:
            from fashion_studio.services.run_list import log_tail  # noqa: PLC0415 - not at start

            return log_tail(run_dir)

        def show(found: str) -> None:
            self.text.setPlainText(found or "Nothing yet.")
            self.text.verticalScrollBar().setValue(self.text.verticalScrollBar().maximum())

        session.bridge.submit(read, show, session.report, lane="probe.log")
