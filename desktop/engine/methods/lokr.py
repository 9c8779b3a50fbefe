"""LoKr: an update that is a Kronecker product of a small and a low-rank matrix; this file holds all known of it."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from desktop.engine.methods import kept
from desktop.engine.methods.base import ModelFacts, rate_between
from desktop.engine.methods.low_rank import LayerAdapter, RankOptions, target_modules, task
from desktop.engine.options import Options, option


class LokrOptions(RankOptions):
    """What can be chosen about LoKr."""

    rank: int = option(
        8,
        label="Rank",
        help="Width of the second factor; from half its size on it is learned whole.",
        ge=1,
        le=1024,
        typical="4 to 16",
    )


class Lokr(LayerAdapter):
    """Low-rank Kronecker product adaptation."""

    id = "lokr"
    title = "LoKr"
    family = "Low-rank adapters"
    summary = "Builds the update from one small matrix laid out over another: by far the smallest files of its family."
    explanation = (
        "A Kronecker product puts a scaled copy of one matrix in place of every number of another, so two matrices of "
        "a few dozen rows make one of thousands. LoKr learns these two, the larger one in low rank. The update has a "
        "high rank and very few weights, but it repeats the same pattern all over."
    )
    use_when = "Many adapters have to be kept, and each must be tiny."
    avoid_when = "Quality counts more than size: the repeated pattern holds it back."
    paper = "Edalati et al. 2022, KronA, section 3 (LoKr in Yeh et al. 2024, LyCORIS, section 3.2)"
    pros = ("The smallest files", "Full rank from few weights", "Merges like LoRA")
    cons = ("Learns less than LoRA", "Not over a quantised base", "Little tried on text")
    order = 72
    options: ClassVar[type[Options]] = LokrOptions
    marks = (".lokr_",)
    plain_layers_only = True

    def layer_weights(self, shape: tuple[int, int], options: Any) -> int:
        """Return the small factor's, and the large factor's whole or as two of low rank."""
        (out_small, out_large), (in_small, in_large) = factors(shape[0]), factors(shape[1])
        rank = int(options.rank)
        whole = rank >= max(out_large, in_large) / 2
        return out_small * in_small + (out_large * in_large if whole else rank * (out_large + in_large))

    def kept(self, facts: ModelFacts, options: Any) -> kept.Kept:
        """Keep the whole update of each layer: its product is worked out before the input meets it."""
        layers = self.layers(facts, options)
        whole = kept.average(facts, layers, kept.weights(facts))
        return kept.Kept(by_block=whole, at_work=kept.largest(facts, layers))

    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return 1e-2 for the starter, 5e-4 for large models."""
        return rate_between(facts.parameters if facts else None, small=1e-2, large=5e-4)

    def config(self, model: Any, options: Any) -> Any:
        """Return PEFT's configuration."""
        from peft import LoKrConfig

        return LoKrConfig(
            r=options.rank,
            alpha=options.scale_alpha,  # a fraction is as good, the hint is narrower
            target_modules=target_modules(model, options),
            task_type=task(model),
        )


def factors(dimension: int) -> tuple[int, int]:
    """Return the two divisors of ``dimension`` nearest to its root, the smaller first: how PEFT parts a side."""
    smaller = next(number for number in range(math.isqrt(dimension), 0, -1) if dimension % number == 0)
    return smaller, dimension // smaller
