"""Figures of a classifier: by hand, by a second way of counting, and where one would divide by nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.evaluate.classification import balanced_weights, confusion


def test_figures_worked_out_by_hand() -> None:
    # truth a a a b b c; said a a b b c c: a 2 of 3 right and never wrongly said, b 1 of 2 both ways, c said twice.
    found = confusion("abc", [0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 2, 2])
    assert found.counts == ((2, 1, 0), (0, 1, 1), (0, 0, 1))
    assert found.accuracy == pytest.approx(4 / 6)
    a, b, c = found.each()
    assert (a.precision, a.recall, a.f1, a.rows) == pytest.approx((1.0, 2 / 3, 0.8, 3))
    assert (b.precision, b.recall, b.f1, b.rows) == pytest.approx((0.5, 0.5, 0.5, 2))
    assert (c.precision, c.recall, c.f1, c.rows) == pytest.approx((0.5, 1.0, 2 / 3, 1))
    assert found.macro_f1 == pytest.approx((0.8 + 0.5 + 2 / 3) / 3)


def test_nothing_is_divided_by_nothing() -> None:
    assert confusion("ab", [], []).macro_f1 == confusion("ab", [], []).accuracy == 0.0
    assert confusion("abc", [0, 0], [0, 0]).macro_f1 == 1.0  # b and c are neither there nor said
    assert confusion("ab", [0], [1]).macro_f1 == 0.0


def test_balanced_weights_by_hand() -> None:
    assert balanced_weights([6, 2, 0]) == pytest.approx((8 / 12, 8 / 4, 0.0))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_a_second_way_of_counting_agrees(pairs: list[tuple[int, int]]) -> None:
    truth, said = [t for t, _ in pairs], [s for _, s in pairs]
    scores = []
    for label in sorted({*truth, *said}):
        right = sum(t == s == label for t, s in pairs)
        precision = right / said.count(label) if label in said else 0.0
        recall = right / truth.count(label) if label in truth else 0.0
        scores.append(2 * precision * recall / (precision + recall) if right else 0.0)
    found = confusion("abcd", truth, said)
    assert found.macro_f1 == pytest.approx(sum(scores) / len(scores))
    assert found.accuracy == pytest.approx(sum(t == s for t, s in pairs) / len(pairs))
