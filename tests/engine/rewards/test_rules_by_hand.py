"""Each rule against rewards worked out by hand, and what all of them promise."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import RequestError
from desktop.engine.rewards import REWARDS
from desktop.engine.rewards.base import Attempt
from desktop.engine.rewards.exact_match import normalised


def rewards(id: str, *attempts: Attempt | str, **options: Any) -> list[float]:
    rule = REWARDS.get(id)
    made = [Attempt(text=one) if isinstance(one, str) else one for one in attempts]
    return rule.scorer(rule.options.model_validate(options))(made)


def test_the_nearer_to_the_wanted_length_the_better() -> None:
    texts = ("a b c d", "a b", "a b c d e f", "", "a b c d e f g h")
    assert rewards("length", *texts, wanted=4, spread=2) == [1, 0.5, 0.5, 0.2, 0.2]
    assert rewards("length", "abcd", " ab ", wanted=4, spread=2, unit="characters") == [1, 0.5]


@given(st.integers(1, 50), st.integers(0, 60), st.integers(0, 60))
def test_of_two_answers_the_nearer_one_gets_more(wanted: int, one: int, other: int) -> None:
    found = rewards("length", "w " * one, "w " * other, wanted=wanted)
    assert (abs(one - wanted) < abs(other - wanted)) == (found[0] > found[1])


@pytest.mark.parametrize(
    ("counts", "expected"),
    [("found", [1, 1, 0]), ("missing", [0, 0, 1]), ("share", [1, 3 / 16, 0])],
)
def test_a_pattern_is_found_missing_or_covers_a_share(counts: str, expected: list[float]) -> None:
    assert rewards("regex", "Tea!", "a teapot, no tin", "milk", pattern="tea!?", counts=counts) == pytest.approx(
        expected
    )


def test_a_hostile_pattern_ends_in_a_sentence_and_in_time() -> None:
    began = time.monotonic()
    with pytest.raises(RequestError) as told:
        rewards("regex", "a" * 5000 + "b", pattern="(a+)+$")
    assert time.monotonic() - began < 3
    assert told.value.code == "slow_pattern"
    assert "5001 characters" in told.value.message
    with pytest.raises(RequestError, match="would hold up"):
        rewards("regex", "a" * 5000 + "b", pattern="(a+)+$", counts="share")


@pytest.mark.parametrize(
    ("pattern", "words"), [("", "there is no pattern"), ("(", "no regular expression"), ("a" * 501, "501 signs")]
)
def test_what_is_no_pattern_is_refused_before_a_run(pattern: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        REWARDS.get("regex").options(pattern=pattern)


def test_the_right_answer_is_held_or_is_all_that_is_said() -> None:
    said = [
        Attempt(text="It is  TWELVE, I think.", reference="twelve."), Attempt(text="Twelve!", reference="twelve"),
        Attempt(text="112", reference="12"), Attempt(text="anything", reference=""),
    ]  # fmt: skip
    assert rewards("exact_match", *said) == [1, 1, 0, 0]
    assert rewards("exact_match", *said, compare="equal") == [0, 1, 0, 0]


@given(st.text(max_size=60))
def test_an_answer_always_agrees_with_itself(text: str) -> None:
    expected = float(bool(normalised(text)))
    for compare in ("contains", "equal"):
        assert rewards("exact_match", Attempt(text=text, reference=text), compare=compare) == [expected]


def test_answers_that_end_are_rewarded() -> None:
    assert rewards("ends", Attempt(text="a", ended=True), Attempt(text="a", ended=False)) == [1, 0]


def test_what_is_said_twice_is_rewarded_less() -> None:
    # a b, b a, a b: two of three pairs are new
    assert rewards("repetition", "a b a b", "a b c", "a", "") == pytest.approx([2 / 3, 1, 1, 0])


def test_a_reward_model_rates_the_conversation_with_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from desktop.engine.generate import scoring

    class Fake:
        def scores(self, conversations: list[list[dict[str, str]]]) -> torch.Tensor:
            return torch.tensor([float(len(one[-1]["content"])) + 10 * len(one) for one in conversations])

    monkeypatch.setattr(scoring.Scorer, "load", lambda ref, device="cpu": Fake())
    asked = [{"role": "user", "content": "Q"}]
    assert rewards("reward_model", Attempt(asked, "abc"), Attempt(asked, "a"), model="taste") == [23, 21]
    with pytest.raises(ValueError, match="no reward model is named"):
        REWARDS.get("reward_model").options()


OPTIONS: dict[str, dict[str, Any]] = {"regex": {"pattern": "[aeiou]+", "counts": "share"}}


@pytest.mark.parametrize("id", [rule.id for rule in REWARDS.all() if rule.id != "reward_model"])
@given(texts=st.lists(st.text(max_size=40), max_size=4), ended=st.booleans())
def test_every_rule_keeps_its_bounds_and_looks_at_each_answer_alone(id: str, texts: list[str], ended: bool) -> None:
    rule = REWARDS.get(id)
    attempts = [Attempt(text=text, reference="a", ended=ended) for text in texts]
    found = rewards(id, *attempts, **OPTIONS.get(id, {}))
    assert found == [rewards(id, attempt, **OPTIONS.get(id, {}))[0] for attempt in attempts]
    assert rule.bounds is not None
    assert all(rule.bounds[0] <= reward <= rule.bounds[1] for reward in found)
    assert rule.title
    assert rule.summary.endswith(".")
