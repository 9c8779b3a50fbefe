"""Hostile and ambiguous files, each with the report that is expected of it: format, rows, faults, or the refusal."""

# The texts in other alphabets hold letters that look like others; that is what they are for.
# ruff: noqa: RUF001

from __future__ import annotations

import codecs
import contextlib
import gzip
import json
import os
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.data.dataset import open_source, reader_for
from desktop.engine.data.reading.encoding import encoding_of
from desktop.engine.data.rows import BadRow, Record
from desktop.engine.errors import RequestError
from desktop.engine.job import DataSource
from tests.engine.data.conftest import Write
from tests.engine.data.hostile_writers import (
    archive,
    arrow,
    one_line,
    packed_zeros,
    paragraph,
    parquet,
    pdf,
    word,
    written_word,
    zipped,
)  # fmt: skip

Content = str | bytes | Callable[[], bytes]
Report = str | tuple[str, int, list[tuple[int, str]]]
"""A refusal's code, or format, number of good rows, and line and check of each bad one."""

GOOD = '{"text": "a"}\n'
DEEP = "[" * 150 + "]" * 150
GERMAN = "question,answer\nWo ist der Bäcker?,Über der Straße\nWie süß?,Sehr süß für fünf Euro\n"
JAPANESE = "question,answer\n今日の天気は？,とても良い天気ですね\nパンはありますか,はい焼きたてがあります\n"
POLISH = "question,answer\nCo słychać?,Zażółć gęślą jaźń\nGdzie książka?,Leży na półce wśród zeszytów\n"
RUSSIAN = "text\nПривет, как дела сегодня\nСегодня хорошая погода\n".replace(",", "")
WIDE = ",".join(["text", *(f"c{n}" for n in range(9_999))]) + "\n" + ",".join(["a"] * 10_000) + "\n"
ENTITY = '<!DOCTYPE w:document [<!ENTITY x SYSTEM "file:///etc/hostname">]>'

