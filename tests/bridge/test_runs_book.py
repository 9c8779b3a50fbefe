"""The book against real children: starting, resuming, deleting and taking back, refusals, news, leaving in peace."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.bridge.runs_book import RunsBook
from desktop.engine.errors import RequestError, UserError
from desktop.engine.job import JobSpec
from desktop.engine.run_folder import RunFolder
from tests.support.scripts import FakeLaunch, closing, opening

SCRIPT = [*opening(120), {"do": "steps", "to": 42, "of": 120, "save_every": 20}, {"do": "hang"}]
AGAIN = [*opening(120), {"do": "steps", "to": 120, "of": 120}, *closing(120)]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[FakeLaunch]:
    found = FakeLaunch(tmp_path, SCRIPT, AGAIN)
    yield found
    found.end()


@pytest.fixture
def book(qtbot: QtBot, tmp_path: Path, launch: FakeLaunch) -> Iterator[RunsBook]:
    found = RunsBook(tmp_path / "runs", launch=launch, interval=0.05)
    yield found
    found.close()


def _status(book: RunsBook, name: str) -> str:
    summary = book.summary(name)
    return summary.status if summary else ""


def test_a_started_run_appears_moves_dies_and_is_resumed(qtbot: QtBot, book: RunsBook, launch: FakeLaunch) -> None:
    with qtbot.waitSignal(book.changed, timeout=5_000):
        name = book.start(JobSpec(name="bakery"))
    qtbot.waitUntil(lambda: _status(book, name) == "running", timeout=10_000)
    qtbot.waitUntil(lambda: getattr(book.summary(name), "step", 0) == 42, timeout=10_000)
    with pytest.raises(RequestError, match="being worked on already"):
        book.resume(name)
    with pytest.raises(RequestError, match="at work"):
        book.delete(name)
    launch.processes[0].kill()
    qtbot.waitUntil(lambda: _status(book, name) == "interrupted", timeout=5_000)
    summary = book.summary(name)
    assert summary
    assert summary.resume_step == 40
    assert "step 42 of 120. Everything up to step 40 is saved." in summary.sentence
    book.resume(name)
    qtbot.waitUntil(lambda: _status(book, name) == "finished", timeout=10_000)
    assert "--resume" in launch.processes[-1].args
    done = book.summary(name)
    assert done
    assert (done.step, done.total, done.validation, done.before) == (120, 120, 0.64, 2.31)
    assert [point[0] for point in done.sparkline] == sorted({point[0] for point in done.sparkline})


def test_resuming_forgets_an_old_wish_to_stop(qtbot: QtBot, book: RunsBook) -> None:
    name = book.start(JobSpec(name="bakery"))
    qtbot.waitUntil(lambda: _status(book, name) == "running", timeout=10_000)
    worker = book.worker(name)
    worker.start()
    run = book.folder(name)
    worker.stop_and_save()
    qtbot.waitUntil(lambda: run.control().wish == "stop_and_save", timeout=5_000)
    worker.close()
    _kill(book, name)
    qtbot.waitUntil(lambda: _status(book, name) == "interrupted", timeout=5_000)
    book.resume(name)
    assert run.control().wish == "run"


def test_a_deleted_run_can_be_taken_back_until_the_next_start(qtbot: QtBot, tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "runs", JobSpec(name="old"))
    (run.path / "model").mkdir()
    (run.path / "model" / "weights").write_bytes(b"x" * 5000)
    book = RunsBook(tmp_path / "runs", interval=0.05)
    qtbot.waitUntil(lambda: bool(book.summaries()), timeout=5_000)
    book.delete(run.name)
    qtbot.waitUntil(lambda: not book.summaries(), timeout=5_000)
    book.undelete(run.name)
    qtbot.waitUntil(lambda: bool(book.summaries()), timeout=5_000)
    assert (run.path / "model" / "weights").stat().st_size == 5000
    book.delete(run.name)
    book.close()
    again = RunsBook(tmp_path / "runs", interval=0.05)
    qtbot.waitUntil(lambda: not (tmp_path / "runs" / ".deleted").exists(), timeout=5_000)
    with pytest.raises(UserError, match="gone for good"):
        again.undelete(run.name)
    again.close()


def test_a_new_name_is_shown_and_the_folder_stays(qtbot: QtBot, tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "runs", JobSpec(name="old"))
    book = RunsBook(tmp_path / "runs", interval=0.05)
    book.rename(run.name, "  Bäckerei 🙂 ")
    qtbot.waitUntil(lambda: [found.name for found in book.summaries()] == ["Bäckerei 🙂"], timeout=5_000)
    assert book.summaries()[0].folder == run.name
    assert run.job().name == "old"
    with pytest.raises(RequestError, match="needs a name"):
        book.rename(run.name, "   ")
    book.close()


@pytest.mark.parametrize("name", ["", "..", "../../etc", "nothing"])
def test_names_from_outside_the_folder_are_refused(qtbot: QtBot, book: RunsBook, name: str) -> None:
    with pytest.raises(RequestError, match="no run called"):
        book.folder(name)


def test_an_engine_that_cannot_be_started_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    def launch(run: RunFolder, *, resume: bool = False) -> subprocess.Popen[bytes]:
        raise UserError("cannot_start", "The training process could not be started: too many open files.")

    book = RunsBook(tmp_path / "runs", launch=launch, interval=0.05)
    with qtbot.waitSignal(book.launch_failed, timeout=5_000) as caught:
        name = book.start(JobSpec(name="bakery"))
    assert caught.args[0] == name
    assert "too many open files" in str(caught.args[1])
    book.close()


def test_a_folder_of_runs_that_goes_away_empties_the_list(qtbot: QtBot, tmp_path: Path) -> None:
    RunFolder.create(tmp_path / "runs", JobSpec(name="old"))
    book = RunsBook(tmp_path / "runs", interval=0.05)
    qtbot.waitUntil(lambda: bool(book.summaries()), timeout=5_000)
    (tmp_path / "runs").rename(tmp_path / "elsewhere")
    qtbot.waitUntil(lambda: not book.summaries(), timeout=5_000)
    (tmp_path / "elsewhere").rename(tmp_path / "runs")
    qtbot.waitUntil(lambda: bool(book.summaries()), timeout=5_000)
    book.close()


def test_closing_the_book_leaves_the_engine_at_work(qtbot: QtBot, tmp_path: Path, launch: FakeLaunch) -> None:
    book = RunsBook(tmp_path / "runs", launch=launch, interval=0.05)
    name = book.start(JobSpec(name="bakery"))
    qtbot.waitUntil(lambda: _status(book, name) == "running", timeout=10_000)
    worker = book.worker(name)
    worker.start()
    book.close()
    assert worker.isFinished()
    run = RunFolder(tmp_path / "runs" / name)
    assert run.is_alive()
    second = RunsBook(tmp_path / "runs", launch=launch, interval=0.05)
    qtbot.waitUntil(lambda: _status(second, name) == "running", timeout=5_000)
    second.close()


def _kill(book: RunsBook, name: str) -> None:
    engine = next(event for event in book.folder(name).events() if event.kind == "started")
    os.kill(engine.pid, getattr(signal, "SIGKILL", signal.SIGTERM))  # type: ignore[attr-defined]
