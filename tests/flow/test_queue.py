"""The queue in words: states, positions, what can be done, what it waits for, and what may be put into it."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop import paths
from desktop.engine.errors import RequestError
from desktop.engine.events import Started
from desktop.engine.job import JobSpec
from desktop.engine.queue import Queue
from desktop.engine.recipe import RecipeSpec
from desktop.engine.recipe_folder import RecipeFolder, Word
from desktop.engine.run_folder import EventWriter, RunFolder
from desktop.flow import queue as flow
from desktop.flow.queue import QueueRow, act, hold, put, put_job, queue_state, work_off
from tests.support.streams import a_run, finished, timed, training


def three() -> list[RunFolder]:
    return [put_job(JobSpec(name=name))[0] for name in ("a", "b", "c")]


def row(number: int) -> QueueRow:
    return queue_state().rows[number]


def begin(run: RunFolder) -> None:
    writer = EventWriter(run)
    writer.write(Started(pid=1, host="here", version="0", device="cpu"))
    writer.close()


def test_an_empty_queue(workspace: Path) -> None:
    state = queue_state()
    assert (state.rows, state.sentence) == ((), "Nothing waits.")
    assert not work_off()


def test_rows_say_where_they_stand_and_what_can_be_done(workspace: Path) -> None:
    runs = three()
    state = queue_state()
    assert [(one.title, one.position, one.state) for one in state.rows] == [
        ("a", 1, "next"), ("b", 2, "waiting"), ("c", 3, "waiting"),
    ]  # fmt: skip
    assert [one.can for one in state.rows] == [
        ("down", "remove", "open"), ("up", "first", "down", "remove", "open"), ("up", "first", "remove", "open"),
    ]  # fmt: skip
    assert state.rows[0].about == "starter, Supervised fine-tuning, LoRA r16"
    assert state.rows[0].folder == f"runs/{runs[0].name}"
    assert state.rows[2].sentence == "Waits for the 2 before it."
    assert state.sentence == "3 things are in the queue, and nobody works it off. Start it."
    with Queue().driver_lock().acquire(timeout=1):
        assert (row(0).sentence, queue_state().driven) == ("Starts now.", True)


def test_the_one_at_work_cannot_be_moved(workspace: Path) -> None:
    first, *_ = three()
    begin(first)
    with first.lock().acquire(timeout=1):
        state = queue_state()
        assert [one.state for one in state.rows] == ["at_work", "next", "waiting"]
        assert state.rows[0].can == ("remove", "open")
        assert state.rows[1].sentence == "Starts as soon as the one at work is over."
        assert state.busy == ""
    assert row(0).state == "next"  # it broke off: a driver takes it up again


def test_it_says_what_it_waits_for(workspace: Path) -> None:
    three()
    other = a_run(paths.runs(), timed(training(42, 120)))
    with other.lock().acquire(timeout=1), Queue().driver_lock().acquire(timeout=1):
        state = queue_state()
    assert (state.busy, state.rows[0].sentence) == (other.name, f"Waits until {other.name} is over.")
    assert state.sentence == f"3 things are in the queue; the device is taken by {other.name}."


def test_every_action_does_what_its_name_says(workspace: Path) -> None:
    a, b, c = (f"runs/{run.name}" for run in three())

    def order() -> list[str]:
        return [one.folder for one in queue_state().rows]

    act("up", c)
    assert order() == [a, c, b]
    act("down", a)
    assert order() == [c, a, b]
    act("first", b)
    assert order() == [b, c, a]
    act("remove", c)
    act("open", a)
    assert order() == [b, a]
    with pytest.raises(RequestError, match="not in the queue"):
        act("up", c)


def test_a_held_queue_says_so_until_it_is_started(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    three()
    hold()
    state = queue_state()
    assert (state.held, state.rows[0].sentence) == (True, "Waits: the queue is held.")
    started: list[bool] = []
    monkeypatch.setattr(flow, "launch_queue", lambda: started.append(True))
    assert work_off()
    assert (started, queue_state().held) == ([True], False)
    with Queue().driver_lock().acquire(timeout=1):
        assert work_off()
    assert started == [True]


def test_what_is_over_is_left_out(workspace: Path) -> None:
    run = a_run(paths.runs(), finished())
    Queue().add(run.path)
    Queue().add(paths.runs() / "gone")
    assert queue_state().rows == ()


def test_only_what_can_be_started_may_wait(workspace: Path) -> None:
    over = a_run(paths.runs(), finished(), "over")
    broken = a_run(paths.runs(), timed(training(42, 120)), "broken")
    with pytest.raises(RequestError, match="has finished already"):
        put(over.path)
    with pytest.raises(RequestError, match="no run and no recipe"):
        put(paths.runs() / "nothing")
    with broken.lock().acquire(timeout=1), pytest.raises(RequestError, match="right now"):
        put(broken.path)
    assert put(broken.path) == 1
    assert Queue().read().entries[0].sessions == 1
    assert (row(0).title, row(0).state) == ("broken", "next")


def test_a_damaged_job_is_shown_by_its_folder(workspace: Path) -> None:
    run, _ = put_job(JobSpec(name="a"))
    run.job_file.write_text("- nonsense", encoding="utf-8")
    assert row(0).title == run.name
    assert "job file" in row(0).about


def test_a_recipe_waits_as_one(workspace: Path) -> None:
    stages = [{"id": "first", "title": "Look"}, {"id": "second", "title": "Learn", "job": {"model": "stage:first"}}]
    spec = RecipeSpec.from_mapping({"name": "two", "title": "Two stages", "stages": stages})
    recipe = RecipeFolder.create(paths.recipes(), spec)
    recipe.say(Word("engine_died", "It died."))
    assert put(recipe.path) == 1
    assert (row(0).title, row(0).about, row(0).state) == ("Two stages", "Look > Learn", "next")
    with recipe.lock().acquire(timeout=1):
        assert row(0).state == "at_work"
    run = recipe.begin(spec.stages[0], {})
    begin(run)
    assert row(0).state == "next"  # broken off
    writer = EventWriter(run)
    writer.write(finished()[-1])
    writer.close()
    assert row(0).state == "next"  # its second stage is left
    recipe.say(Word("no_model", "It failed."))
    assert queue_state().rows == ()
