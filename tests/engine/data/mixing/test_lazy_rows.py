"""Rows chosen, joined and mixed are the rows that a list would give, however they are asked for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.data.dataset import open_source
from desktop.engine.data.mixing.lazy_rows import ChosenRows, JoinedRows, LazyRows
from desktop.engine.data.mixing.mix import Mixed, mixture
from desktop.engine.data.rows import Row
from desktop.engine.job import DataSource, Mixing

lists = st.lists(st.integers(0, 9), max_size=20)


def _rows(name: str, count: int) -> list[Row]:
    return [{"text": f"{name}{number}"} for number in range(count)]


def _check(lazy: LazyRows, wanted: list[Row], start: int | None, stop: int | None, step: int) -> None:
    assert len(lazy) == len(wanted)
    assert list(lazy) == wanted
    assert lazy[start:stop:step] == wanted[start:stop:step]
    assert [lazy[place] for place in range(-len(wanted), len(wanted))] == wanted + wanted
    for place in (len(wanted), -len(wanted) - 1):
        with pytest.raises(IndexError):
            lazy[place]


@given(
    lists, lists, st.one_of(st.none(), st.integers(-30, 30)), st.one_of(st.none(), st.integers(-30, 30)),
    st.sampled_from([1, 2, -1, -3]),
)  # fmt: skip
def test_they_are_what_a_list_would_be(
    first: list[int], second: list[int], start: int | None, stop: int | None, step: int
) -> None:
    whole = _rows("a", 10)
    chosen = ChosenRows(whole, np.array(first, np.int64))
    _check(chosen, [whole[place] for place in first], start, stop, step)
    other = ChosenRows(_rows("b", 10), np.array(second, np.int64))
    _check(JoinedRows([chosen, [], other, whole]), [*chosen, *other, *whole], start, stop, step)
    if first or second:
        made = mixture(["a", "b"], [len(first), len(second)], [1, 1], Mixing(), 5)
        sources = (chosen, other)
        wanted = [sources[home][row] for home, row in zip(made.sets.tolist(), made.rows.tolist(), strict=True)]
        _check(Mixed(sources, made), wanted, start, stop, step)


def test_stored_rows_are_read_alike_one_by_one_all_together_and_in_any_order(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    rows = [{"instruction": f"Loaf {number}?", "output": "Flour." if number % 3 else ["x"]} for number in range(9000)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    edits = [{"row": 5, "values": {"instruction": "Mended?", "output": "Yes."}}, {"row": 6, "skip": True}]
    stored = open_source(DataSource.model_validate({"path": str(file), "edits": edits})).rows
    wanted = list(stored)
    assert [stored[place] for place in range(0, len(stored), 97)] == wanted[::97]
    places = np.random.default_rng(3).permutation(len(stored))
    assert list(ChosenRows(stored, places)) == [wanted[place] for place in places]
    assert any(row["messages"][0]["content"] == "Mended?" for row in wanted)
