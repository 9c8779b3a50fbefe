"""The loss mask is exactly the answers, whichever way the template lets it be found."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.engine.data.rendering.render import IGNORED, render_chat, render_prompt, render_row, render_text
from desktop.engine.data.rendering.templates import marks_answers, shipped, template_named, template_of
from desktop.engine.data.rows import Message
from desktop.engine.errors import RequestError
from tests.support import tiny_models

_MARKS = re.compile(r"\{%-?\s*(end)?generation\s*-?%\}")
TEMPLATES = {**{name: template_named(name) for name in shipped()}, "tiny": tiny_models.TEMPLATE}
QWEN_LIKE = (
    "{% for m in messages %}<|{{ m['role'] }}|>"
    "{% if m['role'] == 'assistant' and loop.last %}<think></think>{% endif %}{{ m['content'] }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
CHAT: list[Message] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "What is 日本?"},
    {"role": "assistant", "content": "Ein Land 🍞 übers Meer."},
    {"role": "user", "content": "And now?"},
    {"role": "assistant", "content": "Bread."},
]

plain_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30).map(str.strip)
content = plain_text.filter(lambda text: bool(text) and "<" not in text)


@st.composite
def chats(draw: st.DrawFn) -> list[Message]:
    messages: list[Message] = []
    if draw(st.booleans()):
        messages.append({"role": "system", "content": draw(content)})
    for _ in range(draw(st.integers(1, 3))):
        messages.append({"role": "user", "content": draw(content)})
        messages.append({"role": "assistant", "content": draw(content)})
    return messages


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(messages=chats(), name=st.sampled_from(sorted(TEMPLATES)))
def test_mask_equals_the_librarys_own_token_by_token(messages: list[Message], name: str, tokenizer: Any) -> None:
    rendered = render_chat(messages, tokenizer, template=TEMPLATES[name])
    theirs = tokenizer.apply_chat_template(
        messages, chat_template=TEMPLATES[name], return_dict=True, return_assistant_tokens_mask=True
    )
    assert rendered.input_ids == theirs["input_ids"]
    assert [int(trained) for trained in rendered.labels_mask] == theirs["assistant_masks"]
    assert rendered.labels == [
        i if m else IGNORED for i, m in zip(theirs["input_ids"], theirs["assistant_masks"], strict=True)
    ]
    assert "".join(text for text, _ in rendered.pieces) == rendered.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(messages=chats(), name=st.sampled_from(sorted(TEMPLATES)))
def test_prefix_difference_finds_the_same_mask_without_the_marks(
    messages: list[Message], name: str, tokenizer: Any
) -> None:
    bare = _MARKS.sub("", TEMPLATES[name])
    assert not marks_answers(bare)
    marked = render_chat(messages, tokenizer, template=TEMPLATES[name])
    found = render_chat(messages, tokenizer, template=bare)
    assert found.text == marked.text
    # Where a template ends an answer with no token of its own, the white space behind it is the end mark.
    ours = [i for i, kept in enumerate(found.labels_mask) if kept]
    theirs = {i for i, kept in enumerate(marked.labels_mask) if kept}
    assert theirs <= set(ours)
    extra = "".join(found.pieces[i][0] for i in ours if i not in theirs and i < len(found.pieces))
    assert not extra.strip()


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_the_prompt_is_the_start_of_the_row(name: str, tokenizer: Any) -> None:
    whole = render_chat(CHAT, tokenizer, template=TEMPLATES[name])
    prompt = render_prompt(CHAT[:-1], tokenizer, template=TEMPLATES[name])
    assert whole.input_ids[: len(prompt)] == prompt
    assert not any(whole.labels_mask[len(prompt) - 1 : len(prompt)])
    assert whole.labels_mask[len(prompt)]


def test_all_last_and_everything(tokenizer: Any) -> None:
    every = render_chat(CHAT, tokenizer)
    last = render_chat(CHAT, tokenizer, answers="last")
    full = render_chat(CHAT, tokenizer, answers="everything")
    assert _trained(every) == "Ein Land 🍞 übers Meer.<|end|>Bread.<|end|>"
    assert _trained(last) == "Bread.<|end|>"
    assert _trained(full) == full.text
    assert full.trained == len(full.input_ids)


def test_a_template_that_writes_earlier_turns_differently(tokenizer: Any) -> None:
    rendered = render_chat(CHAT, tokenizer, template=QWEN_LIKE)
    assert _trained(rendered) == "Ein Land 🍞 übers Meer.<|end|><think></think>Bread.<|end|>"


def test_special_tokens_are_not_added_twice(tokenizer: Any) -> None:
    rendered = render_chat(CHAT, tokenizer)
    assert rendered.input_ids.count(tokenizer.bos_token_id) == 1
    assert tokenizer.decode(rendered.input_ids) == rendered.text


def test_the_fallback_stands_in_for_a_missing_template(tokenizer: Any) -> None:
    bare = tiny_models.tokenizer()
    bare.chat_template = None
    assert template_of(bare) == template_named("plain")
    assert _trained(render_chat(CHAT, bare)) == "Ein Land 🍞 übers Meer.<|end|>Bread.<|end|>"


def test_a_template_that_refuses_is_told_in_a_sentence(tokenizer: Any) -> None:
    refusing = "{{ raise_exception('System role not supported') }}"
    with pytest.raises(RequestError, match="System role not supported"):
        render_chat(CHAT, tokenizer, template=refusing)
    with pytest.raises(RequestError, match="refuses"):
        render_chat(CHAT, tokenizer, template="{% broken")


def test_a_template_that_rewrites_answers_is_refused(tokenizer: Any) -> None:
    shouting = "{% for m in messages %}{{ m['content'] | upper }}\n{% endfor %}"
    with pytest.raises(RequestError) as caught:
        render_chat(CHAT, tokenizer, template=shouting)
    assert caught.value.code == "template_changes_answers"


def test_rows_of_every_kind_can_be_shown(tokenizer: Any) -> None:
    text = render_row({"text": "Rye bread"}, "text", tokenizer)
    assert (text.text, text.trained) == ("<|bos|>Rye bread<|end|>", len(text.input_ids))
    assert render_row({"text": "Rye", "label": "x"}, "label", tokenizer).trained == 0
    pair = render_row({"source": "Rye", "target": "Roggen"}, "pair", tokenizer)
    assert _trained(pair) == "Roggen<|end|>"
    assert "".join(t for t, _ in pair.pieces) == pair.text
    preference = render_row({"prompt": CHAT[:2], "chosen": CHAT[2:3], "rejected": CHAT[4:]}, "preference", tokenizer)
    assert _trained(preference) == "Ein Land 🍞 übers Meer.<|end|>"
    assert render_text("", tokenizer).text == "<|bos|><|end|>"


def _trained(rendered: Any) -> str:
    return "".join(text for text, kept in rendered.pieces if kept)


STRANGERS = {
    "inst": (
        "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}{{ '[INST] ' + m['content'] + ' [/INST]' }}"
        "{% else %}{{ ' ' + m['content'] | trim + eos_token }}{% endif %}{% endfor %}",
        " A loaf.<|end|> A loaf.<|end|>",
    ),
    "trimmed turns": (
        "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] | trim + '<|end|>\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}",
        "A loaf.<|end|>A loaf.<|end|>",
    ),
    "default system prompt": (
        "{% if messages[0]['role'] != 'system' %}{{ '<|system|>Help.<|end|>\n' }}{% endif %}"
        "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] + '<|end|>\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}",
        " A loaf. <|end|>A loaf.<|end|>",
    ),
    "prompt that begins a thought": (
        "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}<|end|>{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|><think>{% endif %}",
        " A loaf. <|end|>A loaf.<|end|>",
    ),
    "nothing before an answer": (
        "{% for m in messages %}{{ m['content'] }}\n{% endfor %}",
        " A loaf. \nA loaf.\n",
    ),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_templates_of_strangers_are_masked_exactly(name: str, tokenizer: Any) -> None:
    template, trained = STRANGERS[name]
    messages: list[Message] = [
        {"role": "user", "content": "What is baked?"},
        {"role": "assistant", "content": " A loaf. "},
        {"role": "user", "content": "A loaf."},  # the same words, asked: they must not be taken for the answer
        {"role": "assistant", "content": "A loaf."},
    ]
    assert _trained(render_chat(messages, tokenizer, template=template)) == trained
