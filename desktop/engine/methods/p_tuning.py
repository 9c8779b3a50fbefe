"""P-tuning: vectors in front of the input, computed by a small network while it trains; all known of it is here."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from desktop.engine.methods.base import ModelFacts, rate_between
from desktop.engine.methods.soft_prompts import SoftPrompt, SoftPromptOptions, task
from desktop.engine.options import Options, option

_LSTM_LAYERS = 2  # as in the paper's code
_GATES = 4


class PTuningOptions(SoftPromptOptions):
    """What can be chosen about P-tuning."""

    encoder: Literal["lstm", "mlp"] = option(
        "mlp",
        label="Prompt encoder",
        help="The network that computes the vectors: an LSTM lets neighbours depend on each other, an MLP is faster.",
    )
    width: int | None = option(
        None,
        label="Network width",
        help="Inner width of the network; empty takes the model's own. It is thrown away after the training.",
        ge=8,
        le=8192,
        typical="empty",
        advanced=True,
    )


class PTuning(SoftPrompt):
    """A prompt computed by a network, so that its vectors learn together."""

    id = "p_tuning"
    title = "P-tuning"
    summary = "Trains a small network that writes the virtual words in front of the input."
    explanation = (
        "Prompt tuning trains each virtual word for itself. P-tuning lets a small network, an LSTM or an MLP, compute "
        "them all from vectors of its own, so that they learn together and settle sooner. After the training only the "
        "virtual words it computed are kept; the network has done its work."
    )
    use_when = "Tasks of understanding with short answers, where prompt tuning learns too slowly."
    avoid_when = "Much to learn, or a small model: LoRA is stronger. A result to be merged: it cannot be."
    paper = "Liu et al. 2021, GPT Understands, Too, section 3.2"
    pros = ("A file of a few kilobytes", "Steadier than prompt tuning", "Leaves the model as it is")
    cons = ("Trains far more than it keeps", "Reaches the input only", "Cannot be merged")
    row = "M12"
    order = 62
    options: ClassVar[type[Options]] = PTuningOptions
    foreign = ("mpt",)

    def trainable(self, facts: ModelFacts, options: Any) -> int:
        """Return the vectors the network starts from and its weights, as PEFT lays them out."""
        wide, inner = facts.hidden, _width(facts.hidden, options)
        vectors = int(options.virtual_tokens * wide)
        if options.encoder == "mlp":
            return vectors + (wide + 1) * inner + (inner + 1) * inner + (inner + 1) * wide
        both = 2 * inner  # it reads in both directions
        layers = [wide, *[both] * (_LSTM_LAYERS - 1)]
        lstm = sum(2 * _GATES * inner * (given + inner + 2) for given in layers)
        return vectors + lstm + (both + 1) * both + (both + 1) * wide

    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return 1e-2 for the starter's size, 3e-4 for large models (the paper's code searches around 1e-4)."""
        return rate_between(facts.parameters if facts else None, small=1e-2, large=3e-4)

    def config(self, model: Any, options: Any) -> Any:
        """Return PEFT's configuration."""
        from peft import PromptEncoderConfig

        return PromptEncoderConfig(
            task_type=task(model),
            num_virtual_tokens=options.virtual_tokens,
            num_transformer_submodules=1,
            encoder_reparameterization_type=options.encoder.upper(),
            encoder_num_layers=_LSTM_LAYERS,
            encoder_hidden_size=_width(model.config.hidden_size, options),
        )


def _width(hidden: int, options: Any) -> int:
    """Return the inner width: both directions of an LSTM together are as wide as the model."""
    return int(options.width or (hidden // 2 if options.encoder == "lstm" else hidden))
