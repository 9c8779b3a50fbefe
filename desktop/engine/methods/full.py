"""Full fine-tuning: every weight learns; this file holds all that is known of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from desktop.engine.methods.base import Method, ModelFacts, Setting, rate_between
from desktop.engine.options import Options


class FullOptions(Options):
    """Full fine-tuning has nothing to choose."""


class Full(Method):
    """Every weight of the model is trained."""

    id = "full"
    title = "Full fine-tuning"
    family = "All weights"
    summary = "Trains every weight: the strongest and the most expensive way, and the one that forgets most."
    explanation = (
        "Every number in the model may change. That gives it the most room to learn something new, a new language or "
        "a new tokenizer included. It also needs memory for each weight, its gradient and two running averages, about "
        "sixteen bytes a weight, and it can lose abilities that your data does not exercise. The result is a whole "
        "model, not a small file beside it."
    )
    use_when = "Small models, much data, or a task far from what the model knows."
    avoid_when = "Few rows, little memory, or abilities you must not lose: LoRA is gentler and a hundred times smaller."
    paper = "Howard and Ruder 2018, Universal Language Model Fine-tuning for Text Classification, section 3.2"
    pros = ("Learns most", "The result is one model, no parts", "New languages and tokenizers")
    cons = ("Sixteen bytes of memory a weight", "Can lose what the model knew", "A file as large as the model")
    row = "M1"
    order = 10
    options: ClassVar[type[Options]] = FullOptions
    trains_embeddings = True

    def refusal(self, setting: Setting, options: Any) -> str | None:
        """Refuse a quantised base: its weights are packed integers and have no gradient."""
        if setting.quantization != "none":
            return (
                "Full fine-tuning changes every weight, and the weights of a quantised base cannot change. "
                "Set the quantisation to none, or choose QLoRA."
            )
        return None

    def trainable(self, facts: ModelFacts, options: Any) -> int:
        """Return all of them."""
        return facts.parameters

    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return 5e-4 for the starter, 1e-5 for large models."""
        return rate_between(facts.parameters if facts else None, small=5e-4, large=1e-5)

    def build(self, model: Any, options: Any) -> Any:
        """Let everything learn."""
        model.requires_grad_(True)
        return model

    def promises(self, parameter_name: str) -> bool:
        """Promise every parameter."""
        return True

    def save(self, model: Any, folder: Path) -> None:
        """Write the whole model."""
        model.save_pretrained(folder)

    @property
    def is_adapter(self) -> bool:
        """The result stands alone."""
        return False
