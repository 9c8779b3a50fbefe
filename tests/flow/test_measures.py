"""The words of figures: titles for any key, per cent for shares, which way is better."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import Measure
from desktop.flow.measures import Change, changes, first_measure, measure_for, measures_of, share, written


@pytest.mark.parametrize("objective", [objective.id for objective in OBJECTIVES.all()])
def test_every_objective_is_told_by_its_own_first_measure(objective: str) -> None:
    assert first_measure(objective) == OBJECTIVES.get(objective).measures[0]
    for measure in measures_of(objective):
        assert measure_for(measure.key, objective) is measure


def test_an_unknown_objective_is_judged_by_its_loss() -> None:
    assert [measure.key for measure in measures_of("from a later version")] == ["loss"]


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("kl", "Distance from the start (KL)"),
        ("loss/bakery", "Loss: bakery"),
        ("accuracy/bakery", "Accuracy: bakery"),
        ("reward_length", "Reward length"),
        ("some_new_kl", "Some new KL"),
    ],
)
def test_any_key_has_a_title_in_words(key: str, title: str) -> None:
    assert measure_for(key, "classification").title == title


def test_a_figure_of_a_task_is_written_as_the_whole_is() -> None:
    assert measure_for("accuracy/bakery", "classification").share


@given(st.floats(0, 1))
def test_a_share_says_all_or_nothing_only_where_it_is(value: float) -> None:
    assert (share(value) == "100 %") == (value == 1.0)
    assert (share(value) == "0 %") == (value == 0.0)


@pytest.mark.parametrize(
    ("before", "now", "better", "words", "turn"),
    [
        (0.41, 0.93, "higher", "41 % → 93 %", "better"),
        (0.93, 0.41, "higher", "93 % → 41 %", "worse"),
        (0.93, 0.41, "lower", "93 % → 41 %", "better"),
        (0.50, 0.502, "higher", "50 % → 50 %", ""),
        (math.nan, 0.5, "higher", "50 %", ""),
    ],
)
def test_a_change_says_which_way_it_went(before: float, now: float, better: str, words: str, turn: str) -> None:
    change = Change(Measure("x", "X", better, share=True), before, now)  # type: ignore[arg-type]
    assert (change.words, change.turn) == (words, turn)


def test_only_what_was_measured_is_told_in_the_objectives_order() -> None:
    told = changes("classification", {"loss": 1.0, "accuracy": 0.4}, {"loss": 0.5, "f1": 0.8, "accuracy": 0.9, "z": 1})
    assert [change.measure.key for change in told] == ["accuracy", "f1", "loss"]
    assert math.isnan(told[1].before)


def test_losses_and_other_numbers_keep_the_places_they_deserve() -> None:
    assert written(1.2345, Measure("old_loss", "L")) == "1.234"
    assert written(45.435, Measure("bleu", "BLEU", "higher")) == "45.4"
    assert written(0.7088, Measure("rougeL", "ROUGE-L", "higher")) == "0.709"
