"""Figures, watch rows, amounts and table rows in their exact words."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.engine import events as ev
from desktop.flow import amounts
from desktop.flow.amounts import MISSING
from desktop.flow.run_end import standing
from desktop.flow.run_figures import RunFigures, figures
from desktop.flow.run_list import found, row
from desktop.flow.run_view import RunView
from desktop.flow.run_watch import watch
from desktop.flow.runs import Shelf
from tests.support.scripts import opening
from tests.support.streams import NOON, a_run, finished, timed, training


def _view(events: list[ev.Event]) -> RunView:
    view = RunView()
    view.fold(events)
    return view


def _figures(view: RunView, *, alive: bool) -> RunFigures:
    return figures(view.snapshot(), standing(view.outline, alive=alive), NOON)


def test_the_figures_of_a_run_at_work() -> None:
    told = _figures(_view(timed(training(187))), alive=True)
    assert told.step == ("187", "of 312")
    assert told.time[0].startswith("8 min")
    assert told.time[1].startswith("done at ")
    assert told.loss[1] == "from 2.329"
    assert told.validation == ("1.137", "best, step 160")
    assert told.speed[1] == "real tokens/s"
    assert told.share == pytest.approx(187 / 312)


def test_the_figures_before_the_first_step() -> None:
    told = _figures(_view([*opening()[:3], ev.Progress(what="tensors", done=40, total=120, elapsed=3.0)]), alive=True)
    assert told.step == (MISSING, "tensors 40 of 120")
    assert told.time == (MISSING, "at work for 3 s")
    assert told.share == 0.0


def test_the_figures_of_a_run_that_is_over() -> None:
    assert _figures(_view(finished()), alive=False).time == ("21 min", "in all")
    assert _figures(_view(timed(training(187))), alive=False).time[1] == "until then"


def test_the_watch_of_a_run_that_goes_well() -> None:
    rows = watch(_view(timed(training(187))), clip=1.0)
    assert [(row.tone, row.title, row.detail) for row in rows] == [
        ("warn", "One gradient spike, 2.64, clipped to 1", "step 132"),
        ("ok", "Validation still falling, 4 of 4 checks", "step 160"),
        ("accent", "Checkpoint kept, best so far", "step 160, 1.9 MB"),
    ]
    assert not any(row.asks for row in rows)


def test_the_watch_marks_a_validation_that_turned_up() -> None:
    looks = [ev.Evaluated(step=step, loss=loss) for step, loss in ((0, 2.0), (10, 1.0), (20, 1.1), (30, 1.2))]
    (told,) = watch(_view([*opening(40), *looks]), clip=1.0)
    assert (told.tone, told.title, told.asks) == ("warn", "Validation turned up after step 10", True)
    (told,) = watch(_view([*opening(40), *looks[:3]]), clip=1.0)
    assert (told.tone, told.title) == ("ok", "Validation was best at step 10")


def test_the_watch_tells_of_a_loss_that_is_no_number_first() -> None:
    step = replace(training(3)[-1], loss=math.nan)
    rows = watch(_view([*training(2), step]), clip=1.0)
    assert (rows[0].tone, rows[0].title, rows[0].asks) == ("bad", "The loss is no number any more", True)
    zero = watch(_view([*training(2), replace(step, loss=0.0)]), clip=1.0)
    assert zero[0].title == "The loss is exactly zero"


def test_the_watch_counts_what_is_said_again() -> None:
    notices = [ev.Noticed(level="warning", code="slow", message=f"Slow {n}", hint="Wait.", step=n) for n in (3, 5)]
    rows = watch(_view([*opening(), *notices, ev.Noticed(level="info", code="note", message="A note")]), clip=1.0)
    assert [(row.tone, row.title, row.detail, row.asks) for row in rows] == [
        ("warn", "Slow 5 (2 times)", "step 5: Wait.", True),
        ("info", "A note", "", False),
    ]


def test_the_watch_of_a_failed_run_asks() -> None:
    rows = watch(_view([*training(3), ev.Failed(code="x", message="No.", hint="Do.", step=3)]), clip=1.0)
    assert (rows[0].title, rows[0].detail, rows[0].asks) == ("Failed at step 3", "Do.", True)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, MISSING), (math.nan, MISSING), (0.4, "0 s"), (59.4, "59 s"), (60, "1 min"), (500, "8 min 20 s"),
     (780, "13 min"),     (6480, "1 h 48 min"), (7200, "2 h"), (183_600, "2 d 3 h")],
)  # fmt: skip
def test_durations(seconds: float | None, words: str) -> None:
    assert amounts.duration(seconds) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(2e-4, "2e-4"), (7.6e-5, "7.6e-5"), (0, "0"), (math.nan, MISSING), (None, MISSING), (1.0, "1e0")],
)
def test_rates(value: float | None, words: str) -> None:
    assert amounts.rate(value) == words


def test_sizes_losses_and_moments() -> None:
    assert [amounts.size(n) for n in (0, 999, 12_300, 1_850_000, 21_400_000_000, 5e12)] == [
        "0 bytes", "999 bytes", "12.3 kB", "1.9 MB", "21.4 GB", "5000 GB",
    ]  # fmt: skip
    assert [amounts.loss(x) for x in (1.0882, 4200.0, math.inf, math.nan, None)] == [
        "1.088", "4,200", "infinite", MISSING, MISSING,
    ]  # fmt: skip
    assert amounts.moment(NOON, NOON).startswith("Today ")
    assert amounts.moment(NOON - 86_400, NOON) == "Yesterday"
    assert amounts.moment(NOON - 86_400 * 400, NOON).endswith("2024")
    assert amounts.ago(NOON - 130, NOON) == "2 min ago"


def test_search_and_rows(tmp_path: Path) -> None:
    a_run(tmp_path, finished(), "Bäckerei eins")
    a_run(tmp_path, timed(training(42, 120)), "legal", model="/m/Qwen2.5-1.5B", quantization="nf4")
    runs = Shelf(tmp_path).look()
    assert [run.name for run in found(runs, "bäck LORA", "Any status")] == ["Bäckerei eins"]
    assert [run.name for run in found(runs, "qwen", "Any status")] == ["legal"]
    assert [run.name for run in found(runs, "", "Finished")] == ["Bäckerei eins"]
    assert [run.name for run in found(runs, "", "Broke off")] == ["legal"]
    assert found(runs, "qwen", "Finished") == []
    told = row(found(runs, "eins", "Any status")[0], NOON)
    assert (told.steps, told.validation, told.to_base, told.word) == (
        "312 of 312",
        "0.640",
        "\N{MINUS SIGN}1.67",
        "Finished",
    )
    told = row(found(runs, "legal", "Any status")[0], NOON)
    assert (told.method, told.model, told.status) == ("QLoRA r16", "Qwen2.5-1.5B", "interrupted")
