"""What every method says of itself and does; it knows no method in particular.

Modules under ``methods`` are imported by the window, so torch and peft are imported inside functions only.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from desktop.engine.options import Options

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class ModelFacts:
    """What is known of a model without loading it, read from its config and safetensors headers.

    Attributes:
        architecture: transformers' model type (``llama``, ``gpt2``, ``bert``).
        kind: what it can do: ``causal``, ``masked`` or ``seq2seq``.
        parameters: number of weights, tied ones counted once.
        hidden: width of the residual stream.
        layers: number of blocks (of the decoder and the encoder together).
        heads: attention heads.
        kv_heads: key-value heads.
        intermediate: width of the feed-forward part.
        vocabulary: rows of the embedding.
        context: longest input in tokens.
        bytes_per_weight: as stored (2 for bf16).
        tied: whether input and output embeddings are one matrix.
        has_biases: whether any linear layer has a bias.
        linear_shapes: name of a linear layer within a block -> (out, in), for closed-form counts; in a ``seq2seq``
            model the name starts with its stack (``encoder.``, ``decoder.``).
        encoder_layers: how many of ``layers`` are in the encoder of a ``seq2seq`` model, 0 elsewhere.
    """

    architecture: str
    kind: str
    parameters: int
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    intermediate: int
    vocabulary: int
    context: int
    bytes_per_weight: float
    tied: bool
    has_biases: bool
    linear_shapes: dict[str, tuple[int, int]]
    encoder_layers: int = 0

    def count(self, linear_name: str) -> int:
        """Return how many layers of the model are called ``linear_name``: one a block of its stack."""
        if self.kind != "seq2seq":
            return self.layers
        return self.encoder_layers if linear_name.startswith("encoder.") else self.layers - self.encoder_layers


@dataclass(frozen=True)
class Setting:
    """What a method is combined with when compatibility is asked.

    Attributes:
        objective: id of the objective.
        quantization: ``none``, ``8bit``, ``nf4`` or ``fp4``.
        checkpointing: whether gradient checkpointing is on.
        model: facts of the model, ``None`` while none is chosen.
    """

    objective: str
    quantization: str
    checkpointing: bool = False
    model: ModelFacts | None = None


class Method(ABC):
    """One way of choosing what is trained.

    Attributes:
        id: name in job files.
        title: name on screen, the field's standard term.
        family: short grouping shown as a chip (``Low-rank adapters``).
        summary: one sentence.
        explanation: one paragraph, for a reader without ML background.
        use_when: when to take it.
        avoid_when: when not to.
        paper: authors, year, title, section of the formula used.
        order: place in lists.
        options: the options model.
        mergeable: whether the result can be folded into the base.
        trains_embeddings: whether every row of the embedding learns, which a new tokenizer needs.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    family: ClassVar[str]
    summary: ClassVar[str]
    explanation: ClassVar[str]
    use_when: ClassVar[str]
    avoid_when: ClassVar[str]
    paper: ClassVar[str]
    order: ClassVar[int] = 100
    options: ClassVar[type[Options]] = Options
    mergeable: ClassVar[bool] = False
    trains_embeddings: ClassVar[bool] = False

    @abstractmethod
    def refusal(self, setting: Setting, options: Any) -> str | None:
        """Return why this method does not go with ``setting``, in a sentence with the cure; ``None`` if it does."""

    @abstractmethod
    def trainable(self, facts: ModelFacts, options: Any) -> int:
        """Return how many weights will train, in closed form."""

    @abstractmethod
    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return the usual learning rate for this method on a model of this size."""

    @abstractmethod
    def build(self, model: PreTrainedModel, options: Any) -> Any:
        """Make ``model`` ready (what trains requires gradients, adapters are in place); return what is trained."""

    @abstractmethod
    def promises(self, parameter_name: str) -> bool:
        """Tell whether the parameter of the built model may change during training."""

    @abstractmethod
    def save(self, model: Any, folder: Path) -> None:
        """Write the result (adapter or full weights) as safetensors into ``folder``."""

    def rate_factor(self, parameter_name: str, options: Any) -> float:
        """Return by how much the learning rate of one parameter is multiplied."""
        return 1.0

    def double_quantization(self, options: Any) -> bool:
        """Tell whether the scales of a 4-bit base are quantised too; saves about 0.4 bits a weight at no known cost."""
        return True

    @property
    def is_adapter(self) -> bool:
        """Tell whether the result needs its base to work."""
        return True


def rate_between(parameters: int | None, *, small: float, large: float) -> float:
    """Return a learning rate for a model of this size: straight on a log-log plot between two measured ends.

    Args:
        parameters: weights of the model, ``None`` while none is chosen (then the large end, the safe one).
        small: what a model of 4 million weights needs (measured on the starter).
        large: what the field uses from 7 billion weights on.
    """
    if parameters is None:
        return large
    low, high = math.log(4e6), math.log(7e9)
    share = min(1.0, max(0.0, (math.log(max(1, parameters)) - low) / (high - low)))
    exact = math.exp(math.log(small) + share * (math.log(large) - math.log(small)))
    digits = 1 - math.floor(math.log10(exact))  # two significant digits: 0.0016, not 0.0015874
    return round(exact, digits)
