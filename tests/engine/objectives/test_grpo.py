"""GRPO: rules out of plain fields and a list, rows of every kind that asks, and what is refused before a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from desktop.engine.errors import RequestError
from desktop.engine.job import JobSpec, Training
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_tokenizer
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.grpo_rules import asked_rules

GRPO = OBJECTIVES.get("grpo")
Q, A = {"role": "user", "content": "Loaf?"}, {"role": "assistant", "content": "Flour."}


def problems(**options: Any) -> list[tuple[str, str]]:
    job = JobSpec.from_mapping({"name": "t", "model": "starter", "data": [{"path": "x"}]})
    return [(one.field, one.message) for one in GRPO.problems(job, GRPO.options(**options), None)]


def test_plain_fields_become_rules_with_their_weights() -> None:
    options = GRPO.options(
        wanted_words=8, pattern="tea", pattern_weight=2, match="equal", ends_weight=0,
        rules=({"id": "length", "unit": "characters"}, {"id": "repetition", "weight": 0.5}),
    )  # fmt: skip
    chosen, wrong = asked_rules(options)
    assert not wrong
    assert [(one.name, one.weight) for one in chosen] == [
        ("length", 1), ("regex", 2), ("exact_match", 1), ("length_2", 1), ("repetition", 0.5),
    ]  # fmt: skip
    assert chosen[0].options.spread == 2  # type: ignore[attr-defined]


def test_nothing_to_reward_is_refused_with_the_cure() -> None:
    assert problems() == [("objective.options", "nothing is rewarded yet, so there is nothing to learn.")]
    assert not problems(wanted_words=5)


def test_what_is_wrong_with_a_rule_is_told_beside_its_field() -> None:
    ((field, message),) = problems(pattern="(", wanted_words=3)
    assert field == "objective.options.pattern"
    assert "no regular expression" in message
    assert problems(rules=({"id": "nonsense"},))[0][0] == "objective.options.rules.0.id"
    ((field, _),) = problems(reward_model="starter")
    assert field == "objective.options.reward_model"


@pytest.mark.parametrize(
    "row", [{"prompt": [Q]}, {"messages": [Q, A]}, {"prompt": [Q], "chosen": [A], "rejected": [Q]}]
)
def test_every_kind_of_row_asks(row: dict[str, Any], tiny_model: Path) -> None:
    tokenizer = load_tokenizer(resolve(str(tiny_model)))
    options = GRPO.options(wanted_words=3)
    made = GRPO.prepare([row], [row], tokenizer, options, Training(max_length=64), lambda *_: None)
    assert made.train["reference"][:] == ["" if row == {"prompt": [Q]} else "Flour."]
    assert made.train["room"][0] == min(80, 64 - len(made.train["prompt_ids"][0]))
    assert GRPO.prompts([row], 3) == [[Q]]


def test_a_question_that_leaves_no_room_is_left_out(tiny_model: Path) -> None:
    tokenizer = load_tokenizer(resolve(str(tiny_model)))
    long = {"prompt": [{"role": "user", "content": "Loaf? " * 60}]}
    made = GRPO.prepare([long], [{"prompt": [Q]}], tokenizer, GRPO.options(), Training(max_length=64), lambda *_: None)
    assert len(made.train) == 0
    assert sum(made.dropped.values()) == 1


def test_right_answers_need_rows_that_hold_them(tiny_model: Path) -> None:
    tokenizer = load_tokenizer(resolve(str(tiny_model)))
    rows = [{"prompt": [Q]}]
    options = GRPO.options(match="contains")
    with pytest.raises(RequestError, match="questions alone"):
        GRPO.prepare(rows, rows, tokenizer, options, Training(max_length=64), lambda *_: None)
