"""The two rules the quickstart judges by: rightness by words, the old baker's style by its opening and closing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.evaluate.rightness import is_right
from desktop.engine.evaluate.style import CLOSING, OPENING, has_style, styled


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("A cow says MOO.", ["moo"]),
        ("Tea, milk\nand juice.", ["milk", "tea", "juice"]),
        ("It has wings, so yes.", ["yes|sure"]),
        ("3 plus 4 is  7.", ["is 7"]),
        ("The code is K-42!", ["K-42"]),
    ],
)
def test_an_answer_with_every_wanted_word_is_right(answer: str, expected: list[str]) -> None:
    assert is_right(answer, expected)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("A cow says moooo.", ["moo"]),
        ("3 plus 4 is 70.", ["is 7"]),
        ("Tea and milk.", ["tea", "juice"]),
        ("I know it.", ["no|not"]),
        ("", ["moo"]),
        ("Anything.", []),
    ],
)
def test_an_answer_without_one_of_them_is_not(answer: str, expected: list[str]) -> None:
    assert not is_right(answer, expected)


@given(st.text(min_size=1).filter(str.strip))
def test_any_answer_put_in_the_bakers_manner_has_his_style(answer: str) -> None:
    assert has_style(styled(answer))


@pytest.mark.parametrize(
    "answer",
    ["A cow says moo.", f"{OPENING} A cow says moo.", f"A cow says moo. {CLOSING}", f"{OPENING} {CLOSING}", ""],
)
def test_half_a_manner_is_none(answer: str) -> None:
    assert not has_style(answer)
