"""Our templates are what their first lines say, and a choice of one is understood or refused in words."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.engine.data.rendering.render import render_chat
from desktop.engine.data.rendering.templates import chosen, listed, marks_answers, template_named, trusted
from desktop.engine.errors import RequestError

CHAT = [{"role": "user", "content": "Weigh it."}, {"role": "assistant", "content": "Done."}]
TOOLS = [{"type": "function", "function": {"name": "weigh", "parameters": {"type": "object", "properties": {}}}}]
CALLING: list[dict[str, Any]] = [
    {"role": "user", "content": "Weigh it."},
    {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"type": "function", "function": {"name": "weigh", "arguments": '{"what": "flour"}'}}],
    },
    {"role": "tool", "name": "weigh", "content": "500 g"},
    {"role": "assistant", "content": "500 g."},
]


@pytest.mark.parametrize("one", listed(), ids=lambda one: one.id)
def test_the_first_line_tells_the_truth(one: Any, tokenizer: Any) -> None:
    template = template_named(one.id)
    assert one.title
    assert one.about.endswith(".")
    assert marks_answers(template)
    assert trusted(template)
    assert not trusted(template + " ")
    system = render_chat([{"role": "system", "content": "Be kind."}, *CHAT], tokenizer, template=template)
    assert ("Be kind." in system.text) == one.system
    if one.tools:
        found = render_chat(CALLING, tokenizer, template=template, tools=TOOLS)
        assert found.text.count("weigh") >= 2
        assert '"what": "flour"' in found.text
        learned = "".join(text for text, trained in found.pieces if trained)
        assert "flour" in learned
        assert "500 g" in found.text
        assert "500 g" not in learned.replace("500 g.", "")
        last = render_chat(CALLING, tokenizer, template=template, tools=TOOLS, answers="last")
        assert "flour" not in "".join(text for text, trained in last.pieces if trained)
    else:
        for messages, tools in ((CALLING, None), (CHAT, TOOLS)):
            with pytest.raises(RequestError) as caught:
                render_chat(messages, tokenizer, template=template, tools=tools)
            assert caught.value.code == "tools_not_shown"


def test_a_choice_is_a_name_a_text_or_nothing() -> None:
    assert chosen(None) is chosen("") is chosen(" ") is None
    assert chosen("plain") == template_named("plain")
    assert chosen("{{ messages }}") == "{{ messages }}"
    with pytest.raises(RequestError, match="There is no chat template called 'plane'"):
        chosen("plane")
    with pytest.raises(RequestError, match="Line 2"):
        chosen("a\n{% if %}")
    with pytest.raises(RequestError, match="longer"):
        chosen("{{ a }}" * 100_000)
