"""Simple preference optimisation: DPO without a reference, by likelihood a token; all that is known of it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from desktop.engine.objectives.base import TrainSetup
from desktop.engine.objectives.pairs import PairObjective
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from transformers import Trainer


class SimpoOptions(Options):
    """What can be chosen about simple preference optimisation."""

    beta: float = option(
        2.0,
        label="Beta",
        help="How much a difference between the two answers counts: higher pulls harder at pairs not yet told apart.",
        ge=0.01,
        le=20,
        typical="2 to 2.5, up to 10",
    )
    gamma: float = option(
        1.0,
        label="Target margin",
        help="By how much the better answer shall be ahead of the worse one; higher moves the model more.",
        ge=0,
        le=10,
        typical="0.5 to 1.6",
    )
    imitation: float = option(
        1.0,
        label="Imitation",
        help="Weight of simply learning the better answers too; 0 is SimPO as published, with nothing to hold it back.",
        ge=0,
        le=10,
        typical="0.5 to 1",
    )


class Simpo(PairObjective):
    """Learning from which of two answers is better, with nothing to compare with."""

    id = "simpo"
    title = "Preferences without a reference (SimPO)"
    summary = "Learns from pairs of answers by how likely each is a word; needs no look at the starting model."
    explanation = (
        "As DPO, each row is a question with a better and a worse answer. What counts is how likely the model finds "
        "each answer on average a token, so a long answer is not better for being long, and the better one shall be "
        "ahead by a target margin. Nothing ties the model to its start, so it learns a little of the better answers "
        "beside it and is watched for losing its words."
    )
    use_when = "Pairs whose better answers tend to be the longer ones, or memory and time for a reference are short."
    avoid_when = "The model must stay close to what it was: DPO measures that, SimPO does not."
    paper = "Meng et al. 2024, SimPO: Simple Preference Optimization with a Reference-Free Reward, equation 6"
    order = 21
    options: ClassVar[type[Options]] = SimpoOptions

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return a trainer that holds no reference."""
        from desktop.engine.train.preference_losses import simpo
        from desktop.engine.train.preference_trainer import PairTrainer

        options: SimpoOptions = setup.options
        return PairTrainer(
            setup, lambda pairs: simpo(pairs, options.beta, options.gamma, options.imitation), reference=False
        )
