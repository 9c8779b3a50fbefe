"""What a user of the wizard sees and presses: the words on the screen, a step by its name, keys; it judges nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.views.components.label import Text

if TYPE_CHECKING:
    from tests.views.wizard.conftest import Stage


def said(widget: QWidget) -> str:
    """Everything a widget says where it can be seen."""
    QApplication.processEvents()  # layouts show what was added to them when the window works next
    return "\n".join(text.text() for text in widget.findChildren(Text) if text.isVisible())


def view(stage: Stage, step: str) -> QWidget:
    stage.page.session.go(step)
    assert stage.page.session.wizard.answers.step == step
    return stage.page.views[step]


def press(qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    target = QApplication.focusWidget()
    assert target is not None, "nothing has the keyboard"
    qtbot.keyClick(target, key, modifier)
