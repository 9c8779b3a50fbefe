"""Direct preference optimisation: its loss is the paper's, its start is kept, and rows without a choice are counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional

from desktop.engine.defaults import default_learning_rate
from desktop.engine.job import JobSpec, Training
from desktop.engine.methods import METHODS
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_model, load_tokenizer
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import Prepared, TrainSetup

DPO = OBJECTIVES.get("dpo")


def pair(question: str, better: str, worse: str) -> dict[str, Any]:
    return {
        "prompt": [{"role": "user", "content": question}],
        "chosen": [{"role": "assistant", "content": better}],
        "rejected": [{"role": "assistant", "content": worse}],
    }


ROWS = [pair(f"Loaf {n}?", "Flour. " * (n + 1), "No " * (3 - n) + "salt!") for n in range(3)]


@pytest.fixture
def tokenizer(tiny_model: Path) -> Any:
    return load_tokenizer(resolve(str(tiny_model)))


def prepared(rows: list[Any], tokenizer: Any, longest: int = 64) -> Prepared:
    return DPO.prepare(rows, rows, tokenizer, DPO.options(), Training(max_length=longest), lambda *_: None)


def trainer(tiny_model: Path, tokenizer: Any, folder: Path, method: str, **options: Any) -> Any:
    torch.manual_seed(0)
    made = METHODS.get(method)
    model = made.build(load_model(resolve(str(tiny_model))), made.options())
    common = {
        "output_dir": str(folder), "use_cpu": True, "report_to": "none", "bf16": False, "disable_tqdm": True,
        "activation_checkpointing": False, "per_device_train_batch_size": 3, "per_device_eval_batch_size": 2,
        "remove_unused_columns": False, "save_strategy": "no",
    }  # fmt: skip
    data = prepared(ROWS, tokenizer)
    return DPO.trainer(TrainSetup(model, tokenizer, data, common, Training(), DPO.options(**options), folder, made))


def likelihoods(model: Any, data: Prepared, side: str) -> torch.Tensor:
    """Return the log-likelihood of each answer, row by row, with nothing but a softmax."""
    found = []
    for row in data.train:
        ids = torch.tensor([row["prompt_ids"] + row[side]])
        with torch.no_grad():
            logs = functional.log_softmax(model(input_ids=ids).logits[0, :-1].float(), dim=-1)
        told = logs.gather(1, ids[0, 1:, None])[:, 0]
        found.append(told[len(row["prompt_ids"]) - 1 :].sum())
    return torch.stack(found)


def moved(model: Any) -> None:
    """Shake what learns, so that the model differs from its start."""
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(0.05 * torch.randn_like(parameter))


@pytest.mark.parametrize("method", ["full", "lora"])
def test_the_loss_is_equation_seven(tiny_model: Path, tokenizer: Any, tmp_path: Path, method: str) -> None:
    made = trainer(tiny_model, tokenizer, tmp_path, method, imitation=0, beta=0.3)
    data = prepared(ROWS, tokenizer)
    made.model.eval()
    start = likelihoods(made.model, data, "chosen_ids") - likelihoods(made.model, data, "rejected_ids")
    moved(made.model)
    now = likelihoods(made.model, data, "chosen_ids") - likelihoods(made.model, data, "rejected_ids")
    expected = -functional.logsigmoid(0.3 * (now - start)).mean()
    found = DPO.metrics(made)
    assert found["loss"] == pytest.approx(float(expected), rel=1e-4)
    assert found["margin"] == pytest.approx(float(0.3 * (now - start).mean()), abs=1e-4)
    assert found["pair_accuracy"] == pytest.approx(float((now > start).float().mean()))


def test_imitation_adds_the_mean_loss_of_the_better_answers(tiny_model: Path, tokenizer: Any, tmp_path: Path) -> None:
    plain = DPO.metrics(trainer(tiny_model, tokenizer, tmp_path / "a", "lora", imitation=0))["loss"]
    made = trainer(tiny_model, tokenizer, tmp_path / "b", "lora", imitation=2.0)
    data = prepared(ROWS, tokenizer)
    made.model.eval()
    tokens = torch.tensor([len(row["chosen_ids"]) for row in data.train])
    imitation = -(likelihoods(made.model, data, "chosen_ids") / tokens).mean()
    assert DPO.metrics(made)["loss"] - plain == pytest.approx(float(2.0 * imitation), rel=1e-3)


def test_no_copy_of_the_adapter_stays(tiny_model: Path, tokenizer: Any, tmp_path: Path) -> None:
    made = trainer(tiny_model, tokenizer, tmp_path, "lora")
    assert list(made.model.peft_config) == ["default"]
    METHODS.get("lora").save(made.model, tmp_path / "out")
    assert not [path for path in (tmp_path / "out").iterdir() if path.is_dir()]


def test_the_start_is_equal_to_itself(tiny_model: Path, tokenizer: Any, tmp_path: Path) -> None:
    found = DPO.metrics(trainer(tiny_model, tokenizer, tmp_path, "lora"))
    assert (found["pair_accuracy"], found["margin"]) == (0.0, 0.0)


def test_rows_without_a_choice_are_counted(tokenizer: Any) -> None:
    same, long = pair("Why?", "So.", "So."), pair("why " * 80, "Yes.", "No.")
    found = prepared([*ROWS, same, long], tokenizer)
    assert len(found.train) == len(ROWS)
    assert found.dropped == {"both answers are the same": 2, "answer cut off": 2}


def test_both_answers_follow_the_same_tokens(tokenizer: Any) -> None:
    for row, asked in zip(prepared(ROWS, tokenizer).train, ROWS, strict=True):
        assert "Loaf" in tokenizer.decode(row["prompt_ids"])
        for side in ("chosen", "rejected"):
            assert tokenizer.decode(row[f"{side}_ids"]).startswith(asked[side][0]["content"])


def test_it_takes_a_gentler_rate_than_imitation() -> None:
    sft, dpo = (JobSpec.from_mapping({"objective": id}) for id in ("sft", "dpo"))
    assert default_learning_rate(dpo, None) == 0.5 * default_learning_rate(sft, None)


def test_prompts_differ() -> None:
    assert DPO.prompts([ROWS[0], ROWS[0], ROWS[1]], 5) == [ROWS[0]["prompt"], ROWS[1]["prompt"]]
