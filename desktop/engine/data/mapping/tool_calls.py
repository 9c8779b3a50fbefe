"""What an assistant calls and what there is to call, in any of the ways people write it; it knows no conversation."""

from __future__ import annotations

from typing import Any

from desktop.engine.data.mapping.written import name_of, opened, text_in
from desktop.engine.data.rows import RowFault

Call = dict[str, Any]
"""``{"type": "function", "function": {"name": ..., "arguments": {...}}}``."""


def calls_in(turn: dict[str, Any], place: str) -> list[Call]:
    """Return the calls that a turn carries beside its words: a list of them, or the one of older data sets."""
    calls = opened(turn.get("tool_calls"))
    if calls:
        if not isinstance(calls, list):
            raise RowFault(f"`{place}.tool_calls` holds {name_of(calls)} where a list was expected", "wrong_type")
        return [_call(call, f"{place}.tool_calls[{index}]") for index, call in enumerate(calls)]
    single = opened(turn.get("function_call"))
    return [_call(single, f"{place}.function_call")] if single else []


def spoken_calls(content: Any, place: str) -> list[Call]:
    """Return the calls of a turn whose very words are JSON: one call or a list of them."""
    inside = opened(content)
    calls = inside if isinstance(inside, list) else [inside]
    if not calls:
        raise RowFault(f"`{place}` calls nothing", "empty")
    return [_call(call, place) for call in calls]


def are_calls(value: Any) -> bool:
    """Tell whether ``value`` looks like one call or a list of them, also in JSON."""
    inside = opened(value)
    first = inside[0] if isinstance(inside, list) and inside else inside
    function = first.get("function", first) if isinstance(first, dict) else None
    return isinstance(function, dict) and "name" in function and "arguments" in function


def tools_in(value: Any, place: str) -> list[dict[str, Any]]:
    """Return what can be called, each as the schema that chat templates expect; none where there is nothing."""
    inside = opened(value)
    if isinstance(inside, dict):
        inside = [inside]
    if inside is None or inside == [] or (isinstance(inside, str) and not inside.strip()):
        return []
    if not isinstance(inside, list):
        raise RowFault(f"`{place}` holds {name_of(inside)} where a list of tools was expected", "wrong_type")
    return [_tool(tool, f"{place}[{index}]") for index, tool in enumerate(inside)]


def are_tools(value: Any) -> bool:
    """Tell whether ``value`` looks like a list of things to call, also in JSON."""
    inside = opened(value)
    if not isinstance(inside, list) or not inside or not isinstance(inside[0], dict):
        return False
    function = opened(inside[0].get("function")) or inside[0]
    return isinstance(function, dict) and "name" in function and "arguments" not in function  # that would be a call


def _tool(tool: Any, place: str) -> dict[str, Any]:
    tool = opened(tool)
    if not isinstance(tool, dict):
        raise RowFault(f"`{place}` holds {name_of(tool)} where the schema of a tool was expected", "wrong_type")
    if "function" in tool or "name" not in tool:
        return tool
    return {"type": "function", "function": tool}


def _call(call: Any, place: str) -> Call:
    call = opened(call)
    function = opened(call.get("function", call)) if isinstance(call, dict) else None
    if not isinstance(function, dict):
        raise RowFault(f"`{place}` holds {name_of(call)} where a call of a tool was expected", "wrong_type")
    if function.get("name") is None:
        raise RowFault(f"`{place}` does not name what is called", "missing")
    arguments = function.get("arguments", function.get("parameters"))
    if arguments is None or (isinstance(arguments, str) and not arguments.strip()):
        arguments = {}
    arguments = opened(arguments)
    if not isinstance(arguments, dict):
        raise RowFault(
            f"the arguments of `{place}` are {name_of(arguments)} that is no JSON object of names and values",
            "wrong_type",
        )
    return {
        "type": "function",
        "function": {"name": text_in(function["name"], f"{place}.name"), "arguments": arguments},
    }
