"""Thumbs: numbers are parted into wanted and unwanted, pairs become two rows, and each row knows another's answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import RequestError
from desktop.engine.job import Training
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_tokenizer
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import Prepared
from desktop.engine.objectives.kto import _middle

KTO = OBJECTIVES.get("kto")


def rated(question: str, answer: str, rating: float) -> dict[str, Any]:
    return {
        "prompt": [{"role": "user", "content": question}],
        "completion": [{"role": "assistant", "content": answer}],
        "rating": rating,
    }


def pair(n: int) -> dict[str, Any]:
    return {
        "prompt": [{"role": "user", "content": f"Loaf {n}?"}],
        "chosen": [{"role": "assistant", "content": f"Flour {n}."}],
        "rejected": [{"role": "assistant", "content": f"No {n}!"}],
    }


@pytest.fixture
def tokenizer(tiny_model: Path) -> Any:
    return load_tokenizer(resolve(str(tiny_model)))


def prepared(rows: list[Any], tokenizer: Any, **options: Any) -> Prepared:
    return KTO.prepare(rows, rows[:1], tokenizer, KTO.options(**options), Training(max_length=64), lambda *_: None)


def test_thumbs_are_taken_as_they_are(tokenizer: Any) -> None:
    found = prepared([rated("a?", "x", 1), rated("b?", "y", 0), rated("c?", "z", 1)], tokenizer)
    assert found.train["wanted"][:] == [1, 0, 1]
    assert found.remarks == ()


def test_the_median_parts_numbers_and_says_so(tokenizer: Any) -> None:
    found = prepared([rated(f"{n}?", "x", n) for n in (1, 5, 3, 4)], tokenizer)
    assert found.train["wanted"][:] == [0, 1, 0, 1]
    assert "3.5" in found.remarks[0]
    assert "median" in found.remarks[0]


def test_a_threshold_is_kept_to(tokenizer: Any) -> None:
    found = prepared([rated(f"{n}?", "x", n) for n in (1, 5, 3, 4)], tokenizer, threshold=5)
    assert found.train["wanted"][:] == [0, 1, 0, 0]
    assert "as asked" in found.remarks[0]


@pytest.mark.parametrize("options", [{}, {"threshold": 9}])
def test_ratings_without_a_difference_are_refused(tokenizer: Any, options: dict[str, Any]) -> None:
    with pytest.raises(RequestError) as refused:
        prepared([rated("a?", "x", 2), rated("b?", "y", 2)], tokenizer, **options)
    assert refused.value.code == "rated_alike"


@given(st.lists(st.integers(-5, 5).map(float), min_size=2))
def test_the_middle_leaves_both_kinds_where_there_are_two_ratings(ratings: list[float]) -> None:
    wanted = {rating >= _middle(ratings) for rating in ratings}
    assert wanted == {True, False} or len(set(ratings)) == 1


def test_pairs_become_two_rows_with_the_answer_to_another_question(tokenizer: Any) -> None:
    rows = prepared([pair(n) for n in range(3)], tokenizer).train
    said = [tokenizer.decode(ids).removesuffix("<|end|>") for ids in rows["answer_ids"]]
    others = [tokenizer.decode(ids).removesuffix("<|end|>") for ids in rows["other_ids"]]
    assert said == ["Flour 0.", "No 0!", "Flour 1.", "No 1!", "Flour 2.", "No 2!"]
    assert others == ["Flour 1.", "No 1!", "Flour 2.", "No 2!", "Flour 0.", "No 0!"]
    assert rows["wanted"][:] == [1, 0] * 3


def test_ratings_stay_with_their_rows_when_some_are_left_out(tokenizer: Any) -> None:
    found = prepared([rated("a?", "x", 0), rated("long " * 90, "y", 1), rated("c?", "z", 1)], tokenizer)
    assert found.dropped == {"answer cut off": 1}
    assert found.train["wanted"][:] == [0, 1]
    assert [tokenizer.decode(ids[:1]) for ids in found.train["other_ids"]] == ["z", "x"]
