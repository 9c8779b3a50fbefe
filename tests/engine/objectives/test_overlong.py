"""Rows longer than the longest: cut, left out or split, each counted, and of a split row nothing is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.engine.data.rendering.overlong import windows
from desktop.engine.data.rendering.render import render_chat
from desktop.engine.job import Training
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import Prepared
from desktop.engine.objectives.store import TokenStore, longest_in, tokens_in
from tests.support import tiny_models

said = st.text("abc é日", min_size=1, max_size=60).filter(lambda text: bool(text.strip()))
talks = st.lists(st.tuples(said, said), min_size=1, max_size=3).map(
    lambda turns: {
        "messages": [
            {"role": role, "content": text}
            for turn in turns
            for role, text in zip(("user", "assistant"), turn, strict=True)
        ]
    }
)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return tiny_models.tokenizer()


def prepared(id: str, rows: list[Any], tokenizer: Any, longest: int, overlong: str) -> Prepared:
    objective = OBJECTIVES.get(id)
    training = Training.model_validate({"max_length": longest, "overlong": overlong})
    return objective.prepare(rows, [], tokenizer, objective.options(), training, lambda *_: None)


@given(length=st.integers(0, 200), longest=st.integers(1, 50))
def test_windows_are_the_whole(length: int, longest: int) -> None:
    whole = list(range(length))
    parts = [whole[part] for part in windows(length, longest)]
    assert [one for part in parts for one in part] == whole
    assert all(0 < len(part) <= longest for part in parts)
    assert all(len(part) == longest for part in parts[:-1])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(rows=st.lists(talks, min_size=1, max_size=4), longest=st.integers(8, 60))
def test_nothing_of_a_split_row_is_lost(rows: list[Any], longest: int, tokenizer: Any) -> None:
    found = prepared("sft", rows, tokenizer, longest, "split")
    whole = [render_chat(row["messages"], tokenizer) for row in rows]
    parts = [(one.input_ids[part], one.labels[part]) for one in whole for part in windows(len(one.input_ids), longest)]
    taught = [(ids, labels) for ids, labels in parts if any(label != -100 for label in labels[1:])]
    assert [(row["input_ids"], row["labels"]) for row in found.train] == taught
    assert sum(found.dropped.values()) == len(parts) - len(taught)
    assert found.split == sum(len(one.input_ids) > longest for one in whole)
    assert found.cut == 0
    assert found.tokens == sum(len(ids) for ids, _ in taught)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(rows=st.lists(talks, min_size=1, max_size=4), longest=st.integers(8, 60))
def test_rows_that_are_left_out_or_cut_are_counted(rows: list[Any], longest: int, tokenizer: Any) -> None:
    whole = [render_chat(row["messages"], tokenizer) for row in rows]
    fitting = [one for one in whole if len(one.input_ids) <= longest]
    dropped = prepared("sft", rows, tokenizer, longest, "drop")
    assert [row["input_ids"] for row in dropped.train] == [one.input_ids for one in fitting]
    assert sum(dropped.dropped.values()) == len(whole) - len(fitting)
    assert (dropped.cut, dropped.split) == (0, 0)
    cut = prepared("sft", rows, tokenizer, longest, "truncate")
    assert len(cut.train) + sum(cut.dropped.values()) == len(whole)
    assert cut.cut == len(cut.train) - len(fitting)
    assert all(len(row["input_ids"]) <= longest for row in cut.train)


def test_a_pair_of_answers_is_left_out_whole(tokenizer: Any) -> None:
    def pair(words: int) -> dict[str, Any]:
        return {
            "prompt": [{"role": "user", "content": "Why?"}],
            "chosen": [{"role": "assistant", "content": "so " * words}],
            "rejected": [{"role": "assistant", "content": "No."}],
        }

    found = prepared("dpo", [pair(1), pair(90)], tokenizer, 40, "drop")
    assert (len(found.train), found.cut) == (1, 0)
    assert found.dropped == {"longer than the longest row": 1}
    assert prepared("dpo", [pair(1), pair(90)], tokenizer, 40, "truncate").cut == 1


def test_a_long_source_is_left_out(tiny_t5: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(tiny_t5)
    rows = [{"source": "flour " * 50, "target": "bread"}, {"source": "a", "target": "b"}]
    found = prepared("seq2seq", rows, tokenizer, 16, "drop")
    assert (len(found.train), found.dropped) == (1, {"longer than the longest row": 1})


def test_an_encoder_leaves_long_texts_out_or_reads_on(tiny_bert: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(tiny_bert)
    rows = [{"text": "bread and salt " * 20}, {"text": "bread"}]
    dropped = prepared("mlm", rows, tokenizer, 16, "drop")
    assert (len(dropped.train), dropped.dropped) == (1, {"longer than the longest row": 1})
    for overlong in ("split", "truncate"):
        found = prepared("mlm", rows, tokenizer, 16, overlong)
        said = [token for row in found.train for token in row["input_ids"][1:-1]]
        assert said == [
            token for row in rows for token in tokenizer(row["text"], add_special_tokens=False)["input_ids"]
        ]
        assert found.split == 1


def test_many_rows_go_to_a_file_and_come_back_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop.engine.objectives import store

    monkeypatch.setattr(store, "IN_MEMORY", 2500)
    for count, files in ((0, 0), (900, 0), (2400, 0), (5123, 1)):
        folder = tmp_path / str(count)
        kept = TokenStore("input_ids", "attention_mask", numbers=("row",), folder=folder)
        for number in range(count):
            kept.add({"input_ids": [number] * (number % 5), "attention_mask": [1] * (number % 5), "row": number})
        made = kept.finish()
        assert (len(made), kept.rows) == (count, count)
        assert [row["row"] for row in made] == list(range(count))
        assert all(row["input_ids"] == [row["row"]] * (row["row"] % 5) for row in made)
        assert tokens_in(made, "input_ids") == sum(number % 5 for number in range(count))
        assert longest_in(made, "input_ids", "attention_mask") == (8 if count else 0)
        assert len(list(folder.glob("*.arrow")) if folder.exists() else []) == files


def test_a_file_of_its_own_goes_with_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gc
    import tempfile

    from desktop.engine.objectives import store

    monkeypatch.setattr(store, "IN_MEMORY", 1000)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    kept = TokenStore("input_ids")
    for number in range(1500):
        kept.add({"input_ids": [number]})
    made = kept.finish()
    assert list(tmp_path.glob("fettle-rows-*/*.arrow"))
    assert made[1499]["input_ids"] == [1499]
    del made, kept
    gc.collect()
    assert not list(tmp_path.glob("fettle-rows-*"))
