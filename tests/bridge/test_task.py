"""Work off the window's thread: outcomes arrive in the window's own thread, errors in words."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.bridge.task import Tasks
from desktop.engine.errors import UserError


def test_work_happens_elsewhere_and_the_outcome_arrives_here(qtbot: QtBot) -> None:
    tasks = Tasks()
    arrived: list[tuple[object, int]] = []
    task = tasks.run(threading.get_ident)
    task.succeeded.connect(lambda worker: arrived.append((worker, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(arrived))
    worker, here = arrived[0]
    assert here == threading.get_ident()
    assert worker != here
    tasks.close()


@pytest.mark.parametrize(
    ("raised", "code"), [(UserError("full", "The disk is full."), "full"), (ValueError("odd"), "unexpected")]
)
def test_a_failure_is_a_user_error(qtbot: QtBot, logs: Any, raised: Exception, code: str) -> None:
    logs.allow("a background task failed")
    tasks = Tasks()

    def fail() -> object:
        raise raised

    with qtbot.waitSignal(tasks.run(fail).failed) as answer:
        pass
    assert answer.args[0].code == code
    tasks.close()


def test_close_waits_for_the_work_and_delivers_nothing_more(qtbot: QtBot) -> None:
    tasks = Tasks()
    done: list[str] = []
    heard: list[object] = []

    def work() -> object:
        time.sleep(0.1)
        done.append("work")
        return None

    tasks.run(work).succeeded.connect(heard.append)
    tasks.close()
    qtbot.wait(20)
    assert done == ["work"]
    assert heard == []
