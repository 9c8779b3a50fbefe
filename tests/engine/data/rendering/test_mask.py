"""The loss mask of every template of ours, against expectations written down by hand and against the real trainer."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from desktop.engine.data.rendering.mask import mask_of
from desktop.engine.data.rendering.render import render_chat, render_many, render_row
from desktop.engine.data.rendering.rendered import IGNORED
from desktop.engine.data.rendering.templates import shipped, template_named
from desktop.engine.data.rows import Message
from desktop.engine.errors import RequestError
from desktop.engine.job import Training
from desktop.engine.objectives import OBJECTIVES
from tests.support import tiny_models

Stretches = list[tuple[str, int | None]]
"""The text in order; with each stretch the message whose answer it is, ``None`` where it is never learned."""

MARKS = (
    "<|im_end|>",
    "<|im_start|>assistant\n",
    "<|end|>",
    "<|bos|>",
    "[/INST]",
    "### Response:\n",
    "{% generation %}",
)
BOS, EOS = "<|bos|>", "<|end|>"

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=24)
content = st.one_of(words, st.builds(lambda a, mark, b: a + mark + b, words, st.sampled_from(MARKS), words))
said = content.filter(lambda text: bool(text.strip()))


@st.composite
def chats(draw: st.DrawFn) -> list[Message]:
    messages: list[Message] = []
    if draw(st.booleans()):
        messages.append({"role": "system", "content": draw(content)})
    for _ in range(draw(st.integers(1, 3))):
        messages.append({"role": "user", "content": draw(said)})
        messages.append({"role": "assistant", "content": draw(said)})
    return messages


def _turns(
    messages: list[Message], head: Callable[[str], str], end: str, gap: str, first: str = "", *, ends_all: bool = True
) -> Stretches:
    found: Stretches = [(first, None)]
    for index, message in enumerate(messages):
        answers = message["role"] == "assistant"
        found.append((head(message["role"]), None))
        found.append((message["content"] + (end if answers or ends_all else ""), index if answers else None))
        found.append((gap, None))
    return found


def _headings(messages: list[Message], first: str = "") -> Stretches:
    names = {"system": "", "user": "### Instruction:\n", "assistant": "### Response:\n"}
    return _turns(messages, names.__getitem__, EOS, "\n\n", first, ends_all=False)


def _alpaca(messages: list[Message]) -> Stretches:
    scene = "You are given a task. Write an answer that does what it asks for.\n\n"
    return _headings(messages, "" if messages[0]["role"] == "system" else scene)


def _into_the_question(messages: list[Message]) -> list[Message]:
    """Move the system message into the first question, as templates without system turns do."""
    if messages[0]["role"] != "system":
        return [{"role": "", "content": ""}, *messages]
    question = {"role": "user", "content": f"{messages[0]['content']}\n\n{messages[1]['content']}"}
    return [{"role": "", "content": ""}, {"role": "", "content": ""}, question, *messages[2:]]


def _gemma(messages: list[Message]) -> Stretches:
    moved = [message for message in _into_the_question(messages) if message["role"]]
    shift = len(messages) - len(moved)
    heads = {"user": "<start_of_turn>user\n", "assistant": "<start_of_turn>model\n"}
    made = _turns(moved, heads.__getitem__, "<end_of_turn>", "\n", BOS)
    return [(text, None if index is None else index + shift) for text, index in made]


def _mistral(messages: list[Message]) -> Stretches:
    moved = [message for message in _into_the_question(messages) if message["role"]]
    shift = len(messages) - len(moved)
    found: Stretches = [(BOS, None)]
    for index, message in enumerate(moved):
        if message["role"] == "user":
            found.append((f"[INST] {message['content']}[/INST]", None))
        else:
            found.append((f" {message['content']}{EOS}", index + shift))
    return found


EXPECTED: dict[str, Callable[[list[Message]], Stretches]] = {
    "chatml": partial(_turns, head=lambda role: f"<|im_start|>{role}\n", end="<|im_end|>", gap="\n"),
    "llama3": partial(
        _turns, head=lambda role: f"<|start_header_id|>{role}<|end_header_id|>\n\n", end="<|eot_id|>", gap="", first=BOS
    ),
    "mistral": _mistral,
    "gemma": _gemma,
    "phi": partial(_turns, head=lambda role: f"<|{role}|>\n", end="<|end|>", gap="\n"),
    "zephyr": partial(_turns, head=lambda role: f"<|{role}|>\n", end=EOS, gap="\n"),
    "alpaca": _alpaca,
    "instruction": _headings,
    "plain": partial(_turns, head=lambda role: f"{role.capitalize()}:\n", end=EOS, gap="\n\n", ends_all=False),
    "tiny": partial(_turns, head=lambda role: f"<|{role}|>", end=EOS, gap="", first=BOS),
}
TEMPLATES = {**{name: template_named(name) for name in shipped()}, "tiny": tiny_models.TEMPLATE}


def test_every_template_of_ours_has_an_expectation() -> None:
    assert set(EXPECTED) == set(TEMPLATES)


def _expected(messages: list[Message], name: str, answers: str, tokenizer: Any) -> tuple[str, list[int], list[int]]:
    """Return text, tokens and labels, from nothing but the stretches above and where characters stand."""
    stretches = EXPECTED[name](messages)
    last = max(index for _, index in stretches if index is not None)
    text, learned = "", []
    for piece, index in stretches:
        text += piece
        mine = index is not None if answers == "all" else index == last
        learned += [mine or answers == "everything"] * len(piece)
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    labels = [
        id if any(learned[start:end]) else IGNORED
        for id, (start, end) in zip(encoded["input_ids"], encoded["offset_mapping"], strict=True)
    ]
    return text, encoded["input_ids"], labels


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    messages=chats(), name=st.sampled_from(sorted(TEMPLATES)), answers=st.sampled_from(["all", "last", "everything"])
)
def test_the_mask_is_what_was_written_down(messages: list[Message], name: str, answers: Any, tokenizer: Any) -> None:
    rendered = render_chat(messages, tokenizer, template=TEMPLATES[name], answers=answers)
    text, ids, labels = _expected(messages, name, answers, tokenizer)
    assert rendered.text == text
    assert rendered.input_ids == ids
    assert rendered.labels == labels


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(
    conversations=st.lists(chats(), min_size=1, max_size=4), name=st.sampled_from(sorted(TEMPLATES)),
    answers=st.sampled_from(["all", "last", "everything"]), longest=st.integers(8, 400),
)  # fmt: skip
def test_the_mask_is_the_labels_the_trainer_compares_with(
    conversations: list[list[Message]], name: str, answers: Any, longest: int, tokenizer: Any
) -> None:
    """Through the real objective and the collator its trainer uses, padding and cutting included."""
    from transformers import DataCollatorForSeq2Seq

    sft = OBJECTIVES.get("sft")
    own = tokenizer.chat_template
    tokenizer.chat_template = TEMPLATES[name]
    try:
        rows = [{"messages": messages} for messages in conversations]
        options = sft.options.model_validate({"answers": answers})
        prepared = sft.prepare(rows, rows, tokenizer, options, Training(max_length=longest), lambda *_: None)
        shown = [render_chat(messages, tokenizer, answers=answers) for messages in conversations]
    finally:
        tokenizer.chat_template = own
    kept = [one for one in shown if any(one.labels_mask[1:longest])]
    assert len(prepared.train) == len(kept) == len(conversations) - sum(prepared.dropped.values()) // 2
    assume(kept)
    batch = DataCollatorForSeq2Seq(tokenizer, padding=True, label_pad_token_id=IGNORED)(list(prepared.train))
    for one, ids, labels, attention in zip(
        kept, batch["input_ids"].tolist(), batch["labels"].tolist(), batch["attention_mask"].tolist(), strict=True
    ):
        length = min(len(one.input_ids), longest)
        assert sum(attention) == length
        assert ids[:length] == one.input_ids[:longest]
        assert labels[:length] == one.labels[:longest]
        assert set(labels[length:]) <= {IGNORED}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(
    conversations=st.lists(chats(), max_size=5), name=st.sampled_from(sorted(TEMPLATES)),
    answers=st.sampled_from(["all", "last"]),
)  # fmt: skip
def test_many_rows_are_rendered_as_each_one_is(
    conversations: list[list[Message]], name: str, answers: Any, tokenizer: Any
) -> None:
    rows = [{"messages": messages} for messages in conversations]
    template = TEMPLATES[name]
    many = list(render_many(rows, "chat", tokenizer, answers=answers, template=template))
    assert many == [render_row(row, "chat", tokenizer, answers=answers, template=template) for row in rows]


def test_many_rows_of_every_kind_with_faults_between(tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop.engine.data.rendering import render

    monkeypatch.setattr(render, "BATCH", 3)
    question, answer = {"role": "user", "content": "Q"}, {"role": "assistant", "content": "R"}
    rows: dict[str, dict[str, Any]] = {
        "chat": {"messages": [question, answer]},
        "preference": {"prompt": [question], "chosen": [answer], "rejected": [{**answer, "content": "No"}]},
        "rated": {"prompt": [question], "completion": [answer], "rating": 1.0},
        "prompt": {"prompt": [question]},
        "pair": {"source": "a 🍞", "target": "b"},
        "text": {"text": "words"},
        "label": {"text": "words", "label": "x"},
    }
    for kind, row in rows.items():
        many = list(render_many([row] * 7, kind, tokenizer))
        assert many == [render_row(row, kind, tokenizer)] * 7
    bad = {"messages": [{"role": "system", "content": "S"}, question, answer]}
    refusing = "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('No system.') }}{% endif %}" + (
        "{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}"
    )
    mixed = list(render_many([rows["chat"], bad, rows["chat"], bad], "chat", tokenizer, template=refusing))
    assert [isinstance(one, RequestError) for one in mixed] == [False, True, False, True]
    assert "No system" in str(mixed[1])


def test_the_last_answer_is_a_message_even_where_a_tool_stands_between(tokenizer: Any) -> None:
    call = {"type": "function", "function": {"name": "weigh", "arguments": {"what": "rye"}}}
    messages: list[Message] = [
        {"role": "user", "content": "Weigh it."},
        {"role": "assistant", "content": "One moment.", "tool_calls": [call]},
        {"role": "tool", "name": "weigh", "content": "500"},
        {"role": "assistant", "content": "It is 500."},
    ]
    for name in ("chatml", "llama3", "mistral"):
        last = render_chat(messages, tokenizer, template=TEMPLATES[name], answers="last")
        learned = "".join(text for text, kept in last.pieces if kept)
        assert "It is 500." in learned
        assert "moment" not in learned
        assert "weigh" not in learned
        every = "".join(
            text for text, kept in render_chat(messages, tokenizer, template=TEMPLATES[name]).pieces if kept
        )
        assert "One moment." in every
        assert '"what": "rye"' in every


def test_the_last_answer_of_a_template_that_marks_an_answer_twice(tokenizer: Any) -> None:
    twice = (
        "{% for m in messages %}{{ '<|' + m.role + '|>' }}{% if m.role == 'assistant' %}"
        "{% generation %}{{ m.content }}{% endgeneration %}|{% generation %}{{ eos_token }}{% endgeneration %}"
        "{% else %}{{ m.content }}{% endif %}{% endfor %}"
    )
    messages: list[Message] = [
        {"role": "user", "content": "A"}, {"role": "assistant", "content": "one"},
        {"role": "user", "content": "B"}, {"role": "assistant", "content": "two"},
    ]  # fmt: skip
    last = render_chat(messages, tokenizer, template=twice, answers="last")
    assert "".join(text for text, kept in last.pieces if kept) == "two<|end|>"


@given(
    st.lists(st.integers(0, 4), max_size=20), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=3)
)
def test_a_token_is_learned_where_it_stands_for_a_learned_character(widths: list[int], wanted: list[Any]) -> None:
    offsets, position = [], 0
    for width in widths:
        offsets.append((position, position + max(1, width)))
        position += max(1, width) if width else 0  # a width of 0: the next token stands for the same character
    spans = [(start, start + length) for start, length in wanted]
    learned = {place for start, end in spans for place in range(start, end)}
    assume(all(a[1] <= b[1] for a, b in itertools.pairwise(offsets)))
    assert mask_of(offsets, spans) == [any(place in learned for place in range(a, b)) for a, b in offsets]


def test_white_space_that_a_tokenizer_reports_as_empty_is_inside() -> None:
    # "ab  " with the spaces trimmed off their token, as byte-level tokenizers with trimmed offsets have it
    assert mask_of([(0, 1), (1, 2), (4, 4), (4, 5)], [(1, 4)]) == [False, True, True, False]
    assert mask_of([(0, 1), (1, 1), (1, 2)], [(1, 2)]) == [False, False, True]


def test_marks_inside_a_macro_do_not_shift_the_mask(tokenizer: Any) -> None:
    macro = (
        "{% macro turn(m) %}{{ '<|' + m.role + '|>' }}{% if m.role == 'assistant' %}"
        "{% generation %}{{ m.content + eos_token }}{% endgeneration %}"
        "{% else %}{{ m.content }}{% endif %}{% endmacro %}"
        "{% for m in messages %}{{ turn(m) }}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
    )
    messages: list[Message] = [
        {"role": "user", "content": "A"}, {"role": "assistant", "content": "one"},
        {"role": "user", "content": "B"}, {"role": "assistant", "content": "two"},
    ]  # fmt: skip
    for answers, expected in (("all", "one<|end|>two<|end|>"), ("last", "two<|end|>")):
        found = render_chat(messages, tokenizer, template=macro, answers=answers)  # type: ignore[arg-type]
        assert "".join(text for text, kept in found.pieces if kept) == expected
