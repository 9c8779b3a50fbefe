"""What the workbench answers about data and tokenizers, asked in process."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.errors import RequestError
from desktop.engine.workbench.base import OPERATIONS, Cancelled, Kept, Reply


class Asked:
    """Runs operations as the server does, and keeps what they stream."""

    def __init__(self) -> None:
        self.streamed: list[dict[str, Any]] = []
        self.cancel = threading.Event()
        self.reply = Reply(self.streamed.append, self.cancel, Kept())

    def __call__(self, op: str, **params: Any) -> dict[str, Any]:
        result = OPERATIONS.get(op).run(params, self.reply)
        return dict(json.loads(json.dumps(result, allow_nan=False)))  # only plain data crosses the pipe


@pytest.fixture
def ask() -> Asked:
    return Asked()


def test_inspect_reports_rows_mapping_and_faults(ask: Asked, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"question": "Q", "answer": "R"}\n{"question": "Q", "answer": ""}\n{"quest\n' * 2, "utf-8")
    found = ask("inspect", source={"path": str(path)}, preview=3)
    assert {key: found[key] for key in ("format", "rows", "total", "mapping", "recognised", "kind", "duplicates")} == {
        "format": "jsonl",
        "rows": 2,
        "total": 6,
        "mapping": {"prompt": "question", "completion": "answer"},
        "recognised": "question_answer",
        "kind": "chat",
        "duplicates": 1,
    }
    assert [(bad["row"], bad["line"]) for bad in found["bad"]] == [(2, 2), (3, 3), (5, 5), (6, 6)]
    assert found["bad"][0]["reason"] == "`answer` is empty"
    assert [row["reason"] is None for row in found["first"]] == [True, False, False]
    assert found["first"][0]["cells"] == {"question": "Q", "answer": "R"}
    assert found["first"][0]["canonical"]["messages"][1] == {"role": "assistant", "content": "R"}
    assert found["problem"] is None


def test_inspect_shows_columns_it_cannot_guess_so_that_they_can_be_mapped(ask: Asked, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("k1,k2\nWas?,Brot\n", "utf-8")
    found = ask("inspect", source={"path": str(path)}, kinds=["chat"])
    assert (found["rows"], found["mapping"], found["problem"]["code"]) == (0, {}, "needs_mapping")
    assert found["first"][0]["cells"] == {"k1": "Was?", "k2": "Brot"}
    assert {role["id"] for choice in found["choices"] for role in choice["roles"]} >= {"instruction", "output"}
    mapped = ask("inspect", source={"path": str(path), "mapping": {"instruction": "k1", "response": "k2"}})
    assert (mapped["rows"], mapped["problem"]) == (1, None)


def test_inspect_pages_beyond_the_first_rows(ask: Asked, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps({"text": f"row {n}"}) + "\n" for n in range(1, 1001)), "utf-8")
    found = ask("inspect", source={"path": str(path)}, start=900, preview=2)
    assert [row["canonical"]["text"] for row in found["first"]] == ["row 901", "row 902"]
    assert ask.streamed[0]["survey"]["columns"] == ["text"]
    last = ask.streamed[-1]
    assert (last["what"], last["done"], last["total"]) == ("Reading rows", path.stat().st_size, path.stat().st_size)
    assert last["rows"] == 1000


def test_render_shows_a_row_with_its_mask(ask: Asked, alpaca_file: Path, tiny_model: Path) -> None:
    found = ask("render", source={"path": str(alpaca_file)}, model=str(tiny_model), row=3, max_length=20)
    assert "".join(text for text, _ in found["pieces"]) == found["text"]
    assert "".join(text for text, trained in found["pieces"] if trained) == "Flour, water and salt, 3.<|end|>"
    assert found["total"] == 40
    assert found["cut"] == found["tokens"] - 20
    assert found["trained"] == sum(trained for _, trained in found["pieces"])


def test_render_takes_messages_and_another_template(ask: Asked, tiny_model: Path) -> None:
    messages = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "R"}]
    found = ask("render", messages=messages, model=str(tiny_model), template="plain")
    assert found["text"] == "User:\nQ\n\nAssistant:\nR<|end|>\n\n"
    with pytest.raises(RequestError, match="no chat template called"):
        ask("render", messages=messages, model=str(tiny_model), template="none")


def test_render_refuses_a_row_that_is_not_there(ask: Asked, alpaca_file: Path, tiny_model: Path) -> None:
    with pytest.raises(RequestError, match="no row 41"):
        ask("render", source={"path": str(alpaca_file)}, model=str(tiny_model), row=40)
    with pytest.raises(RequestError, match="Neither"):
        ask("render", model=str(tiny_model))


def test_a_changed_file_is_read_again(ask: Asked, tmp_path: Path, tiny_model: Path) -> None:
    path = tmp_path / "a.txt"
    for text in ("before", "afterwards"):
        path.write_text(text, "utf-8")
        assert ask("render", source={"path": str(path)}, model=str(tiny_model))["text"] == f"<|bos|>{text}<|end|>"


def test_lengths(ask: Asked, alpaca_file: Path, tiny_model: Path) -> None:
    found = ask("lengths", source={"path": str(alpaca_file)}, model=str(tiny_model), max_length=1000)
    assert found["rows"] == sum(found["counts"]) == 40
    assert found["truncated"] == found["lost"] == found["refused"] == 0
    short = ask("lengths", source={"path": str(alpaca_file)}, model=str(tiny_model), max_length=3, most=10)
    assert (short["rows"], short["lost"], short["sampled"]) == (10, 10, True)
    assert "teach nothing" in short["sentence"]


def test_tokenizer_report(ask: Asked, alpaca_file: Path, tiny_model: Path) -> None:
    source = {"path": str(alpaca_file)}
    kept = ask("tokenizer_report", source=source, model=str(tiny_model))
    assert kept["after"] is None
    trained = {"action": "train", "kind": "bpe", "vocabulary": 400}
    found = ask("tokenizer_report", source=source, model=str(tiny_model), tokenizer=trained)
    assert found["after"]["vocabulary"] <= 400
    assert found["after"]["per_word"] < kept["before"]["per_word"] == found["before"]["per_word"]
    assert all(example["after"] for example in found["examples"])


@pytest.mark.parametrize("op", ["lengths", "tokenizer_report"])
def test_long_work_can_be_cancelled(op: str, ask: Asked, tmp_path: Path, tiny_model: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps({"text": f"row {n}"}) + "\n" for n in range(2000)), "utf-8")
    ask.cancel.set()
    with pytest.raises(Cancelled):
        ask(op, source={"path": str(path)}, model=str(tiny_model))
