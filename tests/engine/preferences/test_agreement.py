"""The figures agree with tables worked by hand and with published intervals."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.preferences.agreement import (
    _at_most,
    cohen_kappa,
    hasty,
    kappa_between,
    left_rate,
    longer_rate,
    rate,
    self_consistency,
    warnings,
    win_rate,
)
from desktop.engine.preferences.judgement import Choice, Judgement, Pair

ONE = Judgement(1, 1, 1, "a", "left", 4000, (), "", False, "ada", 0.0)


def _judged(*choices: Choice) -> list[Judgement]:
    return [replace(ONE, id=n, item_id=n, pair_id=n, choice=choice) for n, choice in enumerate(choices, 1)]


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        (0, 10, 0.0, 0.308498),  # 1 - 0.025 ** (1 / 10)
        (10, 10, 0.691502, 1.0),
        (5, 10, 0.187086, 0.812914),
        (1, 20, 0.001265, 0.248733),
        (15, 20, 0.508954, 0.913427),
    ],
)
def test_clopper_pearson(hits: int, trials: int, low: float, high: float) -> None:
    found = rate(hits, trials)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-5), pytest.approx(high, abs=1e-5))


def test_nothing_tried_says_nothing() -> None:
    found = rate(0, 0)
    assert (found.low, found.high, found.share) == (0.0, 1.0, 0.5)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_ends_of_the_interval_leave_two_and_a_half_percent(found: tuple[int, int]) -> None:
    hits, trials = found
    interval = rate(hits, trials)
    assert interval.low <= interval.share <= interval.high
    if hits:
        assert 1 - _at_most(hits - 1, trials, interval.low) == pytest.approx(0.025, abs=1e-6)
    if hits < trials:
        assert _at_most(hits, trials, interval.high) == pytest.approx(0.025, abs=1e-6)


def test_kappa_by_hand() -> None:
    # 50 pairs: both a 20, both b 15, a/b 5, b/a 10. Observed 0.7; by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5; kappa 0.4.
    one = ["a"] * 25 + ["b"] * 25
    other = ["a"] * 20 + ["b"] * 5 + ["a"] * 10 + ["b"] * 15
    assert cohen_kappa(one, other) == pytest.approx(0.4)
    assert cohen_kappa(one, one) == pytest.approx(1.0)
    assert cohen_kappa(["a", "a"], ["a", "a"]) == pytest.approx(1.0)
    assert cohen_kappa(["a", "b"], ["b", "a"]) == pytest.approx(-1.0)
    assert math.isnan(cohen_kappa([], []))
    with pytest.raises(ValueError, match="same pairs"):
        cohen_kappa(["a"], [])


def test_kappa_of_two_people_takes_the_pairs_both_judged() -> None:
    ada = _judged("left", "right", "left")
    ben = [replace(judgement, annotator="ben") for judgement in _judged("left", "right")]
    assert kappa_between([*ada, *ben], "ada", "ben") == pytest.approx(1.0)


def test_self_consistency_looks_through_the_swap() -> None:
    first = _judged("left", "right", "both_good")
    again = [
        replace(first[0], id=11, left="b", choice="right", repeat=True),  # the same answer, now on the right
        replace(first[1], id=12, left="b", choice="right", repeat=True),  # the other answer
        replace(first[2], id=13, left="b", choice="both_good", repeat=True),
    ]
    found = self_consistency([*first, *again])
    assert (found.hits, found.trials) == (2, 3)


def test_left_rate_and_its_warning() -> None:
    fair = _judged(*(["left", "right"] * 20 + ["both_good"] * 5))  # type: ignore[arg-type]
    assert (left_rate(fair).hits, left_rate(fair).trials) == (20, 40)
    assert warnings(fair) == []
    leaning = _judged(*(["left"] * 30 + ["right"] * 5))  # type: ignore[arg-type]
    assert "left answer won 86%" in warnings(leaning)[0]


def test_haste_and_inconsistency_are_told() -> None:
    quick = [replace(judgement, milliseconds=300) for judgement in _judged(*["left", "right"] * 5)]  # type: ignore[arg-type]
    assert hasty(quick) == 10
    assert "10 judgements took less than 1.5 seconds" in warnings(quick)[0]
    first = _judged(*["left"] * 5)  # type: ignore[arg-type]
    again = [replace(j, id=j.id + 10, repeat=True, choice="right") for j in first]
    assert "Only 0 of 5" in warnings([*first, *again])[0]


def test_win_rate_counts_only_pairs_of_two_models() -> None:
    tuned_a = {"a": {"contender": "tuned"}, "b": {"contender": "base"}}
    tuned_b = {"a": {"contender": "base"}, "b": {"contender": "tuned"}}
    alone = {"a": {"contender": "tuned"}, "b": {"contender": "tuned"}}
    pairs = [Pair(n, [], "x", "y", sources=s) for n, s in enumerate((tuned_a, tuned_b, tuned_a, alone, {}), 1)]
    judged = _judged("left", "left", "both_bad", "left", "left")
    found, ties = win_rate([*judged, replace(judged[1], id=9, repeat=True)], pairs, "tuned")
    assert (found.hits, found.trials, ties) == (1, 2, 1)


def test_longer_answers() -> None:
    pairs = [Pair(1, [], "aa", "b"), Pair(2, [], "a", "bb", 9, 3), Pair(3, [], "a", "b")]
    judged = _judged("left", "right", "left")
    found = longer_rate(judged, pairs)
    assert (found.hits, found.trials) == (1, 2)
