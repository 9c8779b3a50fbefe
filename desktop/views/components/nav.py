"""A row of a list one chooses pages or topics from: title, note, and the ground of the chosen one."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.views.components.label import Text
from desktop.views.components.paint import begin, box
from desktop.views.theme.theme import Theme
from desktop.views.theme.tokens import RADIUS_INNER


class NavRow(QAbstractButton):
    """Title over note; checked is the chosen one."""

    def __init__(self, title: str, note: str = "", parent: QWidget | None = None) -> None:
        """Show ``title`` and ``note``."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 8, 12, 8)
        self._column.setSpacing(1)
        self._column.addWidget(Text(title, "strong", elide=True))
        if note:
            self._column.addWidget(Text(note, "help", "text2", elide=True))
        self.setText(title)
        self.setAccessibleName(f"{title}, {note}" if note else title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return what the words need."""
        return self._column.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground."""
        color = self._theme.color
        if self.isChecked():
            box(begin(self), self.rect(), RADIUS_INNER, color("accent_soft"), color("accent_line"))
        elif self.underMouse():
            box(begin(self), self.rect(), RADIUS_INNER, color("chip"))
