"""Pairs go into the project as they come, and stay there however the making ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.bridge.pair_making import PairMaking
from desktop.engine.errors import UserError
from desktop.engine.preferences.store import PreferenceStore
from tests.support.fake_workbench import FakeCall, FakeWorkbench

REQUEST = {"ref": "starter", "prompts": ["One?", "Two?", "Three?"]}


def _piece(index: int, a: str = "yes", b: str = "no") -> dict[str, Any]:
    prompt = [{"role": "user", "content": REQUEST["prompts"][index]}]
    return {"index": index, "prompt": prompt, "a": a, "b": b, "tokens": {"a": 3, "b": 4}, "sources": {"a": {"seed": 1}}}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    store = PreferenceStore.create(tmp_path, "Answers", seed=1)
    store.close()
    return store.path


@pytest.fixture
def making(project: Path, qtbot: QtBot) -> Iterator[tuple[PairMaking, FakeCall]]:
    bench = FakeWorkbench()
    made = PairMaking(bench, project, REQUEST)  # type: ignore[arg-type]
    yield made, bench.calls[0]
    made.close()


def _pairs(path: Path) -> list[str]:
    store = PreferenceStore.open(path)
    found = [pair.question for pair in store.pairs()]
    store.close()
    return found


def test_each_pair_is_there_as_soon_as_it_is_made(making: tuple[PairMaking, FakeCall], project: Path) -> None:
    made, call = making
    assert (call.op, call.params, made.expected) == ("generate_pairs", REQUEST, 3)
    judge = PreferenceStore.open(project)  # somebody judges while pairs arrive
    call.streamed.emit(_piece(0))
    item = judge.current()
    assert item is not None
    judge.judge(item, "left", milliseconds=1)
    call.streamed.emit(_piece(1))
    assert (made.done, made.expected) == (2, 1)
    pair = judge.pair(1)
    assert (pair.tokens_a, pair.tokens_b, pair.sources) == (3, 4, {"a": {"seed": 1}})
    judge.close()


def test_the_end_tells_which_questions_gave_no_pair(
    making: tuple[PairMaking, FakeCall], project: Path, qtbot: QtBot
) -> None:
    made, call = making
    call.streamed.emit({"what": "Loading the model"})
    call.streamed.emit(_piece(0))
    call.streamed.emit(_piece(2, a="same", b="same "))
    with qtbot.waitSignal(made.ended) as ended:
        call.succeeded.emit({"made": 2, "prompts": 3})
    assert ended.args == ["2 questions were answered the same way twice, so they gave no pair."]
    assert (made.running, made.expected) == (False, 0)
    assert _pairs(project) == ["One?"]


def test_a_cancelled_round_keeps_what_is_there(
    making: tuple[PairMaking, FakeCall], project: Path, qtbot: QtBot
) -> None:
    made, call = making
    call.streamed.emit(_piece(0))
    made.cancel()
    assert call.cancelled
    with qtbot.waitSignal(made.ended) as ended:
        call.failed.emit(UserError("cancelled", "This was cancelled."))
    assert ended.args == [""]
    assert _pairs(project) == ["One?"]


def test_a_failure_is_passed_on(making: tuple[PairMaking, FakeCall], project: Path, qtbot: QtBot) -> None:
    made, call = making
    error = UserError("workbench_died", "It ended.")
    with qtbot.waitSignal(made.failed) as failed:
        call.failed.emit(error)
    assert failed.args == [error]
    assert not made.running


def test_a_project_that_cannot_be_written_ends_the_round(
    making: tuple[PairMaking, FakeCall], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, call = making

    def full(*_: Any, **__: Any) -> None:
        raise UserError("cannot_write", "The disk is full.")

    monkeypatch.setattr(PreferenceStore, "add_pair", full)
    with qtbot.waitSignal(made.failed):
        call.streamed.emit(_piece(0))
    assert call.cancelled
    call.streamed.emit(_piece(1))  # one already on its way is let fall
    assert made.done == 1


def test_closing_says_nothing_more(making: tuple[PairMaking, FakeCall], qtbot: QtBot) -> None:
    made, call = making
    made.close()
    with qtbot.assertNotEmitted(made.ended), qtbot.assertNotEmitted(made.progressed):
        call.streamed.emit(_piece(0))
        call.succeeded.emit({})
