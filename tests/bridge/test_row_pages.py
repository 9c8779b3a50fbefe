"""Rows in pages: asked for when looked at, newest wish first, forgotten again, corrections laid over them at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from desktop.bridge.row_pages import KEPT, PAGE, RowPages
from desktop.engine.data.source import DataSource, Edit
from tests.support import wizard_parts as parts
from tests.support.fake_workbench import FakeCall, FakeWorkbench

SOURCE = DataSource(path="/data/rows.jsonl")
TOTAL = 1_000_000


class Store:
    """Answers for a data set of a million rows, when the test says so."""

    def __init__(self, wait: Callable[..., None]) -> None:
        self.workbench = FakeWorkbench()
        self.pages = RowPages(self.workbench)  # type: ignore[arg-type]
        self.answered = 0
        self._wait = wait

    def answer(self) -> None:
        """Answer everything asked so far, and what is asked because of that."""
        self._wait(lambda: len(self.workbench.calls) > self.answered, timeout=2000)
        while self.answered < len(self.workbench.calls):
            call = self.workbench.calls[self.answered]
            self.answered += 1
            self.reply(call)

    def reply(self, call: FakeCall) -> None:
        call.succeeded.emit(parts.rows_report(int(call.params["start"]), TOTAL, PAGE))


@pytest.fixture
def store(qtbot: QtBot) -> Store:
    return Store(qtbot.waitUntil)


def test_a_row_is_fetched_when_it_is_looked_at(store: Store) -> None:
    store.pages.show(SOURCE)
    assert not store.pages.known
    store.answer()
    assert (store.pages.total, store.pages.known) == (TOTAL, True)
    row = store.pages.row(0)
    assert row is not None
    assert row.row == 1
    assert store.pages.row(777_777) is None
    store.answer()
    far = store.pages.row(777_777)
    assert far is not None
    assert far.row == 777_778


def test_pages_that_were_scrolled_past_are_not_fetched(qtbot: QtBot, store: Store) -> None:
    store.pages.show(SOURCE)
    store.answer()
    for page in range(1, 400):  # a fast scroll over eighty thousand rows
        assert store.pages.row(page * PAGE) is None
    store.answer()
    qtbot.wait(50)
    assert store.workbench.asked("rows") <= 6
    assert store.workbench.calls[1].params["start"] == 399 * PAGE  # where it came to rest comes first


def test_old_pages_are_forgotten_and_come_back(store: Store) -> None:
    store.pages.show(SOURCE)
    store.answer()
    for page in range(1, KEPT + 2):
        store.pages.row(page * PAGE)
        store.answer()
    assert store.pages.row(0) is None
    store.answer()
    assert store.pages.row(0) is not None


def test_a_correction_is_in_sight_at_once_and_asks_for_nothing(store: Store) -> None:
    store.pages.show(SOURCE)
    store.answer()
    asked = len(store.workbench.calls)
    edited = SOURCE.model_copy(update={"edits": (Edit(row=3, skip=True), Edit(row=5, values={"instruction": "New"}))})
    store.pages.show(edited, settled=False)
    third, fifth = store.pages.row(2), store.pages.row(4)
    assert third is not None
    assert fifth is not None
    assert (third.state, fifth.state, fifth.cells["instruction"]) == ("skipped", "edited", "New")
    store.pages.show(SOURCE, settled=False)
    third = store.pages.row(2)
    assert third is not None
    assert third.state == "good"
    assert len(store.workbench.calls) == asked
    store.pages.show(edited)  # read as it is now: what the checks say of it is fetched
    store.answer()
    assert store.workbench.last("rows").params["source"]["edits"] == edited.model_dump(mode="json")["edits"]


def test_another_filter_shows_nothing_of_the_one_before(store: Store) -> None:
    store.pages.show(SOURCE)
    store.answer()
    store.pages.show(SOURCE, "bad")
    assert (store.pages.total, store.pages.row(0)) == (0, None)
    store.answer()
    assert store.workbench.last("rows").params["only"] == "bad"


def test_an_answer_to_an_earlier_question_is_nobodys(store: Store) -> None:
    store.pages.show(SOURCE)
    store._wait(lambda: bool(store.workbench.calls), timeout=2000)
    first = store.workbench.calls[0]
    store.pages.show(SOURCE, "bad")
    assert first.cancelled
    first.succeeded.emit(parts.rows_report(0, 7))
    assert not store.pages.known


def test_a_failure_is_told(qtbot: QtBot, store: Store) -> None:
    store.pages.show(SOURCE)
    store._wait(lambda: bool(store.workbench.calls), timeout=2000)
    with qtbot.waitSignal(store.pages.failed) as told:
        store.workbench.calls[0].fail("no_file", "The file is gone.")
    assert str(told.args[0]) == "The file is gone. Try again."
