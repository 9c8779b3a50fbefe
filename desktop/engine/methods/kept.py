"""What a method keeps in memory beside its weights while it trains, in numbers a block; it knows no method."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from desktop.engine.methods.base import ModelFacts


@dataclass(frozen=True)
class Kept:
    """Numbers, not bytes: how wide they are is the run's affair.

    Attributes:
        by_token: kept by each block for every token until its backward pass, beyond what the base keeps.
        by_block: kept by each block whatever the tokens, such as an update worked out in full.
        at_work: alive only while one layer is worked on.
    """

    by_token: float = 0.0
    by_block: float = 0.0
    at_work: float = 0.0


def average(facts: ModelFacts, layers: Iterable[str], number: dict[str, float]) -> float:
    """Return the sum of ``number`` over ``layers`` as it falls to one block: not every block has every layer."""
    return sum(number[name] * facts.count(name) for name in layers) / max(1, facts.layers)


def largest(facts: ModelFacts, layers: Iterable[str]) -> float:
    """Return the weights of the largest of ``layers``."""
    return float(max((facts.linear_shapes[name][0] * facts.linear_shapes[name][1] for name in layers), default=0))


def outputs(facts: ModelFacts) -> dict[str, float]:
    """Return layer -> numbers of its output for one token."""
    return {name: float(out) for name, (out, _) in facts.linear_shapes.items()}


def inputs(facts: ModelFacts) -> dict[str, float]:
    """Return layer -> numbers of its input for one token."""
    return {name: float(wide) for name, (_, wide) in facts.linear_shapes.items()}


def weights(facts: ModelFacts) -> dict[str, float]:
    """Return layer -> its weights."""
    return {name: float(out * wide) for name, (out, wide) in facts.linear_shapes.items()}
