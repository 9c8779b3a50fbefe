"""What must not change a curve does not: how a step is split into batches, how texts are packed, where a run broke off.

Every registered objective that learns from rows alone is held to it; models without dropout, which draws anew for each
batch, and rows of unequal length, because means over unequal batches are what goes wrong.
"""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import torch

from desktop.engine.events import Planned
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.run_folder import RunFolder
from tests.engine.train.test_objectives import MODELS, ROWS, SECOND
from tests.support.training import finish_of, new_run, steps_of, train

ALONE = [objective.id for objective in OBJECTIVES.all() if objective.id not in ("ppo", "grpo")]
"""Reinforcement learning writes what it learns from itself, batch by batch, by chance."""
LONGER = {"chat": "output", "text": "text", "preference": "chosen", "rated": "completion", "label": "text",
          "pair": "target"}  # fmt: skip
OPTIONS: dict[str, dict[str, Any]] = {
    "classification": {"class_weights": "balanced", "label_smoothing": 0.1},
    "continual": {"guard": "l2", "strength": 0.5},
    "reward": {"centering": 0.1},
}
SHORT = {"learning_rate": 1e-3, "max_length": 40, "max_steps": 6, "epochs": 3, "warmup": 0.0, "evaluate_every": 6}


def without_dropout(model: Path, folder: Path) -> Path:
    """Return a copy of ``model`` whose every dropout is zero."""
    shutil.copytree(model, folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config |= {name: 0.0 for name in config if "dropout" in name or name.endswith("pdrop")}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def rows_of(kind: str, numbers: range) -> list[dict[str, Any]]:
    """Return rows of ``kind`` whose lengths differ up to sixfold."""
    rows = [ROWS[kind](number) for number in numbers]
    return [row | {LONGER[kind]: row[LONGER[kind]] + " Salt." * (place % 6)} for place, row in enumerate(rows)]


def written(file: Path, rows: list[dict[str, Any]]) -> str:
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return str(file)


def planned_of(run: RunFolder) -> Planned:
    [planned] = [event for event in run.events() if isinstance(event, Planned)]
    return planned


@pytest.fixture
def still_model(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    def made(kind: str) -> Path:
        folder = tmp_path / f"still-{kind}"
        return folder if folder.exists() else without_dropout(request.getfixturevalue(MODELS[kind]), folder)

    return made


@dataclass(frozen=True)
class Case:
    """One objective, with options that make its loss a sum of more than one thing where it has such."""

    objective: str
    options: dict[str, Any] = field(default_factory=dict)
    method: str = "full"

    def __str__(self) -> str:
        """Name the test."""
        return "-".join((self.objective, self.method, *(str(value) for value in self.options.values())))


CASES = [
    *(Case(objective, OPTIONS.get(objective, {})) for objective in ALONE),
    Case("mlm", {"next_sentence": True}),
    Case("continual", {"guard": "ewc"}),
    Case("continual", {"guard": "replay"}),
    # The library reads off a signature what it divides by, and an adapter's is another one.
    *(Case(objective, {}, "lora") for objective in ("sft", "dapt", "mlm", "seq2seq", "dpo")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_one_row_eight_times_is_eight_rows_once(case: Case, tmp_path: Path, still_model: Any) -> None:
    objective = OBJECTIVES.get(case.objective)
    kind = objective.rows[0]
    sets: list[dict[str, Any]] = [{"path": written(tmp_path / "data.jsonl", rows_of(kind, range(32)))}]
    if case.objective in SECOND:
        sets.append({"path": written(tmp_path / "more.jsonl", rows_of(kind, range(40, 51))), **SECOND[case.objective]})
    method = {"id": "lora", "dropout": 0.0} if case.method == "lora" else case.method
    found = []
    for batch in (8, 1):
        run = new_run(
            tmp_path / "runs", still_model(objective.kinds[0]), method=method, data=sets,
            objective={"id": case.objective, **case.options},
            training={**SHORT, "batch_size": batch, "accumulation": 8 // batch},
        )  # fmt: skip
        runner = train(run)
        weights = {name: tensor.detach().clone() for name, tensor in runner.trainer.model.named_parameters()}
        found.append((steps_of(run), weights, finish_of(run).metrics["after"]))
        planned = planned_of(run)
        assert planned.rows_train % 8, "the last batch of an epoch must be a partial one"
        assert planned.total_steps > planned.rows_train / 8, "and it must come before the end"
    (whole, weights, after), (split, others, after_split) = found
    assert whole.keys() == split.keys()
    for step, values in whole.items():
        assert split[step][0] == pytest.approx(values[0], rel=1e-4), f"loss of step {step}"
        assert split[step][1] == pytest.approx(values[1], rel=1e-3), f"gradient of step {step}"
        assert split[step][3] == values[3], f"tokens of step {step}"
    for name, tensor in weights.items():
        # A tenth of one step of AdamW, which blows rounding up where a gradient is all but zero.
        torch.testing.assert_close(others[name], tensor, rtol=1e-3, atol=1e-4, msg=lambda told, name=name: name + told)
    assert {name: pytest.approx(value, rel=1e-3, abs=1e-4) for name, value in after.items()} == after_split


@pytest.mark.parametrize("objective_id", ["sft", "tapt", "mlm"])
def test_the_same_seed_is_the_same_run_and_another_is_another(
    objective_id: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """With dropout where the model has it, adapters that begin at random, and what is hidden drawn by chance."""
    objective = OBJECTIVES.get(objective_id)
    model: Path = request.getfixturevalue(MODELS[objective.kinds[0]])
    path = written(tmp_path / "data.jsonl", rows_of(objective.rows[0], range(32)))

    def curve(seed: int) -> dict[int, tuple[float, float, float, int]]:
        training = {**SHORT, "batch_size": 4, "seed": seed}
        run = new_run(
            tmp_path / "runs", model, objective=objective_id, method="lora", data=[{"path": path}], training=training
        )
        train(run)
        return steps_of(run)

    first = curve(7)
    assert curve(7) == first
    assert curve(8) != first


PACKED_LENGTHS = ((30, 10), (8, 9, 23), (40,), (20, 20), (3, 37), (11, 12, 13, 4), (25, 15), (6, 34))
"""Tokens of the documents of each row of forty: every row is full, so that no document is cut in two."""


def _documents(tokenizer: Any) -> list[str]:
    """Return texts of those lengths, their marks counted in; capitals side by side are never one token here."""
    chance = random.Random(3)
    marks = 2  # of beginning and end
    texts = ["".join(chance.choices("ABCDEFGH", k=count - marks)) for row in PACKED_LENGTHS for count in row]
    assert [len(tokenizer(text)["input_ids"]) + marks for text in texts] == [n for row in PACKED_LENGTHS for n in row]
    return texts


def _one_by_one(model: Path, texts: list[str], steps: int, rate: float) -> tuple[list[float], list[float], Any]:
    """Return losses and gradient norms of training on ``texts``, each read by itself, and the model: written anew.

    The loss of a step is the mean over all tokens that any text predicts; AdamW as the job asks for it.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    learner: Any = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    tokenizer: Any = AutoTokenizer.from_pretrained(model)
    optimizer = torch.optim.AdamW(learner.parameters(), lr=rate, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
    read = [
        torch.tensor([[tokenizer.bos_token_id, *tokenizer(text)["input_ids"], tokenizer.eos_token_id]])
        for text in texts
    ]
    predicted = sum(ids.shape[1] - 1 for ids in read)
    losses, norms = [], []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.zeros(())
        for ids in read:
            logits = learner(input_ids=ids).logits[0, :-1]
            loss = loss + torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="sum") / predicted
        loss.backward()
        losses.append(float(loss.detach()))
        norms.append(float(torch.nn.utils.clip_grad_norm_(learner.parameters(), 1.0)))
        optimizer.step()
    return losses, norms, learner


@pytest.mark.parametrize("architecture", ["tiny_model", "tiny_gpt2"])
@pytest.mark.parametrize("objective_id", ["dapt", "tapt"])
def test_packed_texts_are_learned_as_if_each_stood_alone(
    objective_id: str, architecture: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    from transformers import AutoTokenizer

    model = without_dropout(request.getfixturevalue(architecture), tmp_path / "still")
    texts = _documents(AutoTokenizer.from_pretrained(model))
    data = written(tmp_path / "data.jsonl", [{"text": text} for text in texts])
    held = written(tmp_path / "held.jsonl", [{"text": "ABCD"}, {"text": "ABC"}])
    rate, steps = 1e-3, 4
    training = {
        "learning_rate": rate, "max_length": 40, "max_steps": steps, "epochs": steps, "warmup": 0.0,
        "schedule": "constant", "batch_size": len(PACKED_LENGTHS),
    }  # fmt: skip
    run = new_run(
        tmp_path / "runs", model, objective=objective_id, method="full", training=training,
        data=[{"path": data}, {"path": held, "use": "validation"}],
    )  # fmt: skip
    runner = train(run)
    assert planned_of(run).rows_train == len(PACKED_LENGTHS), "the documents must share rows"
    losses, norms, alone = _one_by_one(model, texts, steps, rate)
    assert [step[0] for step in steps_of(run).values()] == pytest.approx(losses, rel=1e-4)
    assert [step[1] for step in steps_of(run).values()] == pytest.approx(norms, rel=1e-3)
    learned = dict(runner.trainer.model.named_parameters())
    for name, tensor in alone.named_parameters():
        torch.testing.assert_close(learned[name], tensor, rtol=1e-3, atol=1e-4)


def test_texts_that_see_one_another_are_learned_otherwise(tmp_path: Path, tiny_model: Path) -> None:
    """Else the test above would hold of anything."""
    data = written(tmp_path / "data.jsonl", rows_of("text", range(24)))

    def losses(*, isolate: bool) -> list[float]:
        run = new_run(
            tmp_path / "runs", tiny_model, objective={"id": "dapt", "isolate": isolate}, method="full",
            data=[{"path": data}], training={**SHORT, "batch_size": 4, "max_length": 64},
        )  # fmt: skip
        train(run)
        return [step[0] for step in steps_of(run).values()]

    assert losses(isolate=True) != pytest.approx(losses(isolate=False), rel=1e-4)


@pytest.mark.parametrize("objective_id", ["dapt", "pretrain", "tapt"])
@pytest.mark.parametrize("isolate", [True, False])
def test_a_packed_run_goes_on_in_the_middle_of_an_epoch(
    objective_id: str, isolate: bool, tmp_path: Path, tiny_model: Path
) -> None:
    kind = OBJECTIVES.get(objective_id).rows[0]
    data = written(tmp_path / "data.jsonl", rows_of(kind, range(40)))
    settings: dict[str, Any] = {
        "objective": {"id": objective_id, "isolate": isolate}, "method": "full", "data": [{"path": data}],
        "training": {**SHORT, "max_steps": 8, "epochs": 2, "batch_size": 2, "accumulation": 2, "max_length": 24},
    }  # fmt: skip
    whole, broken = (new_run(tmp_path / "runs", tiny_model, **settings) for _ in range(2))
    expected = dict(train(whole).trainer.model.named_parameters())
    assert planned_of(whole).rows_train > 4 * 4, "the checkpoint of step 3 must lie in the first epoch"
    train(broken, kill_after=4)
    found = dict(train(broken, resume=True).trainer.model.named_parameters())
    assert steps_of(broken) == steps_of(whole)
    assert all(torch.equal(found[name], tensor) for name, tensor in expected.items())
