"""The theme in use: colours by role, fonts by step, sizes by the text setting; says when it changes."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from fashion_studio.config.resources import resources_dir
from fashion_studio.domain.errors import BugError
from fashion_studio.gui.theme.fonts import fixed_font, load_fonts, make_font
from fashion_studio.gui.theme.icons import icon_pixmap
from fashion_studio.gui.theme.metrics import TYPE
from fashion_studio.gui.theme.roles import DARK, LIGHT, PHOTO, SHADOW_ALPHA

__all__ = ["Theme", "ThemeMode", "current_theme"]

_WIDTHS: Final = 4096
_TOKEN: Final = re.compile(r"@(px(?P<px>\d+)|(?P<role>[a-z][a-z0-9]*))")


class ThemeMode(StrEnum):
    """Which theme the person wants."""

    AUTO = "auto"
    DARK = "dark"
    LIGHT = "light"


class Theme(QObject):
    """Role table, fonts and sizes. `changed` is emitted after a change has reached style sheet and palette.

    There is one in a running window, reached by `current_theme()`; tests may make their own.
    """

    changed = Signal()

    def __init__(self, mode: ThemeMode = ThemeMode.DARK, text_scale: float = 1.0) -> None:
        super().__init__()
        self._mode = mode
        self._text_scale = text_scale
        self._colors: dict[str, QColor] = {}
        self._photo = {role: QColor(code) for role, code in PHOTO.items()}
        self._fonts: dict[tuple[str, int], QFont] = {}
        self._metrics: dict[tuple[str, int], QFontMetrics] = {}
        self._widths: dict[tuple[str, str, int], int] = {}
        self._app: QApplication | None = None
        self.reduced_motion = False
        self._rebuild()

    @property
    def mode(self) -> ThemeMode:
        """What was asked for."""
        return self._mode

    @property
    def dark(self) -> bool:
        """What is shown."""
        if self._mode is ThemeMode.AUTO:
            app = QGuiApplication.instance()
            if isinstance(app, QGuiApplication):
                return app.styleHints().colorScheme() is not Qt.ColorScheme.Light
            return True
        return self._mode is ThemeMode.DARK

    @property
    def text_scale(self) -> float:
        """1.0 to 1.5."""
        return self._text_scale

    def _rebuild(self) -> None:
        table = DARK if self.dark else LIGHT
        self._colors = {role: QColor(code) for role, code in table.items()}
        shadow = QColor(self._colors["shadow"])
        shadow.setAlphaF(SHADOW_ALPHA["dark" if self.dark else "light"])
        self._colors["shadow"] = shadow
        self._fonts.clear()
        self._metrics.clear()
        self._widths.clear()

    def set_mode(self, mode: ThemeMode) -> None:
        """Changes the theme at once."""
        self._mode = mode
        self._refresh()

    def set_text_scale(self, scale: float) -> None:
        """Changes the text size, 1.0 to 1.5; controls grow with it."""
        self._text_scale = min(1.5, max(1.0, scale))
        self._refresh()

    def _refresh(self) -> None:
        self._rebuild()
        if self._app is not None:
            self._apply(self._app)
        self.changed.emit()

    def color(self, role: str) -> QColor:
        """The colour of a role.

        Raises:
            BugError: no such role.
        """
        try:
            return self._colors[role]
        except KeyError:
            msg = f"The theme has no role “{role}”."
            raise BugError(msg) from None

    def photo_color(self, role: str) -> QColor:
        """A colour for what lies on a photo; the same in both themes.

        Raises:
            BugError: no such role.
        """
        try:
            return self._photo[role]
        except KeyError:
            msg = f"The theme has no role “{role}” on photos."
            raise BugError(msg) from None

    def px(self, size: float) -> int:
        """A size given at 100 %, in px at the text setting."""
        return round(size * self._text_scale)

    def font(self, step: str = "body", weight: int = 400) -> QFont:
        """Font of a type step ("caption", "small", "body", "lead", "title", "display", "stage")."""
        key = (step, weight)
        if key not in self._fonts:
            self._fonts[key] = make_font(TYPE[step].size_px * self._text_scale, weight)
        return self._fonts[key]

    def metrics(self, step: str = "body", weight: int = 400) -> QFontMetrics:
        """Font metrics of a type step, cached."""
        key = (step, weight)
        if key not in self._metrics:
            self._metrics[key] = QFontMetrics(self.font(step, weight))
        return self._metrics[key]

    def text_width(self, text: str, step: str = "body", weight: int = 400) -> int:
        """How far a line of text reaches, in px; measured once, as a screen says the same again and again."""
        key = (text, step, weight)
        width = self._widths.get(key)
        if width is None:
            if len(self._widths) >= _WIDTHS:
                self._widths.clear()
            width = self._widths[key] = self.metrics(step, weight).horizontalAdvance(text)
        return width

    def line_px(self, step: str) -> int:
        """Line height of a type step at the text setting."""
        return self.px(TYPE[step].line_px)

    def fixed_font(self) -> QFont:
        """For logs and code."""
        return fixed_font(TYPE["caption"].size_px * self._text_scale)

    def pixmap(
        self, name: str, role: str = "text2", size_px: int = 16, *, stroke: float | None = None
    ) -> QPixmap:
        """An icon in a role's colour at the screen's ratio, cached."""
        return icon_pixmap(name, self.color(role), size_px, stroke=stroke)

    def icon(self, name: str, role: str = "text2", size_px: int = 16) -> QIcon:
        """The same as a QIcon, for menus and the window."""
        return QIcon(self.pixmap(name, role, size_px))

    def substitute(self, template: str) -> str:
        """Replaces `@role` by the role's colour and `@px12` by 12 px at the text setting."""

        def value(match: re.Match[str]) -> str:
            if match["px"]:
                return f"{self.px(int(match['px']))}px"
            return self.color(match["role"]).name()

        return _TOKEN.sub(value, template)

    def style_sheet(self) -> str:
        """All shipped style sheets with the roles filled in."""
        parts = [path.read_text("utf-8") for path in sorted((resources_dir() / "styles").glob("*.qss"))]
        return self.substitute("\n".join(parts))

    def install(self, app: QApplication) -> None:
        """Makes this the theme of the running program and follows the system's choice."""
        load_fonts()
        self._app = app
        self.setParent(app)
        app.setProperty("studio_theme", self)
        app.setStyle("Fusion")
        self._rebuild()
        self._apply(app)
        app.styleHints().colorSchemeChanged.connect(self._on_system_scheme)

    def _on_system_scheme(self) -> None:
        if self._mode is ThemeMode.AUTO:
            self._refresh()

    def _apply(self, app: QApplication) -> None:
        palette = QPalette()
        roles = {
            QPalette.ColorRole.Window: "window",
            QPalette.ColorRole.Base: "panel",
            QPalette.ColorRole.AlternateBase: "raised",
            QPalette.ColorRole.Text: "text",
            QPalette.ColorRole.WindowText: "text",
            QPalette.ColorRole.Button: "raised",
            QPalette.ColorRole.ButtonText: "text",
            QPalette.ColorRole.Highlight: "accentfill",
            QPalette.ColorRole.HighlightedText: "onaccent",
            QPalette.ColorRole.ToolTipBase: "overlay",
            QPalette.ColorRole.ToolTipText: "text",
            QPalette.ColorRole.PlaceholderText: "text3",
            QPalette.ColorRole.Link: "accent",
        }
        for role, name in roles.items():
            palette.setColor(role, self.color(name))
        disabled = QPalette.ColorGroup.Disabled
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
            palette.setColor(disabled, role, self.color("disabled"))
        app.setPalette(palette)
        app.setFont(self.font("body"))
        app.setStyleSheet(self.style_sheet())


_fallback: list[Theme] = []


def current_theme() -> Theme:
    """The running program's theme; a dark one is made where no program has installed any (single widgets)."""
    app = QApplication.instance()
    theme = app.property("studio_theme") if app is not None else None
    if isinstance(theme, Theme):
        return theme
    if not _fallback:
        load_fonts()
        _fallback.append(Theme())
    return _fallback[0]
