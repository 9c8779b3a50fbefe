"""What every registered method must keep, tried on a tiny model before its author writes a test.

It trains and the loss falls; exactly what it promises changes; interrupted and resumed equals uninterrupted bit for
bit; saved and loaded again it gives the same logits; an adapter switched off leaves the base.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from desktop.engine.check import options_of
from desktop.engine.events import Planned
from desktop.engine.job import Choice
from desktop.engine.methods import METHODS
from desktop.engine.models.facts import facts_of
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_for_chat, load_model
from desktop.engine.run_folder import RunFolder
from tests.support.training import WatchedRunner, finish_of, new_run, steps_of, train

RATE = 1e-2
# Each method as it is, and the ways of it that go another way through the code.
CASES: dict[str, dict[str, Any]] = {
    **{method.id: {"method": method.id} for method in METHODS.all()},
    "lora with dropout and LoRA+": {"method": {"id": "lora", "dropout": 0.1, "rate_ratio": 4, "rslora": True}},
    "lora on attention": {"method": {"id": "lora", "targets": "attention"}},
    "lora pissa": {"method": {"id": "lora", "initialisation": "pissa", "rank": 4}},
    "lora olora": {"method": {"id": "lora", "initialisation": "olora", "rank": 4, "rslora": True}},
    "lora over 8 bit": {"method": "lora", "quantization": "8bit"},
    "lora, accumulated, checkpointed": {
        "method": "lora",
        "training": {"accumulation": 2, "checkpointing": True, "epochs": 4},
    },
    "full with Muon": {"method": "full", "training": {"optimizer": "muon"}},
    "gpt2: lora": {"method": "lora", "model": "gpt2"},
    "gpt2: full": {"method": "full", "model": "gpt2"},
}
MOVES_ITS_BASE = ("lora pissa", "lora olora")


class Contract:
    """One uninterrupted run and one that was killed after step 7 and resumed."""

    def __init__(self, name: str, root: Path, base: Path) -> None:
        settings = {key: value for key, value in CASES[name].items() if key != "model"}
        training = {"learning_rate": RATE, **settings.pop("training", {})}
        self.name = name
        self.base = base
        self.run = new_run(root / "runs", base, training=training, **settings)
        self.whole: WatchedRunner = train(self.run)
        self.second = new_run(root / "runs", base, training=training, **settings)
        train(self.second, kill_after=7)
        self.resumed = train(self.second, resume=True)
        self.choice = Choice.parse(settings["method"])
        self.method = METHODS.get(self.choice.id)


@pytest.fixture(scope="module", params=list(CASES))
def contract(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, tiny_model: Path, tiny_gpt2: Path
) -> Contract:
    base = tiny_gpt2 if CASES[request.param].get("model") == "gpt2" else tiny_model
    return Contract(request.param, tmp_path_factory.mktemp("contract"), base)


@pytest.fixture
def tuned(contract: Contract, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("FETTLE_WORKSPACE", str(contract.run.path.parent.parent))
    return load_for_chat(resolve(f"run:{contract.run.name}"))


def logits(model: Any) -> torch.Tensor:
    was_training = model.training
    model.eval()
    with torch.no_grad():
        found = model(input_ids=torch.arange(20).unsqueeze(0)).logits
    model.train(was_training)
    return found


def test_the_loss_falls(contract: Contract) -> None:
    metrics = finish_of(contract.run).metrics
    assert metrics["after"]["loss"] < metrics["before"]["loss"] - 0.1


def test_exactly_what_is_promised_changes(contract: Contract) -> None:
    after = dict(contract.whole.trainer.model.named_parameters())
    before = contract.whole.before
    assert after.keys() == before.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {name for name in before if contract.method.promises(name)}


def test_the_promised_number_of_weights_trains(contract: Contract) -> None:
    planned = next(event for event in contract.run.events() if isinstance(event, Planned))
    facts = facts_of(contract.base)
    assert planned.trainable == contract.method.trainable(facts, options_of(contract.method, contract.choice))
    assert planned.total_steps == finish_of(contract.run).step


def test_killed_and_resumed_equals_uninterrupted(contract: Contract) -> None:
    assert steps_of(contract.second) == steps_of(contract.run)
    one, two = (dict(runner.trainer.model.named_parameters()) for runner in (contract.whole, contract.resumed))
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert finish_of(contract.second).metrics == finish_of(contract.run).metrics


def test_saved_and_loaded_gives_the_same_logits(contract: Contract, tuned: Any) -> None:
    found, wanted = logits(tuned.model), logits(contract.whole.trainer.model)
    if contract.name in MOVES_ITS_BASE:  # written as the difference to the untouched base: equal up to rounding
        torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-4)
    else:
        assert torch.equal(found, wanted)


def test_an_adapter_switched_off_leaves_the_base(contract: Contract, tuned: Any) -> None:
    if not contract.method.is_adapter:
        assert not tuned.has_adapter
        return
    job = contract.run.job()
    base = load_model(resolve(str(contract.base)), quantization=job.quantization)
    with tuned.model.disable_adapter():
        switched_off = logits(tuned.model)
    assert torch.equal(switched_off, logits(base))
    assert not torch.equal(logits(tuned.model), switched_off)


def test_every_file_is_safetensors_json_or_text(contract: Contract) -> None:
    found = {path.suffix for path in contract.run.path.rglob("*") if path.is_file()}
    assert found <= {".safetensors", ".json", ".jsonl", ".jinja", ".md", ".yaml", ".lock", ".log"}


def test_method_says_everything_a_form_needs() -> None:
    for method in METHODS.all():
        words = (method.title, method.summary, method.explanation, method.use_when, method.avoid_when, method.paper)
        assert all(words), method.id


@pytest.fixture
def a_run(contract: Contract) -> RunFolder:
    return contract.run


def test_card_and_lineage_tell_where_it_comes_from(a_run: RunFolder) -> None:
    lineage = (a_run.model / "fettle.json").read_text(encoding="utf-8")
    card = (a_run.model / "README.md").read_text(encoding="utf-8")
    assert '"metrics"' in lineage
    assert '"base_folder"' in lineage
    assert "| loss |" in card
    assert "rows.jsonl" in card
