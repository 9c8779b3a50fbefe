"""Continual fine-tuning before a run: what it asks for, and how long its epochs are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from desktop.engine.job import JobSpec
from desktop.engine.objectives.continual import Continual, ContinualOptions


def test_it_asks_for_an_old_task() -> None:
    rows = {"path": "rows.jsonl"}
    [problem] = Continual().problems(JobSpec.from_mapping({"data": [rows]}), ContinualOptions(), None)
    assert problem.field == "data"
    assert "old task" in problem.message
    assert "use: old" in problem.fix
    whole = JobSpec.from_mapping({"data": [rows, {"path": "old.jsonl", "use": "old"}]})
    assert Continual().problems(whole, ContinualOptions(), None) == []


@pytest.mark.parametrize(("guard", "rows"), [("none", 30), ("l2", 30), ("ewc", 30), ("replay", 40)])
def test_only_replay_makes_an_epoch_longer(guard: Any, rows: int) -> None:
    prepared: Any = SimpleNamespace(train=range(30), old=range(5))
    assert Continual().epoch_rows(prepared, ContinualOptions(guard=guard, share=0.25)) == rows
