"""The theme in use and how it reaches the application: palette, font, sheet; it knows no page and no setting file."""

from __future__ import annotations

from typing import Literal, cast

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from desktop.views.theme import fonts
from desktop.views.theme.sheet import sheet
from desktop.views.theme.tokens import DARK, HIGH_CONTRAST, LIGHT, Tokens

Mode = Literal["system", "light", "dark", "high_contrast"]

MODES: tuple[Mode, ...] = ("system", "light", "dark", "high_contrast")
_FIXED: dict[str, Tokens] = {"light": LIGHT, "dark": DARK, "high_contrast": HIGH_CONTRAST}


class Theme(QObject):
    """The look in use.

    The application owns it, so a component finds it without anybody handing it down and there is no module state.

    Attributes:
        mode: what was asked for; ``system`` follows the desktop while the program runs.
        scale: the text-size setting; every font and control height is multiplied by it.

    Signals:
        changed: colours or sizes are other ones now; widgets that cache either take them anew.
    """

    changed = Signal()

    def __init__(self, mode: Mode = "system", scale: float = 1.0, parent: QObject | None = None) -> None:
        """Remember what is wanted; nothing is drawn before :meth:`apply`."""
        super().__init__(parent)
        self.mode: Mode = mode
        self.scale = scale
        self._app: QApplication | None = None
        self._tokens = _FIXED.get(mode, LIGHT)
        self._families = ("", "")
        self._fonts: dict[tuple[str, bool], QFont] = {}
        self._applying = False

    @property
    def tokens(self) -> Tokens:
        """The colours in use."""
        return self._tokens

    @property
    def reduced_motion(self) -> bool:
        """Whether the desktop asks for less motion: every transition then takes no time."""
        if self._app is None:
            return False
        wish = self._app.styleHints().accessibility().motionPreference()
        return bool(wish == Qt.MotionPreference.ReducedMotion)

    @staticmethod
    def current() -> Theme:
        """Return the application's theme; one that follows the system is made where none was applied."""
        app = cast("QApplication", QApplication.instance())
        found = app.findChild(Theme, "theme", Qt.FindChildOption.FindDirectChildrenOnly)
        if found is None:
            found = Theme()
            found.apply(app)
        return found

    @staticmethod
    def instance_of(widget: QWidget | None = None) -> Theme:
        """Return the theme ``widget`` is shown in: there is one for the whole application."""
        return Theme.current()

    def apply(self, app: QApplication) -> None:
        """Make this the application's theme and follow the desktop's light, dark and contrast settings."""
        for older in app.findChildren(Theme, "theme", Qt.FindChildOption.FindDirectChildrenOnly):
            if older is not self:
                older.setObjectName("")
        self.setParent(app)
        self.setObjectName("theme")
        if self._app is None:
            hints = app.styleHints()
            hints.colorSchemeChanged.connect(self._on_system_changed)
            hints.accessibility().contrastPreferenceChanged.connect(self._on_system_changed)
        self._app = app
        self._families = (fonts.family(), fonts.fixed_family())
        app.setStyle(QStyleFactory.create("Fusion"))
        self._refresh()

    def set_mode(self, mode: Mode) -> None:
        """Change between light, dark, high contrast and the desktop's own choice, at once."""
        if mode != self.mode:
            self.mode = mode
            self._refresh()

    def set_scale(self, scale: float) -> None:
        """Change the size of all text and controls, at once."""
        if scale != self.scale:
            self.scale = scale
            self._refresh()

    def px(self, pixels: float) -> int:
        """Return ``pixels`` at the text-size setting: for heights that must hold a line of text."""
        return round(pixels * self.scale)

    def font(self, role: str, *, tabular: bool = False) -> QFont:
        """Return the font of ``role``; ``tabular`` gives figures of one width, for columns of numbers."""
        key = (role, tabular)
        if key not in self._fonts:
            self._fonts[key] = fonts.make(role, self.scale, *self._families, tabular=tabular)
        return self._fonts[key]

    def color(self, name: str) -> QColor:
        """Return the token ``name`` (or ``#rrggbb``) as a colour to paint with."""
        return QColor(self._tokens.colour(name))

    def _refresh(self) -> None:
        app = self._app
        if app is None or self._applying:
            return
        self._applying = True
        try:
            self._tokens = self._wanted(app)
            self._fonts.clear()
            app.setPalette(palette(self._tokens))
            app.setFont(self.font("body"))
            app.setStyleSheet(sheet(self._tokens, self.scale))
        finally:
            self._applying = False
        self.changed.emit()

    def _wanted(self, app: QApplication) -> Tokens:
        if self.mode in _FIXED:
            return _FIXED[self.mode]
        hints = app.styleHints()
        if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
            return HIGH_CONTRAST
        return DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT

    def _on_system_changed(self) -> None:
        if self.mode == "system" and self.objectName() == "theme":
            self._refresh()


def palette(tokens: Tokens) -> QPalette:
    """Return the palette Fusion draws with: what the sheet does not name still has the right colours."""
    made = QPalette()
    roles = {
        QPalette.ColorRole.Window: tokens.window,
        QPalette.ColorRole.Base: tokens.surface,
        QPalette.ColorRole.AlternateBase: tokens.sunken,
        QPalette.ColorRole.Text: tokens.text,
        QPalette.ColorRole.WindowText: tokens.text,
        QPalette.ColorRole.Button: tokens.surface,
        QPalette.ColorRole.ButtonText: tokens.text,
        QPalette.ColorRole.Highlight: tokens.accent,
        QPalette.ColorRole.HighlightedText: tokens.on_accent,
        QPalette.ColorRole.PlaceholderText: tokens.text3,
        QPalette.ColorRole.Link: tokens.accent,
        QPalette.ColorRole.LinkVisited: tokens.accent,
        QPalette.ColorRole.Accent: tokens.accent,
        QPalette.ColorRole.ToolTipBase: tokens.surface,
        QPalette.ColorRole.ToolTipText: tokens.text,
        QPalette.ColorRole.Mid: tokens.line2,
        QPalette.ColorRole.Midlight: tokens.line,
        QPalette.ColorRole.Light: tokens.surface,
        QPalette.ColorRole.Dark: tokens.field,
        QPalette.ColorRole.Shadow: tokens.line2,
        QPalette.ColorRole.BrightText: tokens.bad,
    }
    for role, value in roles.items():
        made.setColor(role, QColor(value))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.disabled))
    made.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, QColor(tokens.line2))
    return made
