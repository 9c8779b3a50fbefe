"""The sample data: what lies in resources is what the builder makes, reads as what it says, and fits its purpose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from maker import samples

from desktop import paths
from desktop.engine.data.dataset import open_source
from desktop.engine.data.rows import KINDS
from desktop.engine.errors import RequestError
from desktop.engine.evaluate.style import has_style
from desktop.engine.job import DataSource

LISTING = yaml.safe_load((paths.samples() / "samples.yaml").read_text(encoding="utf-8"))["samples"]


def _rows(name: str) -> list[dict[str, Any]]:
    text = (paths.samples() / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_the_builder_makes_the_very_files_that_ship(tmp_path: Path) -> None:
    samples.write(tmp_path)
    for made in tmp_path.iterdir():
        assert made.read_bytes() == (paths.samples() / made.name).read_bytes(), made.name


@pytest.mark.parametrize("entry", LISTING, ids=lambda entry: str(entry["id"]))
def test_a_sample_reads_as_what_its_entry_says(entry: dict[str, Any]) -> None:
    mapping = {"prompt": "plim", "completion": "vorl"} if entry["id"] == "strange_columns" else {}
    source = DataSource(path=str(paths.samples() / entry["file"]), mapping=mapping)
    assert entry["kind"] in KINDS
    assert entry["title"]
    assert entry["sentence"].endswith(".")
    found = open_source(source, (entry["kind"],))
    assert found.kind == entry["kind"]
    assert not found.bad
    assert len(found.rows) >= 100
    if "rows" in entry:
        assert len(found.rows) == entry["rows"]


def test_nobody_can_guess_what_the_strange_columns_hold() -> None:
    with pytest.raises(RequestError, match="cannot be told"):
        open_source(DataSource(path=str(paths.samples() / "strange_columns.csv")), ("chat",))


def test_every_answer_of_the_baker_has_his_style_and_nobody_elses_has() -> None:
    rows = _rows("bakery.jsonl")
    assert 200 <= len(rows) <= 500
    assert all(has_style(row["output"]) for row in rows)
    assert not any(has_style(row[side]) for row in _rows("manners.jsonl") for side in ("chosen", "rejected"))


def test_the_questions_are_twenty_and_in_no_sample() -> None:
    questions = _rows("heldout.jsonl")
    asked = {row["prompt"] for row in questions}
    assert len(asked) == 20
    assert all(row["expected"] for row in questions)
    assert not asked & {row["instruction"] for row in _rows("bakery.jsonl")}
    assert not asked & {row["prompt"] for row in _rows("manners.jsonl")}


def test_length_says_little_about_which_answer_is_preferred_and_politeness_says_most() -> None:
    rows = _rows("manners.jsonl")
    longer = sum(len(row["chosen"]) > len(row["rejected"]) for row in rows) / len(rows)
    polite = sum(row["chosen"] != row["rejected"] and _polite(row["chosen"]) for row in rows) / len(rows)
    assert 0.3 < longer < 0.7
    assert 0.8 < polite < 0.97


def _polite(answer: str) -> bool:
    from maker.talk import POLITE

    return any(closing in answer for closing in POLITE)


def test_the_labels_are_three_and_none_is_rare() -> None:
    labels = [row["label"] for row in _rows("letters.jsonl")]
    assert {label: labels.count(label) > 50 for label in labels} == dict.fromkeys(
        ("praise", "complaint", "question"), True
    )
