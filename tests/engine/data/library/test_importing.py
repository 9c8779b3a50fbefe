"""Imports are kept, found again, shared between processes, corrected and counted through; no row is lost."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from desktop import paths
from desktop.engine.data.dataset import Imported, import_surveyed, open_source, survey
from desktop.engine.data.library import importing
from desktop.engine.data.library.entry import entries, forget, read_entry
from desktop.engine.data.library.importing import Reading
from desktop.engine.data.source import Edit
from desktop.engine.errors import RequestError, UserError
from desktop.engine.job import DataSource


def _lines(count: int, *, bad: bool = True) -> list[str]:
    chance = random.Random(7)
    rows = []
    for number in range(count):
        row: Any = {"question": f"What is number {number % 400}?", "answer": f"It is {chance.randint(0, 10**9)}."}
        if bad and number % 97 == 5:
            row = {"question": "no answer"}
        if bad and number % 101 == 7:
            rows.append('{"question": "broken')
        elif bad and number % 103 == 9:
            rows.append("")
        else:
            rows.append(json.dumps(row))
    return rows


def _told(imported: Imported) -> Any:
    view = imported.view
    found = [(f.row, f.line, f.check, f.reason, f.state) for f in view.findings()]
    return (
        imported.total, list(imported.rows), imported.rows.numbers.tolist(), imported.rows.lines.tolist(),
        imported.rows.keys.tolist(), imported.rows.groups.tolist(), found, view.counts,
    )  # fmt: skip


def test_many_processes_find_what_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(_lines(3000)), encoding="utf-8")
    alone = _told(open_source(DataSource(path=str(file))))
    forget(next(iter(entries())).id)
    monkeypatch.setattr(importing, "STRETCH", 40_000)
    imported = open_source(DataSource(path=str(file)))
    assert len(imported.entry.stretches) > 4
    assert _told(imported) == alone


def test_every_row_is_good_or_named(tmp_path: Path) -> None:
    rows = _lines(1000)
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(rows), encoding="utf-8")
    imported = open_source(DataSource(path=str(file)))
    bad = imported.bad
    assert imported.total == sum(1 for line in rows if line)
    assert len(imported.rows) + len(bad) == imported.total
    assert {one.row for one in bad} | set(imported.rows.numbers.tolist()) == set(range(1, imported.total + 1))
    for one in bad:
        line = rows[one.line - 1]
        assert ("broken" in line) == (one.check == "broken")
        assert ("no answer" in line) == (one.check == "missing")
    for place, line in zip(range(0, len(imported.rows), 37), imported.rows.lines[::37].tolist(), strict=True):
        assert imported.rows[place]["messages"][1]["content"] == json.loads(rows[line - 1])["answer"]


def test_a_second_look_reads_nothing_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(_lines(50)), encoding="utf-8")
    first = open_source(DataSource(path=str(file)))

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the file was read again")

    monkeypatch.setattr(importing, "_done", never)
    again = open_source(DataSource(path=str(file)))
    assert again.entry.id == first.entry.id
    assert _told(again) == _told(first)


def test_another_mapping_reads_the_records_and_not_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(_lines(50, bad=False)), encoding="utf-8")
    open_source(DataSource(path=str(file)))
    monkeypatch.setattr(importing, "_read", None)
    turned = open_source(DataSource(path=str(file), mapping={"prompt": "answer", "completion": "question"}))
    assert turned.rows[0]["messages"][1]["content"] == "What is number 0?"
    assert len(list(entries())) == 1


def test_a_changed_file_is_read_again_and_the_old_set_goes(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(_lines(20, bad=False)), encoding="utf-8")
    open_source(DataSource(path=str(file)))
    file.write_text("\n".join(_lines(30, bad=False)), encoding="utf-8")
    assert open_source(DataSource(path=str(file))).total == 30
    assert [entry.about.rows for entry in entries()] == [30]


@pytest.mark.parametrize(
    "harm", ["shortened", "gone", "garbled", "zeroed by a power cut", "index zeroed", "of another version"]
)
def test_a_damaged_set_is_made_again(tmp_path: Path, harm: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(_lines(20, bad=False)), encoding="utf-8")
    entry = open_source(DataSource(path=str(file))).entry
    part = next(entry.folder.glob("*-000.arrow"))
    if harm == "shortened":
        part.write_bytes(part.read_bytes()[:100])
    elif harm == "gone":
        part.unlink()
    elif harm == "of another version":
        about = json.loads((entry.folder / "about.json").read_text(encoding="utf-8"))
        del about["stretches"][0]["parts"][0]["sum"]
        (entry.folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
    elif harm == "zeroed by a power cut":
        part.write_bytes(bytes(part.stat().st_size))
        os.utime(entry.folder / "about.json", (0, 0))  # before the machine was last started
    elif harm == "index zeroed":
        index = next(entry.views.rglob("rows-*.npy"))
        index.write_bytes(index.read_bytes()[:128].ljust(index.stat().st_size, b"\0"))
    else:
        (entry.folder / "about.json").write_text("{", encoding="utf-8")
    assert len(open_source(DataSource(path=str(file))).rows) == 20


def test_a_stop_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(_lines(9000)), encoding="utf-8")

    class _Stop(Exception):
        pass

    def stop(_: Reading) -> None:
        raise _Stop

    with pytest.raises(_Stop):
        import_surveyed(survey(DataSource(path=str(file))), (), stop)
    assert list(paths.data().iterdir()) == [] or [entry for entry in entries() if read_entry(entry.folder)] != []
    assert not list(paths.data().glob(".importing-*"))


def test_a_full_disk_ends_in_a_sentence_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(_lines(50)), encoding="utf-8")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(importing, "import_stretch", full)
    with pytest.raises(UserError, match="No space left on device") as caught:
        open_source(DataSource(path=str(file)))
    assert "untouched" in caught.value.hint
    assert list(paths.data().iterdir()) == []


def test_several_files_are_one_set(tmp_path: Path) -> None:
    for name, count in (("a", 3), ("b", 4)):
        rows = [json.dumps({"question": f"{name}{n}", "answer": "x" if n else ""}) for n in range(count)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(rows), encoding="utf-8")
    source = DataSource(path=str(tmp_path / "a.jsonl"), also=(str(tmp_path / "b.jsonl"),))
    imported = open_source(source)
    assert [row["messages"][0]["content"] for row in imported.rows] == ["a1", "a2", "b1", "b2", "b3"]
    assert [(bad.row, bad.line, bad.file) for bad in imported.bad] == [(1, 1, "a.jsonl"), (4, 1, "b.jsonl")]
    assert imported.rows.strata == ["a.jsonl"] * 2 + ["b.jsonl"] * 3
    folder = open_source(DataSource(path=str(tmp_path)))
    assert list(folder.rows) == list(imported.rows)
    assert [bad.file for bad in folder.bad] == ["a.jsonl", "b.jsonl"]


def test_files_of_two_formats_are_not_one_set(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "a"}', encoding="utf-8")
    (tmp_path / "b.csv").write_text("text\nb\n", encoding="utf-8")
    with pytest.raises(RequestError, match=r"a\.jsonl is read as JSON Lines and b\.csv as CSV"):
        open_source(DataSource(path=str(tmp_path / "a.jsonl"), also=(str(tmp_path / "b.csv"),)))


def test_labels_are_strata(tmp_path: Path) -> None:
    rows = [{"text": f"row {n}", "label": "good" if n % 4 else "bad"} for n in range(40)]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    strata = open_source(DataSource(path=str(file))).rows.strata
    assert strata is not None
    assert Counter(strata) == {"good": 30, "bad": 10}


class TestEdits:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / "rows.jsonl"
        rows = [{"question": f"q{n}", "answer": "" if n == 3 else f"a{n}"} for n in range(6)]
        path.write_text("\n".join([*map(json.dumps, rows), "{broken"]), encoding="utf-8")
        return path

    def _questions(self, file: Path, *edits: Edit) -> list[str]:
        imported = open_source(DataSource(path=str(file), edits=edits))
        assert len(imported.rows) == len(list(imported.rows))
        return [row["messages"][0]["content"] for row in imported.rows]

    def test_a_row_is_left_out(self, file: Path) -> None:
        assert self._questions(file, Edit(row=2, skip=True)) == ["q0", "q2", "q4", "q5"]

    def test_a_bad_row_is_corrected_and_stands_in_its_place(self, file: Path) -> None:
        edits = (
            Edit(row=4, values={"question": "q3!", "answer": "now"}),
            Edit(row=7, values={"question": "new", "answer": "b"}),
        )
        assert self._questions(file, *edits) == ["q0", "q1", "q2", "q3!", "q4", "q5", "new"]

    def test_a_good_row_is_changed(self, file: Path) -> None:
        assert self._questions(file, Edit(row=1, values={"question": "zero", "answer": "a"}))[0] == "zero"

    def test_a_correction_that_is_no_row_is_named(self, file: Path) -> None:
        imported = open_source(DataSource(path=str(file), edits=(Edit(row=1, values={"question": "only"}),)))
        assert [(bad.row, bad.line) for bad in imported.bad] == [(1, 1), (4, 4), (7, 7)]

    def test_the_file_is_never_touched(self, file: Path) -> None:
        before = file.read_bytes()
        self._questions(file, Edit(row=1, skip=True), Edit(row=4, values={"question": "x", "answer": "y"}))
        assert file.read_bytes() == before

    def test_likeness_follows_a_correction(self, tmp_path: Path) -> None:
        words = "the baker opens at seven and closes at six on every day but sunday when he bakes at home"
        path = tmp_path / "rows.jsonl"
        answers = [f"{words} one", f"{words} two", "something else altogether"]
        path.write_text("\n".join(json.dumps({"question": "q", "answer": a}) for a in answers), encoding="utf-8")

        def groups(*edits: Edit) -> list[int]:
            imported = open_source(DataSource(path=str(path), edits=edits))
            return [list(imported.rows.groups).index(group) for group in imported.rows.groups]

        assert groups() == [0, 0, 2]
        assert groups(Edit(row=2, values={"question": "q", "answer": "quite another answer"})) == [0, 1, 2]
        assert groups(Edit(row=3, values={"question": "q", "answer": f"{words} three"})) == [0, 0, 0]
        assert groups(Edit(row=2, skip=True)) == [0, 1]

    def test_rows_that_do_not_exist_change_nothing(self, file: Path) -> None:
        assert len(self._questions(file, Edit(row=99, skip=True))) == 5


class TestPolicies:
    def _import(self, tmp_path: Path, rows: list[Any], **checks: str) -> Imported:
        file = tmp_path / "rows.jsonl"
        file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        return open_source(DataSource.model_validate({"path": str(file), "checks": checks}))

    def test_duplicates_are_kept_unless_told(self, tmp_path: Path) -> None:
        rows = [{"question": "q", "answer": "a"}, {"question": "p", "answer": "b"}, {"question": "q", "answer": "a"}]
        kept = self._import(tmp_path, rows)
        assert (len(kept.rows), kept.view.counts) == (3, {"duplicate": {"kept": 1}})
        assert kept.rows.groups[0] == kept.rows.groups[2] != kept.rows.groups[1]
        [one] = kept.view.examples["duplicate"]
        assert (one.row, one.reason) == (3, "the same as line 1")
        skipped = self._import(tmp_path, rows, duplicate="skip")
        assert (len(skipped.rows), skipped.view.counts) == (2, {"duplicate": {"skipped": 1}})
        assert skipped.bad == []

    def test_stop_names_the_first_row(self, tmp_path: Path) -> None:
        rows = [{"question": "q", "answer": "a"}, {"question": "p", "answer": ""}, {"question": "", "answer": ""}]
        with pytest.raises(RequestError, match=r"stopped at line 2: `answer` is empty\."):
            self._import(tmp_path, rows, empty="stop")

    @pytest.mark.parametrize(
        ("policy", "good", "text"),
        [("keep", 2, "<b>Bread</b> &amp; <br>rolls"), ("fix", 2, "Bread & \nrolls"), ("skip", 1, "plain")],
    )
    def test_markup(self, tmp_path: Path, policy: str, good: int, text: str) -> None:
        rows = [{"question": "q", "answer": "<b>Bread</b> &amp; <br>rolls"}, {"question": "p", "answer": "plain"}]
        imported = self._import(tmp_path, rows, markup=policy)
        assert len(imported.rows) == good
        assert imported.rows[0]["messages"][1]["content"] == text
        assert sum(imported.view.counts["markup"].values()) == 1

    def test_less_than_is_no_markup(self, tmp_path: Path) -> None:
        imported = self._import(tmp_path, [{"question": "is 1 < 2 & 3 > 2?", "answer": "a<b yes"}])
        assert imported.view.counts == {}

    def test_control_characters_are_seen_in_text_and_in_lists(self, tmp_path: Path) -> None:
        rows = [
            {"messages": [{"role": "user", "content": "a\x07b"}, {"role": "assistant", "content": "c"}]},
            {"messages": [{"role": "user", "content": "fine\n\ttoo"}, {"role": "assistant", "content": "c"}]},
        ]
        imported = self._import(tmp_path, rows, characters="fix")
        assert imported.view.counts == {"characters": {"fixed": 1}}
        assert imported.rows[0]["messages"][0]["content"] == "ab"

    def test_turns_out_of_order_are_mended_when_told(self, tmp_path: Path) -> None:
        turns = [("user", "one"), ("user", "two"), ("assistant", "yes"), ("user", "and")]
        rows = [
            {"messages": [{"role": role, "content": text} for role, text in turns]},
            {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]},
        ]
        assert [bad.check for bad in self._import(tmp_path, rows).bad] == ["role_order"]
        mended = self._import(tmp_path, rows, role_order="fix")
        assert mended.view.counts == {"role_order": {"fixed": 1}}
        assert [m["content"] for m in mended.rows[0]["messages"]] == ["one\n\ntwo", "yes"]

    def test_uneven_labels_are_told(self, tmp_path: Path) -> None:
        rows = [{"text": f"row {n}", "label": "rare" if n == 7 else "usual"} for n in range(40)]
        found = self._import(tmp_path, rows).view.examples["label_balance"]
        assert [one.reason for one in found] == ["'usual' has 39 rows and 'rare' has 1"]
