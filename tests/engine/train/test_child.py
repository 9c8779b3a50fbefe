"""The engine as a process of its own: it outlives its parent, survives kill -9, ends gently, is alone on its run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from desktop.engine.events import Failed, Finished, Paused, PhaseStarted, Started, Step
from desktop.engine.launch import environment, launch, program
from desktop.engine.run_folder import Control, RunFolder
from desktop.engine.train.child import main
from tests.support.training import finish_of, new_run, notices_of, steps_of, train

PATIENCE = 120.0
LONG = {"method": {"id": "lora", "dropout": 0.1}, "training": {"epochs": 20, "save_every": 5}}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("child") / "runs"


@pytest.fixture
def children() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for child in started:
        child.kill()
        child.wait()


def wait_for(run: RunFolder, seen: Callable[[RunFolder], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not seen(run):
        assert time.monotonic() < end, run.log_file.read_text()
        time.sleep(0.05)


def holds(times: int) -> Callable[[RunFolder], bool]:
    return lambda run: sum(isinstance(event, Paused) for event in run.events()) >= times


def reached(step: int) -> Callable[[RunFolder], bool]:
    return lambda run: max(steps_of(run), default=0) >= step


def test_killed_and_resumed_as_processes_equals_the_run_in_this_process(
    root: Path, tiny_model: Path, children: list[subprocess.Popen[bytes]]
) -> None:
    """Kill -9 in mid-run, a second engine refused meanwhile, then SIGTERM as stop-and-save, then to the end."""
    run = new_run(root, tiny_model, **LONG)
    children.append(launch(run))
    wait_for(run, reached(8))
    run.ask(Control(wish="pause"))  # else a fast machine is done before the second engine has come up
    wait_for(run, holds(1))
    assert run.is_alive()
    assert os.getsid(children[0].pid) != os.getsid(0), "a session of its own: the terminal's end does not reach it"
    second = subprocess.run(
        [*program(), "--engine", str(run.path), "--resume"],
        env=environment(1), cwd=root, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert second.returncode == 2
    assert "already being worked on" in second.stderr
    assert "Traceback" not in second.stderr
    connections = [c for c in psutil.Process(children[0].pid).net_connections() if c.status == psutil.CONN_LISTEN]
    assert not connections, "nothing listens"
    run.ask(Control(wish="run"))
    wait_for(run, reached(max(steps_of(run)) + 2))
    children[0].kill()
    children[0].wait()
    assert not run.is_alive()
    killed_at = max(steps_of(run))

    run.ask(Control(wish="pause"))
    children.append(launch(run, resume=True))
    wait_for(run, holds(2))
    children[1].send_signal(signal.SIGTERM)
    assert children[1].wait(PATIENCE) == 0
    assert finish_of(run).status == "stopped"
    assert (run.model / "adapter_model.safetensors").is_file()
    assert 0 < [event for event in run.events() if isinstance(event, Started)][1].resumed_step <= killed_at
    run.ask(Control())

    train(run, resume=True)
    whole = new_run(root, tiny_model, **LONG)
    train(whole)
    assert steps_of(run) == steps_of(whole)
    weights = "model/adapter_model.safetensors"
    assert (run.path / weights).read_bytes() == (whole.path / weights).read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="process groups are POSIX")
def test_the_engine_outlives_whoever_started_it(
    root: Path, tiny_model: Path, children: list[subprocess.Popen[bytes]]
) -> None:
    run = new_run(root, tiny_model, training={"max_steps": 3})
    code = (
        "import os; from pathlib import Path; from desktop.engine.launch import launch; "
        "from desktop.engine.run_folder import RunFolder; "
        f"launch(RunFolder(Path({str(run.path)!r}))); os.kill(os.getpid(), 9)"
    )
    parent = subprocess.run([sys.executable, "-W", "ignore", "-c", code], env=environment(1), cwd=root, check=False)
    assert parent.returncode == -signal.SIGKILL
    wait_for(run, lambda run: bool(run.events()) and isinstance(run.events()[-1], Finished | Failed))
    assert finish_of(run).step == 3
    assert "Traceback" not in run.log_file.read_text()


def test_a_failure_in_the_process_is_told_and_logged(
    root: Path, tiny_model: Path, children: list[subprocess.Popen[bytes]]
) -> None:
    run = new_run(root, tiny_model, data=[{"path": "nowhere.jsonl"}])
    children.append(launch(run))
    assert children[0].wait(PATIENCE) == 2
    end = run.events()[-1]
    assert isinstance(end, Failed)
    assert "there is no file" in end.message
    assert end.hint


@pytest.mark.parametrize(
    ("prepare", "words", "sentence"),
    [
        (lambda run: run.job_file.unlink(), [], "is no run"),
        (lambda run: train(run), [], "was started before"),
        (lambda run: train(run), ["--resume"], "has finished already"),
    ],
)
def test_a_wrong_start_is_refused_and_leaves_the_history_alone(
    root: Path,
    tiny_model: Path,
    capsys: pytest.CaptureFixture[str],
    prepare: Callable[[RunFolder], object],
    words: list[str],
    sentence: str,
) -> None:
    run = new_run(root, tiny_model, training={"max_steps": 1})
    prepare(run)
    before = len(run.events())
    assert main([str(run.path), *words]) == 2
    assert sentence in capsys.readouterr().err
    assert len(run.events()) == before


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_a_stop_that_was_obeyed_is_taken_back_on_resume_and_a_newer_one_is_not(root: Path, tiny_model: Path) -> None:
    from desktop.engine.train.child import refuse_wrong_start

    run = new_run(root, tiny_model)
    run.ask(Control(wish="stop_and_save", samples=3))
    run.events_file.write_text('{"kind":"finished","status":"stopped","step":1,"seconds":1}\n')
    refuse_wrong_start(run, resume=True)
    assert run.control() == Control(wish="run", samples=3)
    os.utime(run.events_file, (1, 1))
    run.ask(Control(wish="stop_and_save"))
    refuse_wrong_start(run, resume=True)
    assert run.control().wish == "stop_and_save"


def test_a_library_that_is_missing_is_told(root: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop.engine.train.child import work
    from desktop.engine.train.control import Wishes

    run = new_run(root, tiny_model)
    monkeypatch.setitem(sys.modules, "desktop.engine.train.runner", None)
    assert work(run, Wishes(run), resume=False) == 1
    started, end = run.events()
    assert isinstance(started, Started)
    assert isinstance(end, Failed)
    assert end.code == "broken_install"
    assert not [event for event in run.events() if isinstance(event, PhaseStarted | Step)]
    assert not notices_of(run)
