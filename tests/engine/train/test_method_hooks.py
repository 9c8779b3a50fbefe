"""A method with a memory of its own: told of every step, its memory in the checkpoint, its findings kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from desktop.engine.methods import METHODS
from desktop.engine.methods.lora import Lora
from desktop.engine.models.library import REPORT_FILE, read_lineage
from tests.support.training import finish_of, new_run, steps_of, train


class Shrinking(Lora):
    """A LoRA that keeps a running average of its gradients and takes a little of it off the weights itself."""

    id = "shrinking"
    title = "Shrinking LoRA"

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.average: dict[str, torch.Tensor] = {}
        self.last = 0

    def prepare(self, model: Any, options: Any, total_steps: int) -> None:
        self.asked.append(total_steps)
        self.average, self.last = {}, 0

    def on_step(self, model: Any, step: int, total: int) -> None:
        assert step == self.last + 1
        self.last = step
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if parameter.requires_grad:
                    assert parameter.grad is not None
                    seen = self.average.get(name, torch.zeros_like(parameter)).lerp(parameter.grad, 0.3)
                    self.average[name] = seen
                    parameter -= 0.1 * seen

    def extra_state(self, model: Any) -> dict[str, Any]:
        return {"last": self.last, "seen": {"average": dict(self.average), "empty": {}}}

    def restore_extra(self, model: Any, state: dict[str, Any]) -> None:
        assert state["seen"]["empty"] == {}
        self.last, self.average = state["last"], state["seen"]["average"]

    def report(self, model: Any) -> dict[str, Any]:
        return {"rank": {"layer": self.last}}


@pytest.fixture
def shrinking(monkeypatch: pytest.MonkeyPatch) -> Shrinking:
    made = Shrinking()
    METHODS.all()
    monkeypatch.setitem(METHODS._load(), made.id, made)
    return made


def test_what_a_method_remembers_survives_a_kill_bit_for_bit(
    tiny_model: Path, tmp_path: Path, shrinking: Shrinking
) -> None:
    whole = new_run(tmp_path, tiny_model, method="shrinking", training={"learning_rate": 1e-2})
    one = train(whole)
    total = finish_of(whole).step
    wanted = {name: p.detach().clone() for name, p in one.trainer.model.named_parameters()}
    broken = new_run(tmp_path, tiny_model, method="shrinking", training={"learning_rate": 1e-2})
    train(broken, kill_after=7)
    two = train(broken, resume=True)
    assert steps_of(broken) == steps_of(whole)
    assert all(torch.equal(p, wanted[name]) for name, p in two.trainer.model.named_parameters())
    assert shrinking.last == total
    assert shrinking.asked == [total] * 3


def test_the_findings_and_the_options_lie_beside_the_model(
    tiny_model: Path, tmp_path: Path, shrinking: Shrinking
) -> None:
    run = new_run(tmp_path, tiny_model, method={"id": "shrinking", "rank": 3}, training={"epochs": 1})
    train(run)
    found = json.loads((run.model / REPORT_FILE).read_text(encoding="utf-8"))
    assert found == {"schema": 1, "method": "shrinking", "rank": {"layer": finish_of(run).step}}
    assert read_lineage(run.model)["options"] == {"rank": 3}


def test_a_method_without_findings_leaves_no_file(tiny_model: Path, tmp_path: Path) -> None:
    run = new_run(tmp_path, tiny_model, training={"epochs": 1})
    train(run)
    assert not (run.model / REPORT_FILE).exists()


def test_a_memory_that_was_lost_is_seen(tiny_model: Path, tmp_path: Path, shrinking: Shrinking) -> None:
    """The first test can fail: without its memory the resumed run goes another way."""
    whole = new_run(tmp_path, tiny_model, method="shrinking", training={"learning_rate": 1e-2})
    train(whole)
    broken = new_run(tmp_path, tiny_model, method="shrinking", training={"learning_rate": 1e-2})
    train(broken, kill_after=7)

    def forgets(model: Any, state: dict[str, Any]) -> None:
        shrinking.last = state["last"]

    shrinking.restore_extra = forgets  # type: ignore[method-assign]
    train(broken, resume=True)
    assert steps_of(broken) != steps_of(whole)
