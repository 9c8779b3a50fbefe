"""The same job started in the window and written by hand trains the same, step for step."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.engine.events import Finished
from desktop.engine.run_folder import RunFolder
from tests.support.command_line import run_fettle
from tests.support.training import steps_of
from tests.support.user import User
from tests.support.window import opened

STEPS = 6

pytestmark = pytest.mark.timeout(600)


def test_the_window_and_the_command_line_train_the_same(
    qapp: QApplication, qtbot: QtBot, messages_file: Path, tmp_path: Path
) -> None:
    with opened(qapp) as window:
        user = User(qtbot, window, "window-and-command-line")
        window.show_page("wizard", {"file": str(messages_file)})
        page: Any = window.page("wizard")
        session = page.session
        user.waits(lambda: session.wizard.findings.data is not None, "the rows", 60)
        session.answer(dataclasses.replace(session.wizard.answers, training={"max_steps": STEPS}))
        for step in ("Objective", "Tokenizer", "Method", "Memory", "Review"):
            user.clicks(f"Next: {step}", 60)
        user.clicks("Start training", 60)
        user.waits(lambda: window.current == "run", "the run view")
        (started,) = RunFolder.all_in(paths.runs())
        user.waits(lambda: any(isinstance(event, Finished) for event in started.events()), "its end", 240)
    job = tmp_path / "job.yaml"
    job.write_text(
        f"name: by-hand\nmodel: starter\ndata: [{{path: {messages_file}}}]\ntraining: {{max_steps: {STEPS}}}\n",
        encoding="utf-8",
    )
    said = run_fettle("train", str(job))
    assert said.code == 0, said.err
    (written,) = (run for run in RunFolder.all_in(paths.runs()) if run.name != started.name)
    assert len(steps_of(started)) == STEPS
    assert steps_of(written) == steps_of(started)
