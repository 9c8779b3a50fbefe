"""P-tuning v2: learned keys and values in front of every layer, each a free parameter; all known of it is here."""

from __future__ import annotations

from typing import Any

from desktop.engine.methods.base import ModelFacts, rate_between
from desktop.engine.methods.soft_prompts import SoftPrompt, decoder_layers, deep_shape, key_width_of, task

_START = 0.02  # deviation; PEFT's own is 1, with which the model speaks gibberish before its first step


class PTuningV2(SoftPrompt):
    """Deep prompts without a network behind them."""

    id = "p_tuning_v2"
    title = "P-tuning v2"
    summary = "Trains virtual words in front of every layer directly, with no network between."
    explanation = (
        "As in prefix tuning, every layer looks back at a few learned keys and values in front of the text. Here each "
        "of these numbers is trained as it is, with no network that computes them. There is less to choose and nothing "
        "to throw away, and the paper finds it as good as full fine-tuning on tasks with a short answer."
    )
    use_when = "Tasks with short, hard answers, such as labels and extraction, on models of any size."
    avoid_when = "Long free answers or much to learn: LoRA is stronger. A result to be merged: it cannot be."
    paper = (
        "Liu et al. 2022, P-Tuning v2: Prompt Tuning Can Be Comparable to Fine-tuning Universally Across Scales and "
        "Tasks, section 3.2"
    )
    pros = ("Reaches every layer", "Nothing to choose but its length", "Leaves the model as it is")
    cons = ("Takes places of the context", "Cannot be merged", "Needs a very high learning rate")
    row = "M13"
    order = 63
    deep = True

    def trainable(self, facts: ModelFacts, options: Any) -> int:
        """Return a key and a value for each layer and virtual token."""
        return int(options.virtual_tokens * 2 * decoder_layers(facts) * key_width_of(facts))

    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return 0.2 for the starter's size, 5e-3 for large models (the paper: 5e-3 to 1e-2)."""
        return rate_between(facts.parameters if facts else None, small=0.2, large=5e-3)

    def config(self, model: Any, options: Any) -> Any:
        """Return PEFT's configuration without a network."""
        from peft import PrefixTuningConfig

        shape: Any = deep_shape(model)
        return PrefixTuningConfig(
            task_type=task(model),
            num_virtual_tokens=options.virtual_tokens,
            prefix_projection=False,
            **shape,
        )

    def begin(self, model: Any, encoder: Any, options: Any) -> None:
        """Start near zero, where the model still speaks as before."""
        encoder.embedding.weight.data.normal_(std=_START)
