"""Task-adaptive pre-training: it reads a task without its answers, with a generator and with an encoder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer

from desktop.engine.job import Training
from desktop.engine.objectives import OBJECTIVES
from tests.support.training import finish_of, new_run, steps_of, train

TAPT = OBJECTIVES.get("tapt")
LABELLED = [{"text": f"The baker needs flour on day {n}.", "label": f"oven{n % 2}"} for n in range(24)]


def _quiet(what: str, done: int, total: int) -> None:
    assert 0 <= done <= total, what


@pytest.mark.parametrize("fixture", ["tiny_model", "tiny_bert"])
def test_no_label_and_no_answer_is_ever_read(fixture: str, request: pytest.FixtureRequest) -> None:
    tokenizer: Any = AutoTokenizer.from_pretrained(request.getfixturevalue(fixture))
    chat = [
        {"messages": [{"role": "user", "content": "Salt?"}, {"role": "assistant", "content": "Only a oven pinch."}]}
    ] * 4
    for rows in (LABELLED, chat):
        made = TAPT.prepare(rows, rows[:2], tokenizer, TAPT.options(), Training(max_length=32), _quiet)
        read = " ".join(tokenizer.decode(row) for row in made.train["input_ids"])
        assert "oven" not in read.replace(" ", "")
        assert made.tokens > 0
    whole = TAPT.prepare(chat, chat[:1], tokenizer, TAPT.options(side="all"), Training(max_length=32), _quiet)
    assert "oven" in " ".join(tokenizer.decode(row) for row in whole.train["input_ids"]).replace(" ", "").lower()


@pytest.mark.parametrize("fixture", ["tiny_model", "tiny_bert"])
def test_it_learns_and_resumes_on_both_kinds_of_model(
    fixture: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    data = tmp_path / "labels.jsonl"
    data.write_text("\n".join(json.dumps(row) for row in LABELLED), encoding="utf-8")
    settings: dict[str, Any] = {
        "objective": "tapt", "method": "full", "data": [{"path": str(data)}],
        "training": {"learning_rate": 1e-2, "max_length": 32, "max_steps": 8, "epochs": 4},
    }  # fmt: skip
    model = request.getfixturevalue(fixture)
    run = new_run(tmp_path / "runs", model, **settings)
    train(run)
    metrics = finish_of(run).metrics
    assert metrics["after"]["loss"] < metrics["before"]["loss"]
    second = new_run(tmp_path / "runs", model, **settings)
    train(second, kill_after=5)
    train(second, resume=True)
    assert steps_of(second) == steps_of(run)
