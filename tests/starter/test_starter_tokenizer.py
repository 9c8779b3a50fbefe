"""The starter's tokenizer and chat template: nothing is lost, digits stand alone, only answers are learned."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from maker import chat_tokenizer
from maker.documents import corpus
from transformers import PreTrainedTokenizerFast

from desktop.engine.data.rendering.render import render_chat
from desktop.engine.data.rendering.templates import marks_answers

TALK = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": "What does a cow say?"},
    {"role": "assistant", "content": "A cow says moo."},
    {"role": "user", "content": "And a dog?"},
    {"role": "assistant", "content": "A dog says woof."},
]


def _trained() -> PreTrainedTokenizerFast:
    texts = [document if isinstance(document, str) else document[-1]["content"] for document in corpus(1500, 1)]
    return chat_tokenizer.train(texts, vocabulary=800)


TOKENIZER = _trained()


@given(st.text(max_size=60))
@settings(max_examples=80, deadline=None)
def test_any_text_comes_back_as_it_was(text: str) -> None:
    ids = TOKENIZER(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
    assert TOKENIZER.decode(ids) == text


def test_every_digit_is_a_token_of_its_own() -> None:
    assert TOKENIZER.tokenize("1729 + 45")[:4] == ["1", "7", "2", "9"]


def test_the_special_tokens_have_their_parts_and_padding_is_not_the_end() -> None:
    assert TOKENIZER.bos_token == "<|begin|>"
    assert TOKENIZER.eos_token == "<|end|>"
    assert TOKENIZER.pad_token_id not in (TOKENIZER.eos_token_id, TOKENIZER.bos_token_id)
    assert TOKENIZER.padding_side == "left"


def test_the_template_marks_the_answers_and_the_builder_renders_the_same() -> None:
    assert marks_answers(chat_tokenizer.TEMPLATE)
    assert TOKENIZER.apply_chat_template(TALK, tokenize=False) == chat_tokenizer.rendered(TALK)


def test_only_the_answers_and_their_end_marks_are_learned() -> None:
    rendered = render_chat(TALK, TOKENIZER)
    learned = [
        token for token, kept in zip(rendered.input_ids, rendered.labels_mask, strict=True) if kept
    ]  # fmt: skip
    assert TOKENIZER.decode(learned) == "A cow says moo.<|end|>A dog says woof.<|end|>"


def test_a_question_for_generation_ends_where_the_answer_begins() -> None:
    text = TOKENIZER.apply_chat_template(TALK[:2], tokenize=False, add_generation_prompt=True)
    assert text.endswith("<|end|><|assistant|>")
    assert chat_tokenizer.rendered(TALK).startswith(text)


def test_training_twice_gives_the_same_tokenizer() -> None:
    assert _trained().get_vocab() == TOKENIZER.get_vocab()


@pytest.mark.parametrize("role", ["system", "user", "assistant"])
def test_a_role_mark_is_one_token(role: str) -> None:
    assert len(TOKENIZER(f"<|{role}|>", add_special_tokens=False)["input_ids"]) == 1
