"""Keys from columns are the keys of the rows they stand for; where a row is in doubt the columns say nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.data.library.keys import key_of, sure_rows
from desktop.engine.data.library.parts import Column
from desktop.engine.data.mapping.interpret import Interpretation
from desktop.engine.data.rows import RowFault
from desktop.engine.data.shapes import SHAPES
from desktop.engine.data.source import DataSource

FLAT = [shape for shape in SHAPES.all() if shape.flat]
texts = st.text(max_size=6) | st.sampled_from(
    ["", " ", "\u3000", "[1]", "{", "é", "\x00", "日本", "Human: hi", "\xa0x", "a"]
)


def _columns(values: dict[str, list[str]]) -> list[Column]:
    import pyarrow as pa

    return [Column(name, pa.array(column, pa.string()), json=False) for name, column in values.items()]


@settings(deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("shape", FLAT, ids=lambda shape: shape.id)
def test_what_columns_are_sure_of_is_so(shape: object, data: st.DataObject) -> None:
    shape = SHAPES.get(shape.id)  # type: ignore[attr-defined]
    optional = [role.id for role in shape.roles if role.id not in shape.flat and role.holds == "text"][:1]
    mapping = {role: f"the {role}" for role in [*shape.flat, *optional]}
    count = data.draw(st.integers(1, 6))
    values = {
        column: data.draw(st.lists(st.just("") | texts if role in optional else texts, min_size=count, max_size=count))
        for role, column in mapping.items()
    }
    as_said = Interpretation(DataSource(path="x"), shape, mapping)
    sure = sure_rows(_columns(values), as_said)
    assert sure is not None
    for place in range(count):
        record = {column: values[column][place] for column in values}
        if not sure.certain[place] or any("\x00" in text for text in record.values()):
            continue  # control characters are looked for apart
        assert key_of(as_said.row(record)) == int(sure.keys[place])


@pytest.mark.parametrize("shape", FLAT, ids=lambda shape: shape.id)
def test_usual_texts_are_certain(shape: object) -> None:
    shape = SHAPES.get(shape.id)  # type: ignore[attr-defined]
    as_said = Interpretation(DataSource(path="x"), shape, {role: role for role in shape.flat})
    sure = sure_rows(_columns({role: ["Bread and rolls.", ""] for role in shape.flat}), as_said)
    assert sure is not None
    assert sure.certain.tolist() == [True, False]
    with pytest.raises(RowFault):
        as_said.row(dict.fromkeys(shape.flat, ""))


def test_different_rows_have_different_keys() -> None:
    rows = [
        {"text": "a"}, {"source": "a", "target": "b"}, {"source": "b", "target": "a"}, {"text": "a", "label": "b"},
        {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
        {"messages": [{"role": "user", "content": "b"}, {"role": "assistant", "content": "a"}]},
        {"messages": [{"role": "system", "content": "a"}, {"role": "assistant", "content": "b"}]},
    ]  # fmt: skip
    assert len({key_of(row) for row in rows}) == len(rows)
    assert key_of({"text": "half \ud800"}) == key_of({"text": "half \ud800"})
