"""Folding: batches make no difference, resumed steps replace redone ones, and recordings of the real engine."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine import events as ev
from desktop.flow.run_view import RunView
from tests.fakes.fake_engine import a_step
from tests.support.scripts import closing, opening
from tests.support.streams import finished, recorded, timed, training

_numbers = st.one_of(st.floats(-5, 50), st.sampled_from([math.nan, math.inf]))
_steps = st.integers(0, 12)
_events = st.one_of(
    st.builds(ev.Started, pid=st.just(1), host=st.just("here"), version=st.just("0"), device=st.just("cpu"),
              resumed_step=_steps, elapsed=st.floats(0, 9)),
    st.builds(ev.PhaseStarted, phase=st.sampled_from(["check", "load", "prepare", "train", "save"])),
    st.builds(ev.Progress, what=st.just("rows"), done=_steps, total=_steps),
    st.sampled_from([event for event in opening(12) if isinstance(event, ev.Planned)]),
    st.builds(ev.Step, step=_steps, epoch=st.just(0.0), loss=_numbers, learning_rate=_numbers, gradient_norm=_numbers,
              tokens=_steps, tokens_per_second=_numbers, memory_mib=_numbers, elapsed=st.floats(0, 99),
              extra=st.dictionaries(st.sampled_from(["margin", "reward"]), _numbers, max_size=2)),
    st.builds(ev.Evaluated, step=_steps, loss=_numbers),
    st.builds(ev.Sampled, step=_steps, prompt=st.sampled_from("ab"), text=st.sampled_from("xy")),
    st.builds(ev.CheckpointSaved, step=_steps, folder=st.just("f"), bytes=_steps),
    st.builds(ev.Noticed, level=st.sampled_from(["info", "warning"]), code=st.just("c"), message=st.just("m")),
    st.builds(ev.Paused, step=_steps), st.builds(ev.Unpaused, step=_steps),
    st.builds(ev.Finished, status=st.just("finished"), step=_steps, seconds=st.just(1.0)),
    st.builds(ev.Failed, code=st.just("c"), message=st.just("m")),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_events, max_size=60), st.data())
def test_batches_make_no_difference(events: list[ev.Event], data: st.DataObject) -> None:
    whole, cut = RunView(), RunView()
    whole.fold(events)
    place = 0
    while place < len(events):
        size = data.draw(st.integers(0, len(events) - place), label="batch")
        cut.fold(events[place : place + size])
        place += size or 1
        if size == 0:
            cut.fold([events[place - 1]])
    assert repr(cut.snapshot()) == repr(whole.snapshot())
    assert cut.curves == whole.curves


@settings(deadline=None)
@given(st.integers(0, 30), st.integers(0, 30))
def test_a_resumed_run_shows_what_an_uninterrupted_one_shows(saved: int, lost: int) -> None:
    total = 80
    first = [*opening(total), *(a_step(step, total) for step in range(1, saved + lost + 1))]
    again = [replace(opening(total)[0], resumed_step=saved), *opening(total)[1:]]
    rest = [*(a_step(step, total) for step in range(saved + 1, total + 1)), *closing(total)]
    broken, straight = RunView(), RunView()
    broken.fold([*first, *again, *rest])
    straight.fold([*opening(total), *(a_step(step, total) for step in range(1, total + 1)), *closing(total)])
    assert list(broken.curves.loss) == list(straight.curves.loss)
    assert list(broken.curves.smoothed) == list(straight.curves.smoothed)
    assert broken.snapshot().step == total


def test_a_run_in_the_middle() -> None:
    view = RunView()
    view.fold(timed(training(187)))
    state = view.snapshot()
    assert (state.phase, state.step, state.total) == ("train", 187, 312)
    assert state.phases_done == ("check", "load", "prepare")
    assert state.seconds_left == pytest.approx(125 * 4.0, rel=0.05)
    assert state.best is not None
    assert state.best.step == 160
    assert len(state.samples) == 9
    assert state.checkpoints[-1] == (160, 1_850_000)
    assert view.curves.spikes == [(132, 2.64)]


def test_the_clock_on_the_wall_may_jump_back() -> None:
    view, jumping = RunView(), RunView()
    events = timed(training(100))
    view.fold(events)
    jumping.fold([replace(event, time=event.time - (7200 if place > 90 else 0)) for place, event in enumerate(events)])
    assert jumping.snapshot().seconds_left == view.snapshot().seconds_left
    assert jumping.snapshot().seconds == view.snapshot().seconds


def test_a_pause_is_not_counted_as_pace() -> None:
    view = RunView()
    events = timed(training(100))
    last = events[-1].elapsed
    view.fold([*events, ev.Paused(step=100, elapsed=last)])
    assert view.snapshot().seconds_left is None
    rest = [replace(a_step(step, 312), elapsed=last + 9000 + 4 * (step - 100)) for step in range(101, 111)]
    view.fold([ev.Unpaused(step=100, elapsed=last + 9000), *rest])
    assert view.snapshot().seconds_left == pytest.approx(202 * 4.0)


def test_a_recorded_run_that_finished() -> None:
    view = RunView()
    view.fold(recorded("finished"))
    state = view.snapshot()
    assert isinstance(state.ended, ev.Finished)
    assert state.phases_done == ("check", "load", "prepare", "train", "save")
    assert list(view.curves.loss.steps) == list(range(1, 35))
    assert view.curves.learning_rate.steps == view.curves.planned.steps
    assert list(view.curves.learning_rate.values) == pytest.approx(list(view.curves.planned.values))
    assert state.latest is not None
    assert state.latest.loss == pytest.approx(state.ended.metrics["after"]["loss"])


def test_a_recorded_run_that_was_killed_and_resumed_equals_the_one_that_was_not() -> None:
    resumed, straight, killed = RunView(), RunView(), RunView()
    resumed.fold(recorded("resumed"))
    straight.fold(recorded("finished"))
    killed.fold(recorded("killed"))
    assert killed.snapshot().step == 14
    assert resumed.snapshot().sessions == 2
    assert resumed.snapshot().resumed_step == 10
    assert list(resumed.curves.loss) == list(straight.curves.loss), "redone steps gave the very same losses"
    assert list(resumed.curves.validation) == list(straight.curves.validation)


def test_a_long_recording_is_the_same_read_twice() -> None:
    one, two = RunView(), RunView()
    one.fold(finished())
    two.fold(finished())
    assert one.curves == two.curves
