"""Next-sentence prediction: rows with segments, a loss that is a mean over the step, and nothing left in the result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from transformers import AutoModelForMaskedLM, AutoTokenizer

from desktop.engine import check
from desktop.engine.objectives.following import attach, detach, pair_rows
from tests.support.training import finish_of, new_run, steps_of, train

DOCUMENTS = [
    f"Loaf {n} is in the oven now. It will be done in {n} hours. Then the baker takes it out. The shop smells of it."
    for n in range(24)
]


def _settings(tmp_path: Path, method: str, **options: Any) -> dict[str, Any]:
    data = tmp_path / "documents.jsonl"
    data.write_text("\n".join(json.dumps({"text": text}) for text in DOCUMENTS), encoding="utf-8")
    return {
        "objective": {"id": "mlm", "next_sentence": True, **options}, "method": method, "data": [{"path": str(data)}],
        "training": {"learning_rate": 1e-2, "max_length": 64, "max_steps": 8, "epochs": 3},
    }  # fmt: skip


def test_a_row_holds_two_stretches_with_their_segments(tiny_bert: Path) -> None:
    tokenizer: Any = AutoTokenizer.from_pretrained(tiny_bert)
    dropped: list[str] = []
    rows = list(pair_rows([*DOCUMENTS, "One sentence.", ""], tokenizer, 48, 1, dropped.append))
    assert sorted(dropped) == ["a single sentence, which nothing follows", "no text in it"]
    labels = {row["next_sentence_label"] for row in rows}
    assert labels == {0, 1}
    documents = tokenizer(DOCUMENTS, add_special_tokens=False)["input_ids"]
    for row in rows:
        ids, kinds = row["input_ids"], row["token_type_ids"]
        assert len(ids) == len(kinds) == len(row["words"]) <= 48
        assert ids[0] == tokenizer.cls_token_id
        assert [place for place, id in enumerate(ids) if id == tokenizer.sep_token_id] == [
            kinds.index(1) - 1, len(ids) - 1,
        ]  # fmt: skip
        if row["next_sentence_label"] == 0 and len(ids) < 48:
            said = " ".join(str(id) for id, word in zip(ids, row["words"], strict=True) if word >= 0)
            assert any(said in " ".join(map(str, whole)) for whole in documents)


@pytest.mark.parametrize("method", ["full", "lora"])
def test_it_learns_resumes_and_leaves_a_plain_encoder(method: str, tiny_bert: Path, tmp_path: Path) -> None:
    settings = _settings(tmp_path, method)
    run = new_run(tmp_path / "runs", tiny_bert, **settings)
    assert not [problem for problem in check.problems(run.job()) if problem.severity == "error"]
    train(run)
    metrics = finish_of(run).metrics
    assert metrics["after"]["loss"] < metrics["before"]["loss"]
    assert 0 <= metrics["after"]["next_sentence_accuracy"] <= 1
    for file in run.model.glob("*.safetensors"):
        with safe_open(file, "pt") as tensors:
            assert not [name for name in tensors.keys() if "next_sentence" in name]  # noqa: SIM118  no mapping
    second = new_run(tmp_path / "runs", tiny_bert, **settings)
    train(second, kill_after=5)
    train(second, resume=True)
    assert steps_of(second) == steps_of(run)


def test_two_small_batches_count_pairs_as_one_large_does(tiny_bert: Path, tmp_path: Path) -> None:
    norms = []
    for size, accumulation in ((8, 1), (2, 4)):
        settings = _settings(tmp_path, "full")
        settings["training"] |= {
            "batch_size": size, "accumulation": accumulation, "max_steps": 1, "max_grad_norm": 1000, "warmup": 0,
        }  # fmt: skip
        model = AutoModelForMaskedLM.from_pretrained(
            tiny_bert, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
        )
        folder = tmp_path / "calm"
        model.save_pretrained(folder)
        AutoTokenizer.from_pretrained(tiny_bert).save_pretrained(folder)
        run = new_run(tmp_path / f"runs{size}", folder, **settings)
        train(run)
        norms.append(steps_of(run)[1][1])
    assert norms[1] == pytest.approx(norms[0], rel=1e-3)


def test_the_part_comes_off_without_a_trace(tiny_bert: Path) -> None:
    model = AutoModelForMaskedLM.from_pretrained(tiny_bert)
    before = dict(model.state_dict())
    attach(model)
    assert len(model.state_dict()) == len(before) + 4
    detach(model)
    detach(model)
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert before.keys() == model.state_dict().keys()


def test_a_model_without_segments_is_refused(tiny_bert: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    from desktop.engine.models.facts import facts_of
    from desktop.engine.objectives import OBJECTIVES

    mlm = OBJECTIVES.get("mlm")
    facts = facts_of(tiny_bert)
    job = new_run(tmp_path, tiny_bert, **_settings(tmp_path, "full")).job()
    options = mlm.options(next_sentence=True)
    assert not mlm.problems(job, options, facts)
    single = {name: (1, *shape[1:]) if "token_type" in name else shape for name, shape in facts.tensors.items()}
    (problem,) = mlm.problems(job, options, replace(facts, tensors=single))
    assert "no segments" in problem.message
    assert not mlm.problems(job, mlm.options(), replace(facts, tensors=single))
