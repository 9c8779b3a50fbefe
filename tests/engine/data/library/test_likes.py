"""Equal rows are found exactly; near-equal ones by MinHash, checked against a comparison of all with all."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.data.library.likes import equal_rows, joined, near_rows
from desktop.engine.data.library.sketch import EMPTY, NUMBERS, sketches

WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in "lmnrst"]


def _sketch(texts: list[str]) -> np.ndarray:
    return sketches([pa.array(texts, pa.string())], len(texts))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())


def _similarity(one: str, other: str) -> float:
    a, b = _words(one), _words(other)
    return len(a & b) / len(a | b)


@settings(deadline=None)
@given(st.lists(st.integers(0, 5), max_size=40))
def test_every_row_points_at_the_first_equal_one(keys: list[int]) -> None:
    found = equal_rows(np.array(keys, np.uint64))
    assert found.tolist() == [keys.index(key) for key in keys]


@settings(deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30), min_size=1, max_size=700))
def test_a_sketch_depends_on_the_text_alone_not_on_its_neighbours(texts: list[str]) -> None:
    together = _sketch(texts)
    for place in {0, len(texts) // 2, len(texts) - 1}:
        assert together[place].tolist() == _sketch([texts[place]])[0].tolist()


def test_a_text_without_words_has_no_sketch() -> None:
    assert _sketch(["", "  \n "]).tolist() == [[EMPTY] * NUMBERS] * 2


def test_case_and_order_do_not_matter_and_columns_add_up() -> None:
    one, other, third = _sketch(
        ["The old bakery sells bread", "bread\nsells bakery  OLD the", "The old bakery sells rye"]
    )
    assert one.tolist() == other.tolist() != third.tolist()
    apart = sketches([pa.array(["bakery"]), pa.array(["bread"])], 1)[0]
    assert apart.tolist() == np.minimum(_sketch(["bakery"])[0], _sketch(["bread"])[0]).tolist()
    assert _sketch(["BAKERY"])[0].tolist() == _sketch(["bakery"])[0].tolist()


def test_agreement_estimates_the_share_of_words_in_common() -> None:
    chance = random.Random(3)
    ours, truth = [], []
    for _ in range(300):
        shared, own = chance.randint(5, 60), chance.randint(0, 40)
        words = chance.sample(WORDS, shared + 2 * own)
        texts = [words[: shared + own], words[:shared] + words[shared + own :]]
        one, other = _sketch([" ".join(sorted(text)) for text in texts])
        ours.append(float(np.mean(one == other)))
        truth.append(shared / (shared + 2 * own))
    assert abs(np.mean(ours) - np.mean(truth)) < 0.03
    assert np.corrcoef(ours, truth)[0, 1] > 0.8


def test_planted_near_repeats_are_found_and_nothing_else() -> None:
    chance = random.Random(5)
    texts = [" ".join(chance.choices(WORDS, k=chance.randint(30, 120))) for _ in range(1500)]
    planted = {}
    for number in range(150):
        words = texts[number * 7].split()
        words[chance.randrange(len(words))] = "changed"
        planted[len(texts)] = number * 7
        texts.append(" ".join(words))
    first = equal_rows(np.arange(len(texts), dtype=np.uint64))
    pairs = dict(near_rows(_sketch(texts), first, lambda row: _words(texts[row])))
    assert all(_similarity(texts[row], texts[other]) >= 0.85 for row, other in pairs.items())
    assert all(other < row for row, other in pairs.items())
    found = sum(pairs.get(row) == other for row, other in planted.items())
    assert found >= 0.9 * len(planted)


def test_short_rows_are_alike_only_when_their_words_are_equal() -> None:
    texts = ["What is 2 + 3 ?", "What is 2 + 4 ?", "what is 2 + 3 ?"]
    pairs = near_rows(_sketch(texts), equal_rows(np.arange(3, dtype=np.uint64)), lambda row: _words(texts[row]))
    assert pairs in ([(2, 0)], [])  # never the first with the second


def test_a_million_templates_do_not_take_for_ever() -> None:
    texts = [
        f"the same long sentence comes again and again about fresh bread and warm rolls with number {n}"
        for n in range(3000)
    ]
    pairs = near_rows(_sketch(texts), equal_rows(np.arange(3000, dtype=np.uint64)), lambda row: _words(texts[row]))
    assert len(pairs) > 2500


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30))
def test_groups_are_the_connected_ones(links: list[tuple[int, int]]) -> None:
    first = np.arange(20)
    first[7] = 3
    groups = joined(first, links).tolist()
    parents = list(range(20))

    def root(row: int) -> int:
        while parents[row] != row:
            row = parents[row]
        return row

    for one, other in [(7, 3), *links]:
        parents[root(one)] = root(other)
    for one in range(20):
        for other in range(20):
            assert (groups[one] == groups[other]) == (root(one) == root(other))
