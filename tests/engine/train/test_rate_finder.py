"""The sweep on real tiny runs: it leaves no trace, ends where the loss is lost, and ends when nobody wants it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from desktop.engine import rate_sweep
from desktop.engine.rate_sweep import RatePoint
from desktop.engine.run_folder import EventWriter
from desktop.engine.train.control import Wishes
from desktop.engine.train.emitter import Emitter
from desktop.engine.train.rate_finder import find_rate, sweep
from tests.support.training import WatchedRunner, new_run, steps_of


class SweptRunner(WatchedRunner):
    """Sweeps the rate with the very trainer of the run, just before it trains."""

    swept: Any = None

    def _train(self, boundary: Any, trainer: Any, start: Any) -> None:
        trainer.remove_callback(boundary)
        asked = trainer.args.max_steps
        trainer.args.max_steps = 12
        self.swept = sweep(trainer, trainer.args.learning_rate, 12)
        trainer.args.max_steps = asked
        trainer.add_callback(boundary)
        super()._train(boundary, trainer, start)


def go(root: Path, runner: type[WatchedRunner], model: Path, method: Any) -> tuple[Any, WatchedRunner]:
    run = new_run(root, model, method=method)
    writer = EventWriter(run)
    made = runner(run, Emitter(writer), Wishes(run))
    writer.write(made.go())
    writer.close()
    return steps_of(run), made


@pytest.mark.parametrize("method", ["full", {"id": "lora", "dropout": 0.1}])
def test_a_sweep_before_a_run_changes_no_bit_of_it(tmp_path: Path, tiny_model: Path, method: Any) -> None:
    plain, first = go(tmp_path / "a", WatchedRunner, tiny_model, method)
    swept, second = go(tmp_path / "b", SweptRunner, tiny_model, method)
    assert isinstance(second, SweptRunner)
    assert len(second.swept.points) > 3
    assert swept == plain
    after = dict(second.trainer.model.named_parameters())
    for name, parameter in first.trainer.model.named_parameters():
        assert torch.equal(parameter, after[name]), name


def test_a_sweep_moved_the_weights_before_it_put_them_back(tmp_path: Path, tiny_model: Path) -> None:
    found = find_rate(new_run(tmp_path, tiny_model, method="full").job(), steps=40)
    assert found is not None
    assert found.points[-1].smoothed != found.points[0].smoothed
    assert [point.rate for point in found.points] == sorted(point.rate for point in found.points)
    assert found.sentence.endswith(".")


def test_a_rate_far_too_high_ends_the_sweep_early(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_sweep, "DECADES_ABOVE", 5.0)
    found = find_rate(new_run(tmp_path, tiny_model, method="full").job(), steps=40)
    assert found is not None
    assert found.diverged is not None
    assert len(found.points) < 40
    assert found.suggestion is None or found.suggestion < found.diverged / 3


def test_it_ends_at_the_step_at_which_nobody_wants_it_any_more(tmp_path: Path, tiny_model: Path) -> None:
    seen: list[RatePoint] = []
    found = find_rate(
        new_run(tmp_path, tiny_model).job(), steps=40, told=seen.append, wanted=lambda: len(seen) < 5
    )  # fmt: skip
    assert found is None
    assert len(seen) == 5
