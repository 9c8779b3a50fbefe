"""The annotation session: what each act does, what it remembers, and that the clock tells the truth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.engine.preferences.judgement import Choice
from desktop.engine.preferences.store import PreferenceStore
from desktop.flow.amounts import MISSING
from desktop.flow.annotate import KEYS, REASONS, STRIP, Annotation


class Clock:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PreferenceStore]:
    made = PreferenceStore.create(tmp_path, "Answers", seed=5)
    for number in range(1, 7):
        made.add_pair([{"role": "user", "content": f"Question {number}?"}], f"a{number}", f"b{number}")
    yield made
    made.close()


def _question(session: Annotation) -> str:
    assert session.item is not None
    return session.item.pair.question


def test_a_choice_is_saved_at_once_and_can_be_corrected_before_going_on(store: PreferenceStore, clock: Clock) -> None:
    session = Annotation(store, clock=clock)
    clock.now += 7.5
    session.choose("left")
    assert [j.choice for j in store.judgements()] == ["left"]
    clock.now += 3
    session.choose("both_bad")
    assert [(j.choice, j.milliseconds) for j in store.judgements()] == [("both_bad", 7500)]
    assert _question(session) == "Question 1?"
    assert session.next()
    assert _question(session) == "Question 2?"
    assert session.judgement is None


def test_going_on_without_a_word_is_refused_and_said(store: PreferenceStore) -> None:
    session = Annotation(store)
    assert not session.next()
    assert _question(session) == "Question 1?"
    assert "press S" in session.said


def test_reasons_and_note_go_with_the_judgement_whenever_they_are_given(store: PreferenceStore) -> None:
    session = Annotation(store)
    session.toggle_reason("Tone")
    session.choose("right")
    session.toggle_reason("Correct")
    session.toggle_reason("Tone")
    session.set_note(" too stiff ")
    saved = store.judgements()[0]
    assert (saved.reasons, saved.note) == (("Correct",), "too stiff")
    session.next()
    assert (session.reasons, session.note) == ((), "")


def test_undo_takes_back_the_choice_then_the_pair_before_it(store: PreferenceStore) -> None:
    session = Annotation(store)
    session.choose("left")
    session.toggle_reason("Tone")
    session.next()
    session.choose("right")
    session.undo()
    assert (_question(session), session.judgement) == ("Question 2?", None)
    session.undo()
    assert (_question(session), session.reasons) == ("Question 1?", ("Tone",))
    assert session.said == "Taken back: A is better."
    session.undo()
    assert session.said == "There is nothing to undo."
    assert store.judgements() == []


def test_undo_reaches_back_over_a_restart_and_a_skip(store: PreferenceStore) -> None:
    first = Annotation(store)
    first.choose("left")
    first.next()
    first.skip()
    again = Annotation(store)
    assert _question(again) == "Question 3?"
    again.undo()
    assert (_question(again), again.said) == ("Question 2?", "Taken back: skipped.")
    again.undo()
    assert _question(again) == "Question 1?"


def test_skipping_a_judged_pair_takes_the_judgement_back(store: PreferenceStore) -> None:
    session = Annotation(store)
    session.choose("left")
    session.skip()
    assert store.judgements() == []
    assert _question(session) == "Question 2?"
    assert session.figures.judged == 0


def test_the_end_and_what_comes_after_it(store: PreferenceStore) -> None:
    session = Annotation(store)
    while session.item is not None:
        session.choose("left")
        session.next()
    assert session.standing == "done"
    session.pairs_arrived(still_expected=3)
    assert session.standing == "waiting"
    store.add_pair([{"role": "user", "content": "Late?"}], "a", "b")
    session.pairs_arrived(still_expected=2)
    assert (session.standing, _question(session)) == ("judging", "Late?")
    assert session.figures.pairs == 9


def test_arriving_pairs_leave_the_one_on_the_screen_alone(store: PreferenceStore) -> None:
    session = Annotation(store)
    session.choose("left")
    session.pairs_arrived(still_expected=4)
    assert session.judgement is not None
    assert _question(session) == "Question 1?"


def test_a_paused_clock_stands_still_and_answers_cannot_be_judged(store: PreferenceStore, clock: Clock) -> None:
    session = Annotation(store, clock=clock)
    clock.now += 2
    session.pause()
    clock.now += 600
    session.choose("left")
    session.skip()
    session.toggle_reason("Tone")
    assert (session.standing, store.judgements(), session.reasons) == ("paused", [], ())
    assert session.next()
    clock.now += 1
    session.choose("left")
    assert store.judgements()[0].milliseconds == 3000


def test_figures(store: PreferenceStore, clock: Clock) -> None:
    session = Annotation(store, clock=clock)
    assert (session.figures.pace, session.figures.left, session.figures.consistency) == (MISSING,) * 3
    for seconds in (10, 20, 60):
        clock.now += seconds
        session.choose("left")
        session.next()
    figures = session.figures
    assert (figures.judged, figures.pairs, figures.share) == (3, 6, 0.5)
    assert (figures.pace, figures.left) == ("20 s a pair", "1 min")


def test_strip_and_readiness(store: PreferenceStore) -> None:
    session = Annotation(store)
    given: list[Choice] = ["left", "right", "both_good"]
    for choice in given:
        session.choose(choice)
        session.next()
    assert session.strip == given
    assert session.ready == 2
    session.choose("both_bad")
    assert session.strip == given  # the pair on the screen is drawn as the open box
    assert session.ready == 2


def test_the_strip_shows_the_last_ones_only(tmp_path: Path) -> None:
    store = PreferenceStore.create(tmp_path, "Many", seed=5)
    for number in range(60):
        store.add_pair([], f"a{number}", f"b{number}")
    session = Annotation(store)
    for number in range(50):
        session.choose("left" if number < 30 else "right")
        session.next()
    assert session.strip == ["left"] * (STRIP - 20) + ["right"] * 20
    assert session.figures.consistency.endswith("of 2 repeats")
    store.close()


def test_who_won_is_told_at_the_end_only(tmp_path: Path) -> None:
    store = PreferenceStore.create(tmp_path, "Against", seed=5)
    for number in range(3):
        sources = {"a": {"contender": "tuned"}, "b": {"contender": "base"}}
        store.add_pair([], f"a{number}", f"b{number}", sources=sources)
    session = Annotation(store)
    while session.item is not None:
        assert session.reveal == ""
        session.choose("left" if session.item.left == "a" else "right")
        session.next()
    assert session.reveal == "The tuned model won 3 of 3 decided pairs against its base (95 % interval 29 to 100 %)."
    store.close()


def test_no_key_means_two_things() -> None:
    assert not set(KEYS) & {key for key, _ in REASONS}
