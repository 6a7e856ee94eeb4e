"""The whole window for stories, without an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from fashion_studio.config.settings import Settings
from fashion_studio.gui.app import make_window
from fashion_studio.gui.main_window import MainWindow


@pytest.fixture
def window(qapp: object, qtbot: object) -> Iterator[MainWindow]:
    made = make_window(qapp, Settings(theme="dark", actor="tester"))
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def calm(qtbot: object) -> Callable[[MainWindow], None]:
    """Waits until nothing is under way and the listing has followed."""

    def wait(on: MainWindow) -> None:
        def quiet() -> None:
            assert not on.session.bridge.busy
            assert not on.session.works.active()
            assert on.library.grid.pictures.idle
            assert not on.library.panel._later.isActive()
            assert not on.session._refresh_soon.isActive()

        qtbot.waitUntil(quiet, timeout=30_000)

    return wait
