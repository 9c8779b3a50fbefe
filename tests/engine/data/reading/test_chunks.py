"""The fast lane for JSON Lines yields just what the strict reader yields, wherever the file is cut."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.data.reading import chunks
from desktop.engine.data.reading.chunks import Chunk, json_lines_range, ranges
from desktop.engine.data.reading.json_lines import read_json_lines
from desktop.engine.data.rows import BadRow, Record

lines = st.lists(
    st.one_of(
        st.dictionaries(st.text(max_size=4), st.text(max_size=12) | st.integers() | st.none(), max_size=3).map(
            json.dumps
        ),
        st.sampled_from(
            [
                "", "   ", "{", '{"a": 1, "a": 2}', '{"a" : 1}', "[1]", '"text"', "null", '{"a": NaN}', '{"a": 1e999}',
                '{"a": 12345678901234567890123}', '{"a": "\\ud800"}', '{"a": {"b": [1, {"c": 2}]}}', '{"x":"y\\":"}',
                '{"a": {"b": 1, "b": 2}}', '{"a": 9007199254740993}', '{"a":1}\r',
            ]
        ),
    ),
    max_size=12,
)  # fmt: skip


def _in_pieces(path: Path, size: int) -> tuple[list[tuple[int, int, object]], int]:
    """Return (row, line, values or check) of every outcome, rows and lines counted through, and the rows in all."""
    found: list[tuple[int, int, object]] = []
    row = line = 0
    for start, end in ranges(path, size):
        last_row = last_line = 0
        for chunk in map(Chunk.unpacked, json_lines_range(path, start, end)):
            for number, place, values in zip(chunk.rows, chunk.lines, chunk.records, strict=True):
                found.append((row + number, line + place, values))
            found += [(row + bad.row, line + bad.line, bad.check) for bad in chunk.bad]
            last_row, last_line = chunk.last_row, chunk.last_line
        row, line = row + last_row, line + last_line
    return sorted(found, key=lambda one: one[0]), row


def _strictly(path: Path) -> list[tuple[int, int, object]]:
    return [(one.row, one.line, one.values if isinstance(one, Record) else one.check) for one in read_json_lines(path)]


@settings(deadline=None)
@given(rows=lines, size=st.integers(1, 60), block=st.integers(1, 40), ended=st.booleans(), marked=st.booleans())
def test_every_cut_gives_the_same_records(rows: list[str], size: int, block: int, ended: bool, marked: bool) -> None:
    content = ("\ufeff" if marked else "") + "\n".join(rows) + ("\n" if ended else "")
    if not content:
        return
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "rows.jsonl"
        path.write_bytes(content.encode("utf-8", "surrogatepass"))
        patch.setattr(chunks, "BLOCK", block)
        found, total = _in_pieces(path, size)
        expected = _strictly(path)
        assert repr(found) == repr(expected)
        assert total == len(expected)


def test_a_line_longer_than_a_block_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "BLOCK", 64)
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"a": "x" * 5000}) + "\n" + json.dumps({"a": "y"}) + "\n", encoding="utf-8")
    [(_, _, first), (_, _, second)], total = _in_pieces(path, 10**9)
    assert (first, second, total) == ({"a": "x" * 5000}, {"a": "y"}, 2)


def test_a_line_beyond_the_longest_is_named_and_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "BLOCK", 64)
    monkeypatch.setattr(chunks, "LONGEST_LINE", 256)
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n{"a": "' + "x" * 5000 + '"}\n{"a": 3}\n', encoding="utf-8")
    found, total = _in_pieces(path, 10**9)
    assert found == [(1, 1, {"a": 1}), (2, 2, "broken"), (3, 3, {"a": 3})]
    assert total == 3


def test_bad_rows_are_rows_of_their_own() -> None:
    chunk = chunks.Chunk()
    chunk.take(Record(1, 1, {"a": 1}))
    chunk.take(BadRow(2, 4, "broken"))
    chunk.take(Record(3, 5, {"a": 2}, "b.txt"))
    assert (chunk.rows, chunk.lines, chunk.files) == ([1, 3], [1, 5], ["", "b.txt"])
    assert (chunk.last_row, chunk.last_line, len(chunk.bad)) == (3, 5, 1)


plain = st.dictionaries(st.sampled_from(["a", "b"]), st.text(max_size=8), min_size=2, max_size=2).map(json.dumps)
odd = st.sampled_from(
    [
        '{"a": "x", "a": "y"}', '{"a": "x"}', '{"a": "x", "b": 1}', '{"a": "x", "b": "\\ud83d"}', "",
        '{"b":"1","a":"2"}',
        '{"a": "x", "b": "y"} {"a": "z", "b": "u"}', '{"a": "\x01", "b": "y"}',
        '{"a":"x","b":"y","c":"z"}', "{", '{"a":"}',
        '{"a": "\\u0000", "b": "2020-01-01"}', '{"a": "\xff", "b": "q"}', '{"a": null, "b": "y"}',
    ]
)  # fmt: skip


@settings(deadline=None)
@given(rows=st.lists(st.one_of(plain, plain, plain, odd), min_size=4, max_size=30), block=st.integers(20, 400))
def test_blocks_of_plain_texts_go_by_columns_and_say_the_same(rows: list[str], block: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "rows.jsonl"
        path.write_bytes("\n".join(rows).encode("latin-1", "replace"))
        patch.setattr(chunks, "BLOCK", block)
        found, total = _in_pieces(path, 10**9)
        assert found == _strictly(path)
        assert total == len(_strictly(path))


def test_columns_are_used_where_all_is_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "BLOCK", 2000)
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps({"a": f"Größe {n}", "b": "x"}) + "\n" for n in range(500)), encoding="utf-8")
    read = list(json_lines_range(path, 0, path.stat().st_size))
    assert sum(chunk.table is not None for chunk in read) >= len(read) - 1
    assert sum(chunk.count for chunk in read) == 500
    assert read[-1].record(0)["a"].startswith("Größe")
