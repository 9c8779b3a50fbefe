"""Faults with a cure are cured: a row comes out, nothing said in it is lost, and curing twice changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.data.checks import CHECKS
from desktop.engine.data.dataset import open_source
from desktop.engine.data.mapping.mend import can_mend, mend
from desktop.engine.data.mapping.turn_order import check_conversation, in_order
from desktop.engine.data.rows import Message, Row, RowFault
from desktop.engine.data.shapes import SHAPES
from desktop.engine.data.source import DataSource
from tests.engine.data.conftest import Write

U, A = {"role": "user", "content": "Q"}, {"role": "assistant", "content": "R"}
S = {"role": "system", "content": "S"}
CALL = {"type": "function", "function": {"name": "f", "arguments": {}}}
C = {"role": "assistant", "content": "", "tool_calls": [CALL]}
T = {"role": "tool", "content": "12"}


def _user(text: str) -> Message:
    return {"role": "user", "content": text}


def _assistant(text: str) -> Message:
    return {"role": "assistant", "content": text}


def _mended(shape: str, values: dict[str, Any], check: str) -> Row:
    """Return the row of values that are at fault once they are mended; hold the cure to its promises."""
    kind = SHAPES.get(shape)
    mapping = {role.id: role.id for role in kind.roles if role.id in values}
    before = json.dumps(values)
    with pytest.raises(RowFault) as caught:
        kind.row(values, mapping)
    assert caught.value.check == check
    mended = mend(check, values, mapping, kind)
    assert json.dumps(values) == before
    assert mended is not None
    assert mend(check, mended, mapping, kind) is None
    return kind.row(mended, mapping)


@pytest.mark.parametrize(
    ("messages", "result"),
    [
        ([U, U, A], [_user("Q\n\nQ"), A]),
        ([U, A, A], [U, _assistant("R\n\nR")]),
        ([A, U, A], [U, A]),
        ([U, A, U], [U, A]),
        ([U, A, U, U], [U, A]),
        ([U, A, S, U, A], [S, U, A, U, A]),
        ([S, S, U, A], [{"role": "system", "content": "S\n\nS"}, U, A]),
        ([A, S, U, S, U, A, U], [{"role": "system", "content": "S\n\nS"}, _user("Q\n\nQ"), A]),
        ([C, T, A, U, A], [U, A]),
        ([U, C, C, T, A], [U, {**C, "tool_calls": [CALL, CALL]}, T, A]),
        ([U, A, C, T, A], [U, {**C, "content": "R"}, T, A]),
    ],
)
def test_turns_are_put_in_order(messages: list[Message], result: list[Message]) -> None:
    assert _mended("messages", {"messages": messages}, "role_order") == {"messages": result}
    as_text = {"messages": json.dumps(messages)}
    assert _mended("messages", as_text, "role_order") == {"messages": result}


@pytest.mark.parametrize(
    "messages", [[A], [U], [U, T, A], [U, C, U, A], [U, C, T, U, A], [S, U], [U, 5], [{"role": "x", "content": "Q"}]]
)
def test_what_no_order_helps_is_left_alone(messages: list[Any]) -> None:
    kind, mapping, values = SHAPES.get("messages"), {"messages": "messages"}, {"messages": messages}
    mended = mend("role_order", values, mapping, kind)
    with pytest.raises(RowFault):
        kind.row(mended or values, mapping)


def test_a_prompt_and_its_completion_are_one_conversation() -> None:
    values = {"prompt": [A, U, U], "completion": [A, U]}
    assert _mended("prompt_completion", values, "role_order") == {"messages": [_user("Q\n\nQ"), A]}
    rated = _mended("kto", {"prompt": [U, U], "completion": "R", "label": True}, "role_order")
    assert rated == {"prompt": [_user("Q\n\nQ")], "completion": [A], "rating": 1.0}


@pytest.mark.parametrize(
    ("shape", "values"),
    [
        ("preference", {"prompt": [A, U, U], "chosen": [A, U], "rejected": "Worse"}),
        ("preference", {"prompt": [U, S, U], "chosen": [A], "rejected": [_assistant("Wor"), _assistant("se")]}),
        ("preference_implicit", {"chosen": [U, U, A, U], "rejected": [U, U, _assistant("Worse"), U]}),
    ],
)
def test_both_sides_of_a_preference_are_put_in_order(shape: str, values: dict[str, Any]) -> None:
    row = _mended(shape, values, "role_order")
    check_conversation([*row["prompt"], *row["chosen"]], "chosen")
    check_conversation([*row["prompt"], *row["rejected"]], "rejected")
    assert [message["content"] for message in row["prompt"] if message["role"] == "user"] == ["Q\n\nQ"]


@pytest.mark.parametrize(
    ("shape", "values", "texts"),
    [
        ("text", {"text": True}, ["true"]),
        ("text", {"text": ["a", "ü"]}, ['["a", "ü"]']),
        ("alpaca", {"instruction": "Q", "output": {"a": 1}}, ["Q", '{"a": 1}']),
        ("alpaca", {"instruction": "Q", "input": False, "output": "R"}, ["Q\n\nfalse", "R"]),
        ("prompt_completion", {"prompt": "Q", "completion": ["R"]}, ["Q", '["R"]']),
        ("prompt_completion", {"prompt": [{**U, "content": True}], "completion": "R"}, ["true", "R"]),
        ("messages", {"messages": [U, {**A, "content": {"a": 1}}]}, ["Q", '{"a": 1}']),
    ],
)
def test_values_are_written_as_text(shape: str, values: dict[str, Any], texts: list[str]) -> None:
    row = _mended(shape, values, "wrong_type")
    assert [message["content"] for message in row.get("messages", [{"content": row.get("text")}])] == texts


@pytest.mark.parametrize("messages", ["hello", [5], [U, {**A, "content": [{"type": "image_url"}]}], 7])
def test_what_is_no_conversation_is_not_written_out_as_one(messages: Any) -> None:
    assert mend("wrong_type", {"messages": messages}, {"messages": "messages"}, SHAPES.get("messages")) is None


@pytest.mark.parametrize(
    "values",
    [
        {"messages": [{**U, "content": "Q\0"}, {**A, "content": "\ud83dR"}]},
        {"messages": json.dumps([{**U, "content": "Q\0"}, A])},
    ],
)
def test_characters_no_text_has_are_taken_out(values: dict[str, Any]) -> None:
    assert _mended("messages", values, "characters") == {"messages": [U, A]}


def test_checks_that_promise_a_cure_on_rows_have_one() -> None:
    promised = {check.id for check in CHECKS.all() if "fix" in check.policies}
    assert {check for check in ("role_order", "wrong_type", "characters") if can_mend(check)} <= promised
    for check in ("missing", "empty", "unknown_role", "same_answers", "nonsense"):
        assert not can_mend(check)
        assert mend(check, {"text": ""}, {"text": "text"}, SHAPES.get("text")) is None


turns = st.lists(
    st.builds(
        lambda role, text: {"role": role, "content": text},
        st.sampled_from(["system", "user", "assistant"]),
        st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1, max_size=5),
    ),
    max_size=12,
)


@given(turns)
def test_order_is_found_once_and_for_all_and_loses_only_what_it_says(messages: list[Message]) -> None:
    ordered = in_order(messages)
    assert in_order(ordered) == ordered
    spoken = [message for message in messages if message["role"] != "system"]
    while spoken and spoken[0]["role"] == "assistant":
        spoken.pop(0)
    while spoken and spoken[-1]["role"] == "user":
        spoken.pop()
    for role in ("system", "user", "assistant"):
        kept = spoken if role != "system" else messages
        said = "".join(message["content"] for message in kept if message["role"] == role)
        assert "".join(m["content"] for m in ordered if m["role"] == role).replace("\n\n", "") == said
    if spoken:
        check_conversation(ordered, "ordered")


@given(st.text(), st.sampled_from(["text", "messages"]))
def test_cleaning_takes_out_nothing_but_what_no_keyboard_writes(text: str, shape: str) -> None:
    values: dict[str, Any] = {"text": text} if shape == "text" else {"messages": [{**U, "content": text}, A]}
    kind = SHAPES.get(shape)
    mended = mend("characters", values, {shape: shape}, kind) or values
    found = mended["text"] if shape == "text" else mended["messages"][0]["content"]
    assert found == "".join(
        c for c in text if c in "\t\n\r" or not (c < " " or c == "\x7f" or "\ud800" <= c <= "\udfff")
    )
    assert mend("characters", mended, {shape: shape}, kind) is None


def test_policies_mend_rows_of_a_file_and_leave_calls_without_words_alone(write: Write) -> None:
    rows: list[list[Message]] = [
        [U, {"role": "assistant", "content": None, "tool_calls": [CALL]}, T, A],
        [U, _user("and more"), A],
        [U, _assistant("\0R")],
        [_user("and"), {**A, "content": {"a": 1}}],
        [U, _assistant("\0")],
    ]
    path = write("rows.jsonl", "\n".join(json.dumps({"messages": messages}) for messages in rows))
    fixed = open_source(
        DataSource(path=str(path), checks={"role_order": "fix", "characters": "fix", "wrong_type": "fix"})
    )
    assert [row["messages"] for row in fixed.rows] == [
        [U, C, T, A],
        [_user("Q\n\nand more"), A],
        [U, A],
        [_user("and"), _assistant('{"a": 1}')],
    ]
    assert [bad.row for bad in fixed.bad] == [5]
    kept = open_source(DataSource(path=str(path)))
    assert [bad.check for bad in kept.bad] == ["role_order", "characters", "wrong_type", "characters"]
