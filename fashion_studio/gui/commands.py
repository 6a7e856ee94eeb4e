"""Everything a person can do, by name: title, keys, tooltip; the cheat sheet is made from this registry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from fashion_studio.domain.errors import BugError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from PySide6.QtWidgets import QWidget

__all__ = ["Command", "Commands", "key_text"]

_NAMES: Final = {
    "Return": "Enter",
    "Left": "←",
    "Right": "→",
    "Up": "↑",
    "Down": "↓",
    "Del": "Delete",
    "PgUp": "Page up",
    "PgDown": "Page down",
}


def key_text(sequence: str) -> str:
    """A key as it stands on a key cap: "Ctrl+Shift+Z" becomes "Ctrl Shift Z", "Return" becomes "Enter"."""
    if not sequence:
        return ""
    native = QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)
    if native.endswith("++"):
        return f"{native[:-2].replace('+', ' ')} +"
    if native in {"+", "?", "/", "\\"}:
        return native
    return " ".join(_NAMES.get(part, part) for part in native.split("+"))


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do.

    Attributes:
        name: "library.select_all"; the key under which settings change the shortcut.
        title: "Select all", as in menus, tooltips and the cheat sheet.
        group: heading in the cheat sheet.
        shortcuts: the first is shown; empty for acts without a key.
        action: what to trigger, enable and put into menus.
        listed: whether the search field and the cheat sheet name it.
    """

    name: str
    title: str
    group: str
    shortcuts: tuple[str, ...]
    action: QAction
    listed: bool = True

    @property
    def key(self) -> str:
        """The first shortcut as on a key cap; empty without one."""
        return key_text(self.shortcuts[0]) if self.shortcuts else ""

    @property
    def tooltip(self) -> str:
        """Title and key in one line."""
        return f"{self.title}  ({self.key})" if self.key else self.title


class Commands(QObject):
    """The registry. `keys` are the person's own shortcuts by command name, from the settings."""

    def __init__(self, keys: Mapping[str, str] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keys = dict(keys or {})
        self._commands: dict[str, Command] = {}

    def add(
        self,
        name: str,
        title: str,
        run: Callable[[], object],
        *,
        widget: QWidget,
        group: str,
        shortcut: str | Iterable[str] = (),
        everywhere: bool = False,
        listed: bool = True,
    ) -> Command:
        """Registers an act and its keys.

        Args:
            name: unique, "room.act".
            title: what it does, as a person says it.
            run: called without arguments.
            widget: the keys work while the focus is in it (or anywhere in its window).
            group: heading in the cheat sheet.
            shortcut: one key or several, as Qt writes them ("Ctrl+Z").
            everywhere: the keys work in the whole window of `widget`.
            listed: named in search and cheat sheet.

        Raises:
            BugError: the name is taken.
        """
        if name in self._commands:
            msg = f"The command “{name}” is registered twice."
            raise BugError(msg)
        shipped = (shortcut,) if isinstance(shortcut, str) else tuple(shortcut)
        own = self._keys.get(name)
        shortcuts = tuple(key for key in ((own,) if own is not None else shipped) if key)
        action = QAction(title, widget)
        action.setObjectName(name)
        action.setShortcuts([QKeySequence(key) for key in shortcuts])
        action.setShortcutContext(
            Qt.ShortcutContext.WindowShortcut if everywhere else Qt.ShortcutContext.WidgetWithChildrenShortcut
        )
        action.triggered.connect(lambda _checked=False: run())
        widget.addAction(action)
        command = Command(name, title, group, shortcuts, action, listed)
        self._commands[name] = command
        action.setToolTip(command.tooltip)
        return command

    def note(self, name: str, title: str, *, group: str, key: str) -> None:
        """Lists a key that a widget handles itself (arrows in a grid), so that the cheat sheet is whole."""
        action = QAction(title, self)
        action.setObjectName(name)
        self._commands[name] = Command(name, title, group, (key,), action, listed=False)

    def get(self, name: str) -> Command:
        """The command of this name.

        Raises:
            BugError: no such command.
        """
        try:
            return self._commands[name]
        except KeyError:
            msg = f"No command is called “{name}”."
            raise BugError(msg) from None

    def run(self, name: str) -> None:
        """Triggers a command as its key would; does nothing while it is disabled."""
        self.get(name).action.trigger()

    def tooltip(self, name: str) -> str:
        """Title and key, for the widget that stands for the command."""
        return self.get(name).tooltip

    def all(self) -> list[Command]:
        """Every command in the order of registration."""
        return list(self._commands.values())

    def groups(self) -> dict[str, list[Command]]:
        """Commands with a key, by heading: the cheat sheet."""
        sheet: dict[str, list[Command]] = {}
        for command in self._commands.values():
            if command.shortcuts:
                sheet.setdefault(command.group, []).append(command)
        return sheet
