"""The rules that a job rewards by, out of the plain fields of a form and the list of a job file; it trains nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from desktop.engine.errors import Problem, RequestError
from desktop.engine.models.heads import head_of
from desktop.engine.models.library import resolve
from desktop.engine.rewards.rules import Chosen, chosen_rules

_FIELDS = {
    "wanted": "wanted_words", "pattern": "pattern", "compare": "match", "model": "reward_model",
}  # fmt: skip
"""Options of a rule -> the field of the form they come from."""


def asked_rules(options: Any, field: str = "") -> tuple[list[Chosen], list[Problem]]:
    """Return the rules that ``options`` ask for, and what is wrong with those that cannot be taken.

    ``field`` is where the options stand in the job.
    """
    plain, found = chosen_rules(_of_fields(options), "")
    listed, more = chosen_rules(options.rules, f"{field}.rules")
    found = [
        Problem(f"{field}.{_FIELDS.get(one.field.rpartition('.')[2], '')}".rstrip("."), one.message, one.fix)
        for one in found
    ]
    chosen = _renamed([*plain, *listed])
    return chosen, [*found, *more, *(problem for one in chosen for problem in _no_reward_model(one, field))]


def needs_reference(chosen: Sequence[Chosen]) -> bool:
    """Tell whether a rule compares answers with those in the rows."""
    return any(one.rule.needs_reference for one in chosen)


def _of_fields(options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if options.wanted_words is not None:
        spread = max(1.0, options.wanted_words / 4)
        found.append(
            {"id": "length", "wanted": options.wanted_words, "spread": spread, "weight": options.length_weight}
        )
    if options.pattern:
        found.append({"id": "regex", "pattern": options.pattern, "weight": options.pattern_weight})
    if options.match != "no":
        found.append({"id": "exact_match", "compare": options.match, "weight": options.match_weight})
    if options.reward_model:
        found.append({"id": "reward_model", "model": options.reward_model, "weight": options.reward_model_weight})
    if options.ends_weight:
        found.append({"id": "ends", "weight": options.ends_weight})
    return found


def _renamed(chosen: Sequence[Chosen]) -> list[Chosen]:
    """Return the rules of both sources, each under a name of its own."""
    seen: dict[str, int] = {}
    made = []
    for one in chosen:
        count = seen[one.rule.id] = seen.get(one.rule.id, 0) + 1
        made.append(Chosen(one.rule.id if count == 1 else f"{one.rule.id}_{count}", one.rule, one.options, one.weight))
    return made


def _no_reward_model(one: Chosen, field: str) -> list[Problem]:
    ref = getattr(one.options, "model", None)
    if ref is None:
        return []
    place = f"{field}.reward_model"
    try:
        found = resolve(ref)
    except RequestError as error:
        return [Problem(place, error.message, error.hint)]
    head = head_of(found)
    if head is None or head.kind != "reward":
        return [
            Problem(
                place,
                f"{found.title} is no reward model: it does not end in one number for a whole answer.",
                "Train one with the objective Reward model, or choose another.",
            )
        ]
    return []
