"""Hostile templates end in a sentence, soon, and leave nothing running; decent ones are shown."""

from __future__ import annotations

import time
from typing import Any

import psutil
import pytest

from desktop.engine.data.rendering.template_trial import Tried, try_out, vet
from desktop.engine.data.rendering.templates import shipped, template_named
from desktop.engine.errors import RequestError

CHAT: dict[str, Any] = {
    "messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "R"}],
    "eos_token": "</s>",
}
HOSTILE = {
    "a loop without end": (
        "{% set go = namespace(x=0) %}{% for a in range(99999) %}{% for b in range(99999) %}{% set go.x = b %}"
        "{% endfor %}{% endfor %}",
        "template_endless",
    ),
    "a long range": ("{% for a in range(10**9) %}{% endfor %}", "template_endless"),
    "a power": ("{{ (3 ** (10 ** 8)) % 7 }}", "template_endless"),
    "a doubling string": (
        "{% set s = namespace(x='aaaaaaaa') %}{% for a in range(99) %}{% set s.x = s.x ~ s.x %}{% endfor %}",
        "template_memory",
    ),
    "one long string": ("{{ 'a' * 10 ** 10 }}", "template_memory"),
    "a wide format": ("{{ '%2000000000d' % 1 }}", "template_memory"),
    "much output": (
        "{% for a in range(9999) %}{% for b in range(9999) %}aaaaaaaaaaaa{% endfor %}{% endfor %}",
        "template_output",
    ),
    "a macro of itself": ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "template_endless"),
    "a class": ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "template_unsafe"),
    "a global": ("{{ raise_exception.__globals__ }}", "template_unsafe"),
    "a format string": ("{{ '{0.__class__}'.format(messages) }}", "template_unsafe"),
    "a change of what it is given": ("{{ messages.append(1) }}", "template_unsafe"),
    "no template": ("line one\n{% for %}", "template_syntax"),
    "deep nesting": ("{{ " + "(" * 20_000 + ")" * 20_000 + " }}", "template_syntax"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_templates_end_in_a_sentence(name: str) -> None:
    template, code = HOSTILE[name]
    began = time.monotonic()
    with pytest.raises(RequestError) as caught:
        try_out(template, [CHAT])
    assert caught.value.code == code
    assert caught.value.message.endswith(".")
    assert caught.value.hint
    assert time.monotonic() - began < 10  # 2 s of rendering; the rest is room for a busy machine
    assert not [child for child in psutil.Process().children() if "--template" in child.cmdline()]


def test_the_line_of_a_mistake_is_named() -> None:
    with pytest.raises(RequestError, match="Line 2 of the chat template"):
        try_out("line one\n{% for %}", [CHAT])


def test_a_refusal_concerns_one_conversation_only() -> None:
    template = "{% if messages|length > 1 %}{{ raise_exception('Too long.') }}{% endif %}{{ messages[0].content }}"
    found = try_out(template, [CHAT, {"messages": CHAT["messages"][:1]}])
    assert found == [Tried("", "The chat template refuses this conversation: Too long."), Tried("Q", None)]
    missing = try_out("{{ messages[5].content.x }}", [CHAT])[0]
    assert missing.fault is not None


@pytest.mark.parametrize("name", sorted(shipped()))
def test_the_child_writes_what_the_library_writes(name: str, tokenizer: Any) -> None:
    template = template_named(name)
    values = {**CHAT, **tokenizer.special_tokens_map}
    ours = try_out(template, [values, {**values, "add_generation_prompt": True}])
    theirs = [
        tokenizer.apply_chat_template(
            CHAT["messages"], chat_template=template, tokenize=False, add_generation_prompt=prompt
        )
        for prompt in (False, True)
    ]
    assert [one.text for one in ours] == theirs


def test_a_template_is_tried_once() -> None:
    template = "{{ messages[0].content }} tried once"
    vet(template, {"eos_token": "</s>"})
    began = time.monotonic()
    vet(template, {"eos_token": "</s>"})
    assert time.monotonic() - began < 0.05
    with pytest.raises(RequestError):
        vet(HOSTILE["a class"][0], {})
