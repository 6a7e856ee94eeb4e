"""Whether a window can be shown here, and if not, why, and the one command that helps.

Qt ends the process when it finds no display or misses a system library, so both are looked for before.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Display", "SystemLibrary", "find_display", "install_command", "missing_libraries"]


@dataclass(frozen=True, slots=True)
class SystemLibrary:
    """A library that PySide6's wheel takes from the system, and the packages that hold it."""

    soname: str
    debian: str
    fedora: str


WINDOW_LIBRARIES: Final = (
    SystemLibrary("libEGL.so.1", "libegl1", "libglvnd-egl"),
    SystemLibrary("libGL.so.1", "libgl1", "libglvnd-glx"),
    SystemLibrary("libfontconfig.so.1", "libfontconfig1", "fontconfig"),
    SystemLibrary("libfreetype.so.6", "libfreetype6", "freetype"),
    SystemLibrary("libzstd.so.1", "libzstd1", "libzstd"),
    SystemLibrary("libglib-2.0.so.0", "libglib2.0-0", "glib2"),
    SystemLibrary("libdbus-1.so.3", "libdbus-1-3", "dbus-libs"),
    SystemLibrary("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon"),
)
X11_LIBRARIES: Final = (
    SystemLibrary("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb"),
    SystemLibrary("libxcb.so.1", "libxcb1", "libxcb"),
    SystemLibrary("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor"),
    SystemLibrary("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm"),
    SystemLibrary("libxcb-image.so.0", "libxcb-image0", "xcb-util-image"),
    SystemLibrary("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms"),
    SystemLibrary("libxcb-randr.so.0", "libxcb-randr0", "libxcb"),
    SystemLibrary("libxcb-render.so.0", "libxcb-render0", "libxcb"),
    SystemLibrary("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil"),
    SystemLibrary("libxcb-shape.so.0", "libxcb-shape0", "libxcb"),
    SystemLibrary("libxcb-util.so.1", "libxcb-util1", "xcb-util"),
    SystemLibrary("libxcb-shm.so.0", "libxcb-shm0", "libxcb"),
    SystemLibrary("libxcb-sync.so.1", "libxcb-sync1", "libxcb"),
    SystemLibrary("libxcb-xfixes.so.0", "libxcb-xfixes0", "libxcb"),
    SystemLibrary("libxcb-xkb.so.1", "libxcb-xkb1", "libxcb"),
    SystemLibrary("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11"),
)
WAYLAND_LIBRARIES: Final = (
    SystemLibrary("libwayland-client.so.0", "libwayland-client0", "libwayland-client"),
    SystemLibrary("libwayland-cursor.so.0", "libwayland-cursor0", "libwayland-cursor"),
)

_X11_TCP_PORT: Final = 6000
_CONNECT_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Display:
    """Whether a window can be shown.

    Attributes:
        usable: whether it can.
        reason: why not, as a sentence; empty when it can.
        remedy: the command that helps, empty when there is none to name.
    """

    usable: bool
    reason: str = ""
    remedy: str = ""


def find_display(environment: Mapping[str, str] = os.environ, system: str = sys.platform) -> Display:
    """Looks for a display that answers and for the libraries that Qt needs to use it; takes milliseconds."""
    if not system.startswith("linux"):
        return Display(usable=True)
    platform = environment.get("QT_QPA_PLATFORM", "").split(":")[0].split(";")[0]
    wayland = platform in {"", "wayland"} and _wayland_answers(environment)
    x11 = platform in {"", "xcb"} and _x11_answers(environment.get("DISPLAY", ""))
    if platform in {"", "xcb", "wayland"} and not (wayland or x11):
        return Display(usable=False, reason="There is no display here.")
    wanted = WINDOW_LIBRARIES + (X11_LIBRARIES if x11 else ()) + (WAYLAND_LIBRARIES if wayland else ())
    missing = missing_libraries(wanted)
    if not missing:
        return Display(usable=True)
    names = ", ".join(library.soname for library in missing)
    return Display(
        usable=False,
        reason=f"The window needs system libraries that are missing here: {names}.",
        remedy=install_command(missing),
    )


def missing_libraries(
    wanted: Sequence[SystemLibrary], load: Callable[[str], object] = ctypes.CDLL
) -> tuple[SystemLibrary, ...]:
    """Those that the dynamic loader does not find; the found ones Qt would load anyway."""
    missing = []
    for library in wanted:
        try:
            load(library.soname)
        except OSError:
            missing.append(library)
    return tuple(missing)


def install_command(
    missing: Sequence[SystemLibrary], find: Callable[[str], str | None] = shutil.which
) -> str:
    """The one command of this system's package manager that installs them; empty for an unknown one."""
    if find("apt-get"):
        return "sudo apt-get install -y " + " ".join(dict.fromkeys(library.debian for library in missing))
    if find("dnf"):
        return "sudo dnf install -y " + " ".join(dict.fromkeys(library.fedora for library in missing))
    return ""


def _wayland_answers(environment: Mapping[str, str]) -> bool:
    name, folder = environment.get("WAYLAND_DISPLAY", ""), environment.get("XDG_RUNTIME_DIR", "")
    return bool(name) and _answers(socket.AF_UNIX, str(Path(folder) / name))


def _x11_answers(display: str) -> bool:
    """Whether an X server listens at a DISPLAY such as ":0", "unix:0.0" or "host:10.0" (X(7))."""
    host, _, rest = display.rpartition(":")
    number = rest.split(".")[0]
    if not number.isdigit():
        return False
    if host in {"", "unix"}:
        path = f"/tmp/.X11-unix/X{number}"  # noqa: S108 - where X servers listen, by convention
        return _answers(socket.AF_UNIX, f"\0{path}") or _answers(socket.AF_UNIX, path)
    return _answers(socket.AF_INET, (host, _X11_TCP_PORT + int(number)))


def _answers(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(_CONNECT_S)
        try:
            connection.connect(address)
        except OSError:
            return False
        return True
