"""Roles are filled from columns, paths in them, constants and joins, and nothing is lost on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.data.mapping.map import map_columns
from desktop.engine.data.mapping.paths import paths_in, steps_of, written
from desktop.engine.data.mapping.picks import project
from desktop.engine.data.rows import Row, RowFault
from desktop.engine.data.shapes import SHAPES
from desktop.engine.data.shapes.base import Sample
from desktop.engine.data.source import Constant, DataSource, Join, Pick
from desktop.engine.errors import RequestError

NESTED = {"id": 7, "a": {"b": [{"c": "deep"}], "empty": None}, "t": "Title", "n": 3, "a.b": "whole name"}


def _row(shape: str, mapping: dict[str, Pick], values: dict[str, Any], **source: Any) -> Row:
    kind = SHAPES.get(shape)
    projection = project(DataSource(path="x", **source), kind, mapping)
    return kind.row(projection.apply(values), projection.mapping)


def _fault(shape: str, mapping: dict[str, Pick], values: dict[str, Any], **source: Any) -> RowFault:
    with pytest.raises(RowFault) as caught:
        _row(shape, mapping, values, **source)
    return caught.value


@pytest.mark.parametrize(
    ("pick", "text"),
    [
        ("t", "Title"),
        ("a.b[0].c", "deep"),
        ("a.b", "whole name"),
        ("n", "3"),
        (Constant(constant="You are kind."), "You are kind."),
        (Join(join=("t", "a.b[0].c"), between=": "), "Title: deep"),
        (Join(join=("t", "n")), "Title\n\n3"),
        (Join(join=("t", "a.empty", "gone", "n"), between=" "), "Title 3"),
    ],
)
def test_a_value_comes_from_where_it_is_picked(pick: Pick, text: str) -> None:
    assert _row("text", {"text": pick}, NESTED) == {"text": text}


@pytest.mark.parametrize(
    ("pick", "check", "words"),
    [
        ("gone", "missing", "`gone` is missing"),
        ("gone.x", "missing", "`gone.x` is missing: there is no `gone`"),
        ("a.b[0].d", "missing", "`a.b[0].d` is missing: `a.b[0]` has no `d`"),
        ("a.b[4].c", "missing", "`a.b` has 1 item, counted from 0"),
        ("t.x", "missing", "`t` holds text"),
        ("a.empty", "empty", "`a.empty` is empty"),
        ("a.b[0]", "wrong_type", "`a.b[0]` holds an object where text was expected"),
        (Join(join=("x", "y")), "missing", "`x + y` is missing"),
        (Join(join=("a.empty", "a.empty")), "empty", "`a.empty + a.empty` is empty"),
        (Join(join=("t", "a.b[0]")), "wrong_type", "`a.b[0]` holds an object"),
    ],
)
def test_a_pick_that_leads_nowhere_says_how_far_it_went(pick: Pick, check: str, words: str) -> None:
    fault = _fault("text", {"text": pick}, NESTED)
    assert fault.check == check
    assert words in str(fault)


def test_json_in_a_cell_is_looked_into() -> None:
    values = {"pair": json.dumps({"en": "Bread", "de": "Brot"})}
    assert _row("source_target", {"source": "pair.en", "target": "pair.de"}, values) == {
        "source": "Bread",
        "target": "Brot",
    }


def test_a_path_may_be_missing_where_its_role_can_be_done_without() -> None:
    mapping: dict[str, Pick] = {"messages": "d.turns", "system": "d.meta.system"}
    turns = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "R"}]
    assert _row("messages", mapping, {"d": {"turns": turns}}) == {"messages": turns}
    with_system = _row("messages", mapping, {"d": {"turns": turns, "meta": {"system": "S"}}})
    assert with_system["messages"][0] == {"role": "system", "content": "S"}


def test_one_pick_may_fill_two_roles() -> None:
    row = _row("labelled", {"text": "t", "label": "t"}, {"t": "x"}, labels={"x": "first"})
    assert row == {"text": "x", "label": "first"}


def test_speakers_go_by_the_names_the_source_gives_them() -> None:
    turns = [{"from": "Berater", "value": "R"}, {"from": "KUNDE", "value": "Q"}, {"from": "berater", "value": "R2"}]
    names = {"kunde": "user", "Berater": "assistant"}
    fault = _fault("sharegpt", {"messages": "m"}, {"m": turns})
    assert fault.check == "unknown_role"
    assert "'Berater', which is no role" in str(fault)
    row = _row("sharegpt", {"messages": "m"}, {"m": turns[1:]}, roles=names)
    assert [message["role"] for message in row["messages"]] == ["user", "assistant"]
    as_text = _row("sharegpt", {"messages": "m"}, {"m": json.dumps(turns[1:])}, roles=names)
    assert as_text == row
    swapped = [{"role": "assistant", "content": "Q"}, {"role": "user", "content": "R"}]
    row = _row("messages", {"messages": "m"}, {"m": swapped}, roles={"user": "assistant", "assistant": "user"})
    assert [message["role"] for message in row["messages"]] == ["user", "assistant"]


@pytest.mark.parametrize(
    ("value", "label"),
    [(1, "good"), ("1", "good"), (" 1 ", "good"), (1.0, "good"), (0, "bad"), (True, "right"), ("0", "bad")],
)
def test_labels_go_by_the_names_the_source_gives_them(value: Any, label: str) -> None:
    labels = {"1": "good", "0": "bad", "true": "right"}
    assert _row("labelled", {"text": "t", "label": "l"}, {"t": "x", "l": value}, labels=labels)["label"] == label


def test_a_label_no_one_named_is_a_fault() -> None:
    fault = _fault("labelled", {"text": "t", "label": "l"}, {"t": "x", "l": "odd"}, labels={"1": "good"})
    assert fault.check == "wrong_type"
    assert "`l` is 'odd', which is none of the labels" in str(fault)
    assert _fault("labelled", {"text": "t", "label": "l"}, {"t": "x", "l": None}, labels={"1": "good"}).check == "empty"
    assert _fault("labelled", {"text": "t", "label": "l"}, {"t": "x"}, labels={"1": "good"}).check == "missing"


@pytest.mark.parametrize(
    ("mapping", "shape"),
    [
        ({"instruction": "a.b[0].c", "output": "t"}, "alpaca"),
        ({"prompt": Join(join=("t", "a.x")), "completion": "n"}, "prompt_completion"),
        ({"messages": "a.turns", "system": Constant(constant="S")}, "messages"),
        ({"prompt": "t", "completion": "n", "label": "id"}, "kto"),
        ({"prompt": "t", "response": "n", "score": "id"}, "rated"),
        ({"messages": "t", "label": "n"}, "kto_conversation"),
        ({"chosen": "t", "rejected": "n"}, "preference_implicit"),
        ({"query": "t", "tools": "n", "calls": "id"}, "function_calls"),
    ],
)
def test_picks_fill_roles(mapping: dict[str, Pick], shape: str) -> None:
    found, match = map_columns(mapping, tuple(NESTED))
    assert found.id == shape
    assert list(match.mapping.values()) == list(mapping.values())


@pytest.mark.parametrize(
    ("pick", "words"),
    [
        ("tt", "from 'tt', but there is no such column. Did you mean 't'?"),
        ("aa.b", "from 'aa', but there is no such column to look for 'aa.b' in. Did you mean 'a'?"),
        (Join(join=("t", "zzz[0]")), "from 'zzz', but there is no such column to look for 'zzz[0]' in."),
    ],
)
def test_picks_of_columns_that_do_not_exist_are_refused(pick: Pick, words: str) -> None:
    with pytest.raises(RequestError) as caught:
        map_columns({"text": pick}, ("a", "t", "n"))
    assert caught.value.code == "no_such_column"
    assert words in caught.value.message


def test_paths_worth_offering() -> None:
    records = [
        {
            "id": 1,
            "meta": {"lang": "en", "tags": ["x", "y", "z"], "un.usable": 1},
            "text": "plain",
            "none": {"a": None},
        },
        {"id": 2, "meta": {"lang": "de", "size": 3}, "turns": [{"role": "user", "content": "Q"}], "cell": '{"k": "v"}'},
    ]
    assert paths_in(Sample.of_values(records)) == [
        "meta.lang",
        "meta.tags[0]",
        "meta.tags[1]",
        "meta.size",
        "turns[0].role",
        "turns[0].content",
        "cell.k",
    ]


def test_paths_are_not_offered_without_end() -> None:
    deep: Any = "x"
    for _ in range(150):
        deep = {"d": deep}
    wide = {f"k{index}": index for index in range(500)}
    assert len(paths_in(Sample.of_values([{"deep": deep, "wide": wide}]))) == 60


names = st.text(st.characters(exclude_characters=".[]", codec="utf-8"), min_size=1, max_size=6)
steps = st.tuples(names, st.lists(st.one_of(names, st.integers(0, 30)), min_size=1, max_size=5)).map(
    lambda parts: (parts[0], *parts[1])
)


@given(steps)
def test_a_path_is_taken_apart_as_it_was_put_together(path: tuple[str | int, ...]) -> None:
    assert steps_of(written(path)) == path


@given(steps, st.integers() | st.text())
def test_what_lies_at_a_path_is_found(path: tuple[str | int, ...], leaf: Any) -> None:
    value: Any = leaf
    for step in reversed(path):
        value = {step: value} if isinstance(step, str) else [None] * step + [value]
    projection = project(DataSource(path="x"), SHAPES.get("text"), {"text": written(path)})
    assert projection.apply(value) == {written(path): leaf}


@given(st.dictionaries(names, st.integers() | st.text() | st.none(), min_size=1, max_size=6), st.data())
def test_plain_columns_are_handed_on_as_they_are(values: dict[str, Any], data: st.DataObject) -> None:
    shape = SHAPES.get("alpaca")
    roles = data.draw(st.lists(st.sampled_from([role.id for role in shape.roles]), unique=True, min_size=1))
    mapping: dict[str, Pick] = {role: data.draw(st.sampled_from(sorted(values))) for role in roles}
    projection = project(DataSource(path="x"), shape, mapping)
    assert projection.apply(values) is values
    assert projection.mapping == mapping
