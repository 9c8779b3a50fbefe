"""What is judged comes out as rows the data floor, the datasets library and the trainer take."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.data.dataset import open_source
from desktop.engine.errors import RequestError, UserError
from desktop.engine.job import DataSource
from desktop.engine.preferences.export import Format, export
from desktop.engine.preferences.judgement import Choice
from desktop.engine.preferences.store import PreferenceStore
from tests.engine.preferences.conftest import Fill

CHOICES: tuple[Choice, ...] = ("left", "right", "both_good", "both_bad")


def _judged(store: PreferenceStore) -> None:
    for choice in CHOICES:
        item = store.current()
        assert item is not None
        store.judge(item, choice, milliseconds=2000)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_dpo_rows(project: Fill, tmp_path: Path) -> None:
    store = project(4)
    _judged(store)
    made = export(store, tmp_path / "rows.jsonl")
    rows = _rows(made.path)
    assert (made.rows, made.pairs, made.ties, len(rows)) == (2, 4, 2, 2)
    assert "2 ties, which this format cannot hold" in made.sentence
    for row, judgement in zip(rows, store.judgements(), strict=False):
        pair = store.pair(judgement.pair_id)
        better = judgement.preferred
        assert better is not None
        assert row["prompt"] == pair.prompt
        assert row["chosen"] == [{"role": "assistant", "content": getattr(pair, better)}]
        assert row["rejected"] == [{"role": "assistant", "content": getattr(pair, "b" if better == "a" else "a")}]


def test_kto_keeps_ties_as_thumbs(project: Fill, tmp_path: Path) -> None:
    store = project(4)
    _judged(store)
    rows = _rows(export(store, tmp_path / "rows.jsonl", "kto").path)
    assert [row["label"] for row in rows[4:]] == [True, True, False, False]
    assert [sum(row["label"] for row in rows[start : start + 2]) for start in (0, 2)] == [1, 1]


@pytest.mark.parametrize("format", ["dpo", "reward"])
def test_the_data_floor_reads_it_back(format: Format, project: Fill, tmp_path: Path) -> None:
    store = project(4)
    _judged(store)
    made = export(store, tmp_path / "rows.jsonl", format)
    imported = open_source(DataSource(path=str(made.path)), ("preference",))
    plain = _rows(export(store, tmp_path / "plain.jsonl").path)
    assert (list(imported.rows), imported.bad) == (plain, [])


def test_a_pair_judged_both_ways_is_left_out(project: Fill, tmp_path: Path) -> None:
    store = project(25)
    while (item := store.current()) is not None:
        store.judge(item, "left", milliseconds=2000)  # left again on a swapped repeat is the other answer
    made = export(store, tmp_path / "rows.jsonl")
    assert (made.contradicted, made.rows) == (1, 24)
    assert "1 judged differently" in made.sentence


def test_nothing_to_export_and_nowhere_to_write(project: Fill, tmp_path: Path) -> None:
    store = project(1)
    with pytest.raises(RequestError, match="nothing to train on"):
        export(store, tmp_path / "rows.jsonl")
    assert not (tmp_path / "rows.jsonl").exists()
    item = store.current()
    assert item is not None
    store.judge(item, "left", milliseconds=1)
    with pytest.raises(UserError):
        export(store, tmp_path / "missing" / "rows.jsonl")


def test_one_dpo_step_on_what_was_exported(project: Fill, tmp_path: Path, tiny_model: Path) -> None:
    from datasets import load_dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl.trainer.dpo_config import DPOConfig
    from trl.trainer.dpo_trainer import DPOTrainer

    store = project(4)
    _judged(store)
    export(store, tmp_path / "rows.jsonl")
    data = load_dataset("json", data_files=str(tmp_path / "rows.jsonl"), split="train", cache_dir=str(tmp_path / "c"))
    config = DPOConfig(
        output_dir=str(tmp_path / "out"), max_steps=1, per_device_train_batch_size=2, use_cpu=True, bf16=False,
        report_to=[], save_strategy="no", activation_checkpointing=False, disable_tqdm=True,
    )  # fmt: skip
    model: Any = AutoModelForCausalLM.from_pretrained(tiny_model)
    tokenizer: Any = AutoTokenizer.from_pretrained(tiny_model)
    trainer = DPOTrainer(model=model, args=config, train_dataset=data, processing_class=tokenizer)
    trainer.train()
    assert trainer.state.global_step == 1
