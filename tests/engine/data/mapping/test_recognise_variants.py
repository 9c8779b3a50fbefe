"""A shape is told from the others however its file is written, whatever stands beside it, and in others' data."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.data.dataset import open_source, survey
from desktop.engine.data.mapping.picks import project
from desktop.engine.data.mapping.recognise import recognise
from desktop.engine.data.rows import RowFault
from desktop.engine.data.shapes import SHAPES
from desktop.engine.data.shapes.base import Sample
from desktop.engine.data.source import DataSource
from tests.engine.data.conftest import Read, Write
from tests.engine.data.mapping.test_recognise import SHAPED, A, U

FOREIGN = Path(__file__).parents[5] / "shared" / "data"


def _cells(row: dict[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in row.items()}


@pytest.mark.parametrize("case", SHAPED)
def test_as_json_lines(case: str, read: Read) -> None:
    shape, row, canonical = SHAPED[case]
    imported = read("rows.jsonl", "\n".join([json.dumps(row)] * 3))
    assert (imported.recognised, list(imported.rows)) == (shape, [canonical] * 3)


@pytest.mark.parametrize("case", SHAPED)
def test_as_cells_of_a_csv(case: str, read: Read) -> None:
    shape, row, canonical = SHAPED[case]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(row), quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows([_cells(row)] * 3)
    imported = read("rows.csv", text.getvalue())
    assert (imported.recognised, list(imported.rows)) == (shape, [canonical] * 3)


@pytest.mark.parametrize("case", [case for case in SHAPED if case not in ("the only column", "inside an object")])
def test_beside_columns_that_mean_nothing(case: str) -> None:
    shape, row, canonical = SHAPED[case]
    noise = {"uid": "a-1", "context": "Where it was found.", "url": "http://x.org", "num_tokens": 12, "extra": None}
    ordered = row.items() if case == "two languages" else reversed(row.items())  # the first is translated
    noisy = {**noise, **dict(ordered), "num_likes": 3}
    found = recognise(Sample.of_values([noisy] * 3))
    if case == "deep inside":  # what stands beside an object could be what is meant
        assert found is None
        return
    assert found is not None
    assert found[0].id == shape
    projection = project(DataSource(path="x"), found[0], found[1].mapping)
    assert found[0].row(projection.apply(noisy), projection.mapping) == canonical


@pytest.mark.parametrize("case", SHAPED)
def test_odd_rows_hide_nothing(case: str) -> None:
    shape, row, _ = SHAPED[case]
    odd: dict[str, Any] = dict.fromkeys(row)
    found = recognise(Sample.of_values([odd, {}, *[row] * 3]))
    assert found is not None
    assert found[0].id == shape


@pytest.mark.parametrize(
    ("row", "shape", "also"),
    [
        ({"prompt": "Q", "response": "R", "score": 3}, "rated", "questions with answers"),
        ({"prompt": "Q", "completion": "R", "label": True}, "kto", "questions with answers"),
        ({"text": "T", "summary": "S", "label": "x"}, "source_target", "texts with a label"),
        ({"text": "Human: Q\n\nAssistant: R"}, "transcript", "plain text"),
        ({"instruction": "Q", "output": "R", "source": "S", "target": "T"}, "alpaca", "source and target"),
        ({"prompt": "Q"}, "prompts", "plain text"),
        ({"prompt": "Q", "id": 3}, "prompts", ""),
        ({"text": "T", "label": "x"}, "labelled", ""),
        ({"instruction": "Q", "output": "R", "text": "T"}, "alpaca", ""),
        ({"conversations": [U], "chosen": A, "rejected": A}, "preference_sharegpt", ""),
    ],
)
def test_what_else_it_could_be_is_said(row: dict[str, Any], shape: str, also: str) -> None:
    found = recognise(Sample.of_values([row] * 3))
    assert found is not None
    assert found[0].id == shape
    assert ("could also be" in found[1].why) == bool(found[1].also) == bool(also)
    assert also in found[1].why


@pytest.mark.parametrize(
    "row",
    [
        {"context": "C"} | {"pretext": "P"},
        {"inputs": 1, "outputs": 2, "labels": 3},
        {"subprompt": "x", "completions": "y"},
        {"chosen": 1, "rejected": 2, "notes": "n"},
        {"meta": {"text": "T"}, "kol_1": "A whole sentence.", "kol_2": "And another one."},
        {"a": {"text": "T"}, "b": {"text": "T"}},
        {"prompt": "Q", "label": True},
        {"question": "Q", "query": "SELECT a FROM b"},
        {"prompt": "Q", "gold": "It is this one."},
    ],
)
def test_names_that_only_resemble_are_not_taken(row: dict[str, Any]) -> None:
    assert recognise(Sample.of_values([row] * 3)) is None


@pytest.mark.parametrize(
    ("row", "kinds"),
    [
        ({"prompt": "Q", "completion": "R", "label": False}, ("chat",)),
        ({"messages": [U, A], "label": False}, ("chat",)),
        ({"text": "T", "prompt": "Q", "chosen": "R", "rejected": "W"}, ("text", "chat")),
    ],
)
def test_answers_nobody_wants_are_not_taken_for_good_ones(row: dict[str, Any], kinds: tuple[str, ...]) -> None:
    assert recognise(Sample.of_values([row] * 3), kinds) is None


@pytest.mark.parametrize(
    ("name", "shape", "rows"),
    [("alpaca_en_demo.json", "alpaca", 999), ("dpo_en_demo.json", "preference_sharegpt", 300),
     ("c4_demo.jsonl", "text", 300), ("wiki_demo.txt", "text", None)],
)  # fmt: skip
def test_data_nobody_here_made(name: str, shape: str, rows: int | None) -> None:
    path = FOREIGN / name
    if not path.exists():
        pytest.skip("the data nobody here made is not at hand")
    imported = open_source(DataSource(path=str(path)))
    assert imported.recognised == shape
    assert imported.total == (rows or imported.total)
    assert len(imported.rows) + len(imported.bad) == imported.total
    assert len(imported.bad) < imported.total / 50
    assert imported.why


def test_a_path_found_by_looking_is_followed_to_the_end(write: Write) -> None:
    rows = [{"translation": {"en": f"Bread {n}", "de": f"Brot {n}"}} for n in range(5)] + [{"translation": {"en": "x"}}]
    path = write("wmt.jsonl", "\n".join(map(json.dumps, rows)))
    assert survey(DataSource(path=str(path))).mapping == {"source": "translation.en", "target": "translation.de"}
    imported = open_source(DataSource(path=str(path)))
    assert imported.rows[4] == {"source": "Bread 4", "target": "Brot 4"}
    assert "`translation` has no `de`" in imported.bad[0].reason
    assert imported.bad[0].check == "missing"


_NAMES = (
    "text", "label", "role", "content", "from", "value", "messages", "prompt", "completion", "chosen", "rejected",
    "tools", "tool_calls", "function", "name", "arguments", "instruction", "output", "score", "translation", "en", "de",
)  # fmt: skip
_CHECKS = {"missing", "empty", "wrong_type", "role_order", "unknown_role", "characters", "same_answers"}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=4),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.sampled_from(_NAMES), anything, max_size=5), max_size=4))
def test_no_columns_end_in_anything_but_a_shape_or_none(records: list[dict[str, Any]]) -> None:
    found = recognise(Sample.of_values(records))
    if found is not None:
        known = {role.id for role in found[0].roles}
        assert set(found[1].mapping) <= known
        assert {role.id for role in found[0].roles if role.required} <= set(found[1].mapping)


@given(st.sampled_from(SHAPES.all()), st.data())
def test_whatever_the_values_a_record_makes_a_row_or_a_fault(shape: Any, data: st.DataObject) -> None:
    values = {role.id: data.draw(anything) for role in shape.roles}
    mapping = {role.id: role.id for role in shape.roles}
    before = repr(values)
    try:
        outcome: Any = shape.row(values, mapping)
    except RowFault as fault:
        outcome = fault
    assert outcome.check in _CHECKS and str(outcome) if isinstance(outcome, RowFault) else outcome
    assert repr(values) == before


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20).filter(str.strip)


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=10))
def test_mapping_neither_loses_nor_invents_a_word(pairs: list[tuple[str, str]]) -> None:
    for shape, roles in (("alpaca", ("instruction", "output")), ("prompt_completion", ("prompt", "completion"))):
        mapping = {role: role for role in roles}
        rows = [SHAPES.get(shape).row(dict(zip(roles, pair, strict=True)), mapping) for pair in pairs]
        assert [tuple(message["content"] for message in row["messages"]) for row in rows] == pairs
    turns = [
        {"role": role, "content": text}
        for pair in pairs
        for role, text in zip(("user", "assistant"), pair, strict=True)
    ]
    assert SHAPES.get("messages").row({"m": turns}, {"messages": "m"}) == {"messages": turns}
    told = [{"from": turn["role"], "value": turn["content"]} for turn in turns]
    assert SHAPES.get("sharegpt").row({"m": json.dumps(told)}, {"messages": "m"}) == {"messages": turns}
