"""BitFit: the bias terms learn and nothing else; this file holds all that is known of it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, ClassVar

from desktop.engine.methods.base import Method, ModelFacts, Setting, rate_between
from desktop.engine.options import Options


class BitfitOptions(Options):
    """BitFit has nothing to choose."""


class Bitfit(Method):
    """Every bias term of the model is trained."""

    id = "bitfit"
    title = "BitFit"
    family = "Selected weights"
    summary = "Trains the bias terms only: about a thousandth of the weights, in models that have them."
    explanation = (
        "Most layers of many models multiply by a matrix and then add a short list of numbers, the bias. BitFit leaves "
        "the matrices alone and trains the biases, those of the normalisation layers included. That is a "
        "thousandth of the weights, so there is little it can learn and little it can spoil. Models of the Llama "
        "family have no biases, and there it cannot be used. The result is written as a whole model."
    )
    use_when = "Small to medium data on an encoder such as BERT, or on GPT-2, where forgetting must stay small."
    avoid_when = "The task is far from what the model knows, or the model has few biases or none: LoRA learns more."
    paper = (
        "Ben Zaken et al. 2022, BitFit: Simple Parameter-efficient Fine-tuning for Transformer-based Masked "
        "Language-models, section 3"
    )
    pros = ("Almost nothing to store for the optimizer", "Hardly forgets", "Nothing to choose but the rate")
    cons = ("Needs a model with biases", "Learns less than LoRA", "Writes a whole model")
    row = "M3"
    order = 17
    options: ClassVar[type[Options]] = BitfitOptions

    def refusal(self, setting: Setting, options: Any) -> str | None:
        """Refuse a model without biases, and a quantised base, which could not be written back."""
        facts = setting.model
        if facts is not None and not (any(map(self.promises, facts.tensors)) or facts.has_biases):
            return (
                f"BitFit trains bias terms and nothing else, and this model ({facts.architecture}) has none. "
                "Choose LoRA, or selective fine-tuning of the norms."
            )
        if setting.quantization != "none":
            return (
                "BitFit writes a whole model, and the rounded weights of a quantised base cannot be written back as "
                "they were. Set the quantisation to none, or choose LoRA."
            )
        return None

    def trainable(self, facts: ModelFacts, options: Any) -> int:
        """Return the number of bias terms; without a list of parameters, those of the linear layers."""
        if facts.tensors:
            return sum(math.prod(shape) for name, shape in facts.tensors.items() if self.promises(name))
        widths = sum(out * facts.count(name) for name, (out, _) in facts.linear_shapes.items())
        return widths if facts.has_biases else 0

    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return 1e-2 for the starter's size, 4e-4 for large models (the paper searches 1e-4 to 1e-2)."""
        return rate_between(facts.parameters if facts else None, small=1e-2, large=4e-4)

    def build(self, model: Any, options: Any) -> Any:
        """Let the biases learn and nothing else."""
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(self.promises(name))
        return model

    def promises(self, parameter_name: str) -> bool:
        """Promise every bias."""
        return parameter_name.endswith(".bias")

    def save(self, model: Any, folder: Path) -> None:
        """Write the whole model."""
        model.save_pretrained(folder)

    @property
    def is_adapter(self) -> bool:
        """The result stands alone."""
        return False
