"""Supervised fine-tuning: what carries loss, that the fused head gives the plain loss, and what TRL must not change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from desktop.engine.job import Training
from desktop.engine.methods import METHODS
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_model, load_tokenizer
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import Prepared, TrainSetup

ROWS = [
    {"messages": [{"role": "user", "content": f"Loaf {n}?"}, {"role": "assistant", "content": "Flour. " * (n + 1)}]}
    for n in range(4)
]
TWO_TURNS = {
    "messages": [
        {"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Good day."},
        {"role": "user", "content": "Bread?"}, {"role": "assistant", "content": "Rye."},
    ]
}  # fmt: skip


@pytest.fixture
def tokenizer(tiny_model: Path) -> Any:
    return load_tokenizer(resolve(str(tiny_model)))


def prepared(rows: list[Any], tokenizer: Any, *, answers: str = "all", longest: int = 64) -> Prepared:
    sft = OBJECTIVES.get("sft")
    options = sft.options.model_validate({"answers": answers})
    return sft.prepare(rows, rows, tokenizer, options, Training(max_length=longest), lambda *_: None)


def setup(model: Any, tokenizer: Any, folder: Path, **arguments: Any) -> TrainSetup:
    common = {
        "output_dir": str(folder), "use_cpu": True, "report_to": "none", "bf16": False,
        "activation_checkpointing": False,
        "per_device_train_batch_size": 4, "remove_unused_columns": False, "disable_tqdm": True, "save_strategy": "no",
        **arguments,
    }  # fmt: skip
    return TrainSetup(
        model, tokenizer, prepared(ROWS, tokenizer), common, Training(), None, folder, METHODS.get("full")
    )


@pytest.mark.parametrize(
    ("answers", "words"),
    [("all", "Good day.<|end|>Rye.<|end|>"), ("last", "Rye.<|end|>"), ("everything", None)],
)
def test_only_the_chosen_words_carry_loss(tokenizer: Any, answers: str, words: str | None) -> None:
    [row] = prepared([TWO_TURNS], tokenizer, answers=answers).train
    carried = [label for label in row["labels"] if label != -100]
    assert len(row["labels"]) == len(row["input_ids"]) == len(row["attention_mask"])
    if words is None:
        assert carried == row["input_ids"]
    else:
        assert tokenizer.decode(carried) == words


def test_progress_reaches_its_end(tokenizer: Any) -> None:
    sft = OBJECTIVES.get("sft")
    told: list[tuple[str, int, int]] = []
    sft.prepare(ROWS, ROWS[:1], tokenizer, sft.options(), Training(), lambda *step: told.append(step))
    assert told[-1] == ("rows read", 5, 5)


def test_a_row_whose_answer_is_cut_off_is_counted(tokenizer: Any) -> None:
    long = {"messages": [{"role": "user", "content": "why " * 80}, {"role": "assistant", "content": "Time."}]}
    found = prepared([*ROWS, long], tokenizer)
    assert found.dropped == {"answer cut off": 2}  # once in training, once held out
    assert len(found.train) == 4


def test_prompts_stop_where_the_answer_would_stand() -> None:
    found = OBJECTIVES.get("sft").prompts([TWO_TURNS, TWO_TURNS, *ROWS], 2)
    assert found == [[TWO_TURNS["messages"][0]], [ROWS[0]["messages"][0]]]


def test_the_fused_head_gives_the_plain_loss_and_gradient(tiny_model: Path, tokenizer: Any, tmp_path: Path) -> None:
    model = load_model(resolve(str(tiny_model)))
    trainer = OBJECTIVES.get("sft").trainer(setup(model, tokenizer, tmp_path))
    batch = next(iter(trainer.get_train_dataloader()))
    fused: Any = trainer.compute_loss(model, dict(batch))
    fused.backward()
    gradients = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
    plain = load_model(resolve(str(tiny_model)))
    loss = plain(**batch).loss
    loss.backward()
    assert fused.item() == pytest.approx(loss.item(), rel=1e-6)
    for name, parameter in plain.named_parameters():
        torch.testing.assert_close(gradients[name], parameter.grad, rtol=1e-4, atol=1e-7)


def test_the_head_scores_labelled_positions_only(
    tiny_model: Path, tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trl.trainer import utils

    scored: list[int] = []
    real = utils._ChunkedLogProbFunction

    class Counted:
        @staticmethod
        def apply(hidden: torch.Tensor, *rest: Any) -> Any:
            scored.append(len(hidden))
            return real.apply(hidden, *rest)

    monkeypatch.setattr(utils, "_ChunkedLogProbFunction", Counted)
    model = load_model(resolve(str(tiny_model)))
    trainer = OBJECTIVES.get("sft").trainer(setup(model, tokenizer, tmp_path))
    batch = next(iter(trainer.get_train_dataloader()))
    trainer.compute_loss(model, dict(batch))
    assert scored == [int((batch["labels"][:, 1:] != -100).sum())]
    assert scored[0] < batch["labels"].numel()


def test_trained_weights_over_a_quantised_base_stay_in_full_precision(
    tiny_model: Path, tokenizer: Any, tmp_path: Path
) -> None:
    method = METHODS.get("qlora")
    model = method.build(load_model(resolve(str(tiny_model)), quantization="nf4"), method.options())
    OBJECTIVES.get("sft").trainer(setup(model, tokenizer, tmp_path))
    kinds = {p.dtype for p in model.parameters() if p.requires_grad}
    assert kinds == {torch.float32}
