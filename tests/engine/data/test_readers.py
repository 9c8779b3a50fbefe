"""Every format gives the same rows, with the lines they stand on; what cannot be read is told in a sentence."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.data.dataset import Imported, open_source, reader_for
from desktop.engine.data.readers import READERS
from desktop.engine.data.rows import BadRow, Record
from desktop.engine.errors import RequestError
from desktop.engine.job import DataSource
from tests.engine.data.conftest import Read, Write

ROWS = [
    {"question": "What is baked?", "answer": "Bread, rolls and cake."},
    {"question": "Größe, in \"cm\"?", "answer": "Über 30;\nfast 40 | 日本"},
    {"question": "=1+1", "answer": "A formula stays text."},
]  # fmt: skip


def _table(delimiter: str) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, ["question", "answer"], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(ROWS)
    return file.getvalue()


def _arrow(kind: str) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pylist(ROWS)
    sink = io.BytesIO()
    if kind == "parquet":
        pq.write_table(table, sink)
    else:
        make = pa.ipc.new_file if kind == "file" else pa.ipc.new_stream
        with make(sink, table.schema) as writer:
            writer.write_table(table)
    return sink.getvalue()


LINES = "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS)
FILES: dict[str, str | bytes] = {
    "rows.json": json.dumps(ROWS),
    "indented.json": json.dumps(ROWS, indent=2, ensure_ascii=False),
    "named.json": json.dumps({"version": 1, "data": ROWS}),
    "columns.json": json.dumps({name: [row[name] for row in ROWS] for name in ROWS[0]}),
    "lines.json": LINES,
    "bom.json": codecs.BOM_UTF8 + json.dumps(ROWS).encode(),
    "utf16.json": json.dumps(ROWS, ensure_ascii=False).encode("utf-16"),
    "rows.jsonl": LINES,
    "windows.jsonl": codecs.BOM_UTF8 + LINES.replace("\n", "\r\n").encode() + b"\r\n",
    "utf16.jsonl": LINES.encode("utf-16"),
    "list.jsonl": json.dumps(ROWS),
    "rows.jsonl.gz": gzip.compress(LINES.encode()),
    "rows.csv": _table(","),
    "semicolon.csv": codecs.BOM_UTF8 + _table(";").encode(),
    "bars.csv": _table("|"),
    "utf16.csv": _table(",").encode("utf-16"),
    "rows.csv.gz": gzip.compress(_table(",").encode()),
    "rows.tsv": _table("\t"),
    "rows.parquet": _arrow("parquet"),
    "rows.arrow": _arrow("file"),
    "stream.arrow": _arrow("stream"),
    "no_ending_lines": LINES,
    "no_ending_packed": _arrow("parquet"),
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_rows(name: str, read: Read) -> None:
    imported = read(name, FILES[name])
    assert [[m["content"] for m in row["messages"]] for row in imported.rows] == [list(row.values()) for row in ROWS]
    assert (imported.total, imported.bad) == (3, [])
    assert imported.mapping == {"prompt": "question", "completion": "answer"}


def test_every_reader_is_tried() -> None:
    formats = {"json", "jsonl", "csv", "tsv", "parquet", "arrow", "text", "pdf", "docx", "documents"}
    assert {reader.id for reader in READERS.all()} == formats


def test_arrow_folder_of_the_datasets_library(tmp_path: Path) -> None:
    from datasets import Dataset

    Dataset.from_list(ROWS).save_to_disk(tmp_path / "saved")
    imported = open_source(DataSource(path=str(tmp_path / "saved")))
    assert (imported.format, len(imported.rows)) == ("arrow", 3)


def test_parquet_of_several_row_groups_is_counted_through(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"text": [f"row {n}" for n in range(2500)]}), tmp_path / "t.parquet", row_group_size=700)
    found = list(READERS.get("parquet").read(tmp_path / "t.parquet"))
    assert [record.row for record in found] == list(range(1, 2501))


def _places(imported: Imported) -> list[tuple[int, int]]:
    return [(bad.row, bad.line) for bad in imported.bad]


def test_lines_of_a_pretty_printed_list(write: Write) -> None:
    path = write("rows.json", '[\n  {"text": "one"},\n\n  {\n    "text": "two"\n  }, {"text": "three"}\n]\n')
    found = list(reader_for(path).read(path))
    assert [(record.row, record.line) for record in found] == [(1, 2), (2, 4), (3, 6)]


def test_blank_lines_do_not_shift_the_count(read: Read) -> None:
    imported = read("rows.jsonl", '\n{"text": "a"}\n\n{"text": 1e999}\n{"text": ""}\n   \n{"text": "b"}\n')
    assert len(imported.rows) == 3
    assert _places(imported) == [(3, 5)]


def test_a_cell_over_several_lines_keeps_the_next_line_number(write: Write) -> None:
    path = write("rows.csv", 'text,label\n"a\nb",x\nshort\nlast,y\n')
    found = list(reader_for(path).read(path))
    assert [(item.row, item.line, isinstance(item, Record)) for item in found] == [
        (1, 2, True),
        (2, 4, False),
        (3, 5, True),
    ]


def test_paragraphs_of_a_text_and_their_lines(write: Write) -> None:
    path = write("notes.md", "# Bread\r\n\r\nFirst line\r\nsecond line\r\n\r\n\r\nLast\r\n")
    found = [record for record in reader_for(path).read(path) if isinstance(record, Record)]
    assert [(record.line, record.values["text"]) for record in found] == [
        (1, "# Bread"),
        (3, "First line\nsecond line"),
        (7, "Last"),
    ]


def test_a_text_without_blank_lines_is_a_row_a_line(read: Read) -> None:
    assert [row["text"] for row in read("a.txt", "one\ntwo\nthree\n\n").rows] == ["one", "two", "three"]


def test_a_folder_of_texts_stays_inside_itself(tmp_path: Path, write: Write) -> None:
    write("outside.txt", "secret")
    write("docs/b.md", "from b")
    write("docs/deep/a.txt", "from a\n\nmore")
    write("docs/picture.png", b"\x89PNG")
    write("docs/empty.txt", "")
    (tmp_path / "docs" / "link.txt").symlink_to(tmp_path / "outside.txt")
    found = [r for r in reader_for(tmp_path / "docs").read(tmp_path / "docs") if isinstance(r, Record)]
    assert [(record.row, record.file, record.values["text"]) for record in found] == [
        (1, "b.md", "from b"),
        (2, "deep/a.txt", "from a"),
        (3, "deep/a.txt", "more"),
    ]


REFUSED: dict[str, tuple[str, str | bytes, str, str]] = {
    "empty": ("a.json", "", "empty_file", "is empty"),
    "only space": ("a.json", " \n ", "empty_file", "white space"),
    "empty list": ("a.json", "[]", "no_rows", "no row"),
    "half a list": ("a.json", '[{"text": "a"},\n{"text": "b', "half_json", "line 2"),
    "half after a row": ("a.json", '[{"text": "a"}', "half_json", "breaks off"),
    "half before a value": ("a.json", '[{"text":', "half_json", "breaks off"),
    "missing comma": ("a.json", '[{"text": "a"}\n{"text": "b"}]', "broken_json", "line 2, column 1"),
    "single quotes": ("a.json", "[{'text': 1}]", "broken_json", "line 1"),
    "open quote": ("a.json", '[\n{"text": "a},\n{"text": "b"}]', "broken_json", "line 2"),
    "something behind": ("a.json", '[{"text": "a"}] oops', "broken_json", "follows"),
    "a number": ("a.json", "42", "no_rows", "not a list"),
    "nested too deeply": ("a.json", "[" * 100_000, "broken_json", "nested"),
    "5000 digits alone": ("a.json", '[{"text": ' + "9" * 5000 + "}]", "no_good_row", "digits"),
    "bytes outside the quotes": ("a.json", b'[{"text": "a"},\n\xff{"text": "b"}]', "not_text", "line 2"),
    "half a line alone": ("a.jsonl", '{"text": "abc', "no_good_row", "line 1"),
    "no gzip": ("a.jsonl.gz", b"plainly not packed", "bad_archive", ".gz"),
    "cut gzip": ("a.jsonl.gz", gzip.compress(LINES.encode() * 50)[:-30], "bad_archive", ".gz"),
    "no parquet": ("a.parquet", b"PAR1 and nothing else", "not_readable", "Parquet"),
    "cut parquet": ("a.parquet", _arrow("parquet")[:-20], "not_readable", "Parquet"),
    "no arrow": ("a.arrow", b"nonsense", "not_readable", "Arrow"),
    "only a heading": ("a.csv", "question,answer\n", "no_rows", "no row"),
    "two columns of one name": ("a.csv", "text,text\n1,2\n", "same_column_twice", "'text'"),
    "heading with bad bytes": ("a.csv", b"te\xfft,b\n1,2\n", "not_text", "column names"),
    "a picture": ("a.png", b"\x89PNG\r\n", "unknown_format", "no format"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_told_in_a_sentence(case: str, read: Read) -> None:
    name, content, code, words = REFUSED[case]
    with pytest.raises(RequestError) as caught:
        read(name, content)
    assert caught.value.code == code
    assert words in caught.value.message
    assert caught.value.hint


ONE_BAD: dict[str, tuple[str, str | bytes, int, str]] = {
    "broken line": ("a.jsonl", '{"text": "a"}\n{"text": }\n{"text": "b"}', 2, "column 10: a value is missing"),
    "half a last line": ("a.jsonl", '{"text": "a"}\n{"text": "b"}\n{"text": "c', 3, "ends in the middle"),
    "undecodable line": ("a.jsonl", b'{"text": "a"}\n{"text": "\xff"}\n', 2, "byte 11 (0xff)"),
    "two values in a line": ("a.jsonl", '{"text": "a"}\n{"text": "b"} {"text": "c"}', 2, "follows"),
    "no object": ("a.jsonl", '{"text": "a"}\n[1, 2]', 2, "not an object"),
    "not a number": ("a.jsonl", '{"text": "a"}\n{"text": NaN}', 2, "NaN is no JSON value"),
    "a name twice": ("a.jsonl", '{"text": "a"}\n{"text": "b", "text": "c"}', 2, "`text` stands twice"),
    "bytes in a list": ("a.json", b'[{"text": "a"},\n{"text": "\xff"}]', 2, "not text"),
    "5000 digits in a list": ("a.json", '[{"text": "a"},\n{"text": ' + "9" * 5000 + "}]", 2, "digits"),
    "cut utf-16": ("a.csv", _table(",").encode("utf-16")[:-1], 5, "not text"),
    "NUL": ("a.jsonl", '{"text": "a"}\n{"text": "b\\u0000"}', 2, "NUL"),
    "lone surrogate": ("a.jsonl", '{"text": "a"}\n{"text": "\\ud800"}', 2, "half a character"),
    "nested text": ("a.jsonl", '{"text": "a"}\n{"text": {"x": 1}}', 2, "holds an object"),
    "missing field": ("a.jsonl", '{"text": "a"}\n{"txt": "b"}', 2, "`text` is missing"),
    "deep nesting": ("a.jsonl", '{"text": "a"}\n' + "[" * 100_000, 2, "nested"),
    "5000 digits": ("a.jsonl", '{"text": "a"}\n{"text": ' + "9" * 5000 + "}", 2, "digits"),
    "too many cells": ("a.csv", "text,n\na,1\nb,2,3\n", 3, "3 cells"),
    "bytes in a cell": ("a.csv", b"text,n\na,1\n\xe4,2\n", 3, "column `text`"),
    "open quote": ("a.csv", 'text,n\na,1\n"b,2\nc,3\n', 3, "never closed"),
    "NUL in a cell": ("a.csv", b"text,n\na,1\nb\0,2\n", 3, "NUL"),
    "bytes in a paragraph": ("a.txt", b"good\n\nbad \xff\n\ngood", 3, "0xff"),
}


@pytest.mark.parametrize("case", ONE_BAD)
def test_a_bad_row_costs_only_itself(case: str, read: Read) -> None:
    name, content, line, words = ONE_BAD[case]
    imported = read(name, content)
    assert [bad.line for bad in imported.bad] == [line]
    assert words in imported.bad[0].reason
    assert imported.rows
    assert imported.total == len(imported.rows) + 1


def test_a_missing_file_and_an_empty_folder(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "none.json", "no_such_file"), (tmp_path, "no_text_in_folder")):
        with pytest.raises(RequestError) as caught:
            open_source(DataSource(path=str(path)))
        assert caught.value.code == code


def test_a_path_no_system_takes() -> None:
    with pytest.raises(RequestError):
        open_source(DataSource(path="a\0b"))
    with pytest.raises(RequestError):
        open_source(DataSource(path="x" * 5000))


def test_an_endless_line_is_skipped_and_the_next_read(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.engine.data.reading.files.LONGEST_LINE", 100)
    path = write("a.jsonl", '{"text": "' + "x" * 1000 + '"}\n{"text": "next"}\n')
    bad, good = reader_for(path).read(path)
    assert isinstance(bad, BadRow)
    assert (bad.line, bad.raw[:12], len(bad.raw)) == (1, '{"text": "xx', 1012)
    assert good == Record(2, 2, {"text": "next"})


def test_large_cells_are_documents_too(read: Read) -> None:
    document = "word " * 60_000
    assert read("a.csv", f'text,n\n"{document}",1\n').rows[0]["text"] == document


def test_an_unknown_format_names_the_known(write: Write) -> None:
    with pytest.raises(RequestError, match="no format called"):
        open_source(DataSource(path=str(write("a.json", "[]")), format="xlsx"))


def test_records_keep_values_as_they_are(write: Write) -> None:
    values: list[Any] = [{"n": 1, "list": [1, {"x": None}], "text": "a"}]
    path = write("a.json", json.dumps(values))
    assert [r.values for r in reader_for(path).read(path) if isinstance(r, Record)] == values
