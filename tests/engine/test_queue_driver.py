"""The queue is worked off in its order, whatever fails, changes or is killed meanwhile; engines are real where said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop import paths
from desktop.engine import queue_driver, queue_work
from desktop.engine.events import Failed, Finished, Started
from desktop.engine.job import JobSpec
from desktop.engine.launch import launch_queue
from desktop.engine.queue import Queue
from desktop.engine.queue_driver import Driver
from desktop.engine.run_folder import RunFolder
from tests.support.scripts import FakeLaunch, closing, opening
from tests.support.streams import a_run, finished, timed, training
from tests.support.training import new_run

LONG = [*opening(400), {"do": "steps", "to": 400, "of": 400, "seconds": 0.02}, *closing(400)]
SHORT = [*opening(3), {"do": "steps", "to": 3, "of": 3}, *closing(3)]
FAILING = [*opening(3), Failed(code="out_of_memory", message="Memory ran out.")]


@pytest.fixture
def queue(workspace: Path) -> Queue:
    return Queue()


@pytest.fixture
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., FakeLaunch]]:
    """Plays a script for each run by its job's name, ``SHORT`` where there is none."""
    made: list[FakeLaunch] = []

    def play(**scripts: list[Any]) -> list[str]:
        started: list[str] = []

        def start(run: RunFolder, *, resume: bool = False) -> subprocess.Popen[bytes]:
            started.append(run.job().name)
            folder = tmp_path / f"launch-{len(made)}"
            folder.mkdir()
            made.append(FakeLaunch(folder, scripts.get(run.job().name, SHORT)))
            return made[-1](run, resume=resume)

        monkeypatch.setattr(queue_work, "launch", start)
        return started

    monkeypatch.setattr(queue_driver, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(queue_work, "_ABOUT_TO_START", 0.0)
    yield play  # type: ignore[misc]
    for one in made:
        one.end()


def add(queue: Queue, *names: str) -> list[RunFolder]:
    runs = [RunFolder.create(paths.runs(), JobSpec(name=name)) for name in names]
    for run in runs:
        queue.add(run.path)
    return runs


def work_off(queue: Queue) -> None:
    lock = queue.driver_lock()
    lock.acquire(timeout=1)
    Driver(queue).until_done(lock)


def ended(run: RunFolder) -> Any:
    return next((event for event in reversed(run.events()) if isinstance(event, Finished | Failed)), None)


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    last = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < last
        time.sleep(0.02)


def began(run: RunFolder) -> int:
    return sum(isinstance(event, Started) for event in run.events())


def test_runs_go_one_after_the_other_in_order(queue: Queue, engines: Any) -> None:
    started = engines()
    runs = add(queue, "a", "b", "c")
    queue.move(runs[2].name, 1)
    work_off(queue)
    assert started == ["c", "a", "b"]
    assert queue.read().entries == ()
    assert not queue.is_driven()
    times = [[event.time for event in run.events()] for run in (runs[2], runs[0], runs[1])]
    assert times[0][-1] <= times[1][0]
    assert times[1][-1] <= times[2][0]


def test_a_failed_run_and_a_killed_engine_do_not_stop_the_queue(queue: Queue, engines: Any) -> None:
    started = engines(
        a=FAILING, b=[*opening(3), {"do": "signal", "number": signal.SIGKILL}], c=[{"do": "exit", "code": 2}]
    )
    runs = add(queue, "a", "b", "c", "d")
    work_off(queue)
    assert started == ["a", "b", "c", "c", "c", "d"]  # what never says a word is tried three times
    assert [type(ended(run)).__name__ for run in runs] == ["Failed", "NoneType", "NoneType", "Finished"]


def test_what_is_removed_reordered_or_deleted_meanwhile_is_honoured(queue: Queue, engines: Any) -> None:
    started = engines(a=[*opening(9), {"do": "sleep", "seconds": 2}, *closing(9)])
    a, b, _, d, e = add(queue, "a", "b", "c", "d", "e")
    driver = threading.Thread(target=work_off, args=(queue,))
    driver.start()
    until(lambda: began(a) == 1)
    queue.remove(b.name)
    queue.move(e.name, 1)
    d.job_file.unlink()
    driver.join(60)
    assert started == ["a", "e", "c"]
    assert b.job_file.is_file()


def test_it_waits_while_another_engine_is_at_work(queue: Queue, engines: Any) -> None:
    started = engines()
    add(queue, "a")
    other = a_run(paths.runs(), timed(training(42, 120)))
    with other.lock().acquire(timeout=1):
        assert queue_work.on_device(queue.root, []) == other.name
        driver = threading.Thread(target=work_off, args=(queue,))
        driver.start()
        time.sleep(0.5)
        assert started == []
    driver.join(60)
    assert started == ["a"]


def test_a_run_that_somebody_just_made_is_about_to_start(queue: Queue) -> None:
    run = RunFolder.create(paths.runs(), JobSpec(name="new"))
    assert queue_work.on_device(queue.root, []) == run.name
    assert queue_work.on_device(queue.root, [run.name]) == ""


def test_a_held_queue_starts_nothing_and_lets_its_driver_go(queue: Queue, engines: Any) -> None:
    started = engines()
    add(queue, "a")
    queue.hold(held=True)
    work_off(queue)
    assert started == []
    assert len(queue.read().entries) == 1
    queue.hold(held=False)
    work_off(queue)
    assert started == ["a"]


def test_a_run_taken_up_again_is_resumed_and_only_new_words_count(queue: Queue, engines: Any) -> None:
    engines()
    broken = a_run(paths.runs(), timed(training(42, 120)))
    over = a_run(paths.runs(), finished(), "over")
    work = queue_work.work_in(broken.path)
    assert work is not None
    assert (work.state(0), work.state(1)) == ("broken", "waiting")
    assert queue_work.RunWork(over.path).state(0) == "over"
    queue.add(broken.path, work.sessions())
    work_off(queue)
    assert began(broken) == 2
    assert isinstance(ended(broken), Finished)


def test_a_run_found_broken_by_a_new_driver_goes_on(queue: Queue, engines: Any) -> None:
    engines()
    broken = a_run(paths.runs(), timed(training(42, 120)))  # the machine went down: driver and engine are gone
    queue.add(broken.path)
    work_off(queue)
    assert began(broken) == 2
    assert isinstance(ended(broken), Finished)


def test_a_second_driver_ends_at_once(
    queue: Queue, engines: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started = engines()
    monkeypatch.setattr(queue_driver, "_PATIENCE", 0.1)
    add(queue, "a")
    with queue.driver_lock().acquire(timeout=1):
        assert queue_driver.main() == 0
    assert started == []
    assert "Another driver" in capsys.readouterr().out
    assert queue_driver.main() == 0
    assert started == ["a"]


def test_a_damaged_queue_ends_the_driver_with_a_sentence(queue: Queue, capsys: pytest.CaptureFixture[str]) -> None:
    queue.file.write_text("{", encoding="utf-8")
    assert queue_driver.main() == 1
    assert "damaged" in capsys.readouterr().out
    assert not queue.is_driven()


ENGINE = """
import sys
from pathlib import Path
from desktop.engine.run_folder import RunFolder
from desktop.engine.train.child import refuse_wrong_start
from tests.fakes.fake_engine import FakeEngine
from tests.support.scripts import closing, opening
run = RunFolder(Path(sys.argv[2]))
with run.lock().acquire(timeout=2):
    refuse_wrong_start(run, resume="--resume" in sys.argv)
    engine = FakeEngine(run, False)
    for event in opening(20):
        engine.say(event)
    engine.steps(20, 20, 0.05)
    for event in closing(20):
        engine.say(event)
"""
"""Takes and refuses a run as the real engine does, and trains nothing."""

STORM = """
import subprocess, sys
from desktop.engine import queue_driver, queue_work
queue_driver.LOOK_EVERY = 0.02
def launch(run, *, resume=False):
    words = [sys.executable, "-c", sys.argv[1], "--engine", str(run.path), *(["--resume"] if resume else [])]
    return subprocess.Popen(words, start_new_session=True)
queue_work.launch = launch
sys.exit(queue_driver.main())
"""


@pytest.mark.skipif(os.name == "nt", reason="the storm sends SIGKILL")
def test_a_driver_killed_again_and_again_loses_nothing(queue: Queue) -> None:
    runs = add(queue, "a", "b", "c")
    for number in range(60):
        driver = subprocess.Popen([sys.executable, "-c", STORM, ENGINE])
        try:
            driver.wait(0.9 + 0.13 * number)  # the kills come at other moments each time
        except subprocess.TimeoutExpired:
            driver.kill()
            driver.wait()
            continue
        if not queue.read().entries:
            break
    assert [isinstance(ended(run), Finished) for run in runs] == [True] * 3
    assert [began(run) for run in runs] == [1, 1, 1]  # the engines were never killed, and none began twice
    first, second, third = ([event.time for event in run.events()] for run in runs)
    assert first[-1] <= second[0]
    assert second[-1] <= third[0]


@pytest.mark.slow
def test_the_real_driver_and_real_engines(queue: Queue, tiny_model: Path) -> None:
    runs = [new_run(paths.runs(), tiny_model, training={"max_steps": 4}) for _ in range(2)]
    for run in runs:
        queue.add(run.path)
    driver = launch_queue()
    until(lambda: began(runs[0]) == 1, 90)
    assert queue.is_driven()
    assert queue_work.on_device(queue.root, [run.name for run in runs]) == runs[0].name
    driver.kill()
    driver.wait()
    assert not queue.is_driven()
    assert launch_queue().wait(200) == 0
    assert [ended(run).status for run in runs] == ["finished", "finished"]
    assert [began(run) for run in runs] == [1, 1]
    assert (paths.logs() / "queue.log").read_text(encoding="utf-8").count("is started") == 2
