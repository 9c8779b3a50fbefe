"""Rules chosen for one training, each with its weight, put together into one reward; it knows no rule by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from desktop.engine.errors import Problem, RequestError
from desktop.engine.job import problems_of
from desktop.engine.options import Options
from desktop.engine.rewards import REWARDS
from desktop.engine.rewards.base import Attempt, RewardRule, Score


@dataclass(frozen=True)
class Chosen:
    """One rule as it is used.

    Attributes:
        name: what it is called among the figures: its id, with a number where it is chosen more than once.
        rule: the rule.
        options: how.
        weight: by what its reward is multiplied; below 0 it punishes.
    """

    name: str
    rule: RewardRule
    options: Options
    weight: float = 1.0


@dataclass(frozen=True)
class Rewards:
    """What attempts were given.

    Attributes:
        total: the weighted sum for each attempt.
        by_rule: name -> the reward of each attempt by that rule, before its weight.
    """

    total: list[float]
    by_rule: dict[str, list[float]]


class Rules:
    """Rules ready to reward."""

    def __init__(self, chosen: Sequence[Chosen], device: str = "cpu") -> None:
        """Load what the rules need; raise :class:`RequestError` where it is not there."""
        self._scores: list[tuple[Chosen, Score]] = [(one, one.rule.scorer(one.options, device)) for one in chosen]

    def __call__(self, attempts: Sequence[Attempt]) -> Rewards:
        """Return the rewards of ``attempts``."""
        by_rule = {one.name: score(attempts) for one, score in self._scores}
        total = [
            sum(one.weight * by_rule[one.name][place] for one, _ in self._scores) for place in range(len(attempts))
        ]
        return Rewards(total, by_rule)


def chosen_rules(asked: Iterable[Mapping[str, Any]], field: str = "rules") -> tuple[list[Chosen], list[Problem]]:
    """Return the rules that ``asked`` names, and what is wrong with those that cannot be taken.

    Each of ``asked`` is ``{id, weight, and the options of that rule}``, as a job file has it.
    """
    found: list[Chosen] = []
    problems: list[Problem] = []
    for number, one in enumerate(asked):
        values = dict(one)
        id, weight = values.pop("id", ""), values.pop("weight", 1.0)
        place = f"{field}.{number}"
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not -1000 <= weight <= 1000:
            problems.append(
                Problem(f"{place}.weight", f"{weight!r} is no weight.", "Write a number, such as 1 or 0.5.")
            )
            continue
        try:
            rule = REWARDS.get(str(id))
            options = rule.options.model_validate(values)
        except RequestError as error:
            problems.append(Problem(f"{place}.id", error.message, error.hint))
        except ValidationError as error:
            problems += problems_of(error, f"{place}.")
        else:
            same = sum(other.rule.id == rule.id for other in found)
            found.append(Chosen(f"{rule.id}_{same + 1}" if same else rule.id, rule, options, float(weight)))
    return found, problems
