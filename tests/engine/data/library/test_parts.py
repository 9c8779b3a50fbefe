"""Records come back from Arrow as they were, whatever their values; absent is told from nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.data.library.parts import PartReader, PartWriter

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
records = st.lists(st.dictionaries(st.sampled_from(["a", "b", "ü b", ""]), json_values, max_size=3), max_size=12)


def _written(folder: Path, batches: list[list[dict[str, Any]]]) -> PartReader:
    writer = PartWriter(folder, "s")
    row = 0
    for batch in batches:
        numbers = list(range(row + 1, row + len(batch) + 1))
        if batch:
            writer.write(batch, numbers, [2 * number for number in numbers])
        row += len(batch)
    return PartReader(folder, writer.close())


@settings(deadline=None, max_examples=60)
@given(batches=st.lists(records, max_size=4))
def test_records_come_back_as_they_were(batches: list[list[dict[str, Any]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        reader = _written(Path(folder), batches)
        expected = [record for batch in batches for record in batch]
        assert len(reader) == len(expected)
        got = list(reader.between(0, len(reader)))
        assert [stored.values for stored in got] == expected
        assert [stored.row for stored in got] == list(range(1, len(expected) + 1))
        assert [stored.line for stored in got] == [2 * stored.row for stored in got]
        assert [reader.at(place).values for place in range(len(reader))] == expected
        assert [values for chunk, _ in reader.chunks() for values in chunk.records] == expected
        assert reader.rows().tolist() == list(range(1, len(expected) + 1))


@pytest.mark.parametrize(
    "value",
    [None, 10**40, "half \ud800", b"bytes", float("nan"), {"deep": [{"er": [1, None, "x"]}]}, "", "null", 2**53 + 1],
)
def test_values_no_arrow_type_takes_are_kept(tmp_path: Path, value: Any) -> None:
    reader = _written(tmp_path, [[{"a": "text"}, {"a": value}, {}]])
    stored = [reader.at(place).values for place in range(3)]
    assert stored[0] == {"a": "text"}
    assert stored[2] == {}
    if isinstance(value, float):
        assert stored[1] == {"a": None}  # no number is nothing
    elif isinstance(value, bytes):
        assert stored[1]["a"] in ("bytes", "b'bytes'")
    else:
        assert stored[1] == {"a": value}


def test_a_new_column_begins_another_file(tmp_path: Path) -> None:
    reader = _written(tmp_path, [[{"a": "1"}], [{"a": "2"}], [{"a": "3", "b": "x"}], [{"a": 4}], [{"a": "5"}]])
    assert [stored.values for stored in reader.between(0, 5)] == [
        {"a": "1"}, {"a": "2"}, {"a": "3", "b": "x"}, {"a": 4}, {"a": "5"},
    ]  # fmt: skip
    # Once a column was JSON it stays so: files do not multiply with every change of heart.
    assert len(list(tmp_path.glob("s-*.arrow"))) == 3


def test_slices_reach_across_files(tmp_path: Path) -> None:
    batches = [[{"a": str(number)} for number in range(start, start + 7)] for start in range(0, 70, 7)]
    reader = _written(tmp_path, batches)
    assert [int(stored.values["a"]) for stored in reader.between(5, 40)] == list(range(5, 40))
