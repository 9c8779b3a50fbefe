"""Questions asked once: the same again is not, another of its kind calls the older off, late answers are nobody's."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.bridge.questions import Questions
from tests.support.fake_workbench import FakeWorkbench


class Asker:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.workbench = FakeWorkbench()
        self.heard: list[tuple[str, object, Any]] = []
        self.questions = Questions(self.workbench, self._tell)  # type: ignore[arg-type]

    def ask(self, key: object, kind: str = "") -> None:
        self.questions.ask("inspect", key, {}, take=self._take, fail=self._fail, kind=kind)

    def _tell(self, kind: str, key: object, piece: dict[str, Any]) -> None:
        self.heard.append((f"told {kind}", key, piece))

    def _take(self, key: object, report: dict[str, Any]) -> None:
        self.heard.append(("took", key, report))

    def _fail(self, key: object, error: object) -> None:
        self.heard.append(("failed", key, str(error)))


@pytest.fixture
def asker(qtbot: QtBot) -> Asker:
    return Asker()


def test_the_same_is_asked_once_until_it_is_forgotten(asker: Asker) -> None:
    asker.ask("a")
    asker.ask("a")
    assert asker.workbench.asked("inspect") == 1
    assert asker.questions.running("inspect")
    asker.workbench.calls[0].succeeded.emit({"rows": 1})
    assert asker.heard == [("took", "a", {"rows": 1})]
    assert not asker.questions.running("inspect")
    asker.ask("a")
    assert asker.workbench.asked("inspect") == 1
    asker.questions.forget("inspect")
    asker.ask("a")
    assert asker.workbench.asked("inspect") == 2


def test_another_question_calls_the_older_off_and_hears_no_more_of_it(asker: Asker) -> None:
    asker.ask("a")
    asker.ask("b")
    first, second = asker.workbench.calls
    assert first.cancelled
    first.streamed.emit({"done": 1})
    first.succeeded.emit({})
    second.streamed.emit({"done": 2})
    second.fail("gone", "It is gone.", "")
    assert asker.heard == [("told inspect", "b", {"done": 2}), ("failed", "b", "It is gone.")]


def test_kinds_of_one_operation_do_not_disturb_each_other(asker: Asker) -> None:
    asker.ask("a")
    asker.ask("b", "inspect another")
    first, second = asker.workbench.calls
    assert not first.cancelled
    second.succeeded.emit({})
    first.succeeded.emit({})
    assert [key for _, key, _ in asker.heard] == ["b", "a"]


def test_a_cancelled_question_still_answers_and_a_closed_one_does_not(asker: Asker) -> None:
    asker.ask("a")
    asker.questions.cancel("inspect")
    asker.questions.cancel("nothing")
    assert asker.workbench.calls[0].cancelled
    asker.workbench.calls[0].fail("cancelled", "Cancelled.", "")
    assert asker.heard[-1] == ("failed", "a", "Cancelled.")
    asker.ask("b")
    asker.questions.close()
    assert asker.workbench.calls[1].cancelled
    assert not asker.questions.running("inspect")
