"""What the watch of a run says of its tasks: how each stands, and which pays for the others."""

from __future__ import annotations

from desktop.engine import events as ev
from desktop.flow.run_view import RunView
from desktop.flow.run_watch import watch


def _look(step: int, bread: float, cake: float) -> ev.Evaluated:
    loss = (bread + cake) / 2
    return ev.Evaluated(step=step, loss=loss, metrics={"loss": loss, "loss/bread": bread, "loss/cake": cake})


def _titles(*looks: ev.Evaluated) -> dict[str, str]:
    view = RunView()
    view.fold(looks)
    return {row.title: row.tone for row in watch(view, clip=1.0)}


def test_each_task_is_told() -> None:
    found = _titles(_look(0, 3.0, 3.0), _look(5, 1.0, 2.0))
    assert "By task: bread 1.000, cake 2.000" in found
    assert "warn" not in found.values()


def test_a_task_that_pays_for_the_others_is_warned_of() -> None:
    found = _titles(_look(0, 3.0, 3.0), _look(5, 1.0, 3.2))
    assert found["cake gets worse while the whole gets better"] == "warn"


def test_a_single_task_is_not_told_apart() -> None:
    assert not [title for title in _titles(ev.Evaluated(step=0, loss=1.0, metrics={"loss": 1.0})) if "task" in title]