TABLE: dict[str, tuple[str, Content, Report]] = {
    # JSON: what a value can be
    "nested 100,000 deep": ("a.jsonl", GOOD + "[" * 100_000, ("jsonl", 1, [(2, "broken")])),
    "nested 100,000 deep and closed": ("a.jsonl", GOOD + '{"a":' * 100_000 + "1" + "}" * 100_000,
                                       ("jsonl", 1, [(2, "broken")])),
    "nested 100,000 deep in a list": ("a.json", '[{"text": ' + "[" * 100_000, "broken_json"),
    "nested 150 deep": ("a.jsonl", GOOD + f'{{"text": "b", "x": {DEEP}}}', ("jsonl", 2, [])),
    "nested 300 deep": ("a.jsonl", GOOD + f'{{"text": "b", "x": {DEEP[:150]}{DEEP}{DEEP[150:]}}}',
                        ("jsonl", 1, [(2, "broken")])),
    "nested 300 deep in a list": ("a.json", f'[{{"text": "a"}},\n{DEEP[:150]}{DEEP}{DEEP[150:]}]',
                                  ("json", 1, [(2, "broken")])),
    "a number of 5,000 digits": ("a.jsonl", GOOD + f'{{"text": {"9" * 5000}}}', ("jsonl", 1, [(2, "broken")])),
    "5,000 digits beside the text": ("a.json", f'[{{"text": "a"}},\n{{"text": "b", "n": {"9" * 5000}}}]',
                                     ("json", 1, [(2, "broken")])),
    "NaN": ("a.jsonl", GOOD + '{"text": "b", "n": NaN}\n' + GOOD, ("jsonl", 2, [(2, "broken")])),
    "Infinity in a list": ("a.json", '[{"text": "a"},\n{"text": "b", "n": -Infinity}]', ("json", 1, [(2, "broken")])),
    "a name twice": ("a.jsonl", GOOD + '{"text": "b", "text": "c"}', ("jsonl", 1, [(2, "broken")])),
    "a name twice deep inside": ("a.json", '[{"text": "a"},\n{"text": "b", "x": [{"n": 1, "n": 2}]}]',
                                 ("json", 1, [(2, "broken")])),
    "half a character": ("a.jsonl", GOOD + '{"text": "b\\ud800"}', ("jsonl", 1, [(2, "characters")])),
    "both halves of a character": ("a.jsonl", GOOD + '{"text": "\\ud83c\\udf5e"}', ("jsonl", 2, [])),
    "NUL written out": ("a.jsonl", GOOD + '{"text": "b\\u0000"}', ("jsonl", 1, [(2, "characters")])),
    "a NUL byte in JSON": ("a.jsonl", GOOD.encode() + b'{"text": "b\0"}', ("jsonl", 1, [(2, "broken")])),
    "mixed types in one column": ("a.jsonl", GOOD + '{"text": 7}\n{"text": ["b"]}\n{"text": {"x": 1}}',
                                  ("jsonl", 2, [(3, "wrong_type"), (4, "wrong_type")])),
    "booleans as labels": ("a.jsonl", '{"text": "a", "label": true}\n{"text": "b", "label": false}', ("jsonl", 2, [])),
    "a column called context": ("a.jsonl", '{"context": "x", "text": "a"}\n{"context": "y", "text": "b"}',
                                ("jsonl", 2, [])),
    "names that differ in case": ("a.jsonl", '{"Text": "x", "text": "a"}', ("jsonl", 1, [])),
    # JSON: what a file can be
    "an empty file": ("a.json", "", "empty_file"),
    "only white space": ("a.json", " \n\t\n ", "empty_file"),
    "an empty list": ("a.json", "[]", "no_rows"),
    "an empty object": ("a.json", "{}", "no_good_row"),
    "null": ("a.json", "null", "no_rows"),
    "null in a line": ("a.jsonl", GOOD + "null", ("jsonl", 1, [(2, "wrong_type")])),
    "a list of numbers": ("a.json", "[1, 2, 3]", "no_good_row"),
    "a list of texts": ("a.json", '["a", "b"]', ("json", 2, [])),
    "a list of lists": ("a.json", '[["a", "b"], ["c", "d"]]', "no_good_row"),
    "a number after an object": ("a.json", '[{"text": "a"},\n12]', ("json", 1, [(2, "wrong_type")])),
    "a list a column": ("a.json", '{"question": ["a", "b"], "answer": ["c", "d"]}', ("json", 2, [])),
    "rows under a name": ("a.json", '{"version": 1, "data": [{"text": "a"},\n3,\n{"text": "b"}]}',
                          ("json", 2, [(2, "wrong_type")])),
    "rows under a name that stands twice": ("a.json", '{"data": [{"text": "a"}], "data": []}', "broken_json"),
    "objects one after the other": ("a.json", '{\n "text": "a"\n}\n{\n "text": "b"\n}\n', ("json", 2, [])),
    "lines whose first is broken": ("a.json", '{"text": }\n' + GOOD, ("json", 1, [(1, "broken")])),
    "lines that open with a bracket": ("a.jsonl", '[{"text": "a"}, {"text": "b"}]', ("jsonl", 2, [])),
    "half a last line": ("a.jsonl", GOOD + '{"text": "b', ("jsonl", 1, [(2, "broken")])),
    "half a list": ("a.json", '[{"text": "a"},\n{"text": "b', "half_json"),
    "CRLF": ("a.jsonl", GOOD.replace("\n", "\r\n") * 2, ("jsonl", 2, [])),
    "only CR": ("a.jsonl", '{"text": "a"}\r{"text": }\r{"text": "b"}\r', ("jsonl", 2, [(2, "broken")])),
    # encodings
    "UTF-8 with a mark": ("a.jsonl", codecs.BOM_UTF8 + GOOD.encode(), ("jsonl", 1, [])),
    "UTF-8 with a mark before a list": ("a.jsonl", codecs.BOM_UTF8 + b'[{"text": "a"}]', ("jsonl", 1, [])),
    "UTF-16 with a mark": ("a.jsonl", GOOD.encode("utf-16"), ("jsonl", 1, [])),
    "UTF-16 LE without a mark": ("a.jsonl", (GOOD * 3).encode("utf-16-le"), ("jsonl", 3, [])),
    "UTF-16 BE without a mark": ("a.csv", GERMAN.encode("utf-16-be"), ("csv", 2, [])),
    "UTF-16 with half a last character": ("a.jsonl", (GOOD * 2).encode("utf-16")[:-3],
                                          ("jsonl", 1, [(2, "encoding")])),
    "UTF-32 with a mark": ("a.json", '[{"text": "ä"}]'.encode("utf-32"), ("json", 1, [])),
    "UTF-32 BE without a mark": ("a.jsonl", (GOOD * 3).encode("utf-32-be"), ("jsonl", 3, [])),
    "Windows-1252 in CSV": ("a.csv", GERMAN.encode("cp1252"), ("csv", 2, [])),
    "Windows-1252 in JSON": ("a.json", json.dumps([{"text": "Bäcker, süß"}], ensure_ascii=False).encode("cp1252"),
                             ("json", 1, [])),
    "Shift-JIS": ("a.csv", JAPANESE.encode("shift_jis"), ("csv", 2, [])),
    "Windows-1250": ("a.tsv", POLISH.replace(",", "\t").encode("cp1250"), ("tsv", 2, [])),
    "KOI8-R": ("a.txt", RUSSIAN.encode("koi8-r"), ("text", 3, [])),
    "one Latin-1 byte in UTF-8": ("a.jsonl", '{"text": "größer"}\n'.encode() * 50 + b'{"text": "gr\xf6\xdfer"}\n',
                                  ("jsonl", 50, [(51, "encoding")])),
    "one Latin-1 byte in much ASCII": ("a.jsonl", GOOD.encode() * 500 + b'{"text": "caf\xe9"}\n',
                                       ("jsonl", 500, [(501, "encoding")])),
    "a bad byte in a list": ("a.json", b'[{"text": "a"},\n{"text": "\xff"}]', ("json", 1, [(2, "encoding")])),
    # tables
    "formulas": ("a.csv", "question,answer\n=1+1,@SUM(A1)\n+cmd|' /C calc'!A0,-2\n", ("csv", 2, [])),
    "a quote that is never closed": ("a.csv", 'text,n\na,1\n"b,2\nc,3\n', ("csv", 1, [(3, "broken")])),
    "ragged": ("a.csv", "text,n\na,1\nb\nc,3,4\nd,5\n", ("csv", 2, [(3, "broken"), (4, "broken")])),
    "single quotes": ("a.csv", "question,answer\n'a, b','c'\n'd','it''s, e'\n", ("csv", 2, [])),
    "backslashes before quotes": ("a.csv", 'question,answer\n"a \\"b\\", c","d"\n"e","f"\n', ("csv", 2, [])),
    "no quotes between tabs": ("a.tsv", 'question\tanswer\n"Yes\the said\nNo\tshe said\n', ("tsv", 2, [])),
    "a tab in a file with commas": ("a.csv", "question,answer\na\tb,c\nd,e\tf\n", ("csv", 2, [])),
    "semicolons, commas inside": ("a.csv", "question;answer\na, b, c;d, e\nf;g\n", ("csv", 2, [])),
    "NUL in a cell": ("a.csv", b"text,n\na,1\nb\0,2\n", ("csv", 1, [(3, "characters")])),
    "a carriage return without quotes": ("a.csv", b"text,n\na,1\nb\rc,2\nd,3\n", ("csv", 2, [(3, "broken")])),
    "a cell of 300,000 letters": ("a.csv", "text,n\n" + "w " * 150_000 + ",1\n", ("csv", 1, [])),
    "no heading": ("a.csv", "1,2\n3,4\n", "needs_mapping"),
    "a very long column name": ("a.jsonl", json.dumps({"x" * 5_000: "a", "text": "b"}), ("jsonl", 1, [])),
    "10,000 columns": ("a.csv", WIDE, ("csv", 1, [])),
    "an empty column name": ("a.csv", "text,,n\na,b,1\n", ("csv", 1, [])),
    "two columns of one name": ("a.csv", "text,text\na,b\n", "same_column_twice"),
    "names that differ in case in CSV": ("a.csv", "Text,text\na,b\n", ("csv", 1, [])),
    "HTML in cells": ("a.csv", "text,n\n<script>alert(1)</script><b>a</b>,1\n", ("csv", 1, [])),
    "control characters": ("a.jsonl", GOOD + '{"text": "b\\u0007\\u001b[31m"}', ("jsonl", 2, [])),
    "writing turned round": ("a.jsonl", GOOD + '{"text": "\\u202eabc"}', ("jsonl", 2, [])),
    "numbers as text": ("a.csv", 'text,label\n"007",1\n"1e5",0\n', ("csv", 2, [])),
    # archives and binary formats
    "gzip cut off": ("a.jsonl.gz", lambda: gzip.compress(GOOD.encode() * 999)[:-9], "bad_archive"),
    "gzip in name only": ("a.csv.gz", "text\na\n", "bad_archive"),
    "Parquet called JSON": ("a.json", lambda: parquet({"text": ["a", "b"]}), ("parquet", 2, [])),
    "text called Parquet": ("a.parquet", "text\na\n", "not_readable"),
    "Parquet cut off": ("a.parquet", lambda: parquet({"text": ["a"] * 999})[:-200], "not_readable"),
    "Arrow with bytes beside the text": ("a.arrow", lambda: arrow({"text": ["a"], "picture": [b"\xff\xd8"]}),
                                         ("arrow", 1, [])),
    "Arrow with bytes for text": ("a.arrow", lambda: arrow({"text": [b"caf\xc3\xa9", b"\xff\xd8"]}),
                                  ("arrow", 1, [(0, "wrong_type")])),
    "Arrow with two columns of one name": ("a.arrow", lambda: arrow({"a": ["x"], "b": ["y"]}, ["text", "text"]),
                                           "same_column_twice"),
    "Arrow with flipped bytes": ("a.arrow", lambda: arrow({"text": ["abc"] * 99}).replace(b"\3\0\0\0\6\0\0\0",
                                                                                          b"\3\0\0\x7f\6\0\0\x7f"),
                                 "not_readable"),
    "Word": ("a.docx", written_word, ("docx", 2, [])),
    "Word that grows without end": ("a.docx", lambda: word(paragraph("a") + " " * (64 << 20)), "archive_bomb"),
    "Word that reads other files": ("a.docx", lambda: word(paragraph("&x;"), ENTITY), "unsafe_document"),
    "Word with a name that leads out": ("a.docx", lambda: word(paragraph("a"), **{"../../evil": "x"}),
                                        "unsafe_archive"),
    "Word with broken XML": ("a.docx", lambda: word("<w:p>"), "not_readable"),
    "text called Word": ("a.docx", "just text", "bad_archive"),
    "Word called something else": ("a.bin", written_word, ("docx", 2, [])),
    "old Word": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_office_file"),
    "a spreadsheet": ("a.xlsx", lambda: zipped(xl__workbook_xml="<x/>"), "spreadsheet"),
    "a zip archive": ("a.zip", lambda: archive({"a.jsonl": GOOD}), "archive"),
    "PDF": ("a.pdf", lambda: pdf(["First page.", "", "Third page."]), ("pdf", 2, [(0, "empty")])),
    "PDF of pictures": ("a.pdf", lambda: pdf(["", ""]), "no_good_row"),
    "PDF behind a password": ("a.pdf", lambda: pdf(["Secret."], "open"), "encrypted"),
    "PDF that only forbids printing": ("a.pdf", lambda: pdf(["Open."], "", "owner"), ("pdf", 1, [])),
    "PDF cut off": ("a.pdf", lambda: pdf(["First page."])[:60], "not_readable"),
    "PDF that is text": ("a.pdf", "no PDF at all", "not_readable"),
    # texts and names
    "NUL in a text": ("a.txt", b"good\n\nbad\0\n\ngood", ("text", 2, [(3, "characters")])),
    "a bad byte in a text": ("a.md", b"good\n\nbad \xff\n\ngood", ("text", 2, [(3, "encoding")])),
    "front matter": ("a.md", "---\ntitle: x\n---\n\n# Bread\n", ("text", 2, [])),
    "random bytes": ("a.txt", bytes(range(128, 256)) * 3, "no_good_row"),
    "a name with an emoji, space and line break": ("a \U0001f35e\nb.jsonl", GOOD, ("jsonl", 1, [])),
    "an unknown ending": ("a.xyz", b"\0\1\2", "unknown_format"),
}  # fmt: skip


