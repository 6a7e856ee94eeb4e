"""The registry of commands feeds shortcuts, tooltips and the cheat sheet."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from fashion_studio.domain.errors import BugError
from fashion_studio.gui.commands import Commands, key_text

pytestmark = pytest.mark.gui


@pytest.mark.parametrize(
    ("sequence", "shown"),
    [
        ("Ctrl+Z", "Ctrl Z"),
        ("Return", "Enter"),
        ("Ctrl+Shift+Z", "Ctrl Shift Z"),
        ("?", "?"),
        ("Left", "←"),
        ("", ""),
    ],
)
def test_keys_read_as_on_a_keyboard(qapp, sequence, shown):
    assert key_text(sequence) == shown


def test_a_key_runs_its_command_but_not_while_typing(qtbot):
    host, calls = QWidget(), []
    field = QLineEdit()
    QVBoxLayout(host).addWidget(field)
    qtbot.addWidget(host)
    commands = Commands()
    commands.add("room.act", "Act", lambda: calls.append(1), widget=host, group="Room", shortcut="T")
    with qtbot.waitActive(host):
        host.show()
        host.activateWindow()
    host.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    host.setFocus()
    qtbot.keyClick(host, Qt.Key.Key_T)
    assert calls == [1]
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_T)
    assert calls == [1]
    assert field.text() == "t"


def test_a_persons_own_key_replaces_the_shipped_one(qtbot):
    host = QWidget()
    qtbot.addWidget(host)
    commands = Commands({"room.act": "Ctrl+B", "room.none": ""})
    act = commands.add("room.act", "Act", lambda: None, widget=host, group="Room", shortcut="T")
    none = commands.add("room.none", "None", lambda: None, widget=host, group="Room", shortcut="N")
    assert (act.key, none.key) == ("Ctrl B", "")
    assert act.tooltip == "Act  (Ctrl B)"
    assert [command.name for command in commands.groups()["Room"]] == ["room.act"]


def test_names_are_unique_and_known(qtbot):
    host = QWidget()
    qtbot.addWidget(host)
    commands = Commands()
    commands.add("room.act", "Act", lambda: None, widget=host, group="Room")
    with pytest.raises(BugError):
        commands.add("room.act", "Act", lambda: None, widget=host, group="Room")
    with pytest.raises(BugError):
        commands.run("room.other")
