"""Steps over the same answers move by the ratio to then, and a checkpoint between two of them carries the answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from desktop.engine.events import Step
from desktop.engine.run_folder import RunFolder
from tests.support.training import finish_of, new_run, steps_of, train


def run_of(root: Path, model: Path, training: dict[str, Any], **options: Any) -> RunFolder:
    root.mkdir(exist_ok=True)
    data = root / "prompts.jsonl"
    data.write_text("\n".join(json.dumps({"prompt": f"What goes into loaf {n}?"}) for n in range(32)), encoding="utf-8")
    chosen = {"wanted_words": 2, "answer_tokens": 8, "generations": 4, **options}
    settled = {"learning_rate": 2e-2, "max_length": 64, "max_steps": 6, "epochs": 3, **training}
    return new_run(
        root / "runs", model, objective={"id": "grpo", "options": chosen}, method="full",
        data=[{"path": str(data)}], training=settled,
    )  # fmt: skip


def test_steps_over_the_same_answers_resume_between_two_of_them(tmp_path: Path, tiny_model: Path) -> None:
    training = {"save_every": 2}
    whole, other = (run_of(tmp_path, tiny_model, training, passes=4) for _ in range(2))
    train(whole)
    train(other, kill_after=3)  # its checkpoint is that of step 2, half way through the first answers
    train(other, resume=True)
    assert steps_of(other) == steps_of(whole)
    steps = [event for event in whole.events() if isinstance(event, Step)]
    assert ["reward" in step.extra for step in steps] == [True, False, False, False, True, False]
    assert steps[0].extra["clip_fraction"] == 0
    assert any(step.extra["clip_fraction"] > 0 for step in steps[2:4])


def test_a_step_tells_its_figures(tmp_path: Path, tiny_model: Path) -> None:
    run = run_of(tmp_path, tiny_model, {"batch_size": 2, "accumulation": 2, "max_steps": 2}, loss="dapo")
    train(run)
    steps = [event for event in run.events() if isinstance(event, Step)]
    assert abs(steps[0].extra["kl"]) < 1e-6
    assert {"reward", "reward_length", "reward_ends", "length", "ended", "entropy", "kl"} <= steps[0].extra.keys()
    assert abs(sum(steps[0].extra[f"reward_{name}"] * weight for name, weight in (("length", 1), ("ends", 0.5)))
               - steps[0].extra["reward"]) < 1e-6  # fmt: skip


def test_what_is_rewarded_becomes_likelier(tmp_path: Path, tiny_model: Path) -> None:
    training = {"batch_size": 6, "max_steps": 14, "epochs": 9, "validation_share": 0.4, "max_length": 48}
    rules = [{"id": "regex", "pattern": "[a-z]", "counts": "share"}]
    run = run_of(tmp_path, tiny_model, training, wanted_words=None, rules=rules, ends_weight=0, beta=0, generations=8)
    train(run)
    metrics = finish_of(run).metrics
    assert metrics["after"]["reward"] > metrics["before"]["reward"] + 0.1