def _told(path: Path) -> Report:
    """Return the report on ``path``, having looked that every part of it can be shown."""
    try:
        imported = open_source(DataSource(path=str(path)))
    except RequestError as error:
        refusal = error
    else:
        assert imported.total == len(imported.rows) + len(imported.bad)
        for bad in imported.bad:
            assert bad.reason
            assert "\0" not in bad.raw
            assert len(bad.raw) <= 2000
        return imported.format, len(imported.rows), [(bad.line, bad.check) for bad in imported.bad]
    assert refusal.message.endswith((".", "?"))
    assert refusal.hint
    return refusal.code


@pytest.mark.parametrize("case", TABLE)
def test_the_report_of_a_hostile_file(case: str, write: Write) -> None:
    name, content, expected = TABLE[case]
    assert _told(write(name, content() if callable(content) else content)) == expected


def test_there_are_at_least_fifty() -> None:
    assert len(TABLE) >= 50


def _texts(path: Path, encoding: str = "auto") -> list[str]:
    return [found.values["text"] for found in reader_for(path).read(path, encoding) if isinstance(found, Record)]


FOLDERS: dict[str, tuple[dict[str, Content], Report]] = {
    "no text": ({"a.png": b"\x89PNG"}, "no_text_in_folder"),
    "only hidden files": ({".a.txt": "x", ".git/b.txt": "y"}, "no_text_in_folder"),
    "shards in order": ({"s-1.jsonl": GOOD, "s-0.jsonl": GOOD + "{", "README.md": "# About"},
                        ("jsonl", 2, [(2, "broken")])),
    "tables of two kinds": ({"a.csv": "text\na\n", "b.jsonl": GOOD}, "mixed_folder"),
    "JSON about a table": ({"info.json": "{}", "b.jsonl": GOOD}, ("jsonl", 1, [])),
    "documents of several kinds": ({"a.pdf": lambda: pdf(["Page."]), "b.docx": written_word, "c.txt": "text",
                                    "deep/d.md": "# More"}, ("documents", 5, [])),
    "one damaged document": ({"a.pdf": b"%PDF-1.4 nothing", "b.txt": "text"},
                             ("documents", 1, [(0, "broken")])),
    "only empty files": ({"a.txt": "", "b.txt": ""}, "no_rows"),
    "splits in name only": ({"dataset_dict.json": '{"splits": ["../up"]}', "b.csv": "text\na\n"}, ("csv", 1, [])),
    "splits of nonsense": ({"dataset_dict.json": "[" * 100_000, "b.txt": "text"}, "not_readable"),
}  # fmt: skip


