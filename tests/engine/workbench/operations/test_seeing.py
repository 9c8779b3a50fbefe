"""What the workbench answers about what the model sees: rows, templates, lengths, asked in process."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.errors import RequestError
from desktop.engine.workbench.base import OPERATIONS, Kept, Reply

MESSAGES = [{"role": "user", "content": "Is it rye?"}, {"role": "assistant", "content": "It is."}]


class Asked:
    """Runs operations as the server does, with one model."""

    def __init__(self, model: Path) -> None:
        self.model = str(model)
        self.reply = Reply(lambda piece: None, threading.Event(), Kept())

    def __call__(self, op: str, **params: Any) -> dict[str, Any]:
        result = OPERATIONS.get(op).run({"model": self.model, **params}, self.reply)
        return dict(json.loads(json.dumps(result, allow_nan=False)))


@pytest.fixture
def ask(tiny_model: Path) -> Asked:
    return Asked(tiny_model)


def test_every_piece_has_its_token_and_special_ones_are_told_apart(ask: Asked) -> None:
    found = ask("render", messages=MESSAGES)
    assert len(found["pieces"]) == len(found["ids"]) == len(found["special"])
    special = [text for (text, _), is_special in zip(found["pieces"], found["special"], strict=True) if is_special]
    assert special == ["<|bos|>", "<|user|>", "<|end|>", "<|assistant|>", "<|end|>"]
    assert found["as_text"].startswith("<|bos|><|user|>Is it rye?<|end|><|assistant|>\u27e6It is.<|end|>\u27e7\n")
    assert f"{found['trained']} of {found['tokens']} tokens are learned" in found["as_text"]
    assert (found["beyond"], found["removed"], found["cut"], found["note"]) == (None, "", 0, "")


def test_what_becomes_of_a_row_that_is_too_long(ask: Asked) -> None:
    whole = ask("render", messages=MESSAGES)
    longest = whole["tokens"] - 2
    cut = ask("render", messages=MESSAGES, max_length=longest)
    assert (cut["cut"], cut["beyond"], cut["parts"]) == (2, len(whole["pieces"]) - 2, 1)
    assert cut["removed"] == f"The last 2 tokens of {whole['tokens']} are cut off, 2 of them to be learned."
    nothing = ask("render", messages=MESSAGES, max_length=3)
    assert nothing["removed"].endswith("Nothing of the answer is left, so the row is left out.")
    assert nothing["parts"] == 0
    left_out = ask("render", messages=MESSAGES, max_length=longest, overlong="drop")
    assert (left_out["parts"], left_out["cut"]) == (0, 0)
    assert "2 tokens longer than the longest row and is left out." in left_out["removed"]
    split = ask("render", messages=MESSAGES, max_length=4, overlong="split")
    assert "nothing is cut off" in split["removed"]
    assert "nothing to learn and are left out" in split["removed"]
    assert 0 < split["parts"] < -(-whole["tokens"] // 4)


def _source(tmp_path: Path, *rows: dict[str, Any]) -> dict[str, str]:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return {"path": str(path)}


def test_both_answers_of_a_pair_are_shown(ask: Asked, tmp_path: Path) -> None:
    source = _source(tmp_path, {"prompt": "Rye?", "chosen": "Yes, it is.", "rejected": "No."})
    found = ask("render", source=source)
    assert found["kind"] == "preference"
    assert "\u27e6Yes, it is.<|end|>\u27e7" in found["as_text"]
    assert "\u27e6No.<|end|>\u27e7" in found["rejected"]["as_text"]
    assert set(found["rejected"]) <= set(found)


@pytest.mark.parametrize(
    ("row", "kind", "text"),
    [
        ({"prompt": "Rye?", "completion": "Yes.", "label": True}, "rated", "\u27e6Yes.<|end|>\u27e7"),
        ({"text": "Rye bread."}, "text", "\u27e6<|bos|>Rye bread.<|end|>\u27e7"),
        ({"source": "Rye", "target": "Roggen"}, "pair", "Rye<|end|>\n\u27e6Roggen<|end|>\u27e7"),
        ({"text": "Rye bread.", "label": "bread"}, "label", "<|bos|>Rye bread.<|end|>"),
    ],
)
def test_rows_of_every_kind(ask: Asked, tmp_path: Path, row: dict[str, Any], kind: str, text: str) -> None:
    found = ask("render", source=_source(tmp_path, row, row))
    assert found["kind"] == kind
    assert text in found["as_text"]
    short = ask("render", source=_source(tmp_path, row, row), max_length=4)
    assert short["removed"]


def test_a_template_is_a_name_or_a_text(ask: Asked) -> None:
    named = ask("render", messages=MESSAGES, template="chatml")
    assert named["text"].startswith("<|im_start|>user")
    assert "may not stop by itself" in named["note"]
    written = ask("render", messages=MESSAGES, template="{% for m in messages %}{{ m.content }}|{% endfor %}")
    assert written["text"] == "Is it rye?|It is.|"
    with pytest.raises(RequestError) as caught:
        ask("render", messages=MESSAGES, template="{% for a in range(10**9) %}{% endfor %}")
    assert caught.value.code == "template_endless"
    only_here = "{% if 'rye' in messages[0].content %}{{ 'a' * 10**10 }}{% endif %}{{ messages[0].content }}"
    with pytest.raises(RequestError) as caught:
        ask("render", messages=MESSAGES, template=only_here)
    assert caught.value.code == "template_memory"


def test_tools_are_shown_or_refused(ask: Asked) -> None:
    tool = {"type": "function", "function": {"name": "weigh", "parameters": {"type": "object", "properties": {}}}}
    assert "weigh" in ask("render", messages=MESSAGES, tools=[tool], template="chatml")["text"]
    with pytest.raises(RequestError, match="not shown by this template"):
        ask("render", messages=MESSAGES, tools=[tool])


def test_templates_are_listed_and_tried(ask: Asked, tmp_path: Path) -> None:
    listed = OPERATIONS.get("templates").run({}, ask.reply)["templates"]
    assert {"chatml", "llama3", "mistral", "gemma", "plain"} <= {one["id"] for one in listed}
    assert all(one["title"] and one["sentence"] for one in listed)
    found = ask("template_trial", template="{{ messages[-1].content }}{{ eos_token }}")
    assert found == {"text": "Flour, water, salt and time.<|end|>", "marks_answers": False}
    source = _source(tmp_path, {"question": "Q", "answer": "R"})
    assert ask("template_trial", template="plain", source=source)["text"].startswith("User:\nQ\n")
    for template, words in (
        ("a\n{% if %}", "Line 2"),
        ("{{ ''.__class__ }}", "no template may touch"),
        ("{{ raise_exception('Never.') }}", "refuses this conversation: Never."),
    ):
        with pytest.raises(RequestError, match=words):
            ask("template_trial", template=template)


def test_lengths_say_what_padding_wastes_and_packing_saves(ask: Asked, tmp_path: Path) -> None:
    source = _source(tmp_path, *({"text": "bread " * (1 + n % 9)} for n in range(60)))
    found = ask("lengths", source=source, max_length=1000, batch_size=4)
    assert 0 < found["padding_waste_grouped"] < found["padding_waste"] < 1
    assert found["packed_rows"] == -(-found["tokens"] // 1000)
    assert found["packing_gain"] == pytest.approx(60 / found["packed_rows"])
    assert 0 < found["packed_filled"] <= 1
    short = ask("lengths", source=source, max_length=5, template="plain")
    assert short["share_truncated"] == short["truncated"] / 60 > 0
    assert short["share_cut"] == pytest.approx(short["cut_tokens"] / short["tokens"])
