"""What an encoder-decoder writes for held-out sources: the same whatever the batches, and scored as texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop.engine.evaluate.targets import Written, scores, spread
from tests.support.training import finish_of, new_run, train


def test_scores_of_texts() -> None:
    found = scores([Written("a", "two eggs", "two eggs"), Written("b", "some milk", "no milk")])
    assert found["exact"] == 0.5
    assert found["rougeL"] == pytest.approx(0.75)
    assert scores([])["exact"] == 0


def test_what_is_answered_is_spread_over_all_rows() -> None:
    assert spread(3, 64) == [0, 1, 2]
    assert spread(0, 64) == []
    places = spread(100, 64)
    assert len(set(places)) == 64
    assert sum(place >= 50 for place in places) == 32


def test_a_run_measures_what_is_written_and_keeps_some_of_it(tiny_t5: Path, tmp_path: Path) -> None:
    data = tmp_path / "pairs.jsonl"
    words = ("bread", "flour", "salt", "oven")
    rows = [{"source": f"number {n % 4}", "target": f"some {words[n % 4]}"} for n in range(40)]
    data.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    settings = {
        "objective": "seq2seq", "method": "full", "data": [{"path": str(data), "checks": {"duplicates": "keep"}}],
        "training": {"learning_rate": 2e-2, "max_length": 32, "max_steps": 60, "epochs": 30, "evaluate_every": 60},
    }  # fmt: skip
    run = new_run(tmp_path / "runs", tiny_t5, **settings)
    train(run)
    metrics = finish_of(run).metrics
    assert metrics["after"]["rougeL"] > metrics["before"]["rougeL"]
    assert metrics["after"]["rougeL"] > 0.4
    kept = json.loads((run.model / "evaluation.json").read_text(encoding="utf-8"))
    assert kept["objective"] == "seq2seq"
    assert {one["target"] for one in kept["outputs"]} <= {f"some {word}" for word in words}
    assert all(one["source"].startswith("number") for one in kept["outputs"])
