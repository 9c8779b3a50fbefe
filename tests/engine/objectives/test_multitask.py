"""Multi-task fine-tuning: what it asks for, and its figures over tasks."""

from __future__ import annotations

from desktop.engine.job import JobSpec
from desktop.engine.objectives.multitask import MEAN, WORST, Multitask


def test_it_asks_for_a_second_task() -> None:
    def problems(*sets: dict[str, str]) -> list[str]:
        job = JobSpec.from_mapping({"data": list(sets)})
        return [problem.message for problem in Multitask().problems(job, Multitask().options(), None)]

    bread, cake = {"path": "bread.jsonl"}, {"path": "cake.jsonl"}
    assert problems(bread, cake) == []
    assert "there is only one: bread" in problems(bread)[0]
    assert problems(bread, {**cake, "use": "validation"})
    assert problems({**bread, "task": "one"}, {**cake, "task": "one"})


def test_small_tasks_count_as_much_as_large_ones() -> None:
    found = {"bread": {"loss": 1.0, "tokens": 900.0}, "cake": {"loss": 4.0, "tokens": 10.0}}
    assert Multitask().over_tasks(found) == {MEAN: 2.5, WORST: 4.0}
    assert Multitask().over_tasks({}) == {}
