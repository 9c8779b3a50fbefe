"""A text that arrives in pieces gives the values that it would give as a whole, wherever it is cut."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.data.reading.json_stream import JsonStream, TooLongError
from desktop.engine.data.reading.strict_json import BrokenJSON

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def _pieces(text: str, cuts: list[int]) -> list[str]:
    places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    return [text[start:end] for start, end in pairwise(places)]


def _walked(stream: JsonStream) -> tuple[list[Any], list[int]]:
    found, lines = [], []
    stream.peek()
    stream.skip()
    while stream.peek() != "]":
        lines.append(stream.line)
        found.append(stream.value()[0])
        if stream.peek() == ",":
            stream.skip()
            stream.peek()
    return found, lines


@given(
    rows=st.lists(values, max_size=6),
    cuts=st.lists(st.integers(0, 10_000), max_size=40),
    indent=st.sampled_from([None, 0, 2]),
    ascii=st.booleans(),
)
def test_cuts_change_nothing(rows: list[Any], cuts: list[int], indent: int | None, ascii: bool) -> None:
    text = json.dumps(rows, indent=indent, ensure_ascii=ascii)
    found, lines = _walked(JsonStream(iter(_pieces(text, cuts))))
    assert found == rows
    assert lines == _walked(JsonStream(iter([text])))[1]


@pytest.mark.parametrize("number", [1.1905100082948138e16, -2.5e-300, 10**30, 0.1, -7])
def test_a_number_may_be_cut_anywhere(number: float) -> None:
    text = json.dumps([number, []])
    for cut in range(len(text)):
        assert _walked(JsonStream(iter([text[:cut], text[cut:]])))[0] == [number, []]


@given(cuts=st.lists(st.integers(0, 100), max_size=10), width=st.integers(1, 9))
def test_a_mistake_is_found_where_it_stands(cuts: list[int], width: int) -> None:
    text = '[{"a": 1},\n' + " " * width + '{"a" 2}]'
    stream = JsonStream(iter(_pieces(text, cuts)))
    with pytest.raises(BrokenJSON) as caught:
        _walked(stream)
    assert stream.place_of(caught.value) == (2, width + 6)


def test_a_value_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.engine.data.reading.files.LONGEST_LINE", 1000)
    taken = 0

    def endless() -> Any:
        nonlocal taken
        yield '["'
        while True:
            taken += 1
            yield "x" * 100

    with pytest.raises(TooLongError):
        _walked(JsonStream(endless()))
    assert taken < 30
