"""Every registered objective goes through the engine with each method it allows, on a model of its kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop.engine import check
from desktop.engine.events import Sampled
from desktop.engine.methods import METHODS
from desktop.engine.objectives import OBJECTIVES
from tests.support.training import finish_of, new_run, steps_of, train

MODELS = {"causal": "tiny_model", "masked": "tiny_bert", "seq2seq": "tiny_t5"}
WORDS = ("bread", "flour", "salt", "oven")
ROWS = {
    "chat": lambda n: {"instruction": f"What goes into loaf {n}?", "output": f"Always {WORDS[n % 4]}."},
    "text": lambda n: {"text": f"The baker needs {WORDS[n % 4]} for the bread of day {n}, every day."},
    "preference": lambda n: {
        "prompt": f"What goes into loaf {n}?",
        "chosen": f"Always {WORDS[n % 4]}.",
        "rejected": f"No {WORDS[n % 3]}!",
    },
    "rated": lambda n: {
        "prompt": f"What goes into loaf {n}?",
        "completion": f"Always {WORDS[n % 4]}." if n % 2 else "No salt!",
        "label": n % 2 == 1,
    },
    "label": lambda n: {
        "text": f"The baker needs {WORDS[n % 4]} on day {n}.",
        "label": "rare" if n % 8 == 7 else "usual",
    },
    "prompt": lambda n: {"prompt": f"What goes into loaf {n}?"},
    "pair": lambda n: {"source": f"number {n}", "target": f"some {WORDS[n % 4]}"},
}
SECOND = {"continual": {"use": "old"}, "multitask": {}}
"""What a second data set is to the objectives that need one."""
OPTIONS = {
    "grpo": {
        "rules": [{"id": "regex", "pattern": "[a-z]", "counts": "share"}], "answer_tokens": 8, "generations": 8, "beta": 0,
    }
}  # fmt: skip
"""What must be said to objectives that do nothing unasked."""
TRAINING = {"grpo": {"learning_rate": 5e-2, "max_steps": 16, "batch_size": 2}}
"""What is learned from chance shows in a figure later than what is learned from examples."""
CASES = [
    (objective.id, method.id)
    for objective in OBJECTIVES.all()
    for method in METHODS.all()
    # The contract of the methods holds supervised fine-tuning to more than this.
    if objective.id != "sft" and (not objective.from_scratch or method.trains_embeddings)
]


@pytest.mark.parametrize(("objective_id", "method_id"), CASES)
def test_it_trains_saves_and_resumes(
    objective_id: str, method_id: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    objective = OBJECTIVES.get(objective_id)
    data = tmp_path / "data.jsonl"
    data.write_text("\n".join(json.dumps(ROWS[objective.rows[0]](n)) for n in range(32)), encoding="utf-8")
    model: Path = request.getfixturevalue(MODELS[objective.kinds[0]])
    sets = [{"path": str(data)}]
    if objective_id in SECOND:
        more = tmp_path / "more.jsonl"
        more.write_text("\n".join(json.dumps(ROWS[objective.rows[0]](n)) for n in range(40, 56)), encoding="utf-8")
        sets.append({"path": str(more), **SECOND[objective_id]})
    settings = {
        "objective": {"id": objective_id, "options": OPTIONS.get(objective_id, {})}, "method": method_id, "data": sets,
        "training": {"learning_rate": 1e-2, "max_length": 32, "max_steps": 8, "epochs": 3,
                     **TRAINING.get(objective_id, {})},
    }  # fmt: skip
    run = new_run(tmp_path / "runs", model, **settings)
    refused = [problem for problem in check.problems(run.job()) if problem.severity == "error"]
    if {problem.field for problem in refused} == {"method"}:
        pytest.skip(refused[0].message)  # that it is refused before a load is held in the contract of the methods
    assert not refused
    train(run)
    metrics = finish_of(run).metrics
    assert metrics["after"]["loss"] < metrics["before"]["loss"]
    assert (run.model / "fettle.json").is_file()
    if not {"chat", "preference", "rated", "prompt"} & set(objective.rows):
        assert not [event for event in run.events() if isinstance(event, Sampled)]
    second = new_run(tmp_path / "runs", model, **settings)
    train(second, kill_after=5)
    train(second, resume=True)
    assert steps_of(second) == steps_of(run)


@pytest.mark.parametrize("method", [method.id for method in METHODS.all() if not method.trains_embeddings])
def test_random_weights_are_refused_where_most_would_stay_random(method: str, tiny_model: Path, tmp_path: Path) -> None:
    scratch = [objective for objective in OBJECTIVES.all() if objective.from_scratch]
    for objective in scratch:
        job = new_run(tmp_path, tiny_model, objective=objective.id, method=method).job()
        assert any("random weights" in problem.message for problem in check.problems(job))
