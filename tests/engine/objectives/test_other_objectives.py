"""Pre-training, masked language modelling and sequence to sequence: each learns a toy and counts its loss rightly."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    Trainer,
    set_seed,
)

from desktop.engine.errors import RequestError
from desktop.engine.job import Training
from desktop.engine.methods import METHODS
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import TrainSetup
from desktop.engine.train.resumable import made_resumable

TEXTS = [{"text": f"The baker opens the shop at {hour} in the morning."} for hour in ("six", "seven", "five") * 8]
PAIRS = [
    {"source": f"What do I need for a {what}?", "target": f"{what} needs flour."} for what in ("loaf", "cake") * 12
]
CASES = {
    "pretrain": ("tiny_model", AutoModelForCausalLM, TEXTS),
    "mlm": ("tiny_bert", AutoModelForMaskedLM, TEXTS),
    "seq2seq": ("tiny_t5", AutoModelForSeq2SeqLM, PAIRS),
}

# Gradients of different batches are compared, so nothing may be dropped at random.
NO_DROPOUT = {
    "mlm": {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0},
    "seq2seq": {"dropout_rate": 0.0},
}


def _quiet(what: str, done: int, total: int) -> None:
    assert 0 < done <= total, what


def _trainer(id: str, folder: Path, rows: list[dict[str, Any]], staging: Path, **arguments: Any) -> Trainer:
    set_seed(3)
    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    model = CASES[id][1].from_pretrained(folder, dtype=torch.float32, **NO_DROPOUT.get(id, {}))
    objective = OBJECTIVES.get(id)
    training = Training(max_length=32, batch_size=4)
    options = objective.options()
    prepared = objective.prepare(rows[:-4], rows[-4:], tokenizer, options, training, _quiet)
    known = {
        "output_dir": str(staging), "per_device_train_batch_size": 4, "per_device_eval_batch_size": 4, "max_steps": 40,
        "learning_rate": 1e-2, "logging_steps": 1, "save_strategy": "no", "report_to": "none", "use_cpu": True,
        "disable_tqdm": True, "seed": 3,
    }  # fmt: skip
    setup = TrainSetup(model, tokenizer, prepared, known | arguments, training, options, staging, METHODS.get("full"))
    return objective.trainer(setup)


@pytest.mark.parametrize("id", CASES)
def test_it_learns_a_toy(id: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    fixture, _, rows = CASES[id]
    trainer = _trainer(id, request.getfixturevalue(fixture), rows, tmp_path)
    objective = OBJECTIVES.get(id)
    before = objective.metrics(trainer)
    trainer.train()
    after = objective.metrics(trainer)
    assert after["loss"] < 0.6 * before["loss"]
    assert after["perplexity"] == pytest.approx(math.exp(after["loss"]))
    assert after["tokens"] == before["tokens"] > 0


@pytest.mark.parametrize("id", CASES)
def test_measuring_twice_gives_the_same_in_batches_of_any_size(
    id: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    fixture, _, rows = CASES[id]
    folder = request.getfixturevalue(fixture)
    objective = OBJECTIVES.get(id)
    found = [
        objective.metrics(_trainer(id, folder, rows, tmp_path, per_device_eval_batch_size=size)) for size in (1, 1, 4)
    ]
    assert found[0] == found[1]
    assert found[2]["loss"] == pytest.approx(found[0]["loss"], rel=1e-4)


@pytest.mark.parametrize("id", ["mlm", "seq2seq"])
def test_two_small_batches_move_the_weights_as_one_large_does(
    id: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    fixture, _, rows = CASES[id]
    folder = request.getfixturevalue(fixture)
    norms = []
    for size, accumulation in ((8, 1), (4, 2), (2, 4)):
        trainer = _trainer(
            id, folder, rows, tmp_path, per_device_train_batch_size=size, gradient_accumulation_steps=accumulation,
            max_steps=1, max_grad_norm=1e9,
        )  # fmt: skip
        trainer.train_dataset = trainer.eval_dataset.select([0, 1, 2, 3] * 2) if id == "mlm" else trainer.train_dataset
        trainer.train()
        norms.append(next(entry["grad_norm"] for entry in trainer.state.log_history if "grad_norm" in entry))
    assert norms[1] == pytest.approx(norms[0], rel=1e-3)
    assert norms[2] == pytest.approx(norms[0], rel=1e-3)


def test_pre_training_runs_under_muon(tiny_model: Path, tmp_path: Path) -> None:
    trainer = made_resumable(_trainer("pretrain", tiny_model, TEXTS, tmp_path), METHODS.get("full"), None, muon=True)
    before = OBJECTIVES.get("pretrain").metrics(trainer)["loss"]
    trainer.train()
    assert OBJECTIVES.get("pretrain").metrics(trainer)["loss"] < 0.6 * before


def test_hidden_tokens_differ_from_one_epoch_to_the_next_but_not_in_validation(tiny_bert: Path, tmp_path: Path) -> None:
    trainer = _trainer("mlm", tiny_bert, TEXTS, tmp_path)
    rows = [trainer.train_dataset[place] for place in range(8)]
    readings = []
    for trainer.state.epoch in (0.0, 0.9, 1.0):
        readings.append(trainer.data_collator(rows)["input_ids"])
    assert torch.equal(readings[0], readings[1])
    assert not torch.equal(readings[0], readings[2])
    held_out = [trainer.eval_dataset[place] for place in range(2)]
    assert torch.equal(*(trainer.data_collator(held_out)["labels"] for _ in range(2)))


def test_a_model_without_a_mask_token_is_refused_in_words(tiny_model: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    objective = OBJECTIVES.get("mlm")
    with pytest.raises(RequestError, match="mask token"):
        objective.prepare(TEXTS, TEXTS, tokenizer, objective.options(), Training(), _quiet)


def test_a_long_text_becomes_several_rows_for_an_encoder(tiny_bert: Path) -> None:
    tokenizer: Any = AutoTokenizer.from_pretrained(tiny_bert)
    objective = OBJECTIVES.get("mlm")
    long = [{"text": " ".join(["bread and salt"] * 40)}]
    prepared = objective.prepare(long, TEXTS[:1], tokenizer, objective.options(), Training(max_length=16), _quiet)
    rows = prepared.train["input_ids"]
    assert all(
        len(row) <= 16 and row[0] == tokenizer.cls_token_id and row[-1] == tokenizer.sep_token_id for row in rows
    )
    said = [token for row in rows for token in row[1:-1]]
    assert said == tokenizer(long[0]["text"], add_special_tokens=False)["input_ids"]


def test_long_and_empty_pairs_are_counted(tiny_t5: Path) -> None:
    tokenizer: Any = AutoTokenizer.from_pretrained(tiny_t5)
    objective = OBJECTIVES.get("seq2seq")
    rows = [
        *PAIRS[:2],
        {"source": "flour " * 50, "target": "bread"},
        {"source": " ", "target": "a"},
        {"source": "a", "target": ""},
    ]
    prepared = objective.prepare(rows, PAIRS[:1], tokenizer, objective.options(), Training(max_length=16), _quiet)
    assert prepared.cut >= 1
    assert prepared.dropped == {"no source in it": 1, "no target in it": 1}
    assert all(row["labels"][-1] == tokenizer.eos_token_id for row in prepared.train)
    assert all(len(row["input_ids"]) <= 16 for row in prepared.train)


def test_the_prefix_stands_before_every_source(tiny_t5: Path) -> None:
    tokenizer: Any = AutoTokenizer.from_pretrained(tiny_t5)
    objective = OBJECTIVES.get("seq2seq")
    options = objective.options(prefix="bread: ")
    prepared = objective.prepare(PAIRS, PAIRS[:1], tokenizer, options, Training(max_length=64), _quiet)
    assert tokenizer.decode(prepared.train[0]["input_ids"]).startswith(
        tokenizer.decode(tokenizer("bread:")["input_ids"][:2])
    )
