"""What lies beside a model is read as far as it holds together, whatever else the file says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.evaluate.classification import confusion
from desktop.flow.run_findings import findings_from, read_findings

LABELLED = {
    **confusion(("praise", "question"), [0, 0, 0, 1], [0, 0, 1, 1]).as_dict(),
    "mistakes": [{"text": "Is it good!", "truth": "praise", "said": "question", "probability": 0.9}],
}
_PARTS = ["labels", "confusion", "per_label", "mistakes", "outputs", "rewards", "surest"]
_KEYS = ["label", "text", "truth", "said", "probability", "source", "target", "mean", "f1", "rows"]
_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4)),
    max_leaves=12,
)


def test_a_classifiers_findings() -> None:
    found = findings_from(LABELLED)
    assert found.confusion is not None
    assert found.confusion.counts == ((2, 1), (0, 1))
    assert found.confusion.share(0, 1) == pytest.approx(1 / 3)
    assert "3 of 4 held-out rows" in found.confusion.sentence
    assert "praise taken for question, 1 time." in found.confusion.sentence
    assert [(row.label, round(row.recall, 2), row.rows) for row in found.labels] == [
        ("praise", 0.67, 2 + 1),
        ("question", 1.0, 1),
    ]
    assert found.mistakes[0].probability == 0.9
    assert not found.wrong, "the rows of a classifier are no pairs"


def test_sample_outputs_say_whether_they_are_as_wanted() -> None:
    rows = [{"source": "a", "target": "b", "said": "b "}, {"source": "a", "target": "b", "said": "c"}]
    assert [one.same for one in findings_from({"outputs": rows}).outputs] == [True, False]


@pytest.mark.parametrize(
    "damage",
    [
        {"confusion": [[1, 2]]},
        {"confusion": [[1, -2], [0, 1]]},
        {"confusion": [[1, True], [0, 1]]},
        {"confusion": "none"},
        {"labels": []},
    ],
)
def test_a_damaged_matrix_is_left_out_and_the_rest_is_shown(damage: dict[str, Any]) -> None:
    found = findings_from({**LABELLED, **damage})
    assert found.confusion is None
    assert found.mistakes


def test_rows_that_do_not_hold_together_are_passed_over() -> None:
    good = LABELLED["mistakes"][0]
    rows = [
        good,
        {**good, "probability": "sure"},
        {**good, "text": 3},
        {"text": "x"},
        7,
        {**good, "probability": 10**400},
    ]
    assert len(findings_from({"mistakes": rows}).mistakes) == 1


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(_PARTS), _json))
def test_nothing_in_the_file_can_break_the_view(values: dict[str, Any]) -> None:
    findings_from(values)


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"labels": 3}', "\x00", '{"a":' * 5000])
def test_a_file_with_nothing_to_show_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "evaluation.json").write_text(text, encoding="utf-8")
    assert read_findings(tmp_path) is None


def test_it_is_read_from_the_models_folder(tmp_path: Path) -> None:
    assert read_findings(tmp_path) is None
    (tmp_path / "evaluation.json").write_text(json.dumps(LABELLED), encoding="utf-8")
    found = read_findings(tmp_path)
    assert found is not None
    assert found.confusion is not None
