"""The contract on GPT-2, Qwen2, an encoder and an encoder-decoder, each with the objective of its kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from desktop.engine import check
from desktop.engine.errors import RequestError
from desktop.engine.events import Planned
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import Setting
from desktop.engine.train import runner, sampling
from tests.support.contract import Battery, Case
from tests.support.fresh_process import FreshProcess
from tests.support.tensors import changed, same_bits
from tests.support.training import finish_of, new_run, steps_of, train

ARCHITECTURES = ("qwen2", "gpt2", "bert", "t5")
CASES = [
    Case(method.id, architecture, steps=8, killed_after=5) for architecture in ARCHITECTURES for method in METHODS.all()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.architecture}-{case.id}")
def test_it_keeps_the_contract_or_is_refused(
    case: Case,
    tmp_path: Path,
    tiny: Callable[[str], Path],
    fresh: FreshProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = tiny(case.architecture)
    reason = case.refusal(base)
    if reason is not None:
        monkeypatch.setattr(runner, "load_model", lambda *_, **__: pytest.fail("the model was loaded"))
        _refused(case, tmp_path, base, reason)
        return
    monkeypatch.setattr(sampling, "LONGEST", 4)
    held = Battery(case, tmp_path, base)
    metrics = finish_of(held.run).metrics
    assert metrics["after"]["loss"] < metrics["before"]["loss"]
    _right_ones_moved(held)
    assert held.has_checkpoint_before_the_kill()
    assert steps_of(held.second) == steps_of(held.run)
    assert changed(held.tensors, held.resumed) == set()
    _kept(held, fresh)


def _refused(case: Case, folder: Path, base: Path, reason: str) -> None:
    run = new_run(folder, base, method=case.method, objective=case.job(base).objective.id)
    # The rows are those of another objective, which is told beside.
    problems = [problem for problem in check.problems(run.job()) if problem.field == "method"]
    assert [(problem.field, f"{problem.message} {problem.fix}") for problem in problems] == [("method", reason)]
    with pytest.raises(RequestError) as error:
        train(run)
    assert problems[0].message in error.value.message


def _right_ones_moved(held: Battery) -> None:
    moved = changed(held.untouched, held.tensors)
    assert held.trains <= moved
    assert moved <= held.method.promised(held.untouched, held.options)
    planned = next(event for event in held.run.events() if isinstance(event, Planned))
    assert planned.trainable == held.method.trainable(held.facts, held.options)


def _kept(held: Battery, fresh: FreshProcess) -> None:
    found = held.reloaded(fresh)
    assert same_bits(found["tuned"], held.logits)
    if not held.method.is_adapter:
        return
    assert held.off is not None
    assert all(same_bits(logits, found["base"]) for logits in (found["off"], found["switched"], held.off))
    assert not torch.equal(found["tuned"][:, -6:], found["base"][:, -6:])
    job = held.run.job()
    setting = Setting(job.objective.id, job.quantization, model=held.facts)
    reason = held.method.merge_refusal(setting, held.options)
    if reason is None:
        torch.testing.assert_close(found["merged"], found["beside"], atol=2e-5, rtol=1e-4)
    else:
        assert found["merge_refused"] == reason
