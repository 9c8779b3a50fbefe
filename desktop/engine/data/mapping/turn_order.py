"""In which order speakers may take turns, and how a conversation is put into it; it knows no columns."""

from __future__ import annotations

from desktop.engine.data.rows import Message, RowFault

_NEXT: dict[str, frozenset[str]] = {
    "start": frozenset({"system", "user"}),
    "system": frozenset({"user"}),
    "user": frozenset({"assistant"}),
    "assistant": frozenset({"user", "tool"}),  # some write down calls in words of their own: a result may follow
    "call": frozenset({"tool"}),
    "tool": frozenset({"tool", "assistant"}),
}
"""Who spoke last -> who may speak now; ``call`` is an assistant that called a tool."""


def check_conversation(messages: list[Message], place: str) -> list[Message]:
    """Return ``messages`` if a model can learn an answer from them; say at which message they go wrong."""
    before = "start"
    for index, message in enumerate(messages):
        role = message["role"]
        if role not in _NEXT[before]:
            raise RowFault(f"{place}[{index}] {_out_of_order(before, role)}", "role_order")
        before = "call" if "tool_calls" in message else role
    if before not in ("assistant", "call"):
        raise RowFault(f"{place} ends with a message of the {before}, so there is no answer to learn", "role_order")
    return messages


def check_question(messages: list[Message], place: str) -> list[Message]:
    """Return ``messages`` if an answer can follow them; say what stands in the way."""
    if messages[-1]["role"] not in ("user", "tool"):
        raise RowFault(f"{place} ends with a message of the {messages[-1]['role']}, so nothing is asked", "role_order")
    check_conversation([*messages, {"role": "assistant", "content": ""}], place)
    return messages


def in_order(messages: list[Message]) -> list[Message]:
    """Return a whole conversation in order, as far as that takes nothing but what is said here.

    System prompts go to the front as one, answers before the first question and a question at the end are left out,
    neighbouring turns of one speaker become one.
    """
    prompts = [message["content"] for message in messages if message["role"] == "system"]
    spoken = [message for message in messages if message["role"] != "system"]
    first = next((index for index, message in enumerate(spoken) if message["role"] == "user"), len(spoken))
    joined = joined_turns(spoken[first:])
    while joined and joined[-1]["role"] == "user":
        joined.pop()
    system: list[Message] = [{"role": "system", "content": "\n\n".join(prompts)}] if prompts else []
    return [*system, *joined]


def joined_turns(messages: list[Message]) -> list[Message]:
    """Return ``messages`` with neighbours of one speaker as one, a blank line between their words."""
    joined: list[Message] = []
    for message in messages:
        if joined and joined[-1]["role"] == message["role"] and message["role"] in ("user", "assistant"):
            joined[-1] = _as_one(joined[-1], message)
        else:
            joined.append(message)
    return joined


def _as_one(one: Message, other: Message) -> Message:
    words = "\n\n".join(text for text in (one["content"], other["content"]) if text)
    calls = [*one.get("tool_calls", ()), *other.get("tool_calls", ())]
    return {**one, "content": words, "tool_calls": calls} if calls else {**one, "content": words}


def _out_of_order(before: str, role: str) -> str:
    if role == "system":
        return "is a system message in the middle of a conversation"
    if role == "tool":
        return "is a tool's result that no answer asked for"
    if before == "call":
        return f"is a message of the {role} where the result of a call was due"
    if before == "tool":
        return "is a question where the answer to a tool's result was due"
    if role == before:
        return f"is the second message of the {role} in a row"
    return "is an answer that no question precedes"
