"""Events: one line each, non-finite numbers included, and half lines ignored."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import KINDS, Event, Failed, Finished, Planned, Step, parse_line

_numbers = st.floats(allow_nan=True, allow_infinity=True)
_steps = st.builds(
    Step,
    step=st.integers(0, 10**9),
    epoch=_numbers,
    loss=_numbers,
    learning_rate=_numbers,
    gradient_norm=_numbers,
    tokens=st.integers(0, 10**12),
    tokens_per_second=_numbers,
    memory_mib=_numbers,
)


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return left == right or (math.isnan(left) and math.isnan(right))
    return bool(left == right)


@given(_steps)
def test_a_step_survives_its_line(step: Step) -> None:
    line = step.to_line()
    assert line.count("\n") == 1
    json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    back = parse_line(line)
    assert back is not None
    for name, value in dataclasses.asdict(step).items():
        assert _same(value, getattr(back, name)), name


@given(st.text(), st.text())
def test_text_of_any_kind_stays_on_one_line(message: str, hint: str) -> None:
    event = Failed(code="x", message=message.replace("\ud800", ""), hint=hint)
    line = event.to_line()
    assert line.count("\n") == 1
    if message not in ("NaN", "Infinity", "-Infinity") and hint not in ("NaN", "Infinity", "-Infinity"):
        assert parse_line(line.encode("utf-8")) == event


@given(_steps, st.data())
def test_a_half_written_line_is_no_event(step: Step, data: st.DataObject) -> None:
    line = step.to_line().encode()
    cut = data.draw(st.integers(0, len(line) - 2))
    assert parse_line(line[:cut]) is None


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"7",
        b'{"kind": "from_the_future"}',
        b'{"kind": ["step"]}',
        b"\xff\xfe",
        b"[" * 50_000,
    ],
)
def test_what_is_no_event_is_none(line: bytes) -> None:
    assert parse_line(line) is None


def test_a_field_of_a_newer_version_is_left_out() -> None:
    line = Finished(status="finished", step=3, seconds=1.0).to_line()
    values = {**json.loads(line), "mood": "good"}
    assert parse_line(json.dumps(values)) == Finished(status="finished", step=3, seconds=1.0)


def test_nested_figures_may_be_non_finite() -> None:
    event = Finished(status="finished", step=1, seconds=0.5, metrics={"after": {"loss": math.inf}})
    assert json.loads(event.to_line())["metrics"]["after"]["loss"] == "Infinity"


def test_every_kind_of_event_has_a_name_of_its_own() -> None:
    classes = [cls for cls in Event.__subclasses__() if cls.__module__ == Event.__module__]
    assert {cls.kind for cls in classes} == set(KINDS)
    assert len(classes) == len(KINDS)


def test_a_plan_keeps_its_schedule() -> None:
    planned = Planned(
        total_steps=2, epochs=1.0, rows_train=4, rows_validation=1, tokens_per_epoch=9, parameters=10, trainable=2,
        learning_rate=1e-3, schedule=[0.0, 1e-3], tasks={"bread": {"train": 3.0, "validation": 1.0}},
    )  # fmt: skip
    assert parse_line(planned.to_line()) == planned


def test_a_plan_of_an_older_version_has_no_tasks() -> None:
    line = (
        '{"kind":"planned","total_steps":2,"epochs":1.0,"rows_train":4,"rows_validation":1,"tokens_per_epoch":9,'
        '"parameters":10,"trainable":2,"learning_rate":0.001}'
    )
    planned = parse_line(line)
    assert isinstance(planned, Planned)
    assert planned.tasks == {}
