"""The list of runs: read piece by piece, right about who works, bounded for long runs, undisturbed by damage."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.engine import events as ev
from desktop.engine.events import parse_line
from desktop.engine.job import Choice, JobSpec
from desktop.engine.methods import METHODS
from desktop.engine.queue import Queue
from desktop.engine.run_folder import EventTail, EventWriter, RunFolder
from desktop.flow.runs import RunSummary, Shelf, method_label, model_label, newest_saved, rename
from tests.fakes.fake_engine import a_step
from tests.support.scripts import closing, opening
from tests.support.streams import a_run, finished, recorded, timed, training

RANK = METHODS.get("lora").options().rank  # type: ignore[attr-defined]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def live(root: Path) -> Iterator[RunFolder]:
    """A run whose lock somebody holds."""
    run = a_run(root, timed(training(42, 120)))
    with run.lock().acquire(timeout=1):
        yield run


def _only(root: Path) -> RunSummary:
    (summary,) = Shelf(root).look()
    return summary


def test_no_folder_no_runs(root: Path) -> None:
    assert Shelf(root).look() == []


def test_a_finished_run(root: Path) -> None:
    run = a_run(root, finished(), "bakery", quantization="nf4")
    run.model.mkdir()
    (run.model / "weights").write_bytes(b"x" * 1000)
    told = _only(root)
    assert (told.folder, told.name, told.status) == (run.name, "bakery", "finished")
    assert (told.step, told.total, told.validation, told.before) == (312, 312, 0.64, 2.31)
    assert (told.model, told.method) == ("starter", "QLoRA r16")
    assert told.has_model
    assert told.bytes > 1000
    assert told.seconds == pytest.approx(312 * 4, rel=0.05)
    assert told.sparkline[-1][0] == 312


def test_a_recorded_run_reads_as_its_view_does(root: Path) -> None:
    a_run(root, recorded("resumed"))
    told = _only(root)
    assert (told.status, told.step, told.total) == ("finished", 34, 34)
    assert told.validation == pytest.approx(0.4107, abs=1e-4)
    assert [step for step, _ in told.sparkline] == sorted({step for step, _ in told.sparkline})


def test_a_live_run_turns_interrupted_when_its_lock_is_free(root: Path) -> None:
    run = a_run(root, timed(training(42, 120)))
    shelf = Shelf(root)
    with run.lock().acquire(timeout=1):
        (running,) = shelf.look()
        assert (running.status, running.word, running.is_live) == ("running", "Training", True)
        assert running.seconds_left is not None
    (broken,) = shelf.look()
    assert (broken.status, broken.is_live, broken.seconds_left) == ("interrupted", False, None)


def test_nobody_holds_it_so_it_was_interrupted(root: Path) -> None:
    run = a_run(root, timed(training(42, 120)))
    (run.checkpoints / "000040").mkdir(parents=True)
    (run.checkpoints / "000040" / "manifest.json").write_text("{}")
    (run.checkpoints / "000060").mkdir()
    told = _only(root)
    assert told.status == "interrupted"
    assert told.sentence == "The engine ended without a word at step 42 of 120. Everything up to step 40 is saved."
    assert told.resume_step == 40, "a checkpoint without its manifest is not whole"


def test_our_own_engines_are_known_before_they_take_the_lock(root: Path) -> None:
    run = a_run(root, [])
    os.utime(run.job_file, (time.time() - 3600,) * 2)
    shelf = Shelf(root)
    (told,) = shelf.look({run.name: None})
    assert told.status == "starting"
    (told,) = shelf.look({run.name: -9})
    assert told.status == "interrupted"
    assert "as the system does when memory runs out, before it could begin" in told.sentence


def test_somebody_elses_fresh_run_is_given_time_to_start(root: Path) -> None:
    run = a_run(root, [])
    shelf = Shelf(root)
    (told,) = shelf.look()
    assert told.status == "starting"
    os.utime(run.job_file, (time.time() - 3600,) * 2)
    (told,) = shelf.look()
    assert told.status == "interrupted"


def test_only_what_was_appended_is_read_again(root: Path, live: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    lines = EventTail.lines

    def counting(tail: EventTail, at_most: int = -1) -> list[bytes]:
        found = lines(tail, at_most)
        read.append(len(found))
        return found

    monkeypatch.setattr(EventTail, "lines", counting)
    shelf = Shelf(root)
    shelf.look()
    read.clear()
    writer = EventWriter(live)
    writer.write(a_step(43, 120))
    writer.close()
    (told,) = shelf.look()
    assert told.step == 43
    assert sum(read) == 1


def test_a_settled_run_is_not_opened_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_run(root, finished())
    shelf = Shelf(root)
    first = shelf.look()

    def refuse(*_: object) -> list[bytes]:
        pytest.fail("read again")

    monkeypatch.setattr(EventTail, "lines", refuse)
    assert shelf.look()[0] is first[0]


def test_a_resumed_run_is_live_again(root: Path) -> None:
    run = a_run(root, timed(training(42, 120)))
    shelf = Shelf(root)
    assert shelf.look()[0].status == "interrupted"
    with run.lock().acquire(timeout=1):
        writer = EventWriter(run)
        writer.write(ev.Started(pid=1, host="here", version="0", device="cpu", resumed_step=40))
        writer.close()
        (told,) = shelf.look()
        assert (told.status, told.step) == ("starting", 40)


def test_very_many_steps_are_not_all_parsed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    total = 20_000
    run = a_run(root, [*opening(total), *(a_step(step, total) for step in range(1, total + 1)), *closing(total)])
    parsed: list[bytes] = []
    monkeypatch.setattr("desktop.flow.runs.parse_line", lambda line: (parsed.append(line), parse_line(line))[1])
    told = _only(root)
    assert len(parsed) < 1000
    assert (told.folder, told.step, told.status) == (run.name, total, "finished")
    assert told.loss == pytest.approx(0.63, abs=0.05)


def test_damage_hides_nothing_else(root: Path) -> None:
    run = a_run(root, timed(training(42, 120)))
    with run.events_file.open("ab") as file:
        file.write(b'\x00\xff garbage\n{"kind":"step","step":"x"}\n' + b"[" * 100_000 + b"\n")
        file.write(a_step(43, 120).to_line().encode() + b'{"kind":"st')
    assert _only(root).step == 43
    broken = a_run(root, [], "broken")
    broken.job_file.write_text("{not: [yaml")
    told = next(one for one in Shelf(root).look() if one.folder == broken.name)
    assert "not valid YAML" in told.sentence
    assert told.name == broken.name


def test_a_run_that_is_gone_leaves_the_list(root: Path) -> None:
    run = a_run(root, finished())
    shelf = Shelf(root)
    assert len(shelf.look()) == 1
    run.path.rename(root.parent / "moved")
    assert shelf.look() == []


def test_the_newest_first(root: Path) -> None:
    a_run(root, timed(training(3), since=1000.0), "old")
    a_run(root, timed(training(3), since=2000.0), "new")
    assert [told.name for told in Shelf(root).look()] == ["new", "old"]


def test_a_new_name_is_taken_up(root: Path) -> None:
    run = a_run(root, finished())
    shelf = Shelf(root)
    shelf.look()
    rename(run, "Zweiter Versuch")
    assert shelf.look()[0].name == "Zweiter Versuch"
    (run.path / "about.json").write_text("[1]")
    assert shelf.look()[0].name == "support-lora"


def test_whole_checkpoints_only(root: Path) -> None:
    run = a_run(root, [])
    assert newest_saved(run) == 0
    for name, whole in (("000010", True), ("000020", False), (".000030", True), ("²", True)):
        (run.checkpoints / name).mkdir(parents=True)
        if whole:
            (run.checkpoints / name / "manifest.json").write_text("{}")
    assert newest_saved(run) == 10


@pytest.mark.parametrize(
    ("job", "method", "model"),
    [
        (JobSpec(), f"LoRA r{RANK}", "starter"),
        (JobSpec(model="/models/Qwen2.5-0.5B", method=Choice(id="full")), "Full", "Qwen2.5-0.5B"),
        (JobSpec(model="run:bakery", quantization="8bit"), f"LoRA 8bit r{RANK}", "bakery"),
        (JobSpec(model="org/name", method=Choice(id="unheard_of")), "unheard_of", "name"),
    ],
)
def test_labels(job: JobSpec, method: str, model: str) -> None:
    assert (method_label(job), model_label(job)) == (method, model)


def test_numbers_not_known_yet_are_nan(root: Path) -> None:
    a_run(root, opening()[:2])
    told = _only(root)
    assert all(math.isnan(value) for value in (told.loss, told.validation, told.best, told.before, told.speed))
    assert told.sparkline == ()


def test_a_run_that_waits_in_the_queue_says_so_until_its_engine_begins(workspace: Path) -> None:
    run = a_run(workspace / "runs", [])
    shelf = Shelf(workspace / "runs")
    assert shelf.look()[0].status != "waiting"
    Queue(workspace).add(run.path)
    (waits,) = shelf.look()
    assert (waits.status, waits.word, waits.is_live, waits.resume_step) == ("waiting", "In the queue", False, None)
    with run.lock().acquire(timeout=1):
        assert shelf.look()[0].status != "waiting"
    assert shelf.look()[0].status == "waiting"
    Queue(workspace).file.write_text("{", encoding="utf-8")
    assert shelf.look()[0].status != "waiting"
