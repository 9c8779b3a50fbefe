"""BLEU and ROUGE against numbers worked by hand and a slower count."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.evaluate.overlap import bleu, longest_common, rouge, words


def test_rouge_of_the_paper() -> None:
    # Lin 2004, section 3.1: S1 against S2 and S3; precision and recall are both 3/4 and 2/4.
    wanted = "police killed the gunman"
    assert rouge(["police kill the gunman"], [wanted])["rougeL"] == pytest.approx(3 / 4)
    assert rouge(["the gunman kill police"], [wanted])["rougeL"] == pytest.approx(2 / 4)
    # Both share one of three pairs; three of four words, in any order.
    for said in ("police kill the gunman", "the gunman kill police"):
        found = rouge([said], [wanted])
        assert (found["rouge1"], found["rouge2"]) == (pytest.approx(3 / 4), pytest.approx(1 / 3))


def test_rouge_of_texts_of_unequal_length_is_f1() -> None:
    found = rouge(["a b b"], ["b a"])
    assert found["rouge1"] == pytest.approx(2 * (2 / 3) * 1 / (2 / 3 + 1))
    assert found["rougeL"] == pytest.approx(2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2))
    assert rouge(["", "Bread!"], ["x", "bread"]) == {"rouge1": 0.5, "rouge2": 0.0, "rougeL": 0.5}


def test_bleu_by_hand() -> None:
    said, wanted = "the cat sat on a mat", "the cat sat on the mat"
    # Shared runs: 5 of 6 words, 3 of 5 pairs, 2 of 4 threes, 1 of 3 fours; both have six words, so no penalty.
    by_hand = 100 * math.exp(sum(map(math.log, (5 / 6, 3 / 5, 2 / 4, 1 / 3))) / 4)
    assert bleu([said], [wanted]) == pytest.approx(by_hand)
    # Four of four words in a text a third too short: the brevity penalty of Papineni et al. 2002, section 2.2.2.
    assert bleu(["the cat sat on"], [wanted]) == pytest.approx(100 * math.exp(1 - 6 / 4))
    assert bleu([wanted], [wanted]) == pytest.approx(100)
    assert bleu([], []) == 0


WORDS = st.lists(st.sampled_from("abc"), max_size=7)


@given(WORDS, WORDS)
def test_the_longest_common_order_is_that_of_trying_all(one: list[str], other: list[str]) -> None:
    def parts(text: list[str]) -> set[tuple[str, ...]]:
        return {found for size in range(len(text) + 1) for found in combinations(text, size)}

    assert longest_common(one, other) == max(map(len, parts(one) & parts(other)))


@given(st.text(max_size=30), st.text(max_size=30))
def test_scores_are_shares_and_the_same_both_ways(one: str, other: str) -> None:
    there, back = rouge([one], [other]), rouge([other], [one])
    assert all(0 <= value <= 1 for value in there.values())
    assert there == pytest.approx(back)
    if words(one):
        assert rouge([one], [one])["rougeL"] == 1
