"""What every registered method must keep, tried on a tiny Llama before its author writes a test.

It trains and the loss falls; exactly what it promises changes and no other bit; evaluating, sampling, killing and
resuming change nothing; what is saved gives the same logits in a process that trained nothing; switched off it leaves
the base; folded in it is what it was beside the base, or it is refused with the reason. A method that does not go with
the model or the settings is refused before anything is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from desktop.engine import check
from desktop.engine.errors import RequestError
from desktop.engine.events import Evaluated, Planned, Sampled
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import Setting
from desktop.engine.train import runner, sampling
from tests.support.contract import Battery, Case
from tests.support.fresh_process import FreshProcess
from tests.support.tensors import changed, same_bits
from tests.support.training import finish_of, new_run, steps_of, train

# Each method as it is, and the ways of it that go another way through the code.
CASES: dict[str, Case] = {
    **{method.id: Case(method.id) for method in METHODS.all()},
    "lora with dropout and LoRA+": Case({"id": "lora", "dropout": 0.1, "rate_ratio": 4, "rslora": True}),
    "lora on attention": Case({"id": "lora", "targets": "attention"}),
    "lora pissa": Case({"id": "lora", "initialisation": "pissa", "rank": 4}),
    "lora olora": Case({"id": "lora", "initialisation": "olora", "rank": 4, "rslora": True}),
    "lora, accumulated, checkpointed": Case("lora", settings={"training": {"accumulation": 2, "checkpointing": True}}),
    "qlora over FP4, scales as they are": Case(
        {"id": "qlora", "double_quantization": False}, settings={"quantization": "fp4"}
    ),
    "bottleneck, Houlsby, normed, checkpointed": Case(
        {"id": "bottleneck", "placement": "houlsby", "layer_norm": True, "reduction": 2},
        settings={"training": {"checkpointing": True}},
    ),
    "full with Muon": Case("full", settings={"training": {"optimizer": "muon"}}),
    **{
        f"{method.id} over {stored}": Case(method.id, settings={"quantization": stored})
        for method in METHODS.all()
        for stored in ("8bit", "nf4")
        if method.id != "qlora"  # its own name says nf4
    },
}
# Their matrices start out of the base's weights: what is written is the difference, equal up to rounding.
MOVES_ITS_BASE = ("lora pissa", "lora olora")


@pytest.fixture(scope="module", params=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture(scope="module")
def battery(
    case: Case, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, tiny: Callable[[str], Path]
) -> Iterator[Battery | None]:
    base = tiny(case.architecture)
    if case.refusal(base) is not None:
        yield None
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampling, "LONGEST", 4)  # a tiny model never ends an answer by itself
        made = Battery(case, tmp_path_factory.mktemp("contract"), base)
    yield made
    made.forget()


@pytest.fixture
def held(battery: Battery | None) -> Battery:
    if battery is None:
        pytest.skip("refused, which a test of its own looks at")
    return battery


@pytest.fixture(scope="module")
def reloaded(battery: Battery | None, fresh: FreshProcess) -> dict[str, Any]:
    return battery.reloaded(fresh) if battery is not None else {}


def moves_its_base(held: Battery) -> bool:
    return any(held.case is CASES[name] for name in MOVES_ITS_BASE)


def test_what_does_not_go_together_is_refused_before_loading(
    case: Case, tiny: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tiny(case.architecture)
    reason = case.refusal(base)
    if reason is None:
        return
    monkeypatch.setattr(runner, "load_model", lambda *_, **__: pytest.fail("the model was loaded"))
    job = case.job(base)
    refused = new_run(tmp_path, base, method=case.method, objective=job.objective.id, **case.settings)
    problems = [problem for problem in check.problems(refused.job()) if problem.severity == "error"]
    assert [problem.field for problem in problems] == ["method"]
    assert f"{problems[0].message} {problems[0].fix}" == reason
    assert problems[0].fix
    with pytest.raises(RequestError) as error:
        train(refused)
    assert problems[0].message in error.value.message


def test_the_loss_falls(held: Battery) -> None:
    metrics = finish_of(held.run).metrics
    assert metrics["after"]["loss"] < metrics["before"]["loss"] - 0.02


def test_exactly_what_is_promised_changes_and_no_other_bit(held: Battery) -> None:
    moved = changed(held.untouched, held.tensors)
    promised = held.method.promised(held.untouched, held.options)
    assert moved <= promised
    assert held.trains <= moved
    assert promised - moved <= promised - held.trains


def test_the_promised_number_of_weights_trains(held: Battery) -> None:
    planned = next(event for event in held.run.events() if isinstance(event, Planned))
    assert planned.trainable == held.method.trainable(held.facts, held.options)
    assert planned.total_steps == finish_of(held.run).step == held.case.steps


def test_evaluating_and_sampling_change_nothing(held: Battery) -> None:
    events = held.second.events()
    assert any(isinstance(event, Evaluated) and event.when == "during" for event in events)
    assert any(isinstance(event, Sampled) and 0 < event.step < held.case.killed_after for event in events)
    assert not any(isinstance(event, Evaluated) and event.when == "during" for event in held.run.events())
    alone, disturbed = steps_of(held.run), steps_of(held.second)
    before_the_kill = range(1, held.case.killed_after + 1)
    assert [disturbed[step] for step in before_the_kill] == [alone[step] for step in before_the_kill]


def test_killed_and_resumed_equals_uninterrupted(held: Battery) -> None:
    assert held.has_checkpoint_before_the_kill()
    assert steps_of(held.second) == steps_of(held.run)
    assert changed(held.tensors, held.resumed) == set()
    assert finish_of(held.second).metrics == finish_of(held.run).metrics


def test_saved_it_gives_the_same_logits_in_a_fresh_process(held: Battery, reloaded: dict[str, Any]) -> None:
    if moves_its_base(held):
        torch.testing.assert_close(reloaded["tuned"], held.logits, atol=1e-5, rtol=1e-4)
    else:
        assert same_bits(reloaded["tuned"], held.logits)


def test_switched_off_it_leaves_the_base(held: Battery, reloaded: dict[str, Any]) -> None:
    if not held.method.is_adapter:
        assert "off" not in reloaded
        return
    assert same_bits(reloaded["off"], reloaded["base"])
    assert same_bits(reloaded["switched"], reloaded["base"])
    assert same_bits(reloaded["again"], reloaded["tuned"])
    assert not torch.equal(reloaded["tuned"][:, -6:], reloaded["base"][:, -6:])
    if not moves_its_base(held):
        assert held.off is not None
        assert same_bits(held.off, reloaded["base"])


def test_merged_it_is_what_it_was_beside_the_base_or_is_refused(held: Battery, reloaded: dict[str, Any]) -> None:
    if not held.method.is_adapter:
        return
    job = held.run.job()
    reason = held.method.merge_refusal(
        Setting(job.objective.id, job.quantization, job.training.checkpointing, held.facts), held.options
    )
    if reason is not None:
        assert reloaded["merge_refused"] == reason
        assert "merged" not in reloaded
        return
    assert held.method.mergeable
    torch.testing.assert_close(reloaded["merged"], reloaded["beside"], atol=2e-5, rtol=1e-4)


def test_every_file_is_safetensors_json_or_text(held: Battery) -> None:
    found = {path.suffix for path in held.run.path.rglob("*") if path.is_file()}
    assert found <= {".safetensors", ".json", ".jsonl", ".jinja", ".md", ".yaml", ".lock", ".log"}


def test_card_and_lineage_tell_where_it_comes_from(held: Battery) -> None:
    lineage = (held.run.model / "fettle.json").read_text(encoding="utf-8")
    card = (held.run.model / "README.md").read_text(encoding="utf-8")
    assert '"metrics"' in lineage
    assert '"base_folder"' in lineage
    assert "| loss |" in card
    assert "rows.jsonl" in card
