"""A project keeps every vote through kills, undoes without end, and hides its repeats."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.engine.errors import RequestError, UserError
from desktop.engine.preferences.judgement import CHOICES, Choice, Item
from desktop.engine.preferences.projects import projects_in
from desktop.engine.preferences.store import REPEAT_AFTER, PreferenceStore
from tests.engine.preferences.conftest import Fill


def _next(store: PreferenceStore) -> Item:
    item = store.current()
    assert item is not None
    return item


def _judge(store: PreferenceStore, choice: Choice = "left") -> Item:
    item = _next(store)
    store.judge(item, choice, milliseconds=3000)
    return item


def test_pairs_come_in_order_and_end(project: Fill) -> None:
    store = project(3)
    assert [_judge(store).pair.question for _ in range(3)] == [f"Question {n}?" for n in (1, 2, 3)]
    assert store.current() is None
    assert store.counts() == (3, 3, 0)


def test_a_judgement_keeps_everything(project: Fill) -> None:
    store = project(1)
    item = _next(store)
    made = store.judge(item, "right", milliseconds=1234, reasons=["Tone"], note="kinder", annotator="ada")
    assert made == store.judgements()[0]
    assert (made.choice, made.milliseconds, made.reasons, made.note, made.annotator) == (
        "right", 1234, ("Tone",), "kinder", "ada",
    )  # fmt: skip
    assert made.preferred == ("b" if item.left == "a" else "a")
    assert {item.left: item.answers[0]}[item.left] == getattr(item.pair, item.left)


def test_sides_are_a_fair_coin_that_stays(project: Fill, tmp_path: Path) -> None:
    store = project(400)
    lefts = [_judge(store).left for _ in range(400)]
    assert 160 < Counter(lefts)["a"] < 240
    rows = sqlite3.connect(store.path).execute("SELECT left FROM judgements ORDER BY id").fetchall()
    assert [row[0] for row in rows] == lefts


def test_skipped_pairs_come_back_at_the_end(project: Fill) -> None:
    store = project(3)
    skipped = _judge(store, "skip")
    assert [_judge(store).pair.id for _ in range(2)] == [2, 3]
    assert _next(store) == skipped
    assert [j.choice for j in store.judgements()] == ["left", "left"]


def test_undo_goes_back_to_the_beginning_also_after_a_restart(project: Fill) -> None:
    store = project(50)
    seen = [_judge(store, "skip" if number == 4 else "left") for number in range(45)]
    store.close()
    again = PreferenceStore.open(store.path)
    for item in reversed(seen):
        undone = again.undo()
        assert undone is not None
        assert undone.item_id == item.id
        assert _next(again) == item
    assert again.undo() is None
    assert again.judgements() == []
    assert again.counts() == (50, 0, 50)
    again.close()


def test_five_percent_come_again_swapped(project: Fill) -> None:
    store = project(200)
    seen: list[Item] = []
    while store.current() is not None:
        seen.append(_judge(store))
    repeats = [(place, item) for place, item in enumerate(seen) if item.repeat]
    assert len(repeats) == 10
    for place, item in repeats:
        first = next(index for index, other in enumerate(seen) if other.pair.id == item.pair.id)
        assert seen[first].left != item.left
        assert place - first > REPEAT_AFTER
    assert len({item.pair.id for _, item in repeats}) == 10
    assert store.counts() == (200, 200, 0)


def test_undoing_the_cause_takes_the_repeat_away(project: Fill) -> None:
    store = project(30)
    for _ in range(20):
        _judge(store)
    assert store.counts()[2] == 11
    while not _judge(store).repeat:
        pass
    judged = len(store.judgements())
    for _ in range(judged - 19):
        store.undo()
    assert len(store.judgements()) == 19
    assert store.counts() == (30, 19, 11)
    _judge(store)
    assert store.counts() == (30, 20, 11)


def test_a_revised_judgement_is_still_one(project: Fill) -> None:
    store = project(2)
    made = store.judge(_next(store), "left", milliseconds=900)
    changed = store.revise(made, "both_bad", ["Made-up fact"], "no such loaf")
    assert (changed.id, changed.milliseconds, changed.preferred) == (made.id, 900, None)
    assert store.judgements() == [changed]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(acts=st.lists(st.sampled_from([*CHOICES, "skip", "undo"]), max_size=60))
def test_whatever_is_done_no_pair_is_lost(acts: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    store = PreferenceStore.create(tmp_path_factory.mktemp("p"), "x", seed=1)
    for number in range(12):
        store.add_pair([{"role": "user", "content": str(number)}], "a", "b")
    stood: list[Choice] = []
    for act in acts:
        item = store.current()
        if act == "undo":
            assert (store.undo() is None) == (not stood)
            del stood[-1:]
        elif item is not None:
            choice: Choice = act  # type: ignore[assignment]
            store.judge(item, choice, milliseconds=1)
            stood.append(choice)
    kept = [choice for choice in stood if choice != "skip"]
    assert [judgement.choice for judgement in store.judgements()] == kept
    while (item := store.current()) is not None:
        store.judge(item, "left", milliseconds=1)
    assert store.counts() == (12, 12, 0)
    assert {judgement.pair_id for judgement in store.judgements()} == set(range(1, 13))
    store.close()


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_a_killed_annotator_keeps_every_vote_she_saw_saved(project: Fill) -> None:
    store = project(300)
    store.close()
    script = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from desktop.engine.preferences.store import PreferenceStore
        store = PreferenceStore.open(Path(sys.argv[1]))
        for number in range(1, 301):
            store.judge(store.current(), "left", milliseconds=1)
            print(number, flush=True)
        """
    )
    child = subprocess.Popen([sys.executable, "-c", script, str(store.path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    told = 0
    while told < 37:
        told = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    child.wait()
    told = max([told, *(int(line) for line in child.stdout.read().split())])
    child.stdout.close()
    again = PreferenceStore.open(store.path)
    votes = again.judgements()
    # The vote after the last one told may have reached the disk before the kill; none told may be missing.
    assert told <= len(votes) <= told + 1
    assert [vote.pair_id for vote in votes if not vote.repeat] == list(range(1, 1 + sum(not v.repeat for v in votes)))
    assert again.current() is not None
    again.close()


def test_refusals(project: Fill, tmp_path: Path) -> None:
    store = project(1)
    with pytest.raises(RequestError, match="the same"):
        store.add_pair([], "x", "x ")
    with pytest.raises(RequestError, match="already a project"):
        PreferenceStore.create(tmp_path, "Bakery answers", seed=1)
    with pytest.raises(RequestError, match="needs a name"):
        PreferenceStore.create(tmp_path, " ../ ", seed=1)
    with pytest.raises(RequestError, match="no project"):
        PreferenceStore.open(tmp_path / "none.pairs")
    (tmp_path / "notes.pairs").write_text("hello, this is no database at all " * 50)
    with pytest.raises(RequestError, match="no preference project"):
        PreferenceStore.open(tmp_path / "notes.pairs")
    other = sqlite3.connect(tmp_path / "other.pairs")
    other.execute("CREATE TABLE t (x)")
    other.close()
    with pytest.raises(RequestError, match="no preference project"):
        PreferenceStore.open(tmp_path / "other.pairs")


def test_a_newer_file_is_left_alone(project: Fill) -> None:
    store = project(1)
    raw = sqlite3.connect(store.path)
    raw.execute("PRAGMA user_version = 99")
    raw.close()
    with pytest.raises(RequestError, match="newer version"):
        PreferenceStore.open(store.path)


def test_a_full_disk_is_told_and_loses_nothing(project: Fill) -> None:
    store = project(30)
    _judge(store)
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")

    def judge_all() -> None:
        while (item := store.current()) is not None:
            store.judge(item, "left", milliseconds=1, note="long " * 2000)

    with pytest.raises(UserError) as caught:
        judge_all()
    assert caught.value.code == "cannot_write"
    assert "safe" in caught.value.message
    kept = len(store.judgements())
    assert kept >= 1
    assert _next(store).pair.id == kept + 1


def test_the_list_of_projects(project: Fill, tmp_path: Path) -> None:
    store = project(4)
    _judge(store)
    (tmp_path / "broken.pairs").write_bytes(b"x" * 5000)
    found = {summary.title: summary for summary in projects_in(tmp_path)}
    assert (found["Bakery answers"].pairs, found["Bakery answers"].judged) == (4, 1)
    assert found["Bakery answers"].run == "2026-11-20-bakery"
    assert "no preference project" in found["broken"].trouble
