"""Questions with the calls that answer them, and what could be called; it knows one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.mapping.tool_calls import are_calls, are_tools, spoken_calls, tools_in
from desktop.engine.data.mapping.words import find_column
from desktop.engine.data.mapping.written import text_in
from desktop.engine.data.rows import Kind, Message, Row
from desktop.engine.data.shapes.base import Match, Role, Sample, Shape, cell, optional_text
from desktop.engine.data.shapes.question_answer import QUESTION


class FunctionCalls(Shape):
    """Rows of a data set for calling functions: one question, the functions there are, the calls expected."""

    id: ClassVar[str] = "function_calls"
    title: ClassVar[str] = "Function calls"
    summary: ClassVar[str] = "A question, the tools there are, and which of them are to be called with what."
    kind: ClassVar[Kind] = "chat"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("query", "Prompt"),
        Role("tools", "Tools that can be called", holds="tools"),
        Role("calls", "Calls, trained", holds="other"),
        Role("system", "System prompt", required=False),
    )
    order: ClassVar[int] = 16

    def match(self, sample: Sample) -> Match | None:
        """Take a column of schemas, one of calls and one that asks."""
        tools = next((column for column in sample.columns if are_tools(sample.first(column))), None)
        calls = next((column for column in sample.columns if are_calls(sample.first(column))), None)
        texts = [column for column in sample.columns if column not in (tools, calls) and sample.is_text(column)]
        query = find_column(texts, QUESTION)
        if tools is None or calls is None or tools == calls or query is None:
            return None
        mapping = {"query": query, "tools": tools, "calls": calls}
        if "system" in texts:
            mapping["system"] = "system"
        return Match(mapping, f"`{tools}` holds tools and `{calls}` calls of them")

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return the question and the answer that is nothing but calls."""
        question = text_in(cell(values, mapping, "query"), mapping["query"])
        calls = spoken_calls(cell(values, mapping, "calls"), mapping["calls"])
        messages: list[Message] = [
            {"role": "user", "content": question},
            {"role": "assistant", "content": "", "tool_calls": calls},
        ]
        if system := optional_text(values, mapping, "system"):
            messages.insert(0, {"role": "system", "content": system})
        tools = tools_in(cell(values, mapping, "tools"), mapping["tools"])
        return {"messages": messages, "tools": tools} if tools else {"messages": messages}
