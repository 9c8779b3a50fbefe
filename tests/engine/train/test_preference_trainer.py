"""The trainers of answers: the library's losses and gradients, whatever the batch, and figures with each step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from desktop.engine.events import Evaluated, Step
from desktop.engine.job import Training
from desktop.engine.methods import METHODS
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_model, load_tokenizer
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import Prepared, TrainSetup
from tests.support.training import new_run, train

ASKED = [("Loaf one?", "Flour.", "No salt!"), ("Loaf number two, please?", "Flour, water.", "No!"),
         ("And three?", "Rye and seeds.", "Not today!"), ("Four?", "Eggs.", "Never four salts!")]  # fmt: skip


def row(question: str, better: str, worse: str) -> dict[str, Any]:
    said = {"prompt": ("user", question), "chosen": ("assistant", better), "rejected": ("assistant", worse)}
    return {name: [{"role": role, "content": text}] for name, (role, text) in said.items()}


ROWS = [row(*asked) for asked in ASKED]


@pytest.fixture
def tokenizer(tiny_model: Path) -> Any:
    return load_tokenizer(resolve(str(tiny_model)))


def built(tiny_model: Path) -> Any:
    torch.manual_seed(0)
    return METHODS.get("lora").build(load_model(resolve(str(tiny_model))), METHODS.get("lora").options(dropout=0.0))


def shaken(model: Any) -> None:
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(0.05 * torch.randn_like(parameter))


def common(folder: Path, **settings: Any) -> dict[str, Any]:
    return {
        "output_dir": str(folder), "use_cpu": True, "report_to": "none", "bf16": False, "disable_tqdm": True,
        "activation_checkpointing": False, "per_device_train_batch_size": 4, "per_device_eval_batch_size": 4,
        "remove_unused_columns": False, "save_strategy": "no", **settings,
    }  # fmt: skip


def prepared(id: str, tokenizer: Any, **options: Any) -> Prepared:
    objective = OBJECTIVES.get(id)
    return objective.prepare(
        ROWS, ROWS, tokenizer, objective.options(**options), Training(max_length=64), lambda *_: None
    )


def ours(id: str, tiny_model: Path, tokenizer: Any, folder: Path, **options: Any) -> Any:
    objective = OBJECTIVES.get(id)
    setup = TrainSetup(
        built(tiny_model), tokenizer, prepared(id, tokenizer, **options), common(folder), Training(),
        objective.options(**options), folder, METHODS.get("lora"),
    )  # fmt: skip
    made = objective.trainer(setup)
    shaken(made.model)
    return made


def gradient(made: Any, batch: dict[str, Any]) -> tuple[float, torch.Tensor]:
    made.model.eval()  # no dropout: both are to be compared
    made.model.zero_grad()
    loss = made.compute_loss(made.model, made._prepare_inputs(batch))
    loss.backward()
    grads = [p.grad.flatten() for _, p in sorted(made.model.named_parameters()) if p.grad is not None]
    return float(loss.detach()), torch.cat(grads)


@pytest.mark.parametrize("kind", ["sigmoid", "hinge"])
def test_dpo_is_the_librarys(kind: str, tiny_model: Path, tokenizer: Any, tmp_path: Path) -> None:
    from trl import DPOConfig, DPOTrainer

    class Ready(DPOTrainer):
        def _prepare_dataset(self, dataset: Any, *_: Any, **__: Any) -> Any:
            return dataset

    made = ours("dpo", tiny_model, tokenizer, tmp_path / "a", loss=kind, beta=0.3, imitation=0)
    model, data = built(tiny_model), prepared("dpo", tokenizer)
    theirs: Any = Ready(
        model=model,
        args=DPOConfig(
            **common(tmp_path / "b"), max_length=None, beta=0.3, loss_type=[kind], precompute_ref_log_probs=True
        ),
        train_dataset=data.train,
        eval_dataset=data.validation,
        processing_class=tokenizer,
    )
    if "ref" in model.peft_config:
        model.delete_adapter("ref")
    shaken(theirs.model)
    loss, grads = gradient(theirs, next(iter(theirs.get_eval_dataloader())))
    mine, mine_grads = gradient(made, next(iter(made.get_eval_dataloader())))
    assert mine == pytest.approx(loss, rel=1e-5)
    torch.testing.assert_close(mine_grads, grads, rtol=1e-3, atol=1e-6)


def test_kto_is_the_librarys(tiny_model: Path, tokenizer: Any, tmp_path: Path) -> None:
    from datasets import Dataset
    from trl import KTOConfig, KTOTrainer

    class Ready(KTOTrainer):
        def _prepare_dataset(self, dataset: Any, *_: Any, **__: Any) -> Any:
            return dataset

    options = {"beta": 0.4, "wanted_weight": 1.5, "unwanted_weight": 0.5, "imitation": 0}
    made = ours("kto", tiny_model, tokenizer, tmp_path / "a", **options)
    rows = Dataset.from_list(
        [
            {
                "prompt_ids": row["prompt_ids"], "completion_ids": row["answer_ids"],
                "KL_completion_ids": row["other_ids"], "label": bool(row["wanted"]),
            }
            for row in prepared("kto", tokenizer).train
        ]
    )  # fmt: skip
    theirs: Any = Ready(
        model=built(tiny_model),
        args=KTOConfig(
            **common(tmp_path / "b", per_device_eval_batch_size=8, per_device_train_batch_size=8),
            max_length=None, beta=0.4, desirable_weight=1.5, undesirable_weight=0.5,
        ),
        train_dataset=rows,
        eval_dataset=rows,
        processing_class=tokenizer,
    )  # fmt: skip
    shaken(theirs.model)
    made.args.per_device_eval_batch_size = 8
    loss, grads = gradient(theirs, next(iter(theirs.get_eval_dataloader())))
    mine, mine_grads = gradient(made, next(iter(made.get_eval_dataloader())))
    assert mine == pytest.approx(loss, rel=1e-5)
    torch.testing.assert_close(mine_grads, grads, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("id", ["dpo", "simpo", "orpo", "kto"])
def test_held_out_figures_do_not_move_with_the_batch(id: str, tiny_model: Path, tokenizer: Any, tmp_path: Path) -> None:
    made = ours(id, tiny_model, tokenizer, tmp_path)
    whole = OBJECTIVES.get(id).metrics(made)
    made.args.per_device_eval_batch_size = 3
    assert OBJECTIVES.get(id).metrics(made) == pytest.approx(whole, rel=1e-4, abs=1e-6)
    assert {measure.key for measure in OBJECTIVES.get(id).measures} <= whole.keys()


@pytest.mark.parametrize("id", ["dpo", "simpo", "orpo", "kto"])
def test_accumulated_steps_are_those_of_the_whole_batch(id: str, tiny_model: Path, tmp_path: Path) -> None:
    data = tmp_path / "pairs.jsonl"
    data.write_text(
        "\n".join(
            f'{{"prompt": "Loaf {n}?", "chosen": "Flour{" and rye" * (n % 3)}.", "rejected": "No{" salt" * (n % 4)}!"}}'
            for n in range(22)
        ),
        encoding="utf-8",
    )
    found = []
    for batch, accumulation in ((4, 1), (1, 4)):
        run = new_run(
            tmp_path / f"{batch}", tiny_model, objective=id, data=[{"path": str(data)}],
            method={"id": "lora", "dropout": 0.0},
            training={"learning_rate": 1e-2, "max_steps": 4, "batch_size": batch, "accumulation": accumulation},
        )  # fmt: skip
        train(run)
        found.append([event for event in run.events() if isinstance(event, Step)])
    for one, other in zip(*found, strict=True):
        assert other.loss == pytest.approx(one.loss, rel=1e-3)
        assert other.gradient_norm == pytest.approx(one.gradient_norm, rel=1e-3)
        assert other.extra == pytest.approx(one.extra, rel=1e-3, abs=1e-5)
    held_out = [event for event in run.events() if isinstance(event, Evaluated)]
    assert found[0][0].extra
    assert found[0][0].extra.keys() <= held_out[0].metrics.keys()


@pytest.mark.parametrize("id", ["simpo", "orpo"])
def test_nothing_is_asked_of_the_start_where_the_method_has_no_reference(
    id: str, tiny_model: Path, tokenizer: Any, tmp_path: Path
) -> None:
    assert not [
        name for name in ours(id, tiny_model, tokenizer, tmp_path).train_dataset.column_names if "reference" in name
    ]
