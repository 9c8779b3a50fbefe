"""Corrections can be taken back and made again across restarts; a line cut off by a crash costs only itself."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.data.library import edits as journal
from desktop.engine.data.library.edits import Edits, append_step, read_edits
from desktop.engine.errors import UserError

steps = st.lists(
    st.one_of(
        st.builds(lambda row: {"row": row, "skip": True}, st.integers(1, 4)),
        st.builds(lambda row, text: {"row": row, "values": {"a": text}}, st.integers(1, 4), st.text(max_size=3)),
        st.builds(lambda row: {"row": row}, st.integers(1, 4)),
        st.just({"undo": True}),
        st.just({"redo": True}),
    ),
    max_size=25,
)


@settings(deadline=None)
@given(steps=steps)
def test_a_journal_read_again_is_what_it_was(steps: list[dict[str, Any]]) -> None:
    edits = Edits()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "edits.jsonl"
        for step in steps:
            if edits.apply(step) is not None:
                append_step(path, step)
        again = read_edits(path)
    assert again.as_edits == edits.as_edits
    assert (again.can_undo, again.can_redo) == (edits.can_undo, edits.can_redo)


@given(steps=steps)
def test_undoing_everything_and_redoing_it_changes_nothing(steps: list[dict[str, Any]]) -> None:
    edits = Edits()
    for step in steps:
        edits.apply(step)
    while edits.can_redo:
        edits.apply({"redo": True})
    before, count = edits.as_edits, 0
    while edits.can_undo:
        edits.apply({"undo": True})
        count += 1
    assert edits.as_edits == ()
    for _ in range(count):
        edits.apply({"redo": True})
    assert edits.as_edits == before


def test_a_line_cut_off_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "edits.jsonl"
    append_step(path, {"row": 1, "skip": True})
    with path.open("ab") as file:
        file.write(b'{"row": 2, "sk')
    assert [edit.row for edit in read_edits(path).as_edits] == [1]
    append_step(path, {"row": 3, "skip": True})
    assert [edit.row for edit in read_edits(path).as_edits] == [1, 3]


def test_a_disk_that_fails_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal.os, "fsync", full)
    with pytest.raises(UserError, match="could not be saved: No space left on device"):
        append_step(tmp_path / "edits.jsonl", {"row": 1, "skip": True})


def test_no_journal_is_no_correction(tmp_path: Path) -> None:
    assert read_edits(tmp_path / "none.jsonl").as_edits == ()
