"""The probe room in the whole window, on a small project with recorded probes."""

from __future__ import annotations

import pytest
from recorded_probes import put_probe

from fashion_studio.gui.probe.probe_view import ProbeView, read_view
from fashion_studio.gui.theme.theme import Theme
from fashion_studio.services.probing.run_files import ProbeRun
from fashion_studio.services.project_training import runs_dir

WAIT_MS = 20_000


@pytest.fixture
def record(project):
    """Puts a probe of the project's photos into its runs."""
    photos = [(item_id, path) for item_id, path, _ in project.places(project.ids())]

    def put(spec=None, **more):
        return put_probe(runs_dir(project), spec, photos=more.pop("photos", photos), **more)

    return put


@pytest.fixture
def view_of():
    """What the window shows of a run folder."""

    def read(run_dir) -> ProbeView:
        return read_view(ProbeRun(run_dir))

    return read


@pytest.fixture
def probe(window, project, qtbot):
    """Opens the room; probes put into the project before are there afterwards."""
    with qtbot.waitActive(window):
        window.activateWindow()

    def show():
        if window.session.project is None:
            window.session.adopt(project)
        window.show_room("probe")
        keeper = window.probe.keeper
        keeper.look()
        qtbot.waitUntil(lambda: keeper.known, timeout=WAIT_MS)
        if keeper.entries:
            qtbot.waitUntil(lambda: keeper.view is not None, timeout=WAIT_MS)
        return window.probe.room

    yield show
    room = window.probe.room
    qtbot.waitUntil(
        lambda: (
            not window.session.bridge.busy
            and room.grid.pictures.idle
            and room.side.drill.tiles.pictures.idle
            and not room.grid._settled.isActive()
        ),
        timeout=WAIT_MS,
    )


@pytest.fixture
def own_theme(qapp):
    """A theme that no earlier window listens to."""
    theme = Theme()
    theme.install(qapp)
    return theme
