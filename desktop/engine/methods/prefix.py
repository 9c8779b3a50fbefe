"""Prefix tuning: learned keys and values in front of every layer, computed by a small network while it trains."""

from __future__ import annotations

from typing import Any, ClassVar

from desktop.engine.methods.base import ModelFacts, rate_between
from desktop.engine.methods.soft_prompts import (
    SoftPrompt,
    SoftPromptOptions,
    decoder_layers,
    deep_shape,
    key_width_of,
    task,
)
from desktop.engine.options import Options, option


class PrefixOptions(SoftPromptOptions):
    """What can be chosen about prefix tuning."""

    width: int = option(
        128,
        label="Network width",
        help="Inner width of the network that computes the prefix while it trains; it is thrown away afterwards.",
        ge=8,
        le=8192,
        typical="128 to 800",
        advanced=True,
    )


class Prefix(SoftPrompt):
    """Keys and values of words that were never written."""

    id = "prefix"
    title = "Prefix tuning"
    summary = "Trains a few virtual words that every layer of the frozen model looks back at."
    explanation = (
        "In each layer a model looks back at what stands before: at the keys and values of earlier words. Prefix "
        "tuning puts a few learned ones in front of them all, as if words had been said that no text could say. They "
        "steer every layer, while no weight of the model changes. Learned directly they would be unsteady, so a small "
        "network computes them during training; only what it computes at the end is kept."
    )
    use_when = "One clear task, few rows, and a result of some kilobytes that can be exchanged for each request."
    avoid_when = "Much to learn, long texts in a short context, or a result to be merged: LoRA is stronger and simpler."
    paper = "Li and Liang 2021, Prefix-Tuning: Optimizing Continuous Prompts for Generation, sections 4.2 and 4.3"
    pros = ("Reaches every layer", "A file of some kilobytes", "Leaves the model as it is")
    cons = ("Takes places of the context", "Cannot be merged", "Needs a high learning rate")
    row = "M10"
    order = 60
    options: ClassVar[type[Options]] = PrefixOptions
    deep = True

    def trainable(self, facts: ModelFacts, options: Any) -> int:
        """Return one vector a virtual token, and the two layers that make keys and values for all layers of it."""
        wide = key_width_of(facts)
        out = 2 * decoder_layers(facts) * wide
        return int(options.virtual_tokens * wide + (wide + 1) * options.width + (options.width + 1) * out)

    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return 1e-2 for the starter's size, 5e-4 for large models (the paper takes 5e-5 to 8e-4 on GPT-2)."""
        return rate_between(facts.parameters if facts else None, small=1e-2, large=5e-4)

    def config(self, model: Any, options: Any) -> Any:
        """Return PEFT's configuration with the network in place."""
        from peft import PrefixTuningConfig

        shape: Any = deep_shape(model)
        return PrefixTuningConfig(
            task_type=task(model),
            num_virtual_tokens=options.virtual_tokens,
            prefix_projection=True,
            encoder_hidden_size=options.width,
            **shape,
        )
