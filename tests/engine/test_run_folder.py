"""The run folder: names, atomic writes under injected failures, tails of growing files, and who is alive."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.errors import UserError
from desktop.engine.events import Event, Paused, Unpaused
from desktop.engine.job import JobSpec
from desktop.engine.run_folder import Control, EventTail, EventWriter, RunFolder, write_atomically


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "runs", JobSpec(name="bakery"))


def test_two_runs_of_one_name_never_share_a_folder(tmp_path: Path) -> None:
    runs = [RunFolder.create(tmp_path, JobSpec(name="my bakery")) for _ in range(3)]
    assert len({run.path for run in runs}) == 3
    assert all("my-bakery" in run.name for run in runs)
    assert runs[2].job() == JobSpec(name="my bakery")
    assert {run.name for run in RunFolder.all_in(tmp_path)} == {run.name for run in runs}


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be made"):
        RunFolder.create(tmp_path / "file" / "runs", JobSpec())


def test_no_runs_where_there_is_no_folder(tmp_path: Path) -> None:
    assert RunFolder.all_in(tmp_path / "missing") == []


def test_what_is_asked_is_what_is_read(run: RunFolder) -> None:
    assert run.control() == Control()
    wish = Control(wish="stop_and_save", checkpoints=2, samples=1)
    run.ask(wish)
    assert run.control() == wish


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'"run"'])
def test_an_unreadable_control_file_asks_for_nothing(run: RunFolder, content: bytes) -> None:
    run.control_file.write_bytes(content)
    assert run.control() == Control()


class _FailsAt:
    """Counts the calls of several functions together and fails the n-th of them."""

    def __init__(self, fail_at: int) -> None:
        self._left = fail_at
        self.failed = False

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                self.failed = True
                raise OSError(28, "No space left on device")
            return function(*args, **kwargs)

        return call


def test_whatever_fails_the_file_is_old_or_new_and_nothing_else_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "control.json"
    for fail_at in range(1, 20):
        file.write_text("old")
        failing = _FailsAt(fail_at)
        with monkeypatch.context() as patch:
            for module, name in ((tempfile, "mkstemp"), (os, "fdopen"), (os, "fsync"), (os, "replace")):
                patch.setattr(module, name, failing.wrap(getattr(module, name)))
            with contextlib.suppress(UserError):  # any other error would reach the user raw, and fails the test
                write_atomically(file, "new")
        assert file.read_text() in ("old", "new"), f"torn by failure {fail_at}"
        assert [path.name for path in tmp_path.iterdir()] == ["control.json"], f"litter after failure {fail_at}"
        if not failing.failed:
            assert file.read_text() == "new"
            return
    pytest.fail("the failures never ran out")


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE is POSIX")
def test_a_full_disk_keeps_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "job.yaml"
    file.write_text("old")
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from desktop.engine.errors import UserError\n"
        "from desktop.engine.run_folder import write_atomically\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))\n"
        "try:\n    write_atomically(Path(sys.argv[1]), 'x' * 1000)\n"
        "except UserError as error:\n    print(error.message)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(file)], capture_output=True, text=True, check=True)
    assert "job.yaml could not be saved" in done.stdout
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["job.yaml"]


def test_events_are_read_once_each_while_the_file_grows(run: RunFolder) -> None:
    tail = EventTail(run)
    assert tail.read() == []
    writer = EventWriter(run)
    writer.write(Paused(step=1))
    assert tail.read() == [Paused(step=1)]
    assert tail.read() == []
    writer.write(Unpaused(step=1))
    writer.write(Paused(step=2))
    writer.close()
    assert tail.read() == [Unpaused(step=1), Paused(step=2)]
    assert run.events() == [Paused(step=1), Unpaused(step=1), Paused(step=2)]


@settings(max_examples=60)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20), st.data())
def test_any_chunking_gives_the_same_events(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], data: st.DataObject
) -> None:
    run = RunFolder(tmp_path_factory.mktemp("run"))
    events: list[Event] = [Paused(step=step) for step in steps]
    content = "".join(event.to_line() for event in events).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=6)))
    tail = EventTail(run)
    got: list[Event] = []
    for start, end in zip([0, *cuts], [*cuts, len(content)], strict=True):
        with run.events_file.open("ab") as file:
            file.write(content[start:end])
        got += tail.read()
    assert got == events


def test_a_line_left_half_written_is_ended_before_the_next(run: RunFolder) -> None:
    run.events_file.write_bytes(Paused(step=1).to_line().encode() + b'{"kind":"pau')
    writer = EventWriter(run)
    writer.write(Paused(step=2))
    writer.close()
    assert run.events() == [Paused(step=1), Paused(step=2)]


def test_a_run_lives_exactly_as_long_as_its_process(run: RunFolder) -> None:
    assert not run.is_alive()
    script = (
        "import sys, time; from pathlib import Path; from desktop.engine.run_folder import RunFolder\n"
        "lock = RunFolder(Path(sys.argv[1])).lock(); lock.acquire(); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(run.path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        assert run.is_alive()
        child.kill()
        child.wait()
    assert not run.is_alive()
