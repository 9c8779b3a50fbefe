"""Every way a run stands or ended, in its exact words."""

from __future__ import annotations

import pytest

from desktop.engine import events as ev
from desktop.flow.run_end import how_it_ended, standing
from desktop.flow.run_outline import Outline
from tests.support.scripts import closing, opening
from tests.support.streams import recorded, training


def _outline(events: list[ev.Event]) -> Outline:
    outline = Outline()
    for event in events:
        outline.fold(event)
    return outline


def test_an_engine_that_vanished_between_checkpoints() -> None:
    told = standing(_outline(training(42, 120)), alive=False)
    assert told.sentence == "The engine ended without a word at step 42 of 120. Everything up to step 40 is saved."
    assert told.hint == "Resume goes on from step 40."
    assert (told.status, told.word, told.resume_step) == ("interrupted", "Interrupted", 40)


def test_what_lies_on_the_disk_counts_more_than_what_was_told() -> None:
    told = standing(_outline(training(42, 120)), alive=False, saved_step=0)
    assert told.sentence.endswith("Nothing was saved yet.")
    assert told.hint == "It can only start again from the beginning."


@pytest.mark.parametrize(
    ("until", "words"),
    [(0, "before it could begin"), (2, "while checking the job"), (3, "while loading the model"),
     (4, "while preparing the data"), (6, "at step 0 of 120")],
)  # fmt: skip
def test_the_phase_says_where(until: int, words: str) -> None:
    told = standing(_outline(opening(120)[:until]), alive=False)
    assert told.sentence == f"The engine ended without a word {words}. Nothing was saved yet."


def test_dying_while_saving() -> None:
    told = standing(_outline([*training(120, 120), *closing(120)[:1]]), alive=False)
    assert "ended without a word while saving the result. Everything up to step 120 is saved." in told.sentence


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (None, "ended without a word"),
        (0, "ended without a word"),
        (1, "ended with an error (exit code 1)"),
        (-9, "was killed from outside, as the system does when memory runs out"),
        (137, "was killed from outside, as the system does when memory runs out"),
        (-11, "crashed inside a library (SIGSEGV)"),
        (-6, "crashed inside a library (SIGABRT)"),
        (-15, "was ended from outside (SIGTERM)"),
        (0xC0000005, "crashed inside a library (access violation)"),
        (0xC0000005 - 2**32, "crashed inside a library (access violation)"),
    ],
)
def test_exit_codes_in_words(code: int | None, words: str) -> None:
    assert how_it_ended(code) == words


def test_the_sentence_of_a_kill_reads_as_one() -> None:
    told = standing(_outline(training(42, 120)), alive=False, exit_code=-9)
    assert told.sentence == (
        "The engine was killed from outside, as the system does when memory runs out, at step 42 of 120. "
        "Everything up to step 40 is saved."
    )


def test_runs_at_work() -> None:
    starting = standing(_outline(opening()[:3]), alive=True)
    assert (starting.status, starting.sentence) == ("starting", "The engine is loading the model.")
    assert standing(Outline(), alive=True).sentence == "The engine is starting."
    running = standing(_outline(training(42, 120)), alive=True)
    assert (running.status, running.word, running.sentence) == ("running", "Training", "The run is at step 42 of 120.")
    paused = standing(_outline([*training(42, 120), ev.Paused(step=42)]), alive=True)
    assert (paused.status, paused.sentence) == ("paused", "The run holds at step 42 of 120.")
    saving = standing(_outline([*training(120, 120), *closing(120)[:1]]), alive=True)
    assert (saving.status, saving.word) == ("running", "Saving")


def test_runs_that_came_to_an_end() -> None:
    done = standing(_outline([*training(120, 120), *closing(120)]), alive=False)
    assert (done.status, done.sentence) == ("finished", "All 120 steps are done and the model is saved.")
    assert done.resume_step is None
    stopped = standing(_outline([*training(42, 120), ev.Finished(status="stopped", step=42, seconds=1)]), alive=False)
    assert (stopped.status, stopped.resume_step) == ("stopped", 40)
    gone = standing(_outline([*training(42, 120), ev.Finished(status="discarded", step=42, seconds=1)]), alive=False)
    assert (gone.status, gone.resume_step) == ("discarded", None)


def test_a_failure_keeps_the_engines_words_and_says_what_is_safe() -> None:
    end = ev.Failed(code="out_of_memory", message="Memory ran out at step 42.", hint="Lower the batch size.", step=42)
    told = standing(_outline([*training(42, 120), end]), alive=False)
    assert told.sentence == "Memory ran out at step 42. Everything up to step 40 is saved."
    assert (told.status, told.hint, told.resume_step) == ("failed", "Lower the batch size.", 40)


def test_a_resumed_run_is_at_work_again() -> None:
    outline = _outline(recorded("resumed")[:60])
    assert standing(outline, alive=True).status == "running"
    assert standing(_outline(recorded("resumed")), alive=False).status == "finished"


def test_an_engine_that_does_not_move_is_told_from_one_that_works() -> None:
    outline = _outline(training(42, 120))
    assert standing(outline, alive=True, still=299.0).word == "Training"
    told = standing(outline, alive=True, still=725.0, saved_step=40)
    assert (told.status, told.word) == ("running", "Not moving")
    assert told.sentence == (
        "The run has not moved for 12 minutes; it stands at step 42 of 120. Everything up to step 40 is saved."
    )
    assert f"end the process {outline.pid} on" in told.hint
    loading = standing(_outline(opening()[:3]), alive=True, still=301.0)
    assert loading.sentence.startswith("The run has not moved for 5 minutes; it stands while loading the model.")
    outline.paused = True
    assert standing(outline, alive=True, still=7200.0).word == "Paused"


def test_a_run_that_ended_early_by_itself_does_not_claim_all_its_steps() -> None:
    events = [*training(42, 120), ev.Finished(status="finished", step=42, seconds=3.0)]
    told = standing(_outline(events), alive=False)
    assert told.sentence == "The run ended by itself at step 42 of 120 and the model is saved."
