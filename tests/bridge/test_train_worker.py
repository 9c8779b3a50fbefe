"""The worker against a real child, the fake engine: order of signals, death in every form, wishes, history, leaving."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.bridge.engines import Engines
from desktop.bridge.train_worker import SLICE, TrainWorker
from desktop.engine import events as ev
from desktop.engine.job import JobSpec
from desktop.engine.run_folder import EventWriter, RunFolder
from desktop.flow.run_view import RunView
from tests.fakes.fake_engine import a_step
from tests.support.scripts import FakeLaunch, closing, opening

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals as such exist on POSIX only")


class Diary:
    """Keeps what a worker says, in order, and folds it as a view would."""

    def __init__(self, worker: TrainWorker) -> None:
        self.words: list[str] = []
        self.view = RunView()
        self.endings: list[Any] = []
        self.batches: list[int] = []
        worker.caught_up.connect(self._caught_up)
        worker.events_arrived.connect(self._events)
        worker.ended.connect(self._ended)

    def _caught_up(self, view: RunView) -> None:
        self.words.append("caught_up")
        self.view = view

    def _events(self, events: list[ev.Event]) -> None:
        self.words.append("events")
        self.batches.append(len(events))
        self.view.fold(events)

    def _ended(self, ending: Any) -> None:
        self.words.append("ended")
        self.endings.append(ending)


Follow = Callable[..., tuple[TrainWorker, Diary, FakeLaunch]]


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "runs", JobSpec(name="bakery"))


@pytest.fixture
def follow(qtbot: QtBot, run: RunFolder, tmp_path: Path) -> Iterator[Follow]:
    launches: list[FakeLaunch] = []
    workers: list[TrainWorker] = []

    def begin(script: list[Any], *, ours: bool = True) -> tuple[TrainWorker, Diary, FakeLaunch]:
        launch = FakeLaunch(tmp_path, script)
        launches.append(launch)
        engines = Engines(launch)
        if ours:
            engines.start(run, resume=False)
        else:
            launch(run)
        worker = TrainWorker(run, engines.exits)
        workers.append(worker)
        diary = Diary(worker)
        worker.start()
        return worker, diary, launch

    yield begin
    for worker in workers:
        worker.close()
    for launch in launches:
        launch.end()


def test_a_whole_run_comes_in_order_and_the_thread_ends(qtbot: QtBot, follow: Follow) -> None:
    worker, diary, _ = follow([*opening(12), {"do": "steps", "to": 12, "of": 12, "seconds": 0.02}, *closing(12)])
    with qtbot.waitSignal(worker.finished, timeout=15_000):
        pass
    qtbot.waitUntil(lambda: bool(diary.endings))
    assert diary.words[0] == "caught_up"
    assert set(diary.words[1:-1]) == {"events"}
    assert diary.words[-1] == "ended"
    assert list(diary.view.curves.loss.steps) == list(range(1, 13))
    assert diary.endings[0].status == "finished"
    assert diary.view.snapshot().phases_done == ("check", "load", "prepare", "train", "save")


def test_batches_stay_small_however_fast_the_engine_writes(qtbot: QtBot, follow: Follow) -> None:
    _, diary, _ = follow([*opening(3000), {"do": "steps", "to": 3000, "of": 3000}, *closing(3000)])
    qtbot.waitUntil(lambda: bool(diary.endings), timeout=20_000)
    assert max(diary.batches, default=0) <= SLICE
    assert len(diary.view.curves.loss) == 3000


@posix
def test_a_killed_engine_is_noticed_and_told_with_what_is_safe(qtbot: QtBot, follow: Follow) -> None:
    script = [*opening(120), {"do": "steps", "to": 42, "of": 120, "save_every": 20}, {"do": "hang"}]
    _, diary, launch = follow(script)
    qtbot.waitUntil(lambda: diary.view.outline.step == 42, timeout=10_000)
    launch.processes[0].kill()
    qtbot.waitUntil(lambda: bool(diary.endings), timeout=5_000)
    ending = diary.endings[0]
    assert ending.status == "interrupted"
    assert "killed from outside, as the system does when memory runs out" in ending.sentence
    assert "at step 42 of 120" in ending.sentence
    assert "Everything up to step 40 is saved." in ending.sentence
    assert ending.resume_step == 40


@posix
def test_somebody_elses_engine_dies_without_an_exit_code(qtbot: QtBot, follow: Follow) -> None:
    _, diary, launch = follow([*opening(9), {"do": "steps", "to": 3, "of": 9}, {"do": "hang"}], ours=False)
    qtbot.waitUntil(lambda: diary.view.outline.step == 3, timeout=10_000)
    launch.processes[0].kill()
    launch.processes[0].wait()
    qtbot.waitUntil(lambda: bool(diary.endings), timeout=5_000)
    assert diary.endings[0].sentence == "The engine ended without a word at step 3 of 9. Nothing was saved yet."
    assert diary.endings[0].hint == "It can only start again from the beginning."


@posix
@pytest.mark.parametrize(
    ("cue", "words"),
    [
        ({"do": "signal", "number": int(signal.SIGSEGV)}, "crashed inside a library (SIGSEGV)"),
        ({"do": "signal", "number": int(signal.SIGTERM)}, "was ended from outside (SIGTERM)"),
        ({"do": "exit", "code": 3}, "ended with an error (exit code 3)"),
        ({"do": "exit", "code": 0}, "ended without a word"),
    ],
)
def test_every_way_to_die_has_its_words(qtbot: QtBot, follow: Follow, cue: dict[str, Any], words: str) -> None:
    _, diary, _ = follow([*opening(9), {"do": "steps", "to": 2, "of": 9}, cue])
    qtbot.waitUntil(lambda: bool(diary.endings), timeout=10_000)
    assert words in diary.endings[0].sentence
    assert diary.view.outline.step == 2


def test_dying_before_the_first_word_is_told_too(qtbot: QtBot, follow: Follow) -> None:
    _, diary, _ = follow([{"do": "exit", "code": 1}])
    qtbot.waitUntil(lambda: bool(diary.endings), timeout=45_000)
    assert "before it could begin" in diary.endings[0].sentence


def test_garbage_and_half_lines_hide_nothing(qtbot: QtBot, follow: Follow) -> None:
    script = [
        *opening(6),
        {"do": "garbage", "text": '{"kind":"step","step":"many"}'},
        {"do": "garbage", "text": "\x00\x01 not json"},
        {"do": "garbage", "text": "[" * 50_000},
        {"do": "garbage", "text": '{"kind":"from_the_future","x":1}'},
        {"do": "steps", "to": 6, "of": 6},
        *closing(6),
    ]
    _, diary, _ = follow(script)
    qtbot.waitUntil(lambda: bool(diary.endings), timeout=10_000)
    assert list(diary.view.curves.loss.steps) == [1, 2, 3, 4, 5, 6]
    assert diary.endings[0].status == "finished"


def test_wishes_reach_the_engine(qtbot: QtBot, follow: Follow) -> None:
    worker, diary, _ = follow([*opening(900), {"do": "steps", "to": 900, "of": 900, "seconds": 0.03}, *closing(900)])
    qtbot.waitUntil(lambda: diary.view.outline.step > 2, timeout=10_000)
    worker.checkpoint()
    qtbot.waitUntil(lambda: len(diary.view.outline.saved) == 1, timeout=5_000)
    worker.pause()
    qtbot.waitUntil(lambda: diary.view.outline.paused, timeout=5_000)
    held = diary.view.outline.step
    qtbot.wait(200)
    assert diary.view.outline.step == held
    worker.go_on()
    qtbot.waitUntil(lambda: diary.view.outline.step > held, timeout=5_000)
    worker.stop_and_save()
    qtbot.waitUntil(lambda: bool(diary.endings), timeout=5_000)
    assert diary.endings[0].status == "stopped"
    assert (worker.run_folder.model / "adapter_model.safetensors").is_file()


def test_a_wish_that_cannot_be_written_is_told(qtbot: QtBot, follow: Follow, monkeypatch: pytest.MonkeyPatch) -> None:
    worker, diary, _ = follow([*opening(9), {"do": "hang"}])
    qtbot.waitUntil(lambda: diary.view.outline.phase == "train", timeout=10_000)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("desktop.engine.run_folder.os.replace", full)
    with qtbot.waitSignal(worker.refused, timeout=5_000) as caught:
        worker.pause()
    assert "No space left on device" in str(caught.args[0])
    assert not diary.endings


def test_a_worker_that_comes_late_sees_everything(qtbot: QtBot, follow: Follow, run: RunFolder) -> None:
    worker, first, _ = follow([*opening(40), {"do": "steps", "to": 20, "of": 40}, {"do": "hang"}])
    qtbot.waitUntil(lambda: first.view.outline.step == 20, timeout=10_000)
    worker.close()
    assert not first.endings, "leaving is no ending"
    again = TrainWorker(run)
    second = Diary(again)
    again.start()
    qtbot.waitUntil(lambda: second.view.outline.step == 20, timeout=5_000)
    assert second.view.curves == first.view.curves
    assert repr(second.view.snapshot()) == repr(first.view.snapshot())
    again.close()


@posix
def test_the_engine_outlives_the_worker(qtbot: QtBot, follow: Follow, run: RunFolder) -> None:
    worker, diary, launch = follow([*opening(900), {"do": "steps", "to": 900, "of": 900, "seconds": 0.02}])
    qtbot.waitUntil(lambda: diary.view.outline.step > 1, timeout=10_000)
    worker.close()
    seen = len(run.events())
    os.kill(launch.processes[0].pid, 0)
    qtbot.waitUntil(lambda: len(run.events()) > seen + 3, timeout=5_000)


def test_a_finished_run_is_followed_by_the_same_code(qtbot: QtBot, run: RunFolder) -> None:
    writer = EventWriter(run)
    for event in (*opening(5), *(a_step(step, 5) for step in range(1, 6)), *closing(5)):
        writer.write(event)
    writer.close()
    worker = TrainWorker(run)
    diary = Diary(worker)
    worker.start()
    qtbot.waitUntil(lambda: bool(diary.endings), timeout=5_000)
    assert diary.words == ["caught_up", "ended"]
    assert diary.endings[0].status == "finished"
    assert len(diary.view.curves.loss) == 5
    worker.close()


def test_closing_in_the_middle_of_a_long_history_is_quick(qtbot: QtBot, run: RunFolder) -> None:
    line = a_step(1, 9).to_line()
    run.events_file.write_text(line * 200_000, encoding="utf-8")
    worker = TrainWorker(run)
    worker.start()
    with qtbot.captureExceptions() as raised:
        worker.close()
    assert not raised
    assert worker.isFinished()
