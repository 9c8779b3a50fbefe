"""Odds-ratio preference optimisation: imitation and preference in one loss; all that is known of it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from desktop.engine.objectives.base import TrainSetup
from desktop.engine.objectives.pairs import PairObjective
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from transformers import Trainer


class OrpoOptions(Options):
    """What can be chosen about odds-ratio preference optimisation."""

    weight: float = option(
        1.0,
        label="Preference weight",
        help="How much telling the answers apart counts beside learning the better one (lambda in the paper).",
        ge=0.001,
        le=10,
        typical="0.1 to 1",
    )


class Orpo(PairObjective):
    """Learning the better answers and not the worse ones, in one go."""

    id = "orpo"
    title = "Imitation and preferences in one (ORPO)"
    summary = "Learns the better answers by heart as fine-tuning does, and turns away from the worse ones meanwhile."
    explanation = (
        "Each row is a question with a better and a worse answer. The better one is learned as in supervised "
        "fine-tuning, and beside it the odds of the better against the worse one are raised. One step takes the place "
        "of two, fine-tuning and preferences, and nothing is compared with the starting model."
    )
    use_when = "You have pairs but no fine-tuned model yet, and want one run instead of two."
    avoid_when = "The model already speaks as you like and shall change little: DPO moves it less."
    paper = "Hong et al. 2024, ORPO: Monolithic Preference Optimization without Reference Model, equations 6 and 7"
    order = 22
    options: ClassVar[type[Options]] = OrpoOptions

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return a trainer that holds no reference."""
        from desktop.engine.train.preference_losses import orpo
        from desktop.engine.train.preference_trainer import PairTrainer

        options: OrpoOptions = setup.options
        return PairTrainer(setup, lambda pairs: orpo(pairs, options.weight), reference=False)
