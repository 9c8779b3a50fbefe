"""``fettle predict``: labels, targets and rewards for texts, and what a training says can be done with its model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop import paths
from desktop.cli.commands.train import _summary
from desktop.engine.events import Finished
from desktop.engine.run_folder import RunFolder
from tests.support.command_line import Said
from tests.support.training import finish_of, new_run, train

Fettle = Callable[..., Said]
ROWS: dict[str, Callable[[int], dict[str, Any]]] = {
    "classification": lambda n: {"text": f"{('bread', 'salt')[n % 2]} on day {n}", "label": ("good", "bad")[n % 2]},
    "seq2seq": lambda n: {"source": f"number {n}", "target": "some bread"},
    "reward": lambda n: {"prompt": f"Loaf {n}?", "chosen": "Flour.", "rejected": "No!"},
}


def tuned(objective: str, model: Path, **options: Any) -> RunFolder:
    root = paths.runs()
    root.mkdir(parents=True, exist_ok=True)
    data = root.parent / f"{objective}.jsonl"
    data.write_text("\n".join(json.dumps(ROWS[objective](n)) for n in range(32)), encoding="utf-8")
    run = new_run(
        root, model, objective={"id": objective, **options}, method="full", data=[{"path": str(data)}],
        training={"max_steps": 4, "learning_rate": 1e-2, "max_length": 32},
    )  # fmt: skip
    train(run)
    return run


@pytest.mark.usefixtures("workspace")
def test_labels_with_their_shares(fettle: Fettle, tiny_bert: Path, tmp_path: Path) -> None:
    run = tuned("classification", tiny_bert)
    answer = fettle("predict", run.name, "bread on day 3", "salt on day 5", "--json").answer
    assert answer["kind"] == "classification"
    assert [one["text"] for one in answer["answers"]] == ["bread on day 3", "salt on day 5"]
    for one in answer["answers"]:
        shares = [share["probability"] for share in one["probabilities"]]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) == pytest.approx(1)
        assert {share["label"] for share in one["probabilities"]} == {"good", "bad"}
    file = tmp_path / "texts.txt"
    file.write_text("bread on day 3\n", encoding="utf-8")
    again = fettle("predict", run.name, "--file", str(file), "--json").answer
    assert again["answers"] == answer["answers"][:1]
    said = _summary(run, finish_of(run))
    assert "Accuracy: " in said
    assert f"fettle predict {run.name}" in said
    assert "fettle chat" not in said


@pytest.mark.usefixtures("workspace")
def test_rewards_need_their_question(fettle: Fettle, tiny_model: Path) -> None:
    run = tuned("reward", tiny_model)
    refused = fettle("predict", run.name, "Flour.")
    assert refused.code == 2
    assert "question" in refused.err
    answer = fettle("predict", run.name, "Flour.", "No!", "--prompt", "Loaf 3?", "--json").answer
    assert answer["kind"] == "reward"
    assert all(isinstance(one["reward"], float) for one in answer["answers"])
    assert '--prompt "a question"' in _summary(run, finish_of(run))


@pytest.mark.usefixtures("workspace")
def test_targets_are_asked_with_the_prefix_of_the_training(fettle: Fettle, tiny_t5: Path) -> None:
    run = tuned("seq2seq", tiny_t5, prefix="say: ")
    lineage = json.loads((run.model / "fettle.json").read_text(encoding="utf-8"))
    assert lineage["objective_options"] == {"prefix": "say: "}
    answer = fettle("predict", run.name, "number 3", "--max-tokens", "5", "--json").answer
    assert answer["kind"] == "seq2seq"
    assert isinstance(answer["answers"][0]["target"], str)


@pytest.mark.usefixtures("workspace")
def test_a_chat_is_refused_and_a_thrown_away_run_names_no_model(fettle: Fettle, tiny_model: Path) -> None:
    refused = fettle("predict", str(tiny_model), "bread")
    assert refused.code == 2
    assert "fettle chat" in refused.err
    run = new_run(paths.runs(), tiny_model)
    said = _summary(run, Finished(status="discarded", step=3, seconds=1, metrics={}))
    assert said == "Stopped and thrown away after 3 steps in 1 s."
