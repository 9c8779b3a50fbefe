"""The whole loop in the real window with the real engine: Home, Try it now, run, chat, ten votes, export."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.engine.data.dataset import open_source
from desktop.engine.evaluate.style import has_style
from desktop.engine.events import Step
from desktop.engine.job import DataSource
from desktop.engine.models.library import available
from desktop.engine.run_folder import RunFolder
from desktop.views.window import MainWindow
from tests.support.user import User
from tests.support.window import opened

QUESTION = "What do parrots eat?"
VOTES = 10

pytestmark = pytest.mark.timeout(600)


def test_from_home_to_preference_rows(qapp: QApplication, qtbot: QtBot) -> None:
    assert any(model.ref == "starter" for model in available()), "the starter model is missing"
    with opened(qapp) as window:
        user = User(qtbot, window, "journey")
        _begins(user, window)
        run = _trains(user, window)
        assert (run.model / "adapter_model.safetensors").is_file()
        _chats(user, window)
        _judges(user, window)
    (rows_file,) = paths.preferences().rglob("*.dpo.jsonl")
    rows = [json.loads(line) for line in rows_file.read_text(encoding="utf-8").splitlines()]
    assert rows
    assert all(row["prompt"] and row["chosen"] != row["rejected"] for row in rows)
    seen = open_source(DataSource(path=str(rows_file)), ("preference",))
    assert len(seen.rows) == len(rows), "what was exported can be imported again"


def _begins(user: User, window: MainWindow) -> None:
    user.waits(lambda: window.current == "home" and user.sees_button("Try it now"), "Home")
    user.keeps_picture("1-home")
    user.clicks("Try it now")
    user.waits(lambda: window.current == "wizard" and user.sees_button("Start training"), "a wizard ready to start", 60)
    user.keeps_picture("2-wizard-review")
    user.clicks("Start training")


def _trains(user: User, window: MainWindow) -> RunFolder:
    user.waits(lambda: window.current == "run", "the run view")
    run = _only_run()
    user.waits(lambda: _step(run) >= 20, "twenty steps", 120)
    user.keeps_picture("3-run-at-work")
    user.waits(lambda: user.sees_button("Compare in chat"), "the end of the run", 240)
    user.keeps_picture("4-run-finished")
    return run


def _chats(user: User, window: MainWindow) -> None:
    user.clicks("Compare in chat")
    user.waits(lambda: window.current == "chat", "the chat")
    page: Any = window.page("chat")
    user.waits(lambda: page.chat.stage == "ready", "both models", 120)
    user.types(page.composer.edit, QUESTION)
    user.clicks("Ask both")
    user.waits(lambda: page.chat.stage == "ready" and bool(page.chat.turns), "both answers", 60)
    answers = {side.contender: side.text for side in page.chat.turns[-1].sides}
    user.keeps_picture("5-chat")
    assert has_style(answers["tuned"]), answers
    assert not has_style(answers["base"]), answers


def _judges(user: User, window: MainWindow) -> None:
    user.clicks("Judge pairs")
    user.waits(lambda: window.current == "preferences", "the preferences")
    user.clicks("Make pairs", 30)
    page: Any = window.page("preferences")
    for vote in range(1, VOTES + 1):
        user.waits(lambda: page.annotator.session is not None and page.annotator.session.item, "a pair", 120)
        user.presses(Qt.Key.Key_1 if vote % 2 else Qt.Key.Key_2, page.annotator)
        if vote == 3:
            user.keeps_picture("6-judging")
        user.presses(Qt.Key.Key_Return, page.annotator)
        assert page.annotator.session.figures.judged == vote
    user.clicks("Export")
    user.waits(lambda: user.sees_button("Train on these"), "the exported rows")
    user.keeps_picture("7-exported")


def _step(run: RunFolder) -> int:
    return max((event.step for event in run.events() if isinstance(event, Step)), default=0)


def _only_run() -> RunFolder:
    (run,) = RunFolder.all_in(paths.runs())
    return run
