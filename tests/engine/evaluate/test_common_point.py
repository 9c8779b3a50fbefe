"""What two answers of different manner both say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.evaluate.rightness import common_point, share_said


def test_the_point_of_two_answers() -> None:
    polite = "Karl lost the box. Please ask me if you want to know more."
    plain = "Karl lost the box. I like to talk about it."
    assert common_point(polite, plain) == ("karl", "lost", "the", "box")
    assert common_point("3 plus 5 is 8. I hope that helps.", "It is 8: 3 plus 5.") == ("3", "plus", "5", "8")
    assert common_point("Yes.", "No!") == ()


def test_the_share_that_is_said() -> None:
    assert share_said("The box was lost by Karl", ("karl", "lost", "the", "box")) == 1
    assert share_said("Anna lost it", ("karl", "lost")) == 0.5
    assert share_said("", ("karl",)) == 0


@given(st.text(max_size=40), st.text(max_size=40))
def test_both_answers_say_all_of_their_point(one: str, other: str) -> None:
    point = common_point(one, other)
    assert set(point) == set(common_point(other, one))
    if point:
        assert share_said(one, point) == share_said(other, point) == 1
