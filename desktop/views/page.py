"""What every page of the window has in common; it knows no particular page."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


class Page(QWidget):
    """One page: built when it is first shown, kept afterwards.

    Attributes:
        name: how other pages call it (``wizard``).
        title: what the user calls it, shown in the window's title.

    Signals:
        navigate: go to the page of that name, with a context for its :meth:`entered`.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""

    navigate = Signal(str, dict)

    def entered(self, **context: Any) -> None:
        """Come to the front; ``context`` says what to show (``run="2026-11-20-bakery"``)."""

    def left(self) -> None:
        """Go to the back: timers and followers that only the eye needs may rest."""

    def closed(self) -> None:
        """Let go of everything before the window ends."""
