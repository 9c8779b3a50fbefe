"""Classification and reward model: losses by hand, the same curve however a step is split, odd rows told of."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch

from desktop.engine.errors import RequestError
from desktop.engine.generate.predict import PredictOptions, Predictor
from desktop.engine.generate.scoring import Scorer
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.classification import ClassificationOptions
from desktop.engine.train.reward_trainer import Rated, pair_losses
from tests.support.training import new_run, notices_of, steps_of, train

CLASSIFY = OBJECTIVES.get("classification")
SHORT = {"learning_rate": 1e-3, "max_length": 32, "max_steps": 3, "warmup": 0.0}
QUESTION = [{"role": "user", "content": "Loaf?"}]


def test_the_loss_of_pairs_by_hand() -> None:
    chosen, rejected = torch.tensor([2.0, 0.0]), torch.tensor([0.0, 1.0])
    expected = [math.log(1 + math.exp(-2)) + 0.1 * 4, math.log(1 + math.exp(1)) + 0.1 * 1]
    assert pair_losses(chosen, rejected, 0.1).tolist() == pytest.approx(expected)
    figures = Rated(chosen, rejected).figures()
    assert (figures["pair_accuracy"], figures["margin"]) == pytest.approx((0.5, 0.5))
    assert Rated(chosen, chosen).figures()["pair_accuracy"] == 0.0  # a draw is no win


@pytest.mark.parametrize("objective", ["classification", "reward"])
def test_a_step_split_into_batches_is_the_same_step(objective: str, tmp_path: Path, tiny_model: Path) -> None:
    label = {"objective": {"id": objective, "class_weights": "balanced"}} if objective == "classification" else {}
    rows = [
        {"text": f"Day {n} {'salt ' * (n % 5)}", "label": "rare" if n % 5 == 0 else "usual"} if label else
        {"prompt": f"Loaf {n}?", "chosen": "Flour. " * (n % 4 + 1), "rejected": "No!"}
        for n in range(30)
    ]  # fmt: skip
    data = tmp_path / "data.jsonl"
    data.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    curves = []
    for batch in (8, 1):
        sizes = {"batch_size": batch, "accumulation": 8 // batch}
        settings: dict[str, Any] = {"objective": objective, **label, "method": "lora"}
        run = new_run(tmp_path / "runs", tiny_model, data=[{"path": str(data)}], training=SHORT | sizes, **settings)
        train(run)
        curves.append([step[0] for step in steps_of(run).values()])
    assert curves[0] == pytest.approx(curves[1], rel=1e-4)


@pytest.mark.parametrize(
    ("labels", "code"), [(["a"] * 5, "one_label"), ([str(n) for n in range(60)], "too_many_labels")]
)
def test_what_are_no_labels_is_refused(labels: list[str], code: str) -> None:
    with pytest.raises(RequestError) as told:
        CLASSIFY.head([{"text": "t", "label": label} for label in labels], ClassificationOptions())
    assert told.value.code == code


def test_a_reward_model_rates_alone_and_in_a_batch_alike(tmp_path: Path, tiny_model: Path) -> None:
    rows = [{"prompt": f"Loaf {n}?", "chosen": "Flour.", "rejected": "No!"} for n in range(24)]
    data = tmp_path / "data.jsonl"
    data.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    run = new_run(tmp_path, tiny_model, objective="reward", method="lora", data=[{"path": str(data)}], training=SHORT)
    train(run)
    scorer = Scorer.load(str(run.model))
    talks = [[*QUESTION, {"role": "assistant", "content": "Flour. " * n}] for n in range(1, 5)]
    whole = scorer.scores(talks, batch=3)
    assert whole.shape == (4,)
    assert whole.tolist() == pytest.approx([float(scorer.scores([talk])[0]) for talk in talks], abs=1e-5)
    assert scorer.scores([]).shape == (0,)
    predictor = Predictor.load(str(run.model))
    found = list(predictor.predict(["Flour. ", "Flour. Flour. "], PredictOptions(prompts=("Loaf?",))))
    assert [answer["reward"] for answer in found] == pytest.approx(whole[:2].tolist(), abs=1e-5)
    with pytest.raises(RequestError, match="rates answers to a question"):
        list(predictor.predict(["Flour."]))
    with pytest.raises(RequestError, match="is no reward model"):
        Scorer.load(str(tiny_model))
    with pytest.raises(RequestError, match="answers in words"):
        Predictor.load(str(tiny_model))


def test_a_label_that_is_only_held_out_is_told_of(tmp_path: Path, tiny_bert: Path) -> None:
    learned, held = tmp_path / "learned.jsonl", tmp_path / "held.jsonl"
    learned.write_text("\n".join(json.dumps({"text": f"t {n}", "label": "ab"[n % 2]}) for n in range(24)))
    held.write_text("\n".join(json.dumps({"text": f"s {n}", "label": "abc"[n % 3]}) for n in range(6)))
    data = [{"path": str(learned)}, {"path": str(held), "use": "validation"}]
    run = new_run(tmp_path, tiny_bert, objective="classification", method="lora", data=data, training=SHORT)
    train(run)
    assert any("held-out rows only" in notice.message for notice in notices_of(run).values())
    answer = next(iter(Predictor.load(str(run.model)).predict(["t 1"])))
    assert answer["label"] == answer["probabilities"][0]["label"]
    assert sum(one["probability"] for one in answer["probabilities"]) == pytest.approx(1.0)
