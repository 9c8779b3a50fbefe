"""The rows of a batch are found by their words, whatever an objective made of them; compared with tokens by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoTokenizer

from desktop.engine.data.mixing.portions import Portions, portions_of
from desktop.engine.job import JobSpec
from desktop.engine.train.bad_batch import rows_in, sentence, texts_of, write_bad_batch

LONG = "The levain is fed at six in the morning and again at noon, and the dough rests in the cold until the next day."
TEXTS = ["Rye bread keeps a week in a linen bag.", LONG, "A stone oven bakes the crust thin and dark.", "Salt."]


@pytest.fixture(scope="module")
def tokenizer(tiny_model: Path) -> Any:
    return AutoTokenizer.from_pretrained(tiny_model)


def _portions(folder: Path, rows: list[dict[str, Any]], kind: str) -> Portions:
    file = folder / "rows.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    job = JobSpec.from_mapping(
        {"data": [{"path": str(file)}, {"path": str(_held(folder, rows[0])), "use": "validation"}]}
    )
    return portions_of(job, (kind,))


def _held(folder: Path, like: dict[str, Any]) -> Path:
    file = folder / "held.jsonl"
    row = {
        key: [{**m, "content": "Nothing of it."} for m in v] if isinstance(v, list) else f"Unlike {key}."
        for key, v in like.items()
    }
    file.write_text(json.dumps(row), encoding="utf-8")
    return file


def _batch(tokenizer: Any, *texts: str, pad: int = 3) -> dict[str, torch.Tensor]:
    rows = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
    longest = max(map(len, rows)) + pad
    ids = torch.tensor([[*row, *[tokenizer.pad_token_id] * (longest - len(row))] for row in rows])
    return {"input_ids": ids, "attention_mask": (ids != tokenizer.pad_token_id).long()}


def test_texts_are_found_whole_cut_and_in_the_middle(tokenizer: Any, tmp_path: Path) -> None:
    portions = _portions(tmp_path, [{"text": text} for text in TEXTS], "text")

    def found(*texts: str) -> list[int]:
        return [row.row for row in rows_in(texts_of([_batch(tokenizer, *texts)], tokenizer), portions)]

    assert found(TEXTS[0]) == [1]
    assert found(TEXTS[2], TEXTS[0]) == [1, 3]
    assert found(LONG[:40]) == [2], "cut off"
    assert found(LONG[20:70]) == [2], "a part of a split row"
    assert found(LONG[-30:] + TEXTS[2] + TEXTS[0][:20]) == [1, 2, 3], "packed end to end"
    assert found("Nobody ever wrote this.") == []


def test_preference_pairs_are_found_by_all_their_words(tokenizer: Any, tmp_path: Path) -> None:
    rows = [
        {"prompt": f"How is loaf {n} baked?", "chosen": f"In {n} slow hours.", "rejected": f"No idea, {n} maybe."}
        for n in range(10, 14)
    ]
    portions = _portions(tmp_path, rows, "preference")
    one = rows[2]
    batch = _batch(tokenizer, f"{one['prompt']}\n{one['chosen']}", f"{one['prompt']}\n{one['rejected']}")
    assert [row.row for row in rows_in(texts_of([batch], tokenizer), portions)] == [3]


def test_hidden_words_are_put_back_and_labels_of_two_part_models_read(tokenizer: Any) -> None:
    whole = _batch(tokenizer, TEXTS[0], pad=0)
    labels = torch.full_like(whole["input_ids"], -100)
    labels[0, 2:4] = whole["input_ids"][0, 2:4]
    hidden = whole["input_ids"].clone()
    hidden[0, 2:4] = tokenizer.eos_token_id
    batch = {"input_ids": hidden, "labels": labels, "attention_mask": whole["attention_mask"]}
    assert texts_of([batch], tokenizer) == texts_of([whole], tokenizer)
    target = _batch(tokenizer, TEXTS[3], pad=0)["input_ids"]
    assert len(texts_of([{**whole, "labels": target}], tokenizer, encoder_decoder=True)) == 2


def test_many_rows_are_counted_and_a_disk_that_refuses_hides_nothing(tokenizer: Any, tmp_path: Path) -> None:
    rows = [{"text": f"Loaf number {n} of a long row of loaves."} for n in range(20, 30)]
    portions = _portions(tmp_path, rows, "text")
    texts = [row["text"] for row in rows]
    found = rows_in(texts, portions)
    assert len(found) == 10
    told = sentence(found, texts)
    assert "row 1 “Loaf number 20" in told
    assert "and 4 more" in told
    assert sentence([], ["Made up by the model."]).startswith("The batch read “Made up by the model.”")
    assert sentence([], []) == ""
    write_bad_batch(tmp_path / "gone", "loss", 3, texts, found)  # no such folder
    assert not (tmp_path / "gone").exists()