@pytest.mark.parametrize("case", FOLDERS)
def test_the_report_of_a_hostile_folder(case: str, tmp_path: Path, write: Write) -> None:
    files, expected = FOLDERS[case]
    for name, content in files.items():
        write(f"set/{name}", content() if callable(content) else content)
    assert _told(tmp_path / "set") == expected


def test_links_out_of_a_folder_are_left_alone_and_told(tmp_path: Path, write: Write) -> None:
    write("secret.txt", "secret")
    inside = write("set/a.txt", "a")
    folder = tmp_path / "set"
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "up").symlink_to(tmp_path, target_is_directory=True)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "itself.txt").symlink_to(folder / "itself.txt")
    (folder / "nowhere.txt").symlink_to(folder / "gone.txt")
    os.mkfifo(folder / "pipe.txt")
    reader = reader_for(folder)
    assert reader.files_in(folder) == [inside]
    assert [told.split(":")[0] for told in reader.left_alone(folder)] == [
        "itself.txt", "nowhere.txt", "out.txt", "pipe.txt", "up",
    ]  # fmt: skip


def test_links_within_the_hubs_cache_are_followed(tmp_path: Path, write: Write) -> None:
    blob = write("datasets--a--b/blobs/123", GOOD)
    version = tmp_path / "datasets--a--b" / "snapshots" / "abc"
    version.mkdir(parents=True)
    (version / "train.jsonl").symlink_to(blob)
    assert _told(version) == ("jsonl", 1, [])


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jsonl")
    assert _told(tmp_path / "a.jsonl") == "not_a_file"


