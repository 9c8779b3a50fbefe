"""The focus ring: two pixels of accent around what has the keyboard; it knows no control.

A proxy style could only draw inside the control and, written in Python, would be called for every primitive of every
paint. One overlay that follows the focus costs nothing while nothing has it.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from desktop.views.components.paint import begin, box
from desktop.views.theme.theme import Theme

_OUTSIDE = 4  # a gap of two, then the ring of two
# Inputs show the focus on their own edge; a list shows it on its current row.
_OWN_MARK = (QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit, QTextEdit, QAbstractItemView)


class FocusRing(QObject):
    """Watches who has the keyboard and puts the ring around it, unless the mouse gave it."""

    def __init__(self, app: QApplication) -> None:
        """Follow the focus of ``app``."""
        super().__init__()
        self._app = app
        self._overlay: _Overlay | None = None
        app.focusChanged.connect(self._on_focus)

    def close(self) -> None:
        """Follow no more."""
        self._app.focusChanged.disconnect(self._on_focus)
        self._drop()

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        self._drop()
        if now is None or isinstance(now, _OWN_MARK):
            return
        window = now.window()
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            window.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange, False)
        elif window.testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange):
            self._overlay = _Overlay(now)

    def _drop(self) -> None:
        overlay, self._overlay = self._overlay, None
        if overlay is not None:
            try:
                overlay.release()
            except RuntimeError:  # it went with the page it lay on
                return


class _Overlay(QWidget):
    """The ring itself, a child of the nearest ancestor that scrolls as a whole: it moves along and is clipped."""

    def __init__(self, target: QWidget) -> None:
        super().__init__(_ground_of(target))
        self._target = target
        self._theme = Theme.instance_of(self)
        self._watched: list[QWidget] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        step: QWidget | None = target
        while step is not None and step is not self.parentWidget():
            step.installEventFilter(self)
            self._watched.append(step)
            step = step.parentWidget()
        self._follow()
        self.show()
        self.raise_()

    def release(self) -> None:
        """Go away."""
        for widget in self._watched:
            widget.removeEventFilter(self)
        self.hide()
        self.setParent(None)
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the control when it or anything it lies in moves."""
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide):
            self._follow()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ring."""
        box(begin(self), self.rect(), 8, None, self._theme.color("accent"), 2)

    def _follow(self) -> None:
        ground = self.parentWidget()
        if ground is None or not self._target.isVisible():
            self.hide()
            return
        place = QRect(self._target.mapTo(ground, QPoint(0, 0)), self._target.size())
        self.setGeometry(place.adjusted(-_OUTSIDE, -_OUTSIDE, _OUTSIDE, _OUTSIDE))
        self.show()


def _ground_of(target: QWidget) -> QWidget:
    step = target
    while (above := step.parentWidget()) is not None and not step.isWindow():
        owner = above.parentWidget()
        if isinstance(owner, QAbstractScrollArea) and owner.viewport() is above and step is not target:
            return step
        step = above
    return step
