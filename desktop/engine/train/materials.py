"""What the phases of a run hand on to one another; it knows none of them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from desktop.engine.hardware import Hardware
from desktop.engine.methods.base import Method, ModelFacts
from desktop.engine.models.heads import Head
from desktop.engine.models.library import ModelRef
from desktop.engine.objectives.base import Objective, Prepared
from desktop.engine.train import plan
from desktop.engine.train.sampling import Asked


@dataclass
class Materials:
    """What the phases hand on.

    Attributes:
        ref: the model it starts from.
        facts: its facts.
        method: what is trained.
        method_options: how.
        objective: what it learns from.
        objective_options: how.
        machine: what there is.
        settled: what the job left open.
        data: path -> SHA-256 of what it learns from.
        tokenizer: of the model.
        model: the model, built.
        prepared: the rows, tokenised.
        tasks: name -> places of its rows among the held-out ones.
        old: those of them that the model already knows.
        figures: task -> what is planned for it.
        prompts: held-out conversations to answer in mid-run.
        head: what the model ends in, where that is not words.
    """

    ref: ModelRef
    facts: ModelFacts
    method: Method
    method_options: Any
    objective: Objective
    objective_options: Any
    machine: Hardware
    settled: plan.Plan
    data: dict[str, str]
    tokenizer: Any = None
    model: Any = None
    prepared: Prepared | None = None
    tasks: dict[str, range] = dataclasses.field(default_factory=dict)
    old: tuple[str, ...] = ()
    figures: dict[str, dict[str, float]] = dataclasses.field(default_factory=dict)
    prompts: list[Asked] = dataclasses.field(default_factory=list)
    head: Head | None = None

    @property
    def context(self) -> int:
        """Return how many tokens of text the model reads beside what the method itself puts in front of it."""
        return self.facts.context - self.method.virtual_tokens(self.method_options)
