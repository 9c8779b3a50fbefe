"""A table can ask for any rows, good or bad, in any order, and for those of one kind; corrections show at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop.engine.data.dataset import open_source
from desktop.engine.data.library import importing
from desktop.engine.data.library.pages import PageRow, Pages
from desktop.engine.data.source import Edit
from desktop.engine.job import DataSource

LINES = [
    json.dumps({"question": "q1", "answer": "a1"}), "{broken", json.dumps({"question": "q3", "answer": ""}), "",
    json.dumps({"question": "q4", "answer": "<b>a4</b>"}), json.dumps({"question": "q1", "answer": "a1"}),
]  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(LINES), encoding="utf-8")
    return path


def _pages(file: Path, *edits: Edit, **checks: str) -> Pages:
    source = DataSource.model_validate({"path": str(file), "edits": edits, "checks": checks})
    imported = open_source(source)
    return Pages(imported.entry, imported.view, source.edits)


def _told(rows: list[PageRow]) -> list[tuple[int, int, str]]:
    return [(row.row, row.line, row.state) for row in rows]


def test_all_rows_in_order(file: Path) -> None:
    pages = _pages(file, duplicate="skip", markup="fix")
    rows = pages.page(0, 10)
    assert _told(rows) == [(1, 1, "good"), (2, 2, "bad"), (3, 3, "bad"), (4, 5, "fixed"), (5, 6, "skipped")]
    assert [row.values.get("question") for row in rows] == ["q1", None, "q3", "q4", "q1"]
    assert rows[1].findings[0].raw == "{broken"
    assert _told(pages.page(3, 1)) == [(4, 5, "fixed")]
    assert pages.page(5, 10) == []
    assert pages.total() == 5


@pytest.mark.parametrize(
    ("only", "rows"),
    [("good", [1, 4, 5]), ("bad", [2, 3]), ("duplicate", [5]), ("empty", [3]), ("edited", []), ("x", [])],
)
def test_rows_of_one_kind(file: Path, only: str, rows: list[int]) -> None:
    pages = _pages(file)
    assert [row.row for row in pages.page(0, 10, only)] == rows
    assert pages.total(only) == len(rows)


def test_corrections_show(file: Path) -> None:
    edits = (
        Edit(row=1, skip=True),
        Edit(row=2, values={"question": "q2", "answer": "a2"}),
        Edit(row=4, values={"question": ""}),
    )
    pages = _pages(file, *edits)
    assert _told(pages.page(0, 4)) == [(1, 1, "skipped"), (2, 2, "edited"), (3, 3, "bad"), (4, 5, "bad")]
    assert pages.row(2).values == {"question": "q2", "answer": "a2"}
    assert [row.row for row in pages.page(0, 10, "edited")] == [1, 2, 4]


def test_rows_of_many_stretches_keep_their_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "rows.jsonl"
    lines = [json.dumps({"text": f"row {number}"}) if number % 7 else "{" for number in range(1, 301)]
    file.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(importing, "STRETCH", 800)
    pages = _pages(file)
    assert [(row.row, row.line) for row in pages.page(0, 300)] == [(n, n) for n in range(1, 301)]
    for number in (1, 6, 7, 150, 299, 300):
        assert pages.row(number).values == ({"text": f"row {number}"} if number % 7 else {})
    assert [row.row for row in pages.page(10, 3, "bad")] == [77, 84, 91]
