"""A user at the window: finds what is on the screen by its words, clicks, types, waits, keeps pictures."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

PICTURES = Path(__file__).resolve().parents[2] / "test-artifacts"


class User:
    """Works a window with mouse and keyboard only.

    Attributes:
        window: the window.
    """

    def __init__(self, qtbot: QtBot, window: QWidget, pictures: str) -> None:
        self._qtbot = qtbot
        self.window = window
        self._pictures = PICTURES / pictures
        self._pictures.mkdir(parents=True, exist_ok=True)
        for old in self._pictures.glob("*.png"):
            old.unlink()

    def sees_button(self, words: str) -> bool:
        """Tell whether a button with these words is on the screen and can be pressed."""
        return self._button(words) is not None

    def clicks(self, words: str, seconds: float = 10) -> None:
        """Press the button with these words, waiting for it to come and be ready."""
        self.waits(lambda: self.sees_button(words), f"a button {words!r} that can be pressed", seconds)
        button = self._button(words)
        assert button is not None
        self._qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def types(self, into: QWidget, words: str) -> None:
        """Write words into a field."""
        into.setFocus()
        self._qtbot.keyClicks(into, words)

    def presses(self, key: Qt.Key, on: QWidget | None = None) -> None:
        """Press one key, on the widget that has the focus unless told otherwise."""
        self._qtbot.keyClick(on or self.window.focusWidget() or self.window, key)

    def waits(self, until: Callable[[], bool], what: str, seconds: float = 30) -> None:
        """Let the window work until something is so."""
        deadline = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}; there are {self.buttons()}"
            self._qtbot.wait(20)

    def keeps_picture(self, name: str) -> None:
        """Save the window as it looks now among the test's artefacts."""
        self._qtbot.wait(300)  # animations and delayed repaints settle
        file = self._pictures / f"{name}.png"
        assert self.window.grab().save(str(file))
        assert file.stat().st_size > 10_000, f"{name} shows nothing"

    def buttons(self) -> list[str]:
        """Return the words on every button on the screen; those that cannot be pressed in brackets."""
        shown = [button for button in self.window.findChildren(QAbstractButton) if button.isVisible()]
        return [_words(button) if button.isEnabled() else f"({_words(button)})" for button in shown]

    def _button(self, words: str) -> QAbstractButton | None:
        for button in self.window.findChildren(QAbstractButton):
            if button.isVisible() and button.isEnabled() and _words(button) == words:
                return button
        return None


def _words(button: QAbstractButton) -> str:
    return button.text().replace("&", "") or button.accessibleName()
