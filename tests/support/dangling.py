"""Finds what a test left running: Qt threads, timers, animations, Python threads and windows; it fixes nothing.

Starting is recorded with the line that did it, so that the failure names the culprit and not only the victim.
"""

from __future__ import annotations

import gc
import itertools
import threading
import traceback
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QAbstractAnimation, QCoreApplication, QEvent, QObject, QThread, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication, QWidget

_GRACE_MS = 2000


@dataclass(frozen=True)
class _Start:
    thing: weakref.ReferenceType[Any]
    running: Callable[[Any], bool]
    line: str


class DanglingWatch:
    """Records starts from its making on; ``leftovers`` tells what still runs.

    Attributes:
        starts: every thread, timer and animation started, with the line that did it.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.starts: list[_Start] = []
        self._pending: dict[int, str] = {}
        self._keys = itertools.count()
        self._windows = {id(widget) for widget in _windows()}
        self._threads = set(threading.enumerate())
        self._record(monkeypatch, QThread, lambda thread: bool(thread.isRunning()))
        self._record(monkeypatch, QTimer, lambda timer: bool(timer.isActive()))
        self._record(monkeypatch, QAbstractAnimation, lambda one: one.state() == QAbstractAnimation.State.Running)
        self._record_single_shots(monkeypatch)

    def leftovers(self) -> list[str]:
        """Return one sentence for each thing still running, after what was asked to end has had time to."""
        found = self._running()
        if not found:
            return []
        # A window or thread may only wait for its deferred deletion or for the collector: neither is a leak.
        for thread in (start.thing() for start in self.starts):
            if isinstance(thread, QThread) and shiboken6.isValid(thread):
                thread.wait(_GRACE_MS)
        gc.collect()
        settle()
        return self._running()

    def _running(self) -> list[str]:
        found = []
        for start in self.starts:
            thing = start.thing()
            if thing is not None and shiboken6.isValid(thing) and start.running(thing):
                found.append(f"{type(thing).__name__} still running, started at {start.line}")
        found += [f"QTimer.singleShot not fired yet, started at {line}" for line in self._pending.values()]
        if QThreadPool.globalInstance().activeThreadCount():
            found.append("the global QThreadPool still works")
        found += [
            f"Python thread {thread.name!r} still running"
            for thread in threading.enumerate()
            # A dummy is how Python names a thread of Qt's, which is watched above; it says "alive" for ever.
            if thread not in self._threads and thread.is_alive() and not isinstance(thread, threading._DummyThread)
        ]
        found += [
            f"window left: {type(widget).__name__} {widget.objectName()!r} {widget.windowTitle()!r}"
            for widget in _windows()
            if id(widget) not in self._windows
        ]
        return found

    def _record(self, monkeypatch: pytest.MonkeyPatch, cls: type, running: Callable[[Any], bool]) -> None:
        original = cls.start

        def start(thing: Any, *args: Any, **kwargs: Any) -> Any:
            self.starts.append(_Start(weakref.ref(thing), running, _caller()))
            return original(thing, *args, **kwargs)

        monkeypatch.setattr(cls, "start", start)

    def _record_single_shots(self, monkeypatch: pytest.MonkeyPatch) -> None:
        original = QTimer.singleShot

        def single_shot(*args: Any) -> None:
            owner = next((arg for arg in args[1:] if isinstance(arg, QObject)), None)
            if owner is not None or not callable(args[-1]):
                original(*args)  # Qt drops it together with its owner
                return
            key = next(self._keys)
            self._pending[key] = _caller()

            def fire() -> None:
                self._pending.pop(key, None)
                args[-1]()

            original(*args[:-1], fire)

        monkeypatch.setattr(QTimer, "singleShot", staticmethod(single_shot))


def settle() -> None:
    """Let Qt deliver what is queued, deletions included."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QCoreApplication.processEvents()


def _windows() -> list[QWidget]:
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        return []
    return [widget for widget in application.topLevelWidgets() if shiboken6.isValid(widget)]


def _caller() -> str:
    for frame in reversed(traceback.extract_stack()[:-2]):
        if "/tests/support/" not in frame.filename.replace("\\", "/"):
            return f"{frame.filename}:{frame.lineno} ({frame.line})"
    return "an unknown line"