def test_splits_of_the_datasets_library(tmp_path: Path) -> None:
    from datasets import Dataset, DatasetDict

    sets = {"test": Dataset.from_list([{"text": "t"}]), "train": Dataset.from_list([{"text": "a"}, {"text": "b"}])}
    DatasetDict(sets).save_to_disk(tmp_path / "saved")
    assert _told(tmp_path / "saved") == ("arrow", 2, [])
    assert reader_for(tmp_path / "saved").about(tmp_path / "saved") == {"split": "train (not read: test)"}


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.engine.data.reading.files.MOST_UNPACKED", 8 << 20)
    packed_zeros(tmp_path / "a.jsonl.gz", 64 << 20)
    assert _told(tmp_path / "a.jsonl.gz") == "archive_bomb"


NO_ENCODINGS = {"utf8x": "utf8", "win-1252": "windows_1252", "zip": "", "rot13": "Did you", "": "utf-8"}


@pytest.mark.parametrize("asked", NO_ENCODINGS)
def test_an_encoding_that_is_none(asked: str, write: Write) -> None:
    with pytest.raises(RequestError) as caught:
        open_source(DataSource(path=str(write("a.txt", "text")), encoding=asked))
    assert caught.value.code == "unknown_encoding"
    assert NO_ENCODINGS[asked] in caught.value.hint


