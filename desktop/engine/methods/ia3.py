"""IA3: vectors that turn keys, values and feed-forward activations up and down; this file holds all known of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

from desktop.engine.methods import kept, targets
from desktop.engine.methods.base import Method, ModelFacts, Setting, rate_between
from desktop.engine.methods.low_rank import task, transposed
from desktop.engine.options import Options, option

# Keys and values, by the names architectures give them; fused projections are scaled as a whole.
_KEYS_AND_VALUES = re.compile(
    r"(^|\.)(k_proj|v_proj|k|v|key|value|key_proj|value_proj|k_lin|v_lin|c_attn|query_key_value|qkv_proj|Wqkv|c_kv)$"
)
# Layers into the wide part of the feed-forward; what is left of it leads out again.
_INTO_FEED_FORWARD = re.compile(
    r"(^|\.)(gate_proj|up_proj|gate_up_proj|fc1|fc_in|c_fc|wi|wi_0|wi_1|lin1|Wi|dense_h_to_4h|up_proj|w1|w3"
    r"|intermediate\.dense|ffn)$"
)


class Ia3Options(Options):
    """What can be chosen about IA3."""

    feed_forward: bool = option(
        True,
        label="Feed-forward too",
        help="Scales the inner activations of the feed-forward part beside keys and values, as the paper does.",
    )


class Ia3(Method):
    """Infused adapter by inhibiting and amplifying inner activations."""

    id = "ia3"
    title = "IA3"
    family = "Scaling vectors"
    summary = "Trains one factor for each key, value and inner activation: the fewest weights of all adapters."
    explanation = (
        "Nothing is added to the model; what flows through it is turned up or down. For every attention layer one "
        "vector scales the keys and one the values, and one more scales the inside of the feed-forward part. All "
        "start at one. That is a few thousand numbers for a small model, so even very few rows do not wear it out."
    )
    use_when = "Very few rows, or many small adapters to keep beside each other."
    avoid_when = "The task is far from what the model can do: scaling cannot add what is not there."
    paper = "Liu et al. 2022, Few-Shot Parameter-Efficient Fine-Tuning is Better and Cheaper, section 3.3"
    pros = ("Ten times fewer weights than LoRA", "Hardly any memory or time", "Merges without a trace")
    cons = ("Little room to learn", "Wants a high learning rate", "Not merged after training in four bits")
    row = "M8"
    order = 60
    options: ClassVar[type[Options]] = Ia3Options
    mergeable = True

    def refusal(self, setting: Setting, options: Any) -> str | None:
        """Refuse a model whose keys and values cannot be told."""
        if setting.model is not None and not scaled(setting.model.linear_shapes, setting.model.hidden)[0]:
            return (
                f"IA3 scales keys and values, and those of a {setting.model.architecture} model are not known here. "
                "Choose LoRA."
            )
        return None

    def merge_refusal(self, setting: Setting, options: Any) -> str | None:
        """Refuse after training over packed weights: factors fitted to rounded numbers do not fit the exact ones."""
        if setting.quantization != "none":
            bits = "8" if setting.quantization == "8bit" else "4"
            return (
                f"IA3 multiplies the base's own weights, and packed {bits}-bit weights cannot take a factor. "
                "Export it as an adapter, or train over a base that is not quantised."
            )
        return None

    def trainable(self, facts: ModelFacts, options: Any) -> int:
        """Return one factor for each output of keys and values and each input of the feed-forward's way out."""
        outputs, inputs = scaled(facts.linear_shapes, facts.hidden)
        found = sum(facts.linear_shapes[name][0] * facts.count(name) for name in outputs)
        if options.feed_forward:
            found += sum(facts.linear_shapes[name][1] * facts.count(name) for name in inputs)
        return found

    def kept(self, facts: ModelFacts, options: Any) -> kept.Kept:
        """Keep the keys and values as they were before they are scaled."""
        outputs, _ = scaled(facts.linear_shapes, facts.hidden)
        return kept.Kept(by_token=kept.average(facts, outputs, kept.outputs(facts)))

    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return 1e-1 for the starter, 3e-3 (the paper's) for large models."""
        return rate_between(facts.parameters if facts else None, small=1e-1, large=3e-3)

    def build(self, model: Any, options: Any) -> Any:
        """Freeze the model and put the factors into it."""
        from peft import IA3Config, get_peft_model

        outputs, inputs = scaled(targets.shapes_of(model), model.config.hidden_size)
        if not options.feed_forward:
            inputs = []
        config = IA3Config(
            # Regular expressions: PEFT compares names of feed-forward layers by their end, dot or no dot.
            target_modules=targets.pattern(targets.modules_of(model, [*outputs, *inputs])),
            feedforward_modules=targets.pattern(targets.modules_of(model, inputs)),
            task_type=task(model),
            fan_in_fan_out=transposed(model),
        )
        return get_peft_model(model, config)

    def promises(self, parameter_name: str) -> bool:
        """Promise the factors."""
        return ".ia3_l." in parameter_name

    def save(self, model: Any, folder: Path) -> None:
        """Write the factors."""
        model.save_pretrained(folder)


def scaled(shapes: targets.Shapes, hidden: int) -> tuple[list[str], list[str]]:
    """Return the layers whose outputs are scaled (keys and values), and those whose inputs are (feed-forward).

    Args:
        shapes: name of a linear layer within a block -> (out, in).
        hidden: width of the residual stream, which the way out of the feed-forward part leads back to.
    """
    outputs = [name for name in shapes if _KEYS_AND_VALUES.search(name)]
    inputs = [
        name
        for name, (out, _) in shapes.items()
        if out == hidden and not targets.is_attention(name) and not _INTO_FEED_FORWARD.search(name)
    ]
    return outputs, [name for name in inputs if name not in outputs]
