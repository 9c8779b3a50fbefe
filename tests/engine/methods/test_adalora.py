"""AdaLoRA really prunes: the budget is met at the end, whatever objective, and stays met after a resume."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel

from desktop.engine.job import Choice
from desktop.engine.methods import METHODS
from desktop.engine.methods.adalora import ranks_of
from desktop.engine.models.library import ModelRef
from desktop.engine.models.load import load_model
from tests.support.training import finish_of, new_run, train

ADALORA = METHODS.get("adalora")
LAYERS = 14
CHOICE = Choice.parse({"id": "adalora", "start_rank": 6, "rank": 4, "warmup_share": 0.25, "final_share": 0.25})


def built(folder: Path, steps: int, **values: Any) -> Any:
    model = load_model(ModelRef("m", "m", folder, None, "folder", ""))
    options = ADALORA.options.model_validate({"start_rank": 6, "rank": 4, **values})
    torch.manual_seed(3)
    made = ADALORA.build(model, options)
    ADALORA.prepare(made, options, steps)
    return made


def stepped(model: Any, steps: int) -> list[int]:
    """Train on noise and return how many singular values were left after each step."""
    draw = torch.Generator().manual_seed(5)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
    left = []
    for step in range(1, steps + 1):
        ids = torch.randint(7, 300, (2, 12), generator=draw)
        model(input_ids=ids, labels=ids).loss.backward()
        optimizer.step()
        ADALORA.on_step(model, step, steps)
        optimizer.zero_grad()
        left.append(sum(ranks_of(model).values()))
    return left


@pytest.mark.parametrize("steps", [1, 2, 5, 20])
def test_the_budget_is_met_at_the_end_of_any_run(tiny_model: Path, steps: int) -> None:
    left = stepped(built(tiny_model, steps), steps)
    assert left[-1] == 4 * LAYERS
    assert left == sorted(left, reverse=True)


def test_it_starts_whole_prunes_in_the_middle_and_rests_at_the_end(tiny_model: Path) -> None:
    left = stepped(built(tiny_model, 20, warmup_share=0.25, final_share=0.25), 20)
    assert left[:5] == [6 * LAYERS] * 5
    assert 4 * LAYERS < left[8] < 6 * LAYERS
    assert left[14:] == [4 * LAYERS] * 6


def test_layers_keep_different_ranks_and_the_run_tells_them(tmp_path: Path, tiny_model: Path) -> None:
    run = new_run(tmp_path, tiny_model, method=CHOICE.flat(), training={"learning_rate": 1e-2})
    train(run)
    assert finish_of(run).metrics["after"]["loss"] < finish_of(run).metrics["before"]["loss"]
    ranks = json.loads((run.model / "rank_pattern.json").read_text(encoding="utf-8"))
    assert sum(ranks.values()) == 4 * LAYERS
    assert len(set(ranks.values())) > 1
    report = json.loads((run.model / "report.json").read_text(encoding="utf-8"))
    assert report["ranks"] == ranks
    measured = json.loads((run.model / "rank.json").read_text(encoding="utf-8"))
    assert {layer["name"]: layer["rank"] for layer in measured["layers"]} == ranks
    for layer in measured["layers"]:
        assert sum(value > 0 for value in layer["values"]) == layer["rank"]


def test_a_layer_that_lost_everything_is_saved_and_read_again(tmp_path: Path, tiny_model: Path) -> None:
    model = built(tiny_model, 4)
    stepped(model, 4)
    pattern = model.peft_config["default"].rank_pattern
    lost = next(iter(pattern))
    pattern[lost] = [False] * 6
    with torch.no_grad():
        dict(model.base_model.model.named_parameters())[lost].zero_()
    ADALORA.save(model, tmp_path)
    layer = lost.partition(".lora_E")[0]
    assert json.loads((tmp_path / "rank_pattern.json").read_text(encoding="utf-8"))[layer] == 0
    base = load_model(ModelRef("m", "m", tiny_model, None, "folder", ""))
    again = PeftModel.from_pretrained(base, tmp_path).eval()
    ids = torch.arange(7, 31).reshape(2, 12)
    with torch.no_grad():
        assert torch.equal(again(input_ids=ids).logits, model.eval()(input_ids=ids).logits)
    measured = json.loads((tmp_path / "rank.json").read_text(encoding="utf-8"))
    assert next(entry for entry in measured["layers"] if entry["name"] == layer)["rank"] == 0


def test_the_parts_are_kept_apart_though_the_trainer_makes_its_own_loss(tmp_path: Path, tiny_model: Path) -> None:
    def apart(strength: float) -> float:
        method = {**CHOICE.options, "id": "adalora", "orthogonality": strength}
        run = new_run(tmp_path, tiny_model, method=method, training={"learning_rate": 1e-2})
        model = train(run).trainer.model
        rows = [p for name, p in model.named_parameters() if ".lora_A." in name and p.shape[0] > 0]
        return sum(float((p @ p.T - torch.eye(p.shape[0])).norm().detach()) for p in rows)

    assert apart(0.5) < 0.95 * apart(0.0)


def test_the_gradient_of_the_term_is_autograds(tiny_model: Path) -> None:
    model = built(tiny_model, 5, orthogonality=0.5)
    plain = built(tiny_model, 5, orthogonality=0)
    ids = torch.arange(7, 31).reshape(2, 12)
    gradients = []
    for made in (model, plain):
        with torch.no_grad():
            for name, parameter in made.named_parameters():
                if ".lora_E." in name:
                    parameter.fill_(0.1)
        made(input_ids=ids, labels=ids).loss.backward()
        gradients.append({name: p.grad.clone() for name, p in made.named_parameters() if p.grad is not None})
    matrices = {n: p for n, p in plain.named_parameters() if ".lora_A." in n or ".lora_B." in n}
    plain.zero_grad()
    norms = [((p @ p.T if ".lora_A." in n else p.T @ p) - torch.eye(6)).norm() for n, p in matrices.items()]
    (0.5 * torch.stack(norms).mean()).backward()
    for name, parameter in matrices.items():
        torch.testing.assert_close(gradients[0][name], gradients[1][name] + parameter.grad, atol=1e-7, rtol=1e-4)


def test_ranks_that_prune_nothing_are_refused() -> None:
    for wrong in ({"start_rank": 4, "rank": 4}, {"warmup_share": 0.6, "final_share": 0.6}):
        with pytest.raises(ValueError, match=r"prun|rank at the end"):
            ADALORA.options.model_validate(wrong)
