"""The guards of the suite themselves: each must see what it is there for."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from PySide6.QtCore import QThread, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from tests.conftest import LogGuard
from tests.support.dangling import DanglingWatch


class _Waits(QThread):
    def run(self) -> None:
        self.exec()


def test_a_running_timer_is_named_with_its_line(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = DanglingWatch(monkeypatch)
    timer = QTimer()
    timer.start(1000)
    left = watch.leftovers()
    timer.stop()
    assert len(left) == 1
    assert "QTimer still running" in left[0]
    assert "test_guards.py" in left[0]
    assert "timer.start(1000)" in left[0]
    assert watch.leftovers() == []


def test_a_running_thread_is_named(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.dangling._GRACE_MS", 10)
    watch = DanglingWatch(monkeypatch)
    thread = _Waits()
    thread.start()
    left = watch.leftovers()
    thread.quit()
    thread.wait()
    assert [text for text in left if "_Waits still running" in text and "test_guards.py" in text]
    assert watch.leftovers() == []


def test_a_window_left_open_is_named(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = DanglingWatch(monkeypatch)
    window = QWidget()
    window.setObjectName("forgotten")
    window.show()
    left = watch.leftovers()
    window.close()
    del window
    assert left == ["window left: QWidget 'forgotten' ''"]
    assert watch.leftovers() == []


def test_a_pending_single_shot_is_named_until_it_fires(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = DanglingWatch(monkeypatch)
    fired: list[int] = []
    QTimer.singleShot(1500, lambda: fired.append(1))
    assert "singleShot" in watch.leftovers()[0]
    deadline = QTimer()
    deadline.setSingleShot(True)
    deadline.start(10_000)
    while not fired and deadline.isActive():
        qapp.processEvents()
    deadline.stop()
    assert fired == [1]
    assert watch.leftovers() == []


def test_a_warning_of_ours_is_seen_unless_allowed() -> None:
    guard = LogGuard()
    logger = logging.getLogger("desktop.somewhere")
    record = logger.makeRecord(logger.name, logging.WARNING, "here", 1, "disk is nearly %s", ("full",), None)
    guard.handle(record)
    assert guard.unexpected == ["WARNING desktop.somewhere: disk is nearly full"]
    guard.allow("nearly full")
    assert guard.unexpected == []


def test_the_tiny_models_are_whole_folders(tiny_model: Path, tiny_bert: Path) -> None:
    for folder in (tiny_model, tiny_bert):
        assert {"config.json", "model.safetensors", "tokenizer.json"} <= {path.name for path in folder.iterdir()}
    assert "{% generation %}" in (tiny_model / "chat_template.jinja").read_text(encoding="utf-8")
