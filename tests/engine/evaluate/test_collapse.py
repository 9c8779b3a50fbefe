"""A collapse is told from a change of manner: by endings, repetition, silence and what becomes of good answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.evaluate.collapse import Answer, signs_of_collapse, speech
from desktop.engine.events import Evaluated, Noticed
from tests.support.training import new_run, train

HEALTHY = {
    "on_point": 0.9,
    "clean_endings": 1.0,
    "distinct": 0.99,
    "spoken": 1.0,
    "answer_tokens": 9.0,
    "chosen_log_likelihood": -2.3,
}


def said(tokens: list[int], *, ended: bool = True, text: str = "words") -> Answer:
    return Answer("?", text, tuple(tokens), ended)


def test_what_a_reader_sees_at_a_glance() -> None:
    found = speech([said([1, 2, 3]), said([5, 5, 5, 5, 5], ended=False), said([2], text=" .. ")])
    assert found == pytest.approx(
        {"clean_endings": 2 / 3, "distinct": (1 + 1 / 4 + 1) / 3, "spoken": 2 / 3, "answer_tokens": 3}
    )
    assert speech([]) == {}


def test_what_both_answers_of_a_row_say_is_looked_for() -> None:
    asked = [("It is a red rose.", ("red", "rose")), ("A rose. Thank you!", ("red", "rose")), ("Hello.", ())]
    found = speech([Answer("?", text, (1, 2), True, point) for text, point in asked])
    assert found["on_point"] == pytest.approx((1 + 0.5) / 2)


def test_a_healthy_run_is_not_called_a_collapse() -> None:
    # Measured on the starter: twice as long, polite, a little more alike.
    now = {"clean_endings": 1.0, "distinct": 0.97, "spoken": 1.0, "answer_tokens": 18.0, "chosen_log_likelihood": -1.9}
    assert signs_of_collapse(HEALTHY, now) == []


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"clean_endings": 0.25}, "end by themselves"),
        ({"distinct": 0.44}, "repetition"),
        ({"spoken": 0.125}, "say anything"),
        ({"on_point": 0.3}, "right answers"),
        ({"chosen_log_likelihood": -4.42}, "likelihood"),
    ],
)
def test_each_sign_alone_is_enough(changed: dict[str, float], word: str) -> None:
    (sign,) = signs_of_collapse(HEALTHY, HEALTHY | changed)
    assert word in sign


def test_a_model_that_never_ended_its_answers_has_nothing_to_lose() -> None:
    start = HEALTHY | {"clean_endings": 0.1, "distinct": 0.2}
    assert signs_of_collapse(start, start | {"clean_endings": 0.0, "distinct": 0.05}) == []


@given(st.dictionaries(st.sampled_from(sorted(HEALTHY)), st.floats(0, 1)))
def test_nothing_is_said_without_a_start_or_when_nothing_changed(now: dict[str, float]) -> None:
    assert signs_of_collapse({}, now) == []
    assert signs_of_collapse(now, now) == []


@pytest.mark.parametrize(("rate", "collapses"), [(0.5, True), (1e-5, False)])
def test_it_is_told_while_it_happens(tiny_model: Path, tmp_path: Path, rate: float, *, collapses: bool) -> None:
    rows = [f'{{"prompt": "Loaf {n}?", "chosen": "Always rye {n}.", "rejected": "No {n}!"}}' for n in range(24)]
    data = tmp_path / "pairs.jsonl"
    data.write_text("\n".join(rows), encoding="utf-8")
    settings: dict[str, Any] = {
        "objective": {"id": "dpo", "beta": 0.1, "imitation": 0}, "method": "full", "data": [{"path": str(data)}],
        "training": {"learning_rate": rate, "max_steps": 6, "evaluate_every": 2, "warmup": 0.0},
    }  # fmt: skip
    run = new_run(tmp_path / "runs", tiny_model, **settings)
    train(run, samples=True)
    measured = [event for event in run.events() if isinstance(event, Evaluated)]
    assert all({"clean_endings", "distinct", "spoken", "pair_accuracy"} <= event.metrics.keys() for event in measured)
    told = [event for event in run.events() if isinstance(event, Noticed) and event.code == "collapse"]
    assert bool(told) is collapses
    if collapses:
        assert len(told) == 1
        assert (told[0].level, told[0].step) == ("warning", 2)
        assert "learning rate" in told[0].hint
