"""Rules put together: weights, names and what is wrong with those that cannot be taken."""

from __future__ import annotations

from desktop.engine.rewards.base import Attempt
from desktop.engine.rewards.rules import Rules, chosen_rules


def test_rewards_are_summed_by_weight() -> None:
    chosen, problems = chosen_rules(
        [
            {"id": "length", "wanted": 2, "spread": 1, "weight": 2},
            {"id": "regex", "pattern": "tea", "weight": -0.5},
            {"id": "ends"},
        ]
    )
    assert not problems
    found = Rules(chosen)([Attempt(text="tea time"), Attempt(text="milk", ended=False)])
    assert found.by_rule == {"length": [1, 0.5], "regex": [1, 0], "ends": [1, 0]}
    assert found.total == [2 - 0.5 + 1, 1]


def test_a_rule_chosen_twice_has_two_names() -> None:
    chosen, _ = chosen_rules([{"id": "regex", "pattern": "a"}, {"id": "regex", "pattern": "b"}])
    assert [one.name for one in chosen] == ["regex", "regex_2"]


def test_what_cannot_be_taken_is_told_with_its_place() -> None:
    chosen, problems = chosen_rules(
        [
            {"id": "lenght"},
            {"id": "length", "weight": "much"},
            {"id": "length", "wanted": 0},
            {"id": "ends", "code": "import os"},
            {},
        ]
    )
    assert not chosen
    assert [one.field for one in problems] == [
        "rules.0.id", "rules.1.weight", "rules.2.wanted", "rules.3.code", "rules.4.id",
    ]  # fmt: skip
    assert "Did you mean length" in problems[0].fix
