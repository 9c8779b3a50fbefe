"""A model and data nobody here made: any transformers folder and the usual file shapes import, train and chat."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop import paths
from tests.support.command_line import run_fettle


@pytest.mark.parametrize(
    ("model", "data", "format"),
    [
        ("tiny_model", "alpaca_file", "json"),
        ("tiny_gpt2", "messages_file", "jsonl"),
        ("tiny_qwen2", "csv_file", "csv"),
    ],
)
def test_import_train_and_chat(request: pytest.FixtureRequest, model: str, data: str, format: str) -> None:
    folder: Path = request.getfixturevalue(model)
    file: Path = request.getfixturevalue(data)

    seen = run_fettle("inspect", str(file), "--json")
    assert seen.code == 0, seen.err
    assert (seen.answer["format"], seen.answer["rows"], seen.answer["bad"]) == (format, 40, [])

    words = [
        "--set",
        "training.max_steps=8",
        "--set",
        "training.max_length=128",
        "--set",
        "training.learning_rate=1e-2",
    ]
    trained = run_fettle("train", "--model", str(folder), "--data", str(file), "--name", "loaf", *words, "--json")
    assert trained.code == 0, trained.err + trained.out
    assert trained.answer["status"] == "finished"
    metrics = trained.answer["metrics"]
    assert metrics["after"]["loss"] < metrics["before"]["loss"]
    assert (paths.runs() / trained.answer["run"] / "model" / "adapter_model.safetensors").is_file()

    talk = run_fettle(
        "chat", trained.answer["run"], *["--prompt", "What do I need?"] * 2, "--max-tokens", "8", "--json"
    )
    assert talk.code == 0, talk.err
    answers = talk.answer["answers"]
    assert [answer["contender"] for answer in answers] == ["base", "tuned"] * 2
    assert answers[:2] == answers[2:], "for a program the same words get the same answer"
