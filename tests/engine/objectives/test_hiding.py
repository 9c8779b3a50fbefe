"""What is hidden from an encoder: the share asked for, whole words together, the same for the same place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from desktop.engine.objectives.hiding import Hiding, Marks, spelled


class Plain:
    """As much of a tokenizer as hiding asks for."""

    mask_token_id, pad_token_id = 1, 0

    def __len__(self) -> int:
        return 50


def hiding(share: float = 0.15, *, whole_words: bool = True, seed: int = 3) -> Any:
    tokenizer: Any = Plain()
    return Hiding(tokenizer, share, seed, whole_words=whole_words)


WORDS = st.lists(st.integers(1, 4), min_size=1, max_size=30).map(
    lambda sizes: [word for word, size in enumerate(sizes) for _ in range(size)]
)


@given(WORDS, st.sampled_from([0.01, 0.15, 0.4, 0.9]), st.integers(0, 9))
def test_all_pieces_of_a_word_are_hidden_or_none(words: list[int], share: float, place: int) -> None:
    row = {"input_ids": [10 + word for word in words], "words": words}
    labels = np.array(hiding(share).hidden(row, (0, place))["labels"])
    for word in set(words):
        pieces = labels[np.array(words) == word] != -100
        assert pieces.all() or not pieces.any()
    guessed = int((labels != -100).sum())
    assert guessed >= 1
    # As near to the share as whole words of up to four pieces allow.
    assert abs(guessed - max(1, round(share * len(words)))) <= 3


@given(WORDS, st.sampled_from([0.01, 0.15, 0.9]))
def test_by_token_the_share_is_met_exactly(words: list[int], share: float) -> None:
    row = {"input_ids": [10] * len(words), "words": words}
    labels = hiding(share, whole_words=False).hidden(row, (0, 0))["labels"]
    assert sum(label != -100 for label in labels) == max(1, round(share * len(words)))


def test_marks_are_never_hidden_and_labels_are_what_stood_there() -> None:
    row = {"input_ids": [7, *range(10, 40), 8], "words": [-1, *range(30), -1]}
    for place in range(50):
        made = hiding(0.5).hidden(row, (0, place))
        assert made["labels"][0] == made["labels"][-1] == -100
        assert (made["input_ids"][0], made["input_ids"][-1]) == (7, 8)
        for was, now, label in zip(row["input_ids"], made["input_ids"], made["labels"], strict=True):
            assert label in (-100, was)
            assert label != -100 or now == was


def test_eight_in_ten_are_masked_one_is_replaced_and_one_left() -> None:
    row = {"input_ids": [49] * 2000, "words": list(range(2000))}
    made = hiding(0.9).hidden(row, (0, 0))
    chosen = [now for now, label in zip(made["input_ids"], made["labels"], strict=True) if label != -100]
    shares = [sum(map(test, chosen)) / len(chosen) for test in ((1).__eq__, (49).__eq__)]
    assert shares[0] == pytest.approx(0.8, abs=0.04)
    assert shares[1] == pytest.approx(0.1, abs=0.03)


def test_what_is_hidden_follows_from_the_place_alone() -> None:
    row = {"input_ids": list(range(10, 40)), "words": list(range(30))}
    assert hiding().hidden(row, (0, 5)) == hiding().hidden(row, (0, 5))
    assert hiding().hidden(row, (0, 5)) != hiding().hidden(row, (1, 5))
    assert hiding().hidden(row, (0, 5)) != hiding(seed=4).hidden(row, (0, 5))


def test_words_are_the_tokenizers_own(tiny_bert: Path) -> None:
    tokenizer: Any = AutoTokenizer.from_pretrained(tiny_bert)
    text = "Unbelievably good bread, isn't it?"
    (found,) = spelled([text], tokenizer)
    assert found.ids == tokenizer(text, add_special_tokens=False)["input_ids"]
    pieces = tokenizer.convert_ids_to_tokens(found.ids)
    for before, (piece, word) in zip([-1, *found.words], zip(pieces, found.words, strict=True), strict=False):
        assert (word == before) is piece.startswith("##")
    row = Marks.of(tokenizer).around(found)
    assert row["input_ids"] == tokenizer(text)["input_ids"]
    assert row["words"][0] == row["words"][-1] == -1
