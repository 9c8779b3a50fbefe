"""Following a run to its end: every event heard once, and every kind of end told as what it is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest

from desktop import paths
from desktop.engine.errors import RequestError, UserError
from desktop.engine.events import Event, Failed, Finished, Paused, Started
from desktop.engine.job import JobSpec
from desktop.engine.run_folder import Control, EventWriter, RunFolder
from desktop.flow.follow import Follower, Outcome, ask
from desktop.flow.run_outline import Outline

STARTED = Started(pid=1, host="here", version="0", device="cpu")
FINISHED = Finished(status="finished", step=3, seconds=1.5, metrics={"after": {"loss": 0.5}})


@pytest.fixture
def run() -> RunFolder:
    return RunFolder.create(paths.runs(), JobSpec(name="followed"))


def _engine(run: RunFolder, events: Sequence[Event], code: int = 0, dies: bool = False) -> subprocess.Popen[bytes]:
    """Start a process that writes ``events`` one by one and ends as told."""
    lines = [event.to_line() for event in events]
    script = (
        "import os, sys, time\n"
        f"with open({str(run.events_file)!r}, 'a') as file:\n"
        f"    for line in {lines!r}:\n        file.write(line); file.flush(); time.sleep(0.05)\n"
        + ("os.kill(os.getpid(), 9)" if dies else f"sys.exit({code})")
    )
    return subprocess.Popen([sys.executable, "-c", script])


def _followed(run: RunFolder, engine: subprocess.Popen[bytes] | None) -> tuple[Outcome, list[Event]]:
    heard: list[Event] = []

    def watch(outline: Outline, events: Sequence[Event]) -> None:
        heard.extend(events)

    return Follower(run, engine, watch).until_end(), heard


def test_a_good_end(run: RunFolder) -> None:
    events = [STARTED, Paused(step=1), FINISHED]
    outcome, heard = _followed(run, _engine(run, events))
    assert heard == events
    assert outcome.finished() == FINISHED
    assert outcome.standing.status == "finished"


@pytest.mark.parametrize(("code", "kind"), [(2, RequestError), (1, UserError)])
def test_a_failure_keeps_its_words_and_its_kind(run: RunFolder, code: int, kind: type[UserError]) -> None:
    failed = Failed(code="no_rows", message="There is no row.", hint="Choose another file.")
    outcome, _ = _followed(run, _engine(run, [STARTED, failed], code))
    with pytest.raises(UserError, match="There is no row") as caught:
        outcome.finished()
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.hint, caught.value.exit_code) == ("no_rows", "Choose another file.", code)


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a POSIX signal")
def test_a_death_without_a_word_is_told(run: RunFolder) -> None:
    outcome, _ = _followed(run, _engine(run, [STARTED], dies=True))
    assert outcome.standing.status == "interrupted"
    with pytest.raises(UserError, match="killed") as caught:
        outcome.finished()
    assert caught.value.code == "engine_died"


def test_somebody_elses_run_is_followed_by_its_lock(run: RunFolder) -> None:
    writer = EventWriter(run)
    writer.write(FINISHED)
    writer.close()
    outcome, heard = _followed(run, None)
    assert heard == [FINISHED]
    assert outcome.finished() == FINISHED


def test_asking_for_a_stop_keeps_what_else_was_asked(run: RunFolder) -> None:
    run.ask(Control(checkpoints=2, samples=1))
    ask(run, "stop_and_save")
    assert run.control() == Control(wish="stop_and_save", checkpoints=2, samples=1)


def test_an_interrupted_follower_goes_on_where_it_was(run: RunFolder) -> None:
    heard: list[Event] = []
    interrupts = [KeyboardInterrupt()]

    def watch(outline: Outline, events: Sequence[Event]) -> None:
        heard.extend(events)
        if heard and interrupts:
            raise interrupts.pop()

    events = [STARTED, Paused(step=1), FINISHED]
    follower = Follower(run, _engine(run, events), watch)
    with pytest.raises(KeyboardInterrupt):
        follower.until_end()
    assert follower.until_end().finished() == FINISHED
    assert heard == events