def test_an_encoding_chosen_by_hand(write: Write) -> None:
    imported = open_source(
        DataSource(path=str(write("a.jsonl", '{"text": "größe"}'.encode("cp850"))), encoding="cp850")
    )
    assert [row["text"] for row in imported.rows] == ["größe"]


TEXTS = {
    "cp1252": "question,answer\nL’été, déjà ?,Où êtes-vous – à l’hôtel\n",
    "cp1250": POLISH,
    "cp1251": "text\nПривет, как дела\n",
    "koi8_r": "text\nПривет, как дела\n",
    "cp932": JAPANESE,
    "euc_jp": JAPANESE,
    "gb18030": "text\n今天天气很好，我们去散步吧\n",
    "big5": "text\n今天天氣很好，我們去散步吧\n",
    "cp949": "text\n오늘은 날씨가 아주 좋습니다\n",
    "cp1253": "text\nΚαλημέρα, τι κάνετε σήμερα\n",
}


@pytest.mark.parametrize("codec", TEXTS)
@pytest.mark.parametrize("times", [1, 3000])
def test_old_encodings_are_recognised(codec: str, times: int, write: Write) -> None:
    path = write("a.txt", (TEXTS[codec] * times).encode(codec))
    assert (TEXTS[codec] * times).encode(codec).decode(encoding_of(path).codec) == TEXTS[codec] * times


def test_what_was_found_out_is_told(write: Write) -> None:
    path = write("a.csv", GERMAN.replace(",", ";").encode("cp1252"))
    assert reader_for(path).about(path) == {
        "encoding": "Windows-1252", "delimiter": "semicolon", "quote": "double quote", "heading": "the first row",
    }  # fmt: skip
    path = write("b.csv", "1,2\n3,4\n")
    assert "numbered" in reader_for(path).about(path)["heading"]


def test_bad_bytes_are_mended_where_that_is_asked_for(write: Write) -> None:
    path = write("a.jsonl", '{"text": "größer"}\n'.encode() * 9 + b'{"text": "gr\xf6\xdfer"}\n')
    assert _texts(path, "mend") == ["größer"] * 10


def test_what_stands_in_a_bad_row_is_kept(write: Write) -> None:
    path = write("a.jsonl", b'{"text": "a"}\n{"text": \0 "\xff"}\n{"text": ' + b"9" * 9000)
    raws = [found.raw for found in reader_for(path).read(path) if isinstance(found, BadRow)]
    assert raws[0] == '{"text": \N{SYMBOL FOR NULL} "\N{REPLACEMENT CHARACTER}"}'
    assert raws[1] == '{"text": ' + "9" * 1991


def test_values_of_arrow_come_out_as_json(write: Write) -> None:
    import datetime
    import decimal

    import pyarrow as pa

    when = datetime.datetime(2026, 11, 20, 8, 30, tzinfo=datetime.UTC)
    columns = {
        "text": pa.array(["a"], pa.large_string()),
        "code": pa.array(["x"]).dictionary_encode(),
        "when": pa.array([when], pa.timestamp("ns", "UTC")),
        "price": pa.array([decimal.Decimal("1.50")]),
        "raw": pa.array([b"caf\xc3\xa9"]),
        "picture": pa.array([b"\xff\xd8"]),
        "parts": pa.array([[{"day": when.date()}]]),
        "missing": pa.array([float("nan")]),
    }
    path = write("a.arrow", arrow(columns))
    (found,) = reader_for(path).read(path)
    assert not isinstance(found, BadRow)
    assert json.loads(json.dumps(found.values)) == {
        "text": "a", "code": "x", "when": "2026-11-20T08:30:00+00:00", "price": "1.50", "raw": "café",
        "picture": {"bytes": 2}, "parts": [{"day": "2026-11-20"}], "missing": None,
    }  # fmt: skip


