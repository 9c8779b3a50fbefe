"""No reader and no mapping loses a row or invents one, whatever the text in it."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.data.dataset import open_source
from desktop.engine.data.mapping.words import words_of
from desktop.engine.data.rendering.lengths import measure
from desktop.engine.errors import RequestError
from desktop.engine.job import DataSource

any_text = st.text(st.characters(codec="utf-8"), max_size=40)
pairs = st.lists(st.tuples(any_text, any_text), min_size=1, max_size=12)


def _expected(rows: list[tuple[str, str]]) -> list[list[str]]:
    return [list(row) for row in rows if all(cell.strip() and "\0" not in cell for cell in row)]


def _check(path: Path, rows: list[tuple[str, str]]) -> None:
    good = _expected(rows)
    try:
        imported = open_source(DataSource(path=str(path)))
    except RequestError as error:
        if good:
            raise AssertionError("good rows were refused") from error
        return
    assert [[m["content"] for m in row["messages"]] for row in imported.rows] == good
    assert imported.total == len(rows)
    assert len(imported.bad) == len(rows) - len(good)
    assert len({bad.row for bad in imported.bad}) == len(imported.bad)


@settings(deadline=None)
@given(rows=pairs, ascii=st.booleans(), indent=st.sampled_from([None, 2]))
def test_json(rows: list[tuple[str, str]], ascii: bool, indent: int | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.json"
        values = [{"question": q, "answer": a} for q, a in rows]
        path.write_text(json.dumps(values, ensure_ascii=ascii, indent=indent), encoding="utf-8", newline="")
        _check(path, rows)


@settings(deadline=None)
@given(rows=pairs, ascii=st.booleans(), end=st.sampled_from(["\n", "\r\n"]))
def test_json_lines(rows: list[tuple[str, str]], ascii: bool, end: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        lines = [json.dumps({"question": q, "answer": a}, ensure_ascii=ascii) for q, a in rows]
        path.write_text(end.join(lines), encoding="utf-8", newline="")
        _check(path, rows)


@settings(deadline=None)
@given(rows=pairs, delimiter=st.sampled_from([",", ";", "\t", "|"]))
def test_csv(rows: list[tuple[str, str]], delimiter: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("rows.tsv" if delimiter == "\t" else "rows.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
            writer.writerow(["question", "answer"])
            writer.writerows(rows)
        _check(path, rows)


@settings(deadline=None)
@given(
    data=st.binary(max_size=400), name=st.sampled_from(["a.json", "a.jsonl", "a.csv", "a.tsv", "a.txt", "a.gz", "a"])
)
def test_no_bytes_end_in_anything_but_a_sentence(data: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            imported = open_source(DataSource(path=str(path)))
        except RequestError:
            return
        assert imported.total == len(imported.rows) + len(imported.bad)


@given(lengths=st.lists(st.integers(1, 5000), min_size=1, max_size=50), maximum=st.integers(1, 6000))
def test_a_histogram_counts_every_row_once(lengths: list[int], maximum: int) -> None:
    found = measure(lengths, [n // 2 for n in lengths], [n - n // 2 for n in lengths], maximum)
    assert sum(found.counts) == found.rows == len(lengths)
    assert found.edges[0] == 0
    assert found.edges[-1] > found.longest
    assert len(found.edges) == len(found.counts) + 1
    assert found.truncated == sum(n > maximum for n in lengths)
    assert found.lost == sum(n // 2 >= maximum for n in lengths)
    assert found.lost <= found.truncated


def test_words() -> None:
    assert words_of("customerQuestion_2") == ("customer", "question", "2")
    assert words_of("HTMLText") == ("html", "text")
    assert words_of("Größe in cm") == ("größe", "in", "cm")
    assert "text" not in words_of("context")
