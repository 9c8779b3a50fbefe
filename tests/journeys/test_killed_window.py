"""The window and the engine do not need each other: either may be killed, and the next look shows everything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.engine.events import CheckpointSaved, Event, Finished, Started, Step
from desktop.engine.job import JobSpec
from desktop.engine.launch import launch
from desktop.engine.run_folder import RunFolder
from tests.journeys.conftest import wait_for_event
from tests.support.user import User
from tests.support.window import opened

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills with POSIX signals")

# The real application, told by a timer to press its own Start; the test kills it in mid-run.
WINDOW = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from desktop.engine.job import JobSpec
from desktop.flow.settings import Settings
from desktop.views.app import Graph
from desktop.views.theme.theme import Theme
from pathlib import Path
app = QApplication([])
theme = Theme("light", 1.0)
theme.apply(app)
graph = Graph(app, Settings(), theme)
graph.open()
def start():
    name = graph.services.runs.start(JobSpec.read(Path(sys.argv[1])))
    graph.window.show_page("run", {"run": name})
    print(name, flush=True)
QTimer.singleShot(200, start)
app.exec()
"""


def _job(model: Path, data: Path, steps: int) -> JobSpec:
    return JobSpec.from_mapping(
        {
            "name": "killed",
            "model": str(model),
            "data": [{"path": str(data)}],
            "method": {"id": "lora", "dropout": 0.1},
            "training": {"max_steps": steps, "epochs": 1000, "max_length": 64, "save_every": 10},
        }
    )


def test_the_next_window_shows_the_whole_history(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, tiny_model: Path, alpaca_file: Path
) -> None:
    (tmp_path / "job.yaml").write_text(_job(tiny_model, alpaca_file, 60).to_yaml(), encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-c", WINDOW, str(tmp_path / "job.yaml")], stdout=subprocess.PIPE, text=True
    ) as window:
        assert window.stdout is not None
        run = RunFolder(paths.runs() / window.stdout.readline().strip())
        wait_for_event(run, lambda event: isinstance(event, Step))
        window.kill()
    wait_for_event(run, lambda event: isinstance(event, Finished))

    with opened(qapp, "run", run=run.name) as next_window:
        user = User(qtbot, next_window, "window-killed")
        user.waits(lambda: user.sees_button("Compare in chat"), "the finished run")
        user.clicks("Numbers")
        page: Any = next_window.page("run")
        user.waits(lambda: _first_column(page.body.numbers.table) != [], "the numbers")
        user.keeps_picture("history")
        assert {str(step) for step in (1, 60)} <= set(_first_column(page.body.numbers.table))
    assert sorted(_losses(run)) == list(range(1, 61)), "every step is in the history"


def test_a_killed_engine_is_told_of_and_resumed_from_the_window(
    qapp: QApplication, qtbot: QtBot, tiny_model: Path, alpaca_file: Path
) -> None:
    job = _job(tiny_model, alpaca_file, 80)
    whole = RunFolder.create(paths.runs(), job)
    launch(whole).wait()

    run = RunFolder.create(paths.runs(), job)
    engine = launch(run)
    with opened(qapp, "run", run=run.name) as window:
        user = User(qtbot, window, "engine-killed")
        user.waits(lambda: any(_saved(event) for event in run.events()), "a checkpoint", 120)
        os.kill(engine.pid, signal.SIGKILL)
        engine.wait()
        if any(isinstance(event, Finished) for event in run.events()):
            pytest.skip("the engine was faster than the kill")
        page: Any = window.page("run")
        user.waits(lambda: page.ending.isVisible(), "the window to say what happened")
        user.keeps_picture("interrupted")
        offers = [words for words in user.buttons() if words.startswith("Resume from step")]
        assert len(offers) == 1, user.buttons()
        user.clicks(offers[0])
        user.waits(lambda: user.sees_button("Compare in chat"), "the resumed run's end", 180)
        user.keeps_picture("resumed")
    assert len([event for event in run.events() if isinstance(event, Started)]) == 2
    assert _losses(run) == _losses(whole)


def _saved(event: Event) -> bool:
    return isinstance(event, CheckpointSaved) and event.step >= 20


def _losses(run: RunFolder) -> dict[int, float]:
    return {event.step: event.loss for event in run.events() if isinstance(event, Step)}


def _first_column(table: Any) -> list[str]:
    model = table.model()
    return [str(model.data(model.index(row, 0))).replace(",", "") for row in range(model.rowCount())]
