"""The queue: an order that several may change at once, and that no damage and no stranger's path gets through."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.engine import queue as engine_queue
from desktop.engine.errors import RequestError, UserError
from desktop.engine.queue import Queue, Queued
from tests.support.training import new_run


@pytest.fixture
def queue(workspace: Path) -> Queue:
    return Queue()


def three(queue: Queue) -> list[str]:
    for name in ("a", "b", "c"):
        queue.add(queue.root / "runs" / name)
    return order(queue.read())


def order(queue: Queued) -> list[str]:
    return [entry.name for entry in queue.entries]


def test_an_empty_queue_writes_nothing(queue: Queue) -> None:
    assert queue.read() == Queued()
    queue.hold(held=False)
    assert not queue.file.exists()
    assert not queue.is_driven()


def test_what_is_added_waits_last_and_only_once(queue: Queue) -> None:
    assert three(queue) == ["a", "b", "c"]
    assert queue.add(queue.root / "runs" / "b") == 2
    assert order(queue.read()) == ["a", "b", "c"]
    assert queue.read().entries[0].folder == "runs/a"


@pytest.mark.parametrize(
    ("name", "to", "after", "place"),
    [
        ("c", 1, ["c", "a", "b"], 1),
        ("a", 2, ["b", "a", "c"], 2),
        ("a", 99, ["b", "c", "a"], 3),
        ("b", -4, ["b", "a", "c"], 1),
    ],
)
def test_an_entry_moves_to_the_nearest_place_there_is(
    queue: Queue, name: str, to: int, after: list[str], place: int
) -> None:
    three(queue)
    assert queue.move(f"runs/{name}", to) == place
    assert order(queue.read()) == after


def test_an_entry_is_removed_and_a_stranger_is_refused(queue: Queue, tiny_model: Path) -> None:
    run = new_run(queue.root / "runs", tiny_model)
    queue.add(run.path)
    queue.remove(run.name)
    assert order(queue.read()) == []
    assert run.job_file.is_file()
    for act in (lambda: queue.remove(run.name), lambda: queue.move(run.name, 1)):
        with pytest.raises(RequestError, match="is not in the queue"):
            act()


@pytest.mark.parametrize("folder", ["/etc", "..", "runs/../../elsewhere", "."])
def test_only_what_lies_in_the_workspace_waits(queue: Queue, folder: str) -> None:
    with pytest.raises(RequestError, match="workspace"):
        queue.add(queue.root / folder)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", '{"entries": []}', '{"schema": 1, "entries": [{"folder": "../outside"}]}',
     '{"schema": 1, "entries": [{"folder": "/etc"}]}', '{"schema": 1, "entries": [{}]}',
     '{"schema": 1, "entries": [{"folder": "runs/a", "tries": "many"}]}', '{"schema": 2, "entries": []}'],
)  # fmt: skip
def test_a_queue_that_cannot_be_read_says_so_and_is_left_as_it_is(queue: Queue, text: str) -> None:
    queue.file.write_text(text, encoding="utf-8")
    for act in (queue.read, lambda: queue.add(queue.root / "runs" / "a")):
        with pytest.raises(UserError, match="queue"):
            act()
    assert queue.file.read_text(encoding="utf-8") == text


def test_many_may_change_it_at_once(queue: Queue) -> None:
    def add(first: int) -> None:
        for number in range(first, first + 8):
            Queue(queue.root).add(queue.root / "runs" / f"r{number}")

    threads = [threading.Thread(target=add, args=(start,)) for start in (0, 8, 16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(order(queue.read())) == sorted(f"r{number}" for number in range(24))
    assert json.loads(queue.file.read_text(encoding="utf-8"))["schema"] == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("add"), st.integers(0, 5), st.just(0)),
            st.tuples(st.just("move"), st.integers(0, 5), st.integers(-2, 8)),
            st.tuples(st.just("remove"), st.integers(0, 5), st.just(0)),
        ),
        max_size=8,
    )
)
def test_it_does_what_a_list_does(queue: Queue, acts: list[tuple[str, int, int]]) -> None:
    queue.file.unlink(missing_ok=True)
    plain: list[str] = []
    for act, number, to in acts:
        name = f"r{number}"
        if act == "add":
            queue.add(queue.root / "runs" / name)
            plain += [] if name in plain else [name]
        elif name in plain:
            plain.remove(name)
            if act == "move":
                queue.move(name, to)
                plain.insert(max(to - 1, 0), name)
            else:
                queue.remove(name)
    assert order(queue.read()) == plain


def test_whether_it_is_driven_is_told_by_a_lock(queue: Queue) -> None:
    with queue.driver_lock().acquire(timeout=1):
        assert queue.is_driven()
    assert not queue.is_driven()


def test_somebody_who_never_lets_go_of_it_is_told(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_queue, "_PATIENCE", 0.1)
    with queue.editing(), pytest.raises(UserError, match="Another program"):
        Queue(queue.root).add(queue.root / "runs" / "a")
    assert queue.add(queue.root / "runs" / "a") == 1


def test_a_workspace_that_is_gone_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="cannot be changed"):
        Queue(file).hold(held=True)
