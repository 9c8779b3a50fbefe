"""Every way of writing rows down is told from the others, and becomes the canonical row."""

from __future__ import annotations

import json
from typing import Any

import pytest

from desktop.engine.data.shapes import SHAPES
from desktop.engine.errors import RequestError
from tests.engine.data.conftest import Read

U, A = {"role": "user", "content": "Q"}, {"role": "assistant", "content": "R"}
S = {"role": "system", "content": "Be brief."}
B = {"role": "assistant", "content": "Worse"}
TOOL = {"type": "function", "function": {"name": "time", "parameters": {"type": "object", "properties": {}}}}
CALL = {"type": "function", "function": {"name": "time", "arguments": {"zone": "UTC"}}}
CALLS = {"role": "assistant", "content": "", "tool_calls": [CALL]}
RESULT = {"role": "tool", "content": "12:00"}
SPOKEN = "Human: Q\n\nAssistant: "

SHAPED: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "alpaca": ("alpaca", {"instruction": "Q", "input": "", "output": "R"}, {"messages": [U, A]}),
    "alpaca in capitals": ("alpaca", {"Instruction": "Q", "Output": "R", "id": 7}, {"messages": [U, A]}),
    "alpaca with all": (
        "alpaca",
        {"instruction": "Q", "input": "in", "output": "R", "system": "Be brief.", "history": [["Q", "R"]]},
        {"messages": [S, U, A, {"role": "user", "content": "Q\n\nin"}, A]},
    ),
    "messages": ("messages", {"messages": [S, U, A]}, {"messages": [S, U, A]}),
    "messages in parts": (
        "messages",
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Q"}]}, A]},
        {"messages": [U, A]},
    ),
    "messages elsewhere": ("messages", {"id": "x", "dialog": [U, A]}, {"messages": [U, A]}),
    "developer role": (
        "messages",
        {"messages": [{"role": "developer", "content": "Be brief."}, U, A]},
        {"messages": [S, U, A]},
    ),
    "sharegpt": (
        "sharegpt",
        {"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "R"}], "system": "Be brief."},
        {"messages": [S, U, A]},
    ),
    "prompt and completion": ("prompt_completion", {"prompt": "Q", "completion": "R"}, {"messages": [U, A]}),
    "as messages": ("prompt_completion", {"prompt": [S, U], "completion": [A]}, {"messages": [S, U, A]}),
    "question and answer": (
        "question_answer",
        {"id": 3, "question": "Q", "answer": "R", "topic": "t"},
        {"messages": [U, A]},
    ),
    "by words": ("question_answer", {"customerQuestion": "Q", "our_reply": "R"}, {"messages": [U, A]}),
    "context is no text": (
        "question_answer",
        {"context": "C", "question": "Q", "response": "R"},
        {"messages": [U, A]},
    ),
    "prompt and response": ("question_answer", {"prompt": "Q", "response": "R"}, {"messages": [U, A]}),
    "questions alone": ("prompts", {"prompt": "Q", "id": 4}, {"prompt": [U]}),
    "questions by words": ("prompts", {"userQuestion": "Q", "system": "Be brief."}, {"prompt": [S, U]}),
    "conversations that end with a question": ("prompts", {"messages": [S, U, A, U]}, {"prompt": [S, U, A, U]}),
    "text": ("text", {"text": "T", "url": "http://x"}, {"text": "T"}),
    "the only column": ("text", {"inhalt": "T"}, {"text": "T"}),
    "label": ("labelled", {"text": "T", "label": 1}, {"text": "T", "label": "1"}),
    "sentence and class": ("labelled", {"sentence": "T", "class": "good "}, {"text": "T", "label": "good"}),
    "source and target": ("source_target", {"source": "S", "target": "T"}, {"source": "S", "target": "T"}),
    "article and summary": ("source_target", {"article": "S", "summary": "T"}, {"source": "S", "target": "T"}),
    "preference": (
        "preference",
        {"prompt": "Q", "chosen": "R", "rejected": "Worse"},
        {"prompt": [U], "chosen": [A], "rejected": [B]},
    ),
    "preference as messages": (
        "preference_sharegpt",
        {"prompt": [S, U], "chosen": [A], "rejected": [B]},
        {"prompt": [S, U], "chosen": [A], "rejected": [B]},
    ),
    "answers that repeat the prompt": (
        "preference",
        {"prompt": "Q", "chosen": [U, A], "rejected": [U, B]},
        {"prompt": [U], "chosen": [A], "rejected": [B]},
    ),
    "preference with input": (
        "preference",
        {"instruction": "Q", "input": "in", "chosen": "R", "rejected": "Worse"},
        {"prompt": [{"role": "user", "content": "Q\n\nin"}], "chosen": [A], "rejected": [B]},
    ),
    "implicit": (
        "preference_implicit",
        {"chosen": [U, A], "rejected": [U, B]},
        {"prompt": [U], "chosen": [A], "rejected": [B]},
    ),
    "preference in sharegpt": (
        "preference_sharegpt",
        {
            "conversations": [{"from": "human", "value": "Q"}],
            "chosen": {"from": "gpt", "value": "R"},
            "rejected": {"from": "gpt", "value": "Worse"},
        },
        {"prompt": [U], "chosen": [A], "rejected": [B]},
    ),
    "preference under other names": (
        "preference",
        {"prompt_id": "7", "question": "Q", "chosen_response": "R", "rejected_response": "Worse", "chosen_score": 4.5},
        {"prompt": [U], "chosen": [A], "rejected": [B]},
    ),
    "preference as a chat service has it": (
        "preference_sharegpt",
        {"input": [U], "preferred_output": [A], "non_preferred_output": [B]},
        {"prompt": [U], "chosen": [A], "rejected": [B]},
    ),
    "preference with its prompt in an object": (
        "preference_sharegpt",
        {"input": {"messages": [U], "tools": []}, "preferred_output": [A], "non_preferred_output": [B]},
        {"prompt": [U], "chosen": [A], "rejected": [B]},
    ),
    "preference with everything beside it": (
        "preference",
        {
            "prompt": "Q",
            "chosen": [U, A],
            "rejected": [U, B],
            "messages": [U, A],
            "score_chosen": 8,
            "score_rejected": 2,
        },
        {"prompt": [U], "chosen": [A], "rejected": [B]},
    ),
    "transcripts": (
        "preference_implicit",
        {"chosen": f"\n\n{SPOKEN}R", "rejected": f"\n\n{SPOKEN}Worse"},
        {"prompt": [U], "chosen": [A], "rejected": [B]},
    ),
    "transcript so far": (
        "preference_transcript",
        {"prompt": f"\n\n{SPOKEN}R\n\n{SPOKEN}", "chosen": " R", "rejected": "Worse"},
        {"prompt": [U, A, U], "chosen": [{**A, "content": " R"}], "rejected": [B]},
    ),
    "one transcript": ("transcript", {"text": f"\n\n{SPOKEN}R"}, {"messages": [U, A]}),
    "transcript with hashes": ("transcript", {"text": "### Human: Q### Assistant: R"}, {"messages": [U, A]}),
    "kto": (
        "kto",
        {"prompt": "Q", "completion": "R", "label": True},
        {"prompt": [U], "completion": [A], "rating": 1.0},
    ),
    "kto as messages": (
        "kto",
        {"prompt": [S, U], "completion": [B], "label": False},
        {"prompt": [S, U], "completion": [B], "rating": 0.0},
    ),
    "kto on conversations": (
        "kto_conversation",
        {"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "R"}], "kto_tag": True},
        {"prompt": [U], "completion": [A], "rating": 1.0},
    ),
    "rated": (
        "rated",
        {"prompt": "Q", "response": "R", "score": 3},
        {"prompt": [U], "completion": [A], "rating": 3.0},
    ),
    "tools": (
        "messages",
        {
            "tools": [TOOL],
            "messages": [
                U,
                {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1", **CALL}]},
                {"role": "tool", "tool_call_id": "call_1", "content": "12:00"},
                A,
            ],
        },
        {"messages": [U, CALLS, RESULT, A], "tools": [TOOL]},
    ),
    "arguments as text": (
        "messages",
        {
            "tools": json.dumps([TOOL["function"]]),
            "messages": [
                U,
                {"role": "assistant", "function_call": {"name": "time", "arguments": '{"zone": "UTC"}'}},
                {"role": "function", "name": "time", "content": "12:00"},
                A,
            ],
        },
        {"messages": [U, CALLS, {**RESULT, "name": "time"}, A], "tools": [TOOL]},
    ),
    "tools in sharegpt": (
        "sharegpt",
        {
            "conversations": [
                {"from": "human", "value": "Q"},
                {"from": "function_call", "value": '{"name": "time", "arguments": {"zone": "UTC"}}'},
                {"from": "observation", "value": "12:00"},
                {"from": "gpt", "value": "R"},
            ],
            "tools": json.dumps([TOOL]),
        },
        {"messages": [U, CALLS, RESULT, A], "tools": [TOOL]},
    ),
    "function calls": (
        "function_calls",
        {"id": 1, "query": "Q", "tools": json.dumps([TOOL]), "answers": json.dumps([CALL["function"]])},
        {"messages": [U, CALLS], "tools": [TOOL]},
    ),
    "translation": ("source_target", {"translation": {"en": "S", "de": "T"}}, {"source": "S", "target": "T"}),
    "two languages": ("source_target", {"id": 1, "de": "S", "en": "T"}, {"source": "S", "target": "T"}),
    "inside an object": ("alpaca", {"id": "x", "row": {"instruction": "Q", "output": "R"}}, {"messages": [U, A]}),
    "deep inside": ("messages", {"a": {"b": {"messages": [U, A]}}}, {"messages": [U, A]}),
    "lists side by side": (
        "messages",
        {"messages": [U, {**A, "content": [{"type": "text", "text": "R"}]}], "meta": {"source": "web"}},
        {"messages": [U, A]},
    ),
}


@pytest.mark.parametrize("case", SHAPED)
def test_recognised_at_the_first_guess(case: str, read: Read) -> None:
    shape, row, canonical = SHAPED[case]
    imported = read("rows.json", json.dumps([row] * 3))
    assert (imported.recognised, list(imported.rows)) == (shape, [canonical] * 3)
    assert imported.kind == SHAPES.get(shape).kind
    assert imported.why


@pytest.mark.parametrize("odd", [True, 1.5, None, {"x": 1}, []])
def test_one_odd_row_does_not_hide_what_the_others_are(odd: Any, read: Read) -> None:
    imported = read(
        "rows.json", json.dumps([{"question": odd, "answer": odd}] + [{"question": "Q", "answer": "R"}] * 3)
    )
    assert imported.recognised == "question_answer"
    assert len(imported.rows) >= 3


def test_every_shape_is_recognised_somewhere() -> None:
    assert {shape for shape, _, _ in SHAPED.values()} == {shape.id for shape in SHAPES.all()}


FAULTS: dict[str, tuple[Any, str]] = {
    "no role": ([{"content": "Q"}, A], "`messages[0].role` is missing"),
    "no content": ([U, {"role": "assistant"}], "`messages[1].content` is missing"),
    "strange role": ([U, {"role": "wizard", "content": "R"}], "'wizard', which is no role"),
    "empty answer": ([U, {"role": "assistant", "content": " "}], "`messages[1].content` is empty"),
    "an image": ([{"role": "user", "content": [{"type": "image"}]}, A], "no text (an image"),
    "a call of nothing": ([U, {"role": "assistant", "tool_calls": [{"function": {}}]}], "does not name what is called"),
    "arguments that are none": (
        [U, {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "now"}}]}],
        "the arguments of `messages[1].tool_calls[0]` are text",
    ),
    "a call without a result": ([U, CALLS, U, A], "messages[2] is a message of the user where the result of a call"),
    "a result without an answer": ([U, CALLS, RESULT], "ends with a message of the tool"),
    "a result passed over": ([U, CALLS, RESULT, U, A], "messages[3] is a question where the answer"),
    "no answer": ([U], "ends with a message of the user"),
    "answer first": ([A, U, A], "messages[0] is an answer that no question precedes"),
    "two questions": ([U, U, A], "messages[1] is the second message of the user"),
    "late system": ([U, A, S, U, A], "messages[2] is a system message"),
    "tool unasked": ([U, {"role": "tool", "content": "x"}, A], "messages[1] is a tool's result"),
    "no list": ("hello", "holds text where a list"),
    "no message": ([U, "hello"], "holds text where a message"),
    "empty list": ([], "empty list"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_is_wrong_with_a_conversation_is_told(case: str, read: Read) -> None:
    messages, words = FAULTS[case]
    imported = read("rows.json", json.dumps([{"messages": [U, A]}, {"messages": messages}]))
    assert len(imported.rows) == 1
    assert words in imported.bad[0].reason


def test_equal_answers_teach_no_preference(read: Read) -> None:
    rows = [{"prompt": "Q", "chosen": "R", "rejected": "Worse"}, {"prompt": "Q", "chosen": "R", "rejected": "R"}]
    assert "are the same" in read("rows.json", json.dumps(rows)).bad[0].reason


def test_conversation_in_a_csv_cell(read: Read) -> None:
    cell = json.dumps([U, A]).replace('"', '""')
    imported = read("rows.csv", f'id,chat\n1,"{cell}"\n', messages="chat")
    assert list(imported.rows) == [{"messages": [U, A]}]


def test_the_kind_asked_for_decides_between_two_readings(read: Read) -> None:
    content = json.dumps([{"text": "T", "label": "x"}])
    assert read("rows.json", content, kinds=("text",)).rows[:] == [{"text": "T"}]
    assert read("rows.json", content, kinds=("label",)).rows[:] == [{"text": "T", "label": "x"}]


@pytest.mark.parametrize(
    ("row", "kinds", "words"),
    [
        ({"prompt": "Q", "chosen": "R", "rejected": "W"}, ("chat",), "preference pairs"),
        ({"conversations": [U], "chosen": A, "rejected": B}, ("chat",), "preference pairs"),
        ({"instruction": "Q", "output": "R"}, ("preference",), "questions with answers"),
        ({"text": "T"}, ("chat",), "plain text"),
    ],
)
def test_rows_of_another_kind_are_refused_by_name(
    row: dict[str, Any], kinds: tuple[str, ...], words: str, read: Read
) -> None:
    with pytest.raises(RequestError) as caught:
        read("rows.json", json.dumps([row]), kinds=kinds)
    assert caught.value.code == "wrong_kind"
    assert words in caught.value.message


def test_columns_no_one_would_guess_ask_for_a_mapping(read: Read) -> None:
    content = "kol_1;kol_2;kol_3\nWas?;Brot.;7\n"
    with pytest.raises(RequestError) as caught:
        read("rows.csv", content, kinds=("chat",))
    assert caught.value.code == "needs_mapping"
    assert "'kol_1', 'kol_2' and 'kol_3'" in caught.value.message
    assert "instruction: COLUMN" in caught.value.hint
    mapped = read("rows.csv", content, kinds=("chat",), instruction="kol_1", response="kol_2")
    assert [m["content"] for m in mapped.rows[0]["messages"]] == ["Was?", "Brot."]


@pytest.mark.parametrize(
    ("mapping", "kinds", "shape"),
    [
        ({"instruction": "a", "output": "b"}, (), "alpaca"),
        ({"instruction": "a", "response": "b"}, (), "alpaca"),
        ({"question": "a", "answer": "b"}, ("chat",), "prompt_completion"),
        ({"prompt": "a", "completion": "b", "system": "c"}, (), "prompt_completion"),
        ({"text": "a"}, ("text",), "text"),
        ({"text": "a", "label": "b"}, (), "labelled"),
        ({"source": "a", "target": "b"}, (), "source_target"),
        ({"prompt": "a", "chosen": "b", "rejected": "c"}, (), "preference"),
    ],
)
def test_mappings_by_hand(mapping: dict[str, str], kinds: tuple[str, ...], shape: str, read: Read) -> None:
    imported = read("rows.csv", "a,b,c\nx,y,z\n", kinds=kinds, **mapping)
    assert imported.recognised == shape
    assert set(imported.mapping.values()) == set(mapping.values())


@pytest.mark.parametrize(
    ("mapping", "code", "words"),
    [
        ({"text": "aa"}, "no_such_column", "'aa'"),
        ({"response": "a"}, "bad_mapping", "'response'"),
        ({"nonsense": "a"}, "bad_mapping", "'nonsense'"),
    ],
)
def test_mappings_that_do_not_hold(mapping: dict[str, str], code: str, words: str, read: Read) -> None:
    with pytest.raises(RequestError) as caught:
        read("rows.csv", "a,b\nx,y\n", **mapping)
    assert caught.value.code == code
    assert words in caught.value.message
