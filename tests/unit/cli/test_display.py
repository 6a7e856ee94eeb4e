from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from fashion_studio.cli import display
from fashion_studio.cli.display import SystemLibrary, find_display, install_command, missing_libraries

NEEDED = {library.soname for library in display.WINDOW_LIBRARIES + display.X11_LIBRARIES}


def test_without_a_display_there_is_no_window() -> None:
    found = find_display({}, "linux")
    assert (found.usable, found.reason) == (False, "There is no display here.")


@pytest.mark.parametrize("name", [":12345", "garbage", "localhost:12345.0", "unix:12345"])
def test_a_display_that_does_not_answer_is_none(name: str) -> None:
    assert not find_display({"DISPLAY": name}, "linux").usable


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_elsewhere_there_is_always_a_display(system: str) -> None:
    assert find_display({}, system).usable


def test_a_wayland_socket_that_answers_is_a_display(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "missing_libraries", lambda wanted: ())
    environment = {"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert not find_display(environment, "linux").usable
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(tmp_path / "wayland-7"))
        server.listen()
        assert find_display(environment, "linux").usable


def test_an_x_server_that_answers_needs_its_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[SystemLibrary] = []

    def missing(wanted):
        asked.extend(wanted)
        return tuple(library for library in wanted if "icccm" in library.soname)

    monkeypatch.setattr(display, "missing_libraries", missing)
    monkeypatch.setattr(display.shutil, "which", lambda name: name == "apt-get")
    monkeypatch.setattr(
        display,
        "install_command",
        lambda missing: install_command(missing, lambda name: name if name == "apt-get" else None),
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind("\0/tmp/.X11-unix/X9173")
        server.listen()
        found = find_display({"DISPLAY": ":9173.0"}, "linux")
    assert not found.usable
    assert "libxcb-icccm.so.4" in found.reason
    assert found.remedy == "sudo apt-get install -y libxcb-icccm4"
    assert set(display.X11_LIBRARIES) <= set(asked)


def test_a_chosen_qt_platform_needs_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "missing_libraries", lambda wanted: ())
    assert find_display({"QT_QPA_PLATFORM": "offscreen"}, "linux").usable
    assert not find_display({"QT_QPA_PLATFORM": "xcb"}, "linux").usable


def test_the_loader_is_asked_for_each_library() -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("sonames are Linux's")
    present = SystemLibrary("libc.so.6", "libc6", "glibc")
    absent = SystemLibrary("libnowhere.so.9", "libnowhere9", "nowhere")
    assert missing_libraries((present, absent)) == (absent,)


def test_the_command_is_that_of_the_systems_package_manager() -> None:
    libraries = [library for library in display.X11_LIBRARIES if "xcb-r" in library.soname]
    assert install_command(libraries, lambda name: f"/usr/bin/{name}") == (
        "sudo apt-get install -y libxcb-randr0 libxcb-render0 libxcb-render-util0"
    )
    assert install_command(libraries, lambda name: name if name == "dnf" else None) == (
        "sudo dnf install -y libxcb xcb-util-renderutil"
    )
    assert install_command(libraries, lambda name: None) == ""


def test_the_tables_name_all_that_this_pyside_takes_from_the_system() -> None:
    """What the loader would look for outside of the wheel and outside of every Linux is in the tables."""
    spec = find_spec("PySide6")
    assert spec is not None
    assert spec.origin is not None
    wheel = Path(spec.origin).parent / "Qt"
    plugin = wheel / "plugins" / "platforms" / "libqxcb.so"
    if not plugin.is_file() or shutil.which("objdump") is None:
        pytest.skip("no X11 plugin in this wheel, or no objdump to look into it")
    everywhere = {
        "libc.so",
        "libm.so",
        "libdl.so",
        "libpthread.so",
        "librt.so",
        "ld-linux",
        "libgcc_s",
        "libstdc++",
        "libz.so",
    }
    bundled = {path.name for path in (wheel / "lib").iterdir()}
    wanted: set[str] = set()
    for file in (
        plugin,
        *(wheel / "lib" / f"libQt6{name}.so.6" for name in ("Core", "Gui", "Widgets", "DBus", "XcbQpa")),
    ):
        listing = subprocess.run(["objdump", "-p", str(file)], capture_output=True, text=True, check=True)
        wanted |= {
            line.split()[1] for line in listing.stdout.splitlines() if line.strip().startswith("NEEDED")
        }
    outside = {name for name in wanted - bundled if not any(name.startswith(start) for start in everywhere)}
    indirect = {"libgthread-2.0.so.0", "libX11.so.6", "libGLX.so.0"}  # come with glib, libx11-xcb1, libgl1
    assert outside - indirect <= NEEDED