def test_a_word_document_in_order(write: Write) -> None:
    path = write("a.docx", written_word())
    assert _texts(path) == ["Bread\n\nFlour and water.\n\nflour\t500 g\nwater\t300 g", "Cake\n\nEggs."]


def test_tracked_changes_of_a_word_document(write: Write) -> None:
    body = (
        "<w:p><w:r><w:t>old </w:t></w:r><w:ins><w:r><w:t>new</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>"
    )
    path = write("a.docx", word(body))
    assert [found.values["text"] for found in reader_for(path).read(path) if not isinstance(found, BadRow)] == [
        "old new"
    ]


def _growth(read: Callable[[], object]) -> int:
    """Return by how many MB the memory of this process grew at most while ``read`` ran."""
    process, ended = psutil.Process(), threading.Event()
    before = peak = process.memory_info().rss

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.01):
            peak = max(peak, process.memory_info().rss)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        read()
    finally:
        ended.set()
        thread.join()
    return (peak - before) >> 20


LONG: dict[str, tuple[str, bytes, bytes, list[bool | str]]] = {
    "JSON Lines": ("a.jsonl", b'{"text": "', b'"}\n{"text": "next"}\n', [False, True]),
    "JSON": ("a.json", b'[{"text": "', b'"}]', ["row_too_long"]),
    "JSON under a name": ("a.json", b'{"data": [{"text": "', b'"}]}', ["row_too_long"]),
    "CSV": ("a.csv", b"text,n\n", b",1\nnext,2\n", [False, True]),
    "CSV in quotes": ("a.csv", b'text,n\n"', b'",1\nnext,2\n', [False, True]),
    "text": ("a.txt", b"", b"\nnext\n", [False, True]),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", LONG)
def test_a_line_of_200_mb_does_not_fill_the_memory(case: str, tmp_path: Path) -> None:
    name, start, end, expected = LONG[case]
    path = tmp_path / name
    one_line(path, start, 200 << 20, end)
    found: list[bool | str] = []

    def read() -> None:
        try:
            found.extend(isinstance(record, Record) for record in reader_for(path).read(path))
        except RequestError as error:
            found.append(error.code)

    growth = _growth(read)
    assert found == expected
    assert growth < 200


@pytest.mark.slow
def test_a_long_list_is_never_held_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    row = json.dumps({"text": "word " * 200})
    with path.open("w", encoding="utf-8") as file:
        file.write('{"data": [' + ",\n".join([row] * 1000))
        for _ in range(150):
            file.write(",\n" + ",\n".join([row] * 1000))
        file.write("]}")
    count = 0

    def read() -> None:
        nonlocal count
        count = sum(1 for _ in reader_for(path).read(path))

    assert _growth(read) < 100
    assert count == 151_000


BINARY = {"a.pdf": lambda: pdf(["First page.", "Second."]), "a.docx": written_word,
          "a.parquet": lambda: parquet({"text": ["a", "b"] * 50, "n": [1, 2] * 50}),
          "a.arrow": lambda: arrow({"text": ["a", "b"] * 50, "n": [1, 2] * 50})}  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(
    name=st.sampled_from(sorted(BINARY)),
    changes=st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 255)), max_size=6),
    cut=st.none() | st.integers(0, 100_000),
)
def test_damage_ends_in_a_sentence(name: str, changes: list[tuple[int, int]], cut: int | None) -> None:
    data = bytearray(_whole(name))
    for place, byte in changes:
        data[place % len(data)] = byte
    if cut is not None:
        del data[1 + cut % len(data) :]
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(RequestError):
        path = Path(folder) / name
        path.write_bytes(data)
        for _ in reader_for(path).read(path):
            pass


@cache
def _whole(name: str) -> bytes:
    return BINARY[name]()
