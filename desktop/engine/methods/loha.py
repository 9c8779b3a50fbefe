"""LoHa: an update that is the entry-wise product of two low-rank ones; this file holds all that is known of it."""

from __future__ import annotations

from typing import Any, ClassVar

from desktop.engine.methods import kept
from desktop.engine.methods.base import ModelFacts, rate_between
from desktop.engine.methods.low_rank import LayerAdapter, RankOptions, target_modules, task
from desktop.engine.options import Options, option


class LohaOptions(RankOptions):
    """What can be chosen about LoHa."""

    rank: int = option(
        8,
        label="Rank",
        help="Width of both updates; their product can reach the square of it.",
        ge=1,
        le=512,
        typical="4 to 16",
    )


class Loha(LayerAdapter):
    """Low-rank Hadamard product adaptation."""

    id = "loha"
    title = "LoHa"
    family = "Low-rank adapters"
    summary = "Multiplies two low-rank updates entry by entry: a higher rank from the same number of weights."
    explanation = (
        "LoRA's update has the rank it is given. LoHa learns two such updates and multiplies them number by number: "
        "(B1 A1) * (B2 A2). The product can have the square of the rank, so it reaches more directions with as many "
        "weights. It comes from image models; for text it is worth a try where LoRA's rank is the limit."
    )
    use_when = "The rank report of a LoRA run says that all of its rank is used, and a larger file is no choice."
    avoid_when = "Memory is short: the whole update is formed in every step."
    paper = "Hyeon-Woo et al. 2022, FedPara: Low-Rank Hadamard Product, section 2.1 (LoHa in Yeh et al. 2024, LyCORIS)"
    pros = ("Rank up to the square of LoRA's", "Small files", "Merges like LoRA")
    cons = ("Slower and hungrier than LoRA", "Not over a quantised base", "Little tried on text")
    order = 70
    options: ClassVar[type[Options]] = LohaOptions
    marks = (".hada_",)
    plain_layers_only = True

    def layer_weights(self, shape: tuple[int, int], options: Any) -> int:
        """Return twice LoRA's."""
        return 2 * int(options.rank) * sum(shape)

    def kept(self, facts: ModelFacts, options: Any) -> kept.Kept:
        """Keep the whole update of each layer: its product is worked out before the input meets it."""
        layers = self.layers(facts, options)
        whole = kept.average(facts, layers, kept.weights(facts))
        return kept.Kept(by_block=whole, at_work=3 * kept.largest(facts, layers))

    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return 6e-3 for the starter, 3e-4 for large models."""
        return rate_between(facts.parameters if facts else None, small=6e-3, large=3e-4)

    def config(self, model: Any, options: Any) -> Any:
        """Return PEFT's configuration."""
        from peft import LoHaConfig

        return LoHaConfig(
            r=options.rank,
            alpha=options.scale_alpha,  # a fraction is as good, the hint is narrower
            target_modules=target_modules(model, options),
            task_type=task(model),
        )
