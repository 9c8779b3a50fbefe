"""The split loses nothing, invents nothing, and never shows a held-out row to the training."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.data.rows import Row
from desktop.engine.data.split import split
from desktop.engine.errors import RequestError

texts = st.lists(st.text(max_size=3), min_size=2, max_size=60).filter(lambda found: len(set(found)) > 1)


@given(found=texts, share=st.floats(0.01, 0.5), seed=st.integers(0, 2**31 - 1))
def test_disjoint_and_complete(found: list[str], share: float, seed: int) -> None:
    rows: list[Row] = [{"text": text} for text in found]
    train, held = split(rows, share, seed)
    assert Counter(r["text"] for r in train) + Counter(r["text"] for r in held) == Counter(found)
    assert train
    assert held
    assert not {r["text"] for r in train} & {r["text"] for r in held}
    assert (train, held) == split(rows, share, seed)


def test_the_share_is_kept_and_the_seed_matters() -> None:
    rows: list[Row] = [{"text": str(number)} for number in range(1000)]
    train, held = split(rows, 0.1, 7)
    assert (len(train), len(held)) == (900, 100)
    assert held != split(rows, 0.1, 8)[1]
    assert [int(row["text"]) for row in train] == sorted(int(row["text"]) for row in train)


def test_labels_are_held_out_in_their_shares() -> None:
    rows: list[Row] = [{"text": str(number), "label": "b" if number % 10 == 0 else "a"} for number in range(100)]
    _, held = split(rows, 0.2, 3)
    assert Counter(row["label"] for row in held) == {"a": 18, "b": 2}


def test_one_row_cannot_be_split() -> None:
    with pytest.raises(RequestError, match="only one row"):
        split([{"text": "a"}] * 5, 0.1, 1)
