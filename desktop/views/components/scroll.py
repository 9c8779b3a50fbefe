"""A scroll area without a frame that scrolls up and down only; it knows nothing of what it holds."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class ScrollArea(QScrollArea):
    """Holds one widget, which takes the area's width; the window's colour shows through."""

    def __init__(self, widget: QWidget | None = None, parent: QWidget | None = None) -> None:
        """Hold ``widget`` if it is given."""
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        if widget is not None:
            self.setWidget(widget)

    def setWidget(self, widget: QWidget) -> None:
        """Hold ``widget``; Qt fills it with the palette's window colour unless told not to."""
        super().setWidget(widget)
        widget.setAutoFillBackground(False)
