"""VeRA: one random pair of matrices for all layers, and small vectors that learn; this file holds all known of it."""

from __future__ import annotations

from typing import Any, ClassVar

from desktop.engine.methods import kept
from desktop.engine.methods.base import ModelFacts, rate_between
from desktop.engine.methods.low_rank import LayerAdapter, TargetOptions, target_modules, task, transposed
from desktop.engine.options import Options, option


class VeraOptions(TargetOptions):
    """What can be chosen about VeRA."""

    rank: int = option(
        256,
        label="Rank",
        help="Width of the random matrices; it costs hardly any trained weights, so it is high.",
        ge=1,
        le=4096,
        typical="64 to 1024",
    )
    dropout: float = option(
        0.0,
        label="Dropout",
        help="Share of the update's input left out at random; guards small data sets.",
        ge=0,
        le=0.9,
        typical="0 to 0.1",
    )


class Vera(LayerAdapter):
    """Vector-based random matrix adaptation."""

    id = "vera"
    title = "VeRA"
    family = "Scaling vectors"
    summary = "Trains only two vectors a layer around one shared random update: ten times fewer weights than LoRA."
    explanation = (
        "All layers share the same two random matrices, which never change. Every layer learns one vector that says "
        "how much of each random direction it uses, and one that scales its outputs: b * B (d * A x). The random "
        "matrices are saved once, so that the result works on every machine."
    )
    use_when = "Many adapters for the same model, each as small as can be."
    avoid_when = "One adapter for a demanding task: LoRA learns more and is faster."
    paper = "Kopiczko et al. 2024, VeRA: Vector-based Random Matrix Adaptation, section 3"
    pros = ("Ten times fewer trained weights than LoRA", "High rank for free", "Can be merged")
    cons = ("Learns slowly: wants a high rate", "The shared matrices cost time and disk", "Less room than LoRA")
    order = 74
    options: ClassVar[type[Options]] = VeraOptions
    marks = (".vera_lambda_b.", ".vera_lambda_d.")

    def layer_weights(self, shape: tuple[int, int], options: Any) -> int:
        """Return one factor for each output and one for each random direction."""
        return shape[0] + int(options.rank)

    def kept(self, facts: ModelFacts, options: Any) -> kept.Kept:
        """Keep what each pair of factors multiplies: the random directions and the output."""
        wide = {name: out + float(options.rank) for name, out in kept.outputs(facts).items()}
        return kept.Kept(by_token=kept.average(facts, self.layers(facts, options), wide))

    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return 5e-2 for the starter, 2e-3 for large models: ten times LoRA's or more, as in the paper."""
        return rate_between(facts.parameters if facts else None, small=5e-2, large=2e-3)

    def config(self, model: Any, options: Any) -> Any:
        """Return PEFT's configuration; the random matrices are saved, another machine might draw others."""
        from peft import VeraConfig

        return VeraConfig(
            r=options.rank,
            vera_dropout=options.dropout,
            target_modules=target_modules(model, options),
            save_projection=True,
            task_type=task(model),
            fan_in_fan_out=transposed(model),
        )
