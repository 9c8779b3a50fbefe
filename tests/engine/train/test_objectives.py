"""Every registered objective goes through the engine on a model of its kind, and every method through every trainer.

Each objective is held to the whole contract with the methods that stand for a way through the code: ``full`` trains the
model itself, ``lora`` is an adapter inside it, ``prompt`` puts tokens in front of the rows. It must learn, by its loss
and by the figure it is judged by, and be killed and resumed without another bit.

What every other method can break is a trainer: what it is fed, what it saves. So each goes once, a few steps long,
through each trainer: of the objectives that share one, every method takes another. That each method learns, resumes
and comes back as it was, the contract of the methods holds with supervised fine-tuning.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from desktop.engine import check
from desktop.engine.events import Sampled
from desktop.engine.methods import METHODS
from desktop.engine.models.facts import kind_of
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_tuned
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.run_folder import RunFolder
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
        "rules": [{"id": "regex", "pattern": "[a-z]", "counts": "share"}],
        "answer_tokens": 8, "generations": 8, "beta": 0,
    },
    "ppo": {"answer_tokens": 8, "epochs": 2, "kl": 0},
}  # fmt: skip
"""What must be said to objectives that do nothing unasked."""
BY_CHANCE = {"ppo", "grpo"}
"""Objectives that learn from sampled answers: in a few steps on a model of random weights chance decides what comes of
it. That they learn is held by ``test_ppo_trainer`` and ``test_grpo_trainer`` with rewards that can be earned."""
TRAINING = {"grpo": {"batch_size": 2}}
WHOLE = ("full", "lora", "prompt")
SHARED = {"simpo": "dpo", "orpo": "dpo", "pretrain": "dapt", "tapt": "dapt", "multitask": "continual"}
"""Objectives -> the one whose trainer they have, too; who is not here has one of its own."""


@pytest.fixture(scope="session")
def reward_model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a reward model of the tiny model's size, for what learns from one."""
    run = _run("reward", "full", tmp_path_factory.mktemp("rewards"), request)
    train(run)
    return run.model


def _whole() -> list[tuple[str, str]]:
    return [(objective.id, method) for objective in OBJECTIVES.all() for method in WHOLE if objective.id != "sft"]


def _short() -> list[tuple[str, str]]:
    """Return each other method with one objective of each trainer."""
    trainers: dict[str, list[str]] = {}
    for objective in OBJECTIVES.all():
        if objective.id != "sft" and not objective.from_scratch:  # what starts from nothing takes no adapter
            trainers.setdefault(SHARED.get(objective.id, objective.id), []).append(objective.id)
    others = [method.id for method in METHODS.all() if method.id not in WHOLE]
    return [
        (objectives[number % len(objectives)], method)
        for number, method in enumerate(others)
        for objectives in trainers.values()
    ]


def _run(objective_id: str, method_id: str, folder: Path, request: pytest.FixtureRequest, **training: Any) -> RunFolder:
    """Return a run that may start; skip where it is refused, which the contract of the methods looks into."""
    objective = OBJECTIVES.get(objective_id)
    folder.mkdir(exist_ok=True)
    said = dict(OPTIONS.get(objective_id, {}))
    if objective_id == "ppo":
        said["reward_model"] = str(request.getfixturevalue("reward_model"))
    data = folder / "data.jsonl"
    data.write_text("\n".join(json.dumps(ROWS[objective.rows[0]](n)) for n in range(32)), encoding="utf-8")
    sets = [{"path": str(data)}]
    if objective_id in SECOND:
        more = folder / "more.jsonl"
        more.write_text("\n".join(json.dumps(ROWS[objective.rows[0]](n)) for n in range(40, 56)), encoding="utf-8")
        sets.append({"path": str(more), **SECOND[objective_id]})
    settings = {
        "objective": {"id": objective_id, "options": said}, "method": method_id, "data": sets,
        "training": {"learning_rate": 1e-2, "max_length": 32, "max_steps": 8, "epochs": 3,
                     **TRAINING.get(objective_id, {}), **training},
    }  # fmt: skip
    run = new_run(folder / "runs", request.getfixturevalue(MODELS[objective.kinds[0]]), **settings)
    refused = [problem for problem in check.problems(run.job()) if problem.severity == "error"]
    if {problem.field for problem in refused} == {"method"}:
        pytest.skip(refused[0].message)
    assert not refused
    return run


@pytest.mark.parametrize(("objective_id", "method_id"), _whole())
def test_it_trains_saves_and_resumes(
    objective_id: str, method_id: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    objective = OBJECTIVES.get(objective_id)
    run = _run(objective_id, method_id, tmp_path, request)
    train(run)
    before, after = (finish_of(run).metrics[when] for when in ("before", "after"))
    judged = objective.measures[0]
    gain = after[judged.key] - before[judged.key]
    if objective_id not in BY_CHANCE:
        assert after["loss"] < before["loss"]
        assert (gain if judged.better == "higher" else -gain) >= 0, judged.title
    assert (run.model / "fettle.json").is_file()
    if not {"chat", "preference", "rated", "prompt"} & set(objective.rows):
        assert not [event for event in run.events() if isinstance(event, Sampled)]
    second = _run(objective_id, method_id, tmp_path, request)
    train(second, kill_after=5)
    train(second, resume=True)
    assert steps_of(second) == steps_of(run)


@pytest.mark.parametrize(("objective_id", "method_id"), _short())
def test_every_method_goes_through_every_trainer_and_comes_back(
    objective_id: str, method_id: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    run = _run(objective_id, method_id, tmp_path, request, max_steps=2, evaluate_every=2, save_every=2)
    train(run)
    assert finish_of(run).step == len(steps_of(run)) == 2
    ref = resolve(str(run.model))
    assert load_tuned(ref, device="cpu", kind=kind_of(ref.folder)) is not None


def test_every_method_meets_every_trainer_and_every_objective_several_methods() -> None:
    """Counted, so that a rotation that leaves something out is seen."""
    pairs = set(_short())
    met = {objective: sum(pair[0] == objective for pair in pairs) for objective, _ in pairs}
    scratch = {objective.id for objective in OBJECTIVES.all() if objective.from_scratch}
    assert met.keys() == {objective.id for objective in OBJECTIVES.all()} - {"sft"} - scratch
    assert min(met.values()) >= 4
    trainers = {(SHARED.get(objective, objective), method) for objective, method in pairs}
    assert len(trainers) == len({trainer for trainer, _ in trainers}) * (len(METHODS.all()) - len(WHOLE))


@pytest.mark.parametrize("method", [method.id for method in METHODS.all() if not method.trains_embeddings])
def test_random_weights_are_refused_where_most_would_stay_random(method: str, tiny_model: Path, tmp_path: Path) -> None:
    scratch = [objective for objective in OBJECTIVES.all() if objective.from_scratch]
    for objective in scratch:
        job = new_run(tmp_path, tiny_model, objective=objective.id, method=method).job()
        refused = [
            problem for problem in check.problems(job) if (problem.field, problem.severity) == ("method", "error")
        ]
        assert len(refused) == 1  # in its own words where the method is out of the question anyway
