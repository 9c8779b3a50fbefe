"""Trying a model that is no chat, on the chat's own page: by keyboard, against a workbench that plays a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from desktop.bridge.task import Tasks
from desktop.bridge.workbench import CHAT
from desktop.views.chat.page import ChatPage, create
from desktop.views.run import places
from tests.support.fake_workbench import FakeWorkbench
from tests.views.chat.conftest import FakeRuns
from tests.views.chat.test_chat_page import BASE, RUN, STARTER, TUNED

LETTERS = {"ref": "run:letters", "title": "letters", "source": "run", "base": "starter-encoder",
           "facts": {"kind": "masked"}, "use": "classification"}  # fmt: skip
POLITE = {"ref": "run:polite", "title": "polite", "source": "run", "base": "starter-seq2seq",
          "facts": {"kind": "seq2seq"}, "use": "seq2seq"}  # fmt: skip
MANNERS = {"ref": "run:manners", "title": "manners", "source": "run", "base": "starter",
           "facts": {"kind": "causal"}, "use": "reward"}  # fmt: skip
ALL = {"models": [STARTER, RUN, LETTERS, POLITE, MANNERS]}


def label(text: str, sure: float = 0.9) -> dict[str, Any]:
    shares = [{"label": "question", "probability": sure}, {"label": "praise", "probability": 1 - sure}]
    return {"text": text, "label": "question", "probabilities": shares}


def open_with(page: ChatPage, workbench: FakeWorkbench, run: str, *, loaded: bool = True) -> None:
    page.entered(run=run)
    workbench.last("models").succeeded.emit(ALL)
    if loaded:
        workbench.last("predict").succeeded.emit({"answers": []})


@pytest.fixture
def tasks_page(qtbot: QtBot, workbench: FakeWorkbench, runs: FakeRuns) -> Iterator[ChatPage]:
    """The page with threads of its own, for files."""
    tasks = Tasks()
    services = SimpleNamespace(workbench=workbench, runs=runs, tasks=tasks)
    made = cast("ChatPage", create(cast("Any", services)))
    qtbot.addWidget(made)
    made.show()
    yield made
    made.closed()
    tasks.close()


def test_a_classifier_shows_the_panel_in_place_of_the_conversation(page: ChatPage, workbench: FakeWorkbench) -> None:
    open_with(page, workbench, "letters", loaded=False)
    load = workbench.last("predict")
    assert (load.params, load.lane) == ({"model": "run:letters", "texts": []}, CHAT)
    assert workbench.asked("chat_load") == 0
    assert page.tryout.isVisible()
    assert not page.talk.isVisible()
    assert not page.settings.isVisible()
    load.streamed.emit({"doing": "Loading letters"})
    assert "Loading letters" in page.tryout.waits.text()
    assert not page.tryout.run.isEnabled()


def test_a_text_gets_its_label_with_bars_by_keyboard_alone(
    page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot
) -> None:
    open_with(page, workbench, "letters")
    panel = page.tryout
    assert not panel.run.isEnabled(), "there is no text yet"
    qtbot.keyClicks(panel.edit, "Do you have rolls?")
    qtbot.keyClick(panel.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert workbench.last("predict").params["texts"] == ["Do you have rolls?"]
    workbench.last("predict").succeeded.emit({"answers": [label("Do you have rolls?")]})
    (card,) = panel.results
    assert [round(bar.value, 2) for bar in card.bars] == [0.9, 0.1]
    assert [bar.accessibleName() for bar in card.bars] == ["question 90 %", "praise 10 %"]
    assert card.accessibleName() == "Do you have rolls?: question 90 %, praise 10 %"
    assert panel.run.isEnabled(), "the next text can be tried"


def test_a_second_try_stands_above_the_first(page: ChatPage, workbench: FakeWorkbench) -> None:
    open_with(page, workbench, "letters")
    for text in ("first", "second"):
        page.tryout.edit.setPlainText(text)
        page.tryout.run.click()
        workbench.last("predict").succeeded.emit({"answers": [label(text)]})
    assert [card.accessibleName().partition(":")[0] for card in page.tryout.results] == ["second", "first"]


def test_stopping_and_failing_are_told_in_sentences(page: ChatPage, workbench: FakeWorkbench) -> None:
    open_with(page, workbench, "letters")
    panel = page.tryout
    panel.edit.setPlainText("a")
    panel.run.click()
    assert panel.stop.isVisible()
    panel.stop.click()
    assert workbench.last("predict").cancelled
    workbench.last("predict").succeeded.emit({"answers": []})
    assert panel.results == []
    panel.run.click()
    workbench.last("predict").fail("too_long", "This text is too long.", "Shorten it.")
    assert "This text is too long. Shorten it." in panel.banner.accessibleName()
    panel.run.click()
    assert not panel.banner.isVisible()
    workbench.last("predict").fail("workbench_died", "The helper process ended.", "Load it again.")
    assert not panel.run.isEnabled()
    panel.banner.button.click()
    assert workbench.last("predict").params == {"model": "run:letters", "texts": []}


def test_an_encoder_decoder_writes_beside_its_base(page: ChatPage, workbench: FakeWorkbench) -> None:
    open_with(page, workbench, "polite")
    page.tryout.edit.setPlainText("Pack it.")
    page.tryout.run.click()
    workbench.last("predict").succeeded.emit({"answers": [{"text": "Pack it.", "target": "Please pack it."}]})
    base = workbench.last("predict")
    assert (base.params["model"], base.params["slot"]) == ("starter-seq2seq", "beside")
    base.succeeded.emit({"answers": [{"text": "Pack it.", "target": "Pack"}]})
    told = page.tryout.tryout.tried[0]
    assert told.base is not None
    assert told.base.result == "Pack"
    assert page.tryout.run.isEnabled()


def test_a_reward_model_asks_for_a_question_too(page: ChatPage, workbench: FakeWorkbench) -> None:
    open_with(page, workbench, "manners")
    panel = page.tryout
    assert panel.question.isVisible()
    panel.edit.setPlainText("Yes.")
    assert not panel.run.isEnabled()
    panel.question.setPlainText("Is it open?")
    panel.run.click()
    assert workbench.last("predict").params["options"] == {"prompts": ["Is it open?"]}
    workbench.last("predict").succeeded.emit({"answers": [{"prompt": "Is it open?", "text": "Yes.", "reward": 0.5}]})
    assert "+0.500" in panel.results[0].accessibleName()


def test_from_a_chat_to_a_trial_and_back_each_gives_its_memory_back(page: ChatPage, workbench: FakeWorkbench) -> None:
    page.entered(run="bakery")
    workbench.last("models").succeeded.emit(ALL)
    workbench.last("chat_load").succeeded.emit({"contenders": [BASE, TUNED]})
    titles = [page.chooser.itemText(place) for place in range(page.chooser.count())]
    page.chooser.setCurrentIndex(titles.index("letters"))
    page.chooser.activated.emit(titles.index("letters"))
    assert workbench.asked("chat_unload") == 1
    workbench.last("predict").succeeded.emit({"answers": []})
    page.chooser.activated.emit(titles.index("bakery"))
    assert workbench.asked("predict_unload") == 1
    assert page.talk.isVisible()
    assert not page.tryout.isVisible()
    assert workbench.last("chat_load").params == {"ref": "run:bakery"}


def test_a_file_becomes_a_table_that_can_be_saved(
    tasks_page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_with(tasks_page, workbench, "letters")
    panel, source, out = tasks_page.tryout, tmp_path / "in.txt", tmp_path / "out.csv"
    source.write_text("=one\ntwo\n", encoding="utf-8")
    panel.open_file(source)
    qtbot.waitUntil(lambda: workbench.last("predict").params["texts"] == ["=one", "two"])
    asked = workbench.last("predict")
    for text in ("=one", "two"):
        asked.streamed.emit({"answer": label(text)})
    asked.succeeded.emit({"answers": [label("=one"), label("two")]})
    table = panel.file_table.table
    assert table is not None
    assert [[cell.text for cell in row] for row in table.rows.rows] == [
        ["=one", "question", "90 %"],
        ["two", "question", "90 %"],
    ]
    assert panel.file_table.about.text() == "2 answered"
    monkeypatch.setattr(places, "ask_file", lambda *_: out)
    panel.file_table.save.click()
    qtbot.waitUntil(out.exists)
    qtbot.waitUntil(panel.banner.isVisible)
    assert out.read_text(encoding="utf-8").splitlines()[1].startswith("'=one,question")
    panel.file_table.close_file.click()
    assert not panel.file_table.isVisible()


def test_a_file_that_cannot_be_read_says_why(
    tasks_page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot, tmp_path: Path
) -> None:
    open_with(tasks_page, workbench, "letters")
    (tmp_path / "in.csv").write_text("a,b\nx,y\n", encoding="utf-8")
    tasks_page.tryout.open_file(tmp_path / "in.csv")
    qtbot.waitUntil(tasks_page.tryout.banner.isVisible)
    assert "Which column" in tasks_page.tryout.banner.accessibleName()


def test_everything_on_the_panel_has_a_name_and_can_be_reached(page: ChatPage, workbench: FakeWorkbench) -> None:
    open_with(page, workbench, "manners")
    panel = page.tryout
    panel.edit.setPlainText("Yes.")
    panel.question.setPlainText("Is it open?")
    for button in panel.findChildren(QAbstractButton):
        if button.isVisible():
            assert button.accessibleName()
            assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    reached, now = [], panel.question.nextInFocusChain()
    while now is not panel.question and len(reached) < 400:
        reached.append(now)
        now = now.nextInFocusChain()
    assert panel.edit in reached
    assert panel.run in reached
    assert (panel.question.accessibleName(), panel.edit.accessibleName()) == ("Question", "Answer to rate")
