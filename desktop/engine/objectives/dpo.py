"""Direct preference optimisation: of two answers the better one becomes likelier; all that is known of it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from desktop.engine.objectives.base import TrainSetup
from desktop.engine.objectives.pairs import PairObjective
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from transformers import Trainer


class DpoOptions(Options):
    """What can be chosen about direct preference optimisation."""

    loss: Literal["sigmoid", "ipo", "hinge"] = option(
        "sigmoid",
        label="Preference loss",
        help="sigmoid is DPO as published; IPO overfits less on clear-cut pairs; hinge stops at a margin.",
    )
    beta: float = option(
        0.1,
        label="Beta",
        help="How closely the model stays to where it started: higher moves it less.",
        ge=0.001,
        le=10,
        typical="0.1 to 0.5",
    )
    imitation: float = option(
        1.0,
        label="Imitation",
        help="Weight of simply learning the better answers too; 0 is plain DPO, which can cost a model its words.",
        ge=0,
        le=10,
        typical="0.5 to 1",
    )


class Dpo(PairObjective):
    """Learning from which of two answers is better."""

    id = "dpo"
    title = "Preferences (DPO)"
    summary = "Learns from pairs of answers which kind you prefer, without a separate reward model."
    explanation = (
        "Each row is a question with a better and a worse answer. The model is moved so that the better one becomes "
        "likelier and the worse one less likely, measured against the model as it was at the start, which keeps it "
        "from wandering off. Pair accuracy alone proves little: it reads 100 % when the model has learned your taste "
        "and also when it has lost its words, so look at the sample answers beside it."
    )
    use_when = "You have pairs of a better and a worse answer and a model that can already give both kinds."
    avoid_when = "The model does not yet speak as you like: teach it by examples first, then prefer."
    paper = "Rafailov et al. 2023, Direct Preference Optimization, equation 7; the imitation term: Pang et al. 2024"
    order = 20
    options: ClassVar[type[Options]] = DpoOptions
    # Two answers pull at once, and a rate that suits plain imitation destroys the text (measured on the starter).
    learning_rate_scale = 0.5

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return a trainer; what the start thought of each pair is computed once, so no second model is held."""
        from desktop.engine.train.preference_losses import dpo
        from desktop.engine.train.preference_trainer import PairTrainer

        options: DpoOptions = setup.options
        return PairTrainer(
            setup,
            lambda pairs: dpo(pairs, options.loss, options.beta, options.imitation),
            reference=True,
        )
