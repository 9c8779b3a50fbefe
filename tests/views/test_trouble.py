"""What nobody caught becomes one dialog in words; the traceback is in the log and in the report to copy."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.bridge.notices import Notice, Notices
from desktop.engine.errors import UserError
from desktop.views.components.button import Button
from desktop.views.components.dialog import MessageDialog
from desktop.views.components.label import Text
from desktop.views.theme.theme import Theme
from desktop.views.trouble import show_notice
from tests.conftest import LogGuard


@pytest.fixture
def notices(tmp_path: Path, qapp: object) -> Iterator[Notices]:
    made = Notices(tmp_path / "logs" / "window.log")
    made.install()
    yield made
    made.remove()


def words_of(dialog: MessageDialog) -> str:
    return "\n".join(text.text() for text in dialog.findChildren(Text))


def raised() -> ZeroDivisionError:
    try:
        _ = 1 / 0
    except ZeroDivisionError as error:
        return error
    raise AssertionError


def test_an_unforeseen_error_is_told_in_words(qtbot: QtBot, theme: Theme, notices: Notices, logs: LogGuard) -> None:
    logs.allow("unexpected error")
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    error = raised()
    with qtbot.waitSignal(notices.raised) as told:
        sys.excepthook(type(error), error, error.__traceback__)
    dialog = show_notice(told.args[0], parent)
    assert dialog is not None
    words = words_of(dialog)
    assert "Something went wrong in Fettle itself" in words
    assert "Traceback" not in words
    assert "ZeroDivisionError" not in words
    assert str(notices.log) in words
    copy = next(button for button in dialog.findChildren(Button) if button.text() == "Copy report")
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert "ZeroDivisionError" in QGuiApplication.clipboard().text()
    assert "ZeroDivisionError" in notices.log.read_text(encoding="utf-8")
    dialog.close()


def test_a_failure_written_for_users_is_told_as_it_is(qtbot: QtBot, theme: Theme, notices: Notices) -> None:
    error = UserError("disk_full", "The disk is full.", "Free some space and try again.")
    with qtbot.waitSignal(notices.raised) as told:
        sys.excepthook(type(error), error, None)
    notice = told.args[0]
    assert (notice.title, notice.hint, notice.details) == ("The disk is full.", "Free some space and try again.", "")


def test_an_error_in_a_thread_is_told_in_the_windows_thread(qtbot: QtBot, notices: Notices, logs: LogGuard) -> None:
    logs.allow("unexpected error")
    seen: list[Any] = []
    notices.raised.connect(lambda _notice: seen.append(threading.current_thread()))

    def fail() -> None:
        raise ValueError

    with qtbot.waitSignal(notices.raised):
        worker = threading.Thread(target=fail)
        worker.start()
        worker.join()
    assert seen == [threading.main_thread()]


def test_one_dialog_at_a_time(qtbot: QtBot, theme: Theme) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    first = show_notice(Notice("one", "text"), parent)
    assert first is not None
    assert show_notice(Notice("two", "text"), parent) is None
    first.close()


def test_hooks_are_put_back(tmp_path: Path, qapp: object) -> None:
    before = sys.excepthook, threading.excepthook
    notices = Notices(tmp_path / "window.log")
    notices.install()
    assert sys.excepthook != before[0]
    notices.remove()
    assert (sys.excepthook, threading.excepthook) == before
