"""The whole loop in the real window with the real engine: Home, Try it now, run, chat, ten votes, export."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.engine.evaluate.style import has_style
from desktop.engine.events import Step
from desktop.engine.models.library import available
from desktop.engine.run_folder import RunFolder
from desktop.flow.settings import Settings
from desktop.views.app import Graph
from desktop.views.theme.theme import Theme
from tests.support.dangling import settle
from tests.support.user import User

QUESTION = "What do parrots eat?"

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def graph(qapp: QApplication, qtbot: QtBot) -> Iterator[Graph]:
    """The application as ``fettle`` makes it, at the size of a laptop's screen."""
    theme = Theme("light", 1.0)
    theme.apply(qapp)
    made = Graph(qapp, Settings(), theme)
    made.window.resize(1440, 900)
    made.window.show()
    made.window.show_page("home")
    yield made
    made.window.hide()
    made.close()
    made.window.deleteLater()
    made.deleteLater()
    theme.setParent(None)
    settle()


def test_from_home_to_preference_rows(graph: Graph, qtbot: QtBot) -> None:
    assert any(model.ref == "starter" for model in available()), "the starter model is missing"
    window = graph.window
    user = User(qtbot, window, "journey")

    user.waits(lambda: window.current == "home" and user.sees_button("Try it now"), "Home")
    user.keeps_picture("1-home")

    user.clicks("Try it now")
    user.waits(lambda: window.current == "wizard" and user.sees_button("Start training"), "a wizard ready to start", 60)
    user.keeps_picture("2-wizard-review")

    user.clicks("Start training")
    user.waits(lambda: window.current == "run", "the run view")
    run = _only_run()
    user.waits(lambda: _step(run) >= 20, "twenty steps", 120)
    user.keeps_picture("3-run-at-work")
    user.waits(lambda: user.sees_button("Compare in chat"), "the end of the run", 240)
    user.keeps_picture("4-run-finished")
    assert (run.model / "adapter_model.safetensors").is_file()

    user.clicks("Compare in chat")
    user.waits(lambda: window.current == "chat", "the chat")
    chat: Any = window.page("chat")
    user.waits(lambda: chat.chat.stage == "ready", "both models", 120)
    user.types(chat.composer.edit, QUESTION)
    user.clicks("Ask both")
    user.waits(lambda: chat.chat.stage == "ready" and bool(chat.chat.turns), "both answers", 60)
    answers = {side.contender: side.text for side in chat.chat.turns[-1].sides}
    user.keeps_picture("5-chat")
    assert has_style(answers["tuned"]), answers
    assert not has_style(answers["base"]), answers


def _step(run: RunFolder) -> int:
    return max((event.step for event in run.events() if isinstance(event, Step)), default=0)


def _only_run() -> RunFolder:
    (run,) = RunFolder.all_in(paths.runs())
    return run
