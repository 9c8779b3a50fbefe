"""Rewards answers by a model that has learned to rate them; it knows not how such a model is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import field_validator

from desktop.engine.options import Options, option
from desktop.engine.rewards.base import Attempt, RewardRule, Score


class RewardModelOptions(Options):
    """Which model rates."""

    model: str = option(
        "",
        label="Reward model",
        help="A model trained with the objective Reward model.",
        holds="model:reward",
    )

    @field_validator("model")
    @classmethod
    def _is_named(cls, value: str) -> str:
        if not value:
            message = "no reward model is named; train one with the objective Reward model"
            raise ValueError(message)
        return value


class RewardModel(RewardRule):
    """What a reward model thinks of the answer."""

    id = "reward_model"
    title = "Reward model"
    summary = "Rewards answers by what a reward model thinks of them: people's taste as it learned it."
    order = 60
    options: ClassVar[type[Options]] = RewardModelOptions
    bounds = None

    def scorer(self, options: RewardModelOptions, device: str = "cpu") -> Score:
        """Load the model and return the rule; raise :class:`RequestError` where it is no reward model."""
        from desktop.engine.generate.scoring import Scorer

        model = Scorer.load(options.model, device)

        def score(attempts: Sequence[Attempt]) -> list[float]:
            said = [[*attempt.prompt, {"role": "assistant", "content": attempt.text}] for attempt in attempts]
            return [float(reward) for reward in model.scores(said)] if said else []

        return score
