"""OFT: the inputs of chosen layers are rotated in blocks, the weights stay; this file holds all that is known of it."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from desktop.engine.methods import kept, targets
from desktop.engine.methods.base import ModelFacts, rate_between
from desktop.engine.methods.low_rank import LayerAdapter, TargetOptions, target_modules, task
from desktop.engine.options import Options, option


class OftOptions(TargetOptions):
    """What can be chosen about OFT."""

    block_size: int = option(
        32,
        label="Block size",
        help="How many inputs are rotated together; the next smaller number that divides every target layer is taken.",
        ge=2,
        le=1024,
        typical="16 to 64",
    )


class Oft(LayerAdapter):
    """Orthogonal fine-tuning."""

    id = "oft"
    title = "OFT"
    family = "Rotations"
    summary = "Rotates what enters each layer instead of adding to it: keeps the angles between the model's features."
    explanation = (
        "Adding numbers to weights can disturb how the model's features lie to each other. OFT only turns them: the "
        "inputs of a layer are cut into blocks and every block is rotated by a learned orthogonal matrix, W R. Lengths "
        "and angles stay as they were, which keeps what the model knows particularly well."
    )
    use_when = "The model must keep what it can, and learn a style or a domain gently."
    avoid_when = "Something quite new has to be learned, or time is short: rotations cost more than LoRA's products."
    paper = "Qiu et al. 2023, Controlling Text-to-Image Diffusion by Orthogonal Finetuning, section 3.2"
    pros = ("Keeps what the model knows", "No rank or alpha to choose", "Can be merged")
    cons = ("Slower than LoRA", "Not over a quantised base", "Learns new things slowly")
    order = 80
    options: ClassVar[type[Options]] = OftOptions
    marks = (".oft_R.",)
    plain_layers_only = True

    def trainable(self, facts: ModelFacts, options: Any) -> int:
        """Return the upper triangle of every block, over all target layers."""
        layers = self.layers(facts, options)
        size = block(options.block_size, [facts.linear_shapes[name] for name in layers])
        return sum(
            self._rotated(facts.linear_shapes[name][1], size) * targets.count(facts, name, options.last_blocks)
            for name in layers
        )

    def layer_weights(self, shape: tuple[int, int], options: Any) -> int:
        """Return the upper triangle of every block, for a layer on its own."""
        return self._rotated(shape[1], block(options.block_size, [shape]))

    def kept(self, facts: ModelFacts, options: Any) -> kept.Kept:
        """Keep the turned input of each layer beside the plain one."""
        return kept.Kept(by_token=kept.average(facts, self.layers(facts, options), kept.inputs(facts)))

    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return 2e-3 for the starter, 2e-4 for large models."""
        return rate_between(facts.parameters if facts else None, small=2e-3, large=2e-4)

    def config(self, model: Any, options: Any) -> Any:
        """Return PEFT's configuration."""
        from peft import OFTConfig

        shapes = targets.shapes_of(model)
        wanted = [shapes[name] for name in targets.chosen(shapes, options.targets)]
        return OFTConfig(
            oft_block_size=block(options.block_size, wanted),
            target_modules=target_modules(model, options),
            task_type=task(model),
        )

    @staticmethod
    def _rotated(wide: int, size: int) -> int:
        return wide // size * (size * (size - 1) // 2)


def block(asked: int, shapes: list[tuple[int, int]]) -> int:
    """Return the largest number up to ``asked`` that divides the inputs of every layer; PEFT wants one for all."""
    common = math.gcd(*(wide for _, wide in shapes))
    return next(number for number in range(min(asked, common), 0, -1) if common % number == 0)
