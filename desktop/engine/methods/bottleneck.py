"""Bottleneck adapters: small layers between those of the model learn; this file holds all that is known of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

from desktop.engine.methods import kept
from desktop.engine.methods.base import Method, ModelFacts, Setting, rate_between
from desktop.engine.options import Options, option
from desktop.engine.tuners.bottleneck.places import adapter_weights, bottleneck_width, place_of, places_in


class BottleneckOptions(Options):
    """What can be chosen about bottleneck adapters."""

    placement: Literal["pfeiffer", "houlsby"] = option(
        "pfeiffer",
        label="Placement",
        help="Pfeiffer: one adapter a block, behind its feed-forward part. Houlsby: one behind attention too, twice "
        "the weights.",
        typical="pfeiffer",
    )
    reduction: float = option(
        16.0,
        label="Reduction",
        help="How many times narrower than the model an adapter is inside: lower learns more and costs more memory.",
        ge=0.25,
        le=4096,
        typical="2 to 64",
    )
    size: int | None = option(
        None,
        label="Bottleneck size",
        help="The inner width itself, the same for every model; empty means by the reduction.",
        ge=1,
        le=65536,
        typical="8 to 256",
        advanced=True,
    )
    non_linearity: Literal["relu", "gelu", "silu", "tanh"] = option(
        "relu",
        label="Non-linearity",
        help="What an adapter does in its narrow middle; it hardly matters.",
        typical="relu",
        advanced=True,
    )
    layer_norm: bool = option(
        False,
        label="Layer norm",
        help="Normalises what enters an adapter: steadier at high learning rates.",
        advanced=True,
    )


class Bottleneck(Method):
    """Bottleneck adapters behind the parts of every block."""

    id = "bottleneck"
    title = "Bottleneck adapters"
    family = "Inserted layers"
    summary = "Puts a small trained layer into every block of the frozen model: narrow, bent, wide again."
    explanation = (
        "Behind the feed-forward part of every block, and behind its attention too if you like, stands a small layer "
        "that squeezes what comes out into a few numbers, bends it, and spreads it again: h + U f(D h). It starts as "
        "doing nothing. Only these layers are trained and saved. Unlike LoRA they are not a change of the model's "
        "matrices, so they can learn what no such change can, and they cannot be folded into the model."
    )
    use_when = "Several tasks over one model, encoders above all, each with a small file to switch."
    avoid_when = "You want one merged model or the fastest answers: LoRA can be folded in, adapters stay in the way."
    paper = (
        "Houlsby et al. 2019, Parameter-Efficient Transfer Learning for NLP, section 2.1; placement of Pfeiffer et al. "
        "2021, AdapterFusion, section 3"
    )
    pros = ("Close to full fine-tuning", "A small file that can be switched off", "Works over 8-bit and 4-bit bases")
    cons = ("Cannot be merged", "Answers a little slower", "Few other programs can load it")
    row = "M9"
    order = 45
    options: ClassVar[type[Options]] = BottleneckOptions

    def refusal(self, setting: Setting, options: BottleneckOptions) -> str | None:
        """Refuse a model whose blocks are named in a way we do not know."""
        if setting.model is not None and not self._layers(setting.model, options):
            return (
                f"In this model ({setting.model.architecture}) the layers that bottleneck adapters stand behind are "
                "not known by name. Choose LoRA."
            )
        return None

    def merge_refusal(self, setting: Setting, options: BottleneckOptions) -> str | None:
        """Refuse always: the non-linearity is the reason."""
        return (
            "A bottleneck adapter has a non-linearity between its two matrices, so no change of the base's weights "
            "equals it. Export it as an adapter."
        )

    def trainable(self, facts: ModelFacts, options: BottleneckOptions) -> int:
        """Return 2 m d + d + m for every adapter, and its norm's 2 d."""
        total = 0
        for name in self._layers(facts, options):
            width = facts.linear_shapes[name][0]
            inner = bottleneck_width(width, options.reduction, options.size)
            total += facts.count(name) * adapter_weights(width, inner, layer_norm=options.layer_norm)
        return total

    def kept(self, facts: ModelFacts, options: BottleneckOptions) -> kept.Kept:
        """Keep what enters each adapter, and its inner values on both sides of the non-linearity."""
        layers = self._layers(facts, options)
        wide = {
            name: out + 2.0 * bottleneck_width(int(out), options.reduction, options.size)
            for name, out in kept.outputs(facts).items()
        }
        return kept.Kept(by_token=kept.average(facts, layers, wide))

    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return 3e-3 for the starter, 1e-4 for large models (Pfeiffer et al. 2021, section 4)."""
        return rate_between(facts.parameters if facts else None, small=3e-3, large=1e-4)

    def build(self, model: Any, options: BottleneckOptions) -> Any:
        """Freeze the model and put the adapters in."""
        from peft import get_peft_model

        from desktop.engine import tuners
        from desktop.engine.methods.low_rank import task

        tuners.register()
        from desktop.engine.tuners.bottleneck.config import BottleneckConfig

        config = BottleneckConfig(
            placement=options.placement,
            reduction_factor=options.reduction,
            bottleneck_size=options.size,
            non_linearity=options.non_linearity,
            layer_norm=options.layer_norm,
            task_type=task(model),
        )
        return get_peft_model(model, config)

    def promises(self, parameter_name: str) -> bool:
        """Promise the adapters and nothing of the base."""
        return ".bottleneck_" in parameter_name

    def save(self, model: Any, folder: Path) -> None:
        """Write the adapter."""
        model.save_pretrained(folder)

    def _layers(self, facts: ModelFacts, options: BottleneckOptions) -> list[str]:
        wanted = places_in(options.placement)
        return [name for name in facts.linear_shapes if place_of(name) in wanted]
