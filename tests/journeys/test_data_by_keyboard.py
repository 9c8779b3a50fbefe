"""A file from Ctrl+O to its corrected rows in the real window with the real workbench, by keyboard alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.views import window as window_module
from desktop.views.window import MainWindow
from tests.support.command_line import run_fettle
from tests.support.user import User
from tests.support.window import opened

pytestmark = pytest.mark.timeout(300)

ROWS = [{"question": f"What is loaf {number} made of?", "answer": f"Of flour {number}."} for number in range(30)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tickets.jsonl"
    lines = [json.dumps(row) for row in ROWS]
    lines[4] = '{"question": "half'
    lines[9] = json.dumps({"question": "Nothing?", "answer": ""})
    lines[20] = lines[2]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_wizard_says_what_the_command_line_says(
    qapp: QApplication, qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = json.loads(run_fettle("inspect", str(file), "--json").out)
    monkeypatch.setattr(window_module, "ask_for_data_file", lambda _parent: str(file), raising=True)
    with opened(qapp) as window:
        user = User(qtbot, window, "data")
        user.waits(lambda: window.current == "home", "Home")
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
        user.waits(lambda: window.current == "wizard" and _data(window) is not None, "the file's rows", 60)
        found = _data(window)
        assert (found.total, found.rows, found.bad_total, found.duplicates) == (
            told["total"], told["rows"], told["bad_total"], told["duplicates"],
        )  # fmt: skip
        assert dict(found.mapping) == told["mapping"]
        assert [(check.id, check.count) for check in found.checks] == [
            (one["id"], one["count"]) for one in told["checks"]
        ]
        assert (found.split.train, found.split.validation) == (told["split"]["train"], told["split"]["validation"])
        user.keeps_picture("1-data")
        _tab_to(user, window, "All rows")
        user.presses(Qt.Key.Key_Space)
        user.waits(lambda: _focused(window).accessibleName() == "All rows", "the table", 20)
        user.waits(lambda: user.sees_button("Skip"), "the rows", 20)
        user.presses(Qt.Key.Key_Down)
        user.presses(Qt.Key.Key_Delete)
        user.waits(lambda: [edit.row for edit in _edits(window)] == [2], "the second row left out", 20)
        user.keeps_picture("2-all-rows")
        user.presses(Qt.Key.Key_Escape)
        user.waits(lambda: _data(window) is not None and _data(window).rows == told["rows"] - 1, "one row less", 30)
        qtbot.keyClick(_focused(window), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        user.waits(lambda: _data(window) is not None and _data(window).rows == told["rows"], "the row again", 30)
        assert not _edits(window)
        _tab_to(user, window, "Next: Objective")
        user.presses(Qt.Key.Key_Space)
        user.waits(lambda: _session(window).wizard.answers.step == "objective", "the next step", 20)
    assert file.read_text(encoding="utf-8").count("\n") == len(ROWS) - 1, "the file is as it was"


def _session(window: MainWindow) -> Any:
    page: Any = window.page("wizard")
    return page.session


def _data(window: MainWindow) -> Any:
    """Return what was found of the file once it is read to its end, ``None`` before."""
    if window.page("wizard") is None:
        return None
    found = _session(window).wizard.findings.data
    return found if found is not None and found.kind and not found.reading else None


def _edits(window: MainWindow) -> Any:
    return _session(window).wizard.answers.source.edits


def _focused(window: MainWindow) -> QWidget:
    focused = window.focusWidget()
    assert focused is not None
    return focused


def _tab_to(user: User, window: MainWindow, name: str) -> None:
    """Press Tab until the control with this name has the focus."""
    for _ in range(80):
        words = getattr(_focused(window), "text", str)() if hasattr(_focused(window), "text") else ""
        if name in (words.replace("&", ""), _focused(window).accessibleName()):
            return
        user.presses(Qt.Key.Key_Tab)
    pytest.fail(f"no number of Tabs leads to {name}")
