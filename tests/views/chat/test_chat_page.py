"""The chat page as its user meets it: by keyboard, against a workbench that plays a script."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCharFormat
from PySide6.QtWidgets import QAbstractButton, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.bridge.workbench import CHAT
from desktop.views.chat.page import ChatPage
from tests.support.fake_workbench import FakeCall, FakeWorkbench
from tests.views.chat.conftest import FakeRuns

STARTER = {
    "ref": "starter",
    "title": "Starter",
    "source": "bundled",
    "folder": str(paths.bundled_models() / "starter"),
    "facts": {"kind": "causal"},
}
RUN = {"ref": "run:bakery", "title": "bakery", "source": "run", "base": "starter", "facts": {"kind": "causal"}}
BASE = {"name": "base", "title": "Starter", "adapter": False, "proof": {"weights": "3f9a61c4", "adapters": []}}
TUNED = {
    "name": "tuned",
    "title": "bakery",
    "adapter": True,
    "proof": {"weights": "3f9a61c4", "adapters": ["8c41e07d"]},
}


def open_page(page: ChatPage, workbench: FakeWorkbench, *, alone: bool = False, **context: str) -> None:
    page.entered(**context)
    workbench.last("models").succeeded.emit({"models": [STARTER] if alone else [STARTER, RUN]})
    workbench.last("chat_load").succeeded.emit({"contenders": [BASE] if alone else [BASE, TUNED]})


def ask(page: ChatPage, qtbot: QtBot, question: str) -> None:
    qtbot.keyClicks(page.composer.edit, question)
    qtbot.keyClick(page.composer.edit, Qt.Key.Key_Return)


def whole(contender: str, pieces: list[str], differences: list[float] | None = None) -> dict[str, Any]:
    return {
        "contender": contender,
        "text": "".join(pieces).strip(),
        "pieces": pieces,
        "tokens": len(pieces),
        "seconds": 1.0,
        "first": 0.5,
        "ending": "end",
        "differences": differences or [],
    }


def finish(call: FakeCall, differences: list[float] | None = None) -> None:
    call.succeeded.emit(
        {"answers": [whole("base", ["It", " varies", "."]), whole("tuned", ["Three", " days", "."], differences)]}
    )


def shown(page: ChatPage, turn: int = -1) -> list[str]:
    return [column.text.toPlainText() for column in page.transcript.rows[turn].columns]


def test_it_opens_with_the_run_it_is_told_and_loads_it_in_the_chat_child(
    page: ChatPage, workbench: FakeWorkbench
) -> None:
    page.entered(run="bakery")
    workbench.last("models").succeeded.emit({"models": [STARTER, RUN]})
    load = workbench.last("chat_load")
    assert (load.params, load.lane) == ({"ref": "run:bakery"}, CHAT)
    assert page.chooser.currentText() == "bakery"
    load.streamed.emit({"doing": "Loading bakery"})
    assert "Loading bakery" in page.transcript.start.title.text()
    load.succeeded.emit({"contenders": [BASE, TUNED]})
    heads = page.transcript.heads
    assert [head.heading.text() for head in heads] == ["Base", "Tuned"]
    assert heads[1].line.text() == "weights 3f9a 61c4 · adapter 8c41 e07d · seed 42"


def test_a_question_by_keyboard_streams_into_both_columns(
    page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot
) -> None:
    open_page(page, workbench)
    ask(page, qtbot, "How long does a refund take?")
    call = workbench.last("chat")
    assert call.lane == CHAT
    assert set(call.params["messages"]) == {"base", "tuned"}
    assert page.composer.edit.toPlainText() == ""
    assert page.composer.stop.isVisible()
    assert not page.composer.ask.isVisible()
    for text in ("It", " varies"):
        call.streamed.emit({"contender": "base", "text": text})
    call.streamed.emit({"contender": "tuned", "text": "Three"})
    qtbot.waitUntil(lambda: shown(page) == ["It varies", "Three"])
    assert page.transcript.rows[0].columns[0].chip.text == "writing"
    finish(call)
    assert shown(page) == ["It varies.", "Three days."]
    assert page.transcript.rows[0].columns[0].figures.text() == "3 tokens, 4 tokens/s"
    assert page.composer.ask.isVisible()


def test_pieces_are_shown_at_most_once_a_frame(
    page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_page(page, workbench)
    ask(page, qtbot, "How long?")
    appended: list[str] = []
    monkeypatch.setattr(page.transcript, "append", lambda _contender, text: appended.append(text))
    call = workbench.last("chat")
    for number in range(200):
        call.streamed.emit({"contender": "base", "text": f" {number}"})
    qtbot.waitUntil(lambda: "199" in "".join(appended))
    assert len(appended) <= 3
    assert "".join(appended) == " ".join(str(number) for number in range(200))


def test_escape_stops_both_and_keeps_what_was_said(page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot) -> None:
    open_page(page, workbench)
    ask(page, qtbot, "How long?")
    call = workbench.last("chat")
    call.streamed.emit({"contender": "base", "text": "It"})
    qtbot.keyClick(page.composer.edit, Qt.Key.Key_Escape)
    assert call.cancelled
    call.succeeded.emit({"answers": [whole("base", ["It"]) | {"ending": "stopped"}]})
    assert shown(page) == ["It", ""]
    assert [column.chip.text for column in page.transcript.rows[0].columns] == ["stopped", "stopped"]
    qtbot.keyClick(page.composer.edit, Qt.Key.Key_Escape)  # nothing to stop: nothing happens


def test_shift_enter_breaks_the_line(page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot) -> None:
    open_page(page, workbench)
    qtbot.keyClicks(page.composer.edit, "one")
    qtbot.keyClick(page.composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(page.composer.edit, "two")
    assert page.composer.edit.toPlainText() == "one\ntwo"
    assert workbench.asked("chat") == 0


def test_differences_are_tinted_and_underlined_and_can_be_hidden(
    page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot
) -> None:
    open_page(page, workbench)
    ask(page, qtbot, "How long?")
    finish(workbench.last("chat"), [3.0, -2.0, 0.0])
    text = page.transcript.rows[0].columns[1].text

    def formats() -> list[tuple[bool, QTextCharFormat.UnderlineStyle]]:
        cursor = text.textCursor()
        found = []
        for place in (2, 8, 11):
            cursor.setPosition(place)
            form = cursor.charFormat()
            found.append((form.background().style() != Qt.BrushStyle.NoBrush, form.underlineStyle()))
        return found

    styles = QTextCharFormat.UnderlineStyle
    assert formats() == [(True, styles.SingleUnderline), (True, styles.DashUnderline), (False, styles.NoUnderline)]
    assert "1 of 3 tokens are much more likely" in text.accessibleDescription()
    page.legend.differences.click()
    assert formats() == [(False, styles.NoUnderline)] * 3
    assert shown(page) == ["It varies.", "Three days."]


def test_blind_hides_every_trace_of_who_is_who(page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot) -> None:
    page.chat.coin = lambda: True
    open_page(page, workbench)
    page.legend.blind.click()
    ask(page, qtbot, "How long?")
    finish(workbench.last("chat"), [3.0, 3.0, 3.0])
    words = " ".join(
        f"{widget.accessibleName()} {widget.accessibleDescription()} {widget.toolTip()}"
        for widget in page.transcript.findChildren(QWidget)
        if widget.isVisible()
    )
    assert "Tuned" not in words
    assert "bakery" not in words
    assert "tokens/s" not in words
    assert "8c41" not in words
    assert shown(page) == ["Three days.", "It varies."], "the coin put the tuned model left"
    qtbot.keyClick(page.composer.edit, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert page.chat.turns[0].vote == "tuned"
    assert "1 judged" in page.legend.verdict.text()
    page.legend.blind.click()
    assert page.legend.verdict.text() == "Judged blind: tuned better 1, base better 0."


def test_settings_go_with_the_next_question(page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot) -> None:
    open_page(page, workbench)
    page.settings.click()
    assert page.drawer.isVisible()
    page.drawer.rows["temperature"].slider.setValue(0)
    page.drawer.seed.setValue(7)
    qtbot.keyClicks(page.drawer.system, "Be brief.")
    assert page.transcript.heads[0].line.text().endswith("seed 7 · temperature 0")
    before = page.drawer.seed.value()
    for _ in range(5):
        page.drawer.dice.click()
    assert page.drawer.seed.value() != before
    page.drawer.close_button.click()
    assert not page.drawer.isVisible()
    ask(page, qtbot, "How long?")
    params = workbench.last("chat").params
    assert params["sampling"]["temperature"] == 0
    assert params["sampling"]["seed"] == page.drawer.seed.value()
    assert params["messages"]["tuned"][0] == {"role": "system", "content": "Be brief."}


def test_back_to_the_defaults(page: ChatPage, workbench: FakeWorkbench) -> None:
    open_page(page, workbench)
    default = page.chat.sampling
    page.settings.click()
    for row in page.drawer.rows.values():
        row.slider.setValue(0)
    page.drawer.seed.setValue(7)
    assert page.chat.sampling != default
    page.drawer.defaults.click()
    assert page.chat.sampling == default


def test_examples_of_the_starter_ask_by_a_click(
    page: ChatPage, workbench: FakeWorkbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.flow.chat.example_prompts", lambda: ["Name a fruit & a tool.", "What is 2 + 3?"])
    open_page(page, workbench, alone=True)
    start = page.transcript.start
    assert "small world" in start.note.text()
    assert [button.accessibleName() for button in start.examples] == [
        "Ask: Name a fruit & a tool.",
        "Ask: What is 2 + 3?",
    ]
    start.examples[0].click()
    messages = workbench.last("chat").params["messages"]
    assert messages == {"base": [{"role": "user", "content": "Name a fruit & a tool."}]}


def test_a_model_without_a_base_answers_alone(page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot) -> None:
    open_page(page, workbench, alone=True)
    assert not page.transcript.heads[1].isVisible()
    assert not page.legend.isVisible()
    assert not page.judge.isVisible()
    ask(page, qtbot, "Hello?")
    assert len(page.transcript.rows[0].columns) == 1


def test_judge_pairs_leads_to_the_preferences_of_this_run(
    page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot
) -> None:
    open_page(page, workbench)
    with qtbot.waitSignal(page.navigate) as went:
        page.judge.click()
    assert went.args == ["preferences", {"run": "bakery"}]


def test_without_a_model_it_says_how_to_get_one(page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot) -> None:
    page.entered()
    workbench.last("models").succeeded.emit({"models": []})
    assert "No model" in page.transcript.start.title.text()
    with qtbot.waitSignal(page.navigate) as went:
        page.transcript.start.button.click()
    assert went.args[0] == "wizard"


def test_a_model_that_cannot_be_loaded_says_why_and_can_be_tried_again(
    page: ChatPage, workbench: FakeWorkbench
) -> None:
    page.entered()
    workbench.last("models").succeeded.emit({"models": [RUN]})
    workbench.last("chat_load").fail("cannot_load", "The file is cut short.", "Copy it again.")
    banner = page.transcript.start.banner
    assert banner.isVisible()
    assert "cut short" in banner.accessibleName()
    assert not page.composer.ask.isEnabled()
    banner.button.click()
    assert workbench.asked("chat_load") == 2


def test_a_dead_workbench_keeps_the_conversation_and_loads_again(
    page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot
) -> None:
    open_page(page, workbench)
    ask(page, qtbot, "How long?")
    call = workbench.last("chat")
    call.streamed.emit({"contender": "base", "text": "It"})
    call.fail("workbench_died", "The helper process ended.")
    assert shown(page)[0] == "It"
    assert page.banner.isVisible()
    assert page.transcript.rows[0].columns[0].chip.text == "failed"
    page.banner.button.click()
    assert workbench.asked("chat_load") == 2


def test_an_answer_to_a_chat_that_was_left_is_dropped(page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot) -> None:
    open_page(page, workbench)
    ask(page, qtbot, "How long?")
    old = workbench.last("chat")
    page.new.click()
    assert old.cancelled
    ask(page, qtbot, "Second?")
    old.streamed.emit({"contender": "base", "text": "late"})
    finish(old)
    assert shown(page) == ["", ""]
    assert page.chat.stage == "answering"


def test_a_run_that_finishes_meanwhile_appears_in_the_chooser(
    page: ChatPage, workbench: FakeWorkbench, runs: FakeRuns
) -> None:
    open_page(page, workbench, alone=True)
    looked = workbench.asked("models")
    runs.found = [SimpleNamespace(folder="bakery", has_model=False)]
    runs.changed.emit()
    assert workbench.asked("models") == looked, "a run at work is no model yet"
    runs.found = [SimpleNamespace(folder="bakery", has_model=True)]
    runs.changed.emit()
    assert workbench.asked("models") == looked + 1
    workbench.last("models").succeeded.emit({"models": [STARTER, RUN]})
    assert [page.chooser.itemText(place) for place in range(page.chooser.count())] == ["bakery", "Starter"]
    assert page.chooser.currentText() == "Starter", "the conversation stays where it is"
    assert workbench.asked("chat_load") == 1


def test_the_model_is_let_go_when_nobody_returns(page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot) -> None:
    open_page(page, workbench)
    page.hide()
    page._idle.setInterval(1)
    page.left()
    qtbot.waitUntil(lambda: workbench.asked("chat_unload") == 1)


def test_answers_and_proofs_can_be_copied(page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot) -> None:
    open_page(page, workbench)
    ask(page, qtbot, "How long?")
    finish(workbench.last("chat"))
    page.transcript.rows[0].columns[1].copy.click()
    assert QGuiApplication.clipboard().text() == "Three days."
    page.transcript.heads[1].copy.click()
    assert "adapter sha256 8c41e07d" in QGuiApplication.clipboard().text()


def test_what_a_model_says_is_never_read_as_markup(page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot) -> None:
    open_page(page, workbench)
    ask(page, qtbot, "<b>How</b> long?")
    call = workbench.last("chat")
    evil = "<img src='file:///etc/passwd'><b>bold</b> &amp;"
    call.succeeded.emit({"answers": [whole("base", [evil]), whole("tuned", ["ok"])]})
    assert shown(page)[0] == evil


def test_whoever_scrolled_up_is_left_there_and_the_end_is_followed_otherwise(
    page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot
) -> None:
    open_page(page, workbench)
    for number in range(8):
        ask(page, qtbot, f"Question {number}?")
        finish(workbench.last("chat"))
    bar = page.transcript.area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 100 and bar.value() == bar.maximum())
    ask(page, qtbot, "And now?")
    bar.setValue(0)
    for _ in range(30):
        workbench.last("chat").streamed.emit({"contender": "base", "text": "word " * 20})
    qtbot.wait(60)
    assert bar.value() == 0


def test_every_control_has_a_name_and_the_keyboard_reaches_it(
    page: ChatPage, workbench: FakeWorkbench, qtbot: QtBot
) -> None:
    open_page(page, workbench)
    page.settings.click()
    ask(page, qtbot, "How long?")
    finish(workbench.last("chat"))
    controls = [
        widget
        for kind in (QAbstractButton, QComboBox)
        for widget in page.findChildren(kind)
        if widget.isVisible() and widget.window() is page.window()
    ]
    assert len(controls) > 8
    for control in controls:
        assert control.accessibleName() or getattr(control, "text", str)(), f"{control} has no name"
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, f"{control.accessibleName()} cannot be reached"
