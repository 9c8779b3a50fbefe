"""What the memory formula needs to know of a run, as plain numbers; it knows neither job files nor sentences."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from desktop.engine.methods.base import ModelFacts
from desktop.engine.methods.kept import Kept

Attention = Literal["fused", "math", "eager"]
Head = Literal["tiled", "whole"]


@dataclass(frozen=True)
class Shape:
    """One training run, reduced to what decides its memory.

    Attributes:
        facts: the model.
        batch: rows in one forward pass.
        length: tokens in a row.
        trainable: weights that learn.
        adapter: whether they lie beside a frozen base rather than in it.
        quantization: how the frozen linear layers are stored.
        double_quant: whether the scales of 4-bit blocks are themselves quantised.
        weight_bytes: bytes of a base weight that is not quantised.
        trained_bytes: bytes of a weight that learns, and of its gradient.
        stream_bytes: bytes of one number of the residual stream.
        inner_bytes: bytes of one number inside a block (16-bit under autocast).
        optimizer: its id in the job file.
        checkpointing: whether activations are computed again in the backward pass.
        accumulation: batches added up before a step.
        feed_forward: whether what learns includes the feed-forward part, which then keeps its inner input.
        dropout: whether adapters drop a share of their input, which keeps a copy of it.
        attention: which kernel runs; only ``math`` and ``eager`` keep a square of the length.
        head: ``tiled`` where the loss never holds all logits at once, ``whole`` where it does.
        cuda: whether it runs on a GPU.
        copies: float32 copies of what learns that the objective's trainer holds.
        kept: what the method keeps beside the base's activations, in numbers a block.
    """

    facts: ModelFacts
    batch: int
    length: int
    trainable: int
    adapter: bool
    quantization: str = "none"
    double_quant: bool = True
    weight_bytes: float = 4.0
    trained_bytes: int = 4
    stream_bytes: int = 4
    inner_bytes: int = 4
    optimizer: str = "adamw"
    checkpointing: bool = False
    accumulation: int = 1
    feed_forward: bool = True
    dropout: bool = False
    attention: Attention = "fused"
    head: Head = "tiled"
    cuda: bool = False
    copies: int = 0
    kept: Kept = field(default_factory=Kept)

    @property
    def tokens(self) -> int:
        """Return the tokens of one forward pass, padding counted: a batch is as wide as its longest row."""
        return self.batch * self.length

    @property
    def linear_weights(self) -> int:
        """Return the weights inside the blocks' linear layers: what quantisation applies to."""
        return sum(self.facts.count(name) * out * wide for name, (out, wide) in self.facts.linear_shapes.items())

    @property
    def gated(self) -> bool:
        """Tell whether the feed-forward part has a gate beside its up-projection, as Llama and its kin do."""
        return sum(1 for shape in self.facts.linear_shapes.values() if shape[0] == self.facts.intermediate) >= 2
