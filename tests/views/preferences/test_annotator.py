"""Hours of judging without a mouse: what every key does, and what the user sees of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.engine.preferences.store import PreferenceStore
from desktop.views.components.label import Text
from desktop.views.preferences.page import PreferencesPage
from tests.views.preferences.conftest import Fill

KEY = Qt.Key


class MouseWatch(QObject):
    """Counts mouse events of the whole application."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.seen += event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease)
        return False


def _press(*keys: Any) -> None:
    """Send keys to whatever has the keyboard, as a person does."""
    for key in keys:
        target = QApplication.focusWidget()
        assert target is not None, "nothing has the keyboard"
        QTest.keyClick(target, key)


def _read(path: Path) -> PreferenceStore:
    return PreferenceStore.open(path)


def test_two_hundred_pairs_by_keyboard_alone(page: PreferencesPage, fill: Fill, qapp: QApplication) -> None:
    path = fill(200)
    watch = MouseWatch()
    qapp.installEventFilter(watch)
    page.show_projects()
    QApplication.processEvents()  # rows are shown with the next turn of the loop
    page.start.projects.rows[0].setFocus()
    _press(KEY.Key_Return)  # opens the project
    session = page.annotator.session
    assert session is not None
    keys = (KEY.Key_1, KEY.Key_2, KEY.Key_3, KEY.Key_4, KEY.Key_Left, KEY.Key_Right)
    said = ("left", "right", "both_good", "both_bad", "left", "right")
    expected, number = [], 0
    while session.standing == "judging":
        if number % 20 == 7:
            _press(KEY.Key_S)
        if number % 10 == 3:
            _press(KEY.Key_Q, KEY.Key_E)
        _press(keys[number % 6])
        expected.append(said[number % 6])
        if number % 30 == 11:  # a slip: taken back and said again
            QTest.keyClick(QApplication.focusWidget(), KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
            _press(keys[number % 6])
        _press(KEY.Key_Return)
        number += 1
    qapp.removeEventFilter(watch)
    assert watch.seen == 0
    store = _read(path)
    judged = store.judgements()
    assert [judgement.choice for judgement in judged] == expected
    assert sum(judgement.repeat for judgement in judged) == 10
    assert {judgement.pair_id for judgement in judged} == set(range(1, 201))
    assert any(judgement.reasons == ("Correct", "Tone") for judgement in judged)
    store.close()
    assert page.annotator.done.isVisible()
    assert "All pairs are judged" in _words(page)


def test_what_was_said_is_marked_and_saved_before_going_on(page: PreferencesPage, fill: Fill) -> None:
    path = fill(3)
    page.open_project(path)
    _press(KEY.Key_2)
    annotator = page.annotator
    assert annotator.pair.choices["right"].isChecked()
    assert "Saved: B is better." in _words(page)
    store = _read(path)
    assert len(store.judgements()) == 1
    store.close()
    _press(KEY.Key_4)
    assert not annotator.pair.choices["right"].isChecked()
    assert annotator.pair.choices["both_bad"].isChecked()
    _press(KEY.Key_Enter)
    assert annotator.pair.question.text() == "Question 2?"
    assert not any(button.isChecked() for button in annotator.pair.choices.values())


def test_names_and_sources_stay_hidden(page: PreferencesPage, fill: Fill) -> None:
    path = fill(1)
    store = _read(path)
    store.add_pair([{"role": "user", "content": "Q"}], "x", "y", sources={"a": {"contender": "tuned-model"}})
    store.close()
    page.open_project(path)
    _press(KEY.Key_1, KEY.Key_Return)
    assert "tuned-model" not in _words(page)


def test_enter_without_a_choice_says_what_is_missing(page: PreferencesPage, fill: Fill) -> None:
    page.open_project(fill(2))
    _press(KEY.Key_Return)
    assert "Say which is better first" in _words(page)


def test_space_scrolls_both_answers(page: PreferencesPage, fill: Fill, workspace: Path) -> None:
    path = fill(0)
    store = _read(path)
    store.add_pair([{"role": "user", "content": "Q"}], "long\n\n" * 80, "longer\n\n" * 90)
    store.close()
    page.open_project(path)
    QApplication.processEvents()
    bars = [card.area.verticalScrollBar() for card in page.annotator.pair.answers]
    assert all(bar.maximum() > 0 for bar in bars)
    _press(KEY.Key_Space)
    assert all(bar.value() > 0 for bar in bars)
    QTest.keyClick(QApplication.focusWidget(), KEY.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    assert all(bar.value() == 0 for bar in bars)


def test_a_short_answer_needs_no_scroll_bar(page: PreferencesPage, fill: Fill) -> None:
    page.open_project(fill(1))
    QApplication.processEvents()
    assert all(card.area.verticalScrollBar().maximum() == 0 for card in page.annotator.pair.answers)


def test_a_note_is_written_and_its_letters_are_no_commands(page: PreferencesPage, fill: Fill) -> None:
    path = fill(2)
    page.open_project(path)
    _press(KEY.Key_1, KEY.Key_N)
    edit = QApplication.focusWidget()
    assert edit is not None
    QTest.keyClicks(edit, "s 2 q?")
    _press(KEY.Key_Return)
    store = _read(path)
    assert [(j.choice, j.note, j.reasons) for j in store.judgements()] == [("left", "s 2 q?", ())]
    store.close()
    assert page.annotator.pair.question.text() == "Question 1?"
    _press(KEY.Key_N, KEY.Key_Escape, KEY.Key_Return)
    assert page.annotator.pair.question.text() == "Question 2?"


def test_the_key_sheet_opens_and_any_key_closes_it(page: PreferencesPage, fill: Fill) -> None:
    path = fill(1)
    page.open_project(path)
    QTest.keyClick(page.annotator, "?")
    assert page.annotator.keys.isVisible()
    assert "Short and right." in _words(page)
    _press(KEY.Key_1)
    assert not page.annotator.keys.isVisible()
    store = _read(path)
    assert store.judgements() == []
    store.close()
    _press(KEY.Key_1)
    assert page.annotator.pair.choices["left"].isChecked()


def test_pause_hides_the_answers(page: PreferencesPage, fill: Fill) -> None:
    page.open_project(fill(1))
    _press(KEY.Key_P)
    assert page.annotator.rest.isVisible()
    assert not page.annotator.pair.answers[0].isVisible()
    _press(KEY.Key_1)
    _press(KEY.Key_P)
    assert page.annotator.pair.answers[0].isVisible()
    assert not page.annotator.pair.choices["left"].isChecked()


def test_the_clock_rests_while_another_page_is_in_front(page: PreferencesPage, fill: Fill) -> None:
    page.open_project(fill(1))
    session = page.annotator.session
    assert session is not None
    page.left()
    assert session.standing == "paused"
    page.entered()
    assert session.standing == "judging"


def test_a_click_does_not_take_the_keyboard_away(page: PreferencesPage, fill: Fill) -> None:
    page.open_project(fill(2))
    QTest.mouseClick(page.annotator.pair.choices["left"], Qt.MouseButton.LeftButton)
    QTest.mouseClick(page.annotator.pair.reasons["Tone"], Qt.MouseButton.LeftButton)
    _press(KEY.Key_Return)
    assert page.annotator.pair.question.text() == "Question 2?"


def test_a_project_that_cannot_be_written_is_told_above_the_pair(
    page: PreferencesPage, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop.engine.errors import UserError

    page.open_project(fill(2))

    def full(*_: Any, **__: Any) -> None:
        raise UserError("cannot_write", "The disk is full.", "Free some.")

    monkeypatch.setattr(PreferenceStore, "judge", full)
    _press(KEY.Key_1)
    assert page.annotator.trouble.isVisible()
    assert "The disk is full." in _words(page)
    assert not page.annotator.pair.choices["left"].isChecked()


def test_everything_that_can_be_pressed_has_a_name(page: PreferencesPage, fill: Fill) -> None:
    page.open_project(fill(2))
    for child in page.annotator.findChildren(QWidget):
        if child.focusPolicy() != Qt.FocusPolicy.NoFocus and child.isVisible():
            assert child.accessibleName(), child


def _words(page: PreferencesPage) -> str:
    return "\n".join(text.text() for text in page.findChildren(Text) if text.isVisible())
