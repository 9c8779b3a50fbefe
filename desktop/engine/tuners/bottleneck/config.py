"""What is written down of a bottleneck adapter beside its weights; it knows neither layers nor models."""

from __future__ import annotations

from dataclasses import dataclass, field

from peft import PeftConfig

from desktop.engine.tuners.bottleneck import peft_type

NON_LINEARITIES = ("relu", "gelu", "silu", "tanh")
PLACEMENTS = ("pfeiffer", "houlsby")


@dataclass
class BottleneckConfig(PeftConfig):
    """How bottleneck adapters are built.

    Attributes:
        placement: ``pfeiffer`` behind the feed-forward part, ``houlsby`` behind attention too.
        target_modules: names of linear layers to stand behind instead, or a regular expression over full names.
        reduction_factor: how many times narrower than the residual stream an adapter is inside.
        bottleneck_size: its inner width, if it is to be the same whatever the model.
        non_linearity: ``relu``, ``gelu``, ``silu`` or ``tanh``.
        layer_norm: whether what enters an adapter is normalised first.
        modules_to_save: other modules that learn and are saved, such as a new head.
        init_weights: whether an adapter starts as the identity; otherwise it starts at random, for tests.
    """

    placement: str = field(default="pfeiffer", metadata={"help": "pfeiffer or houlsby"})
    target_modules: list[str] | str | None = field(default=None, metadata={"help": "layers to stand behind instead"})
    reduction_factor: float = field(default=16.0, metadata={"help": "stream width over inner width"})
    bottleneck_size: int | None = field(default=None, metadata={"help": "inner width, instead of a factor"})
    non_linearity: str = field(default="relu", metadata={"help": "relu, gelu, silu or tanh"})
    layer_norm: bool = field(default=False, metadata={"help": "normalise what enters an adapter"})
    modules_to_save: list[str] | None = field(default=None, metadata={"help": "other modules to train and save"})
    init_weights: bool = field(default=True, metadata={"help": "start as the identity"})

    def __post_init__(self) -> None:
        """Check the values, which may come out of a file."""
        super().__post_init__()  # type: ignore[no-untyped-call]
        self.peft_type = peft_type()
        if self.placement not in PLACEMENTS:
            raise ValueError(f"placement is {self.placement!r}; it must be one of {', '.join(PLACEMENTS)}")
        if self.non_linearity not in NON_LINEARITIES:
            raise ValueError(f"non_linearity is {self.non_linearity!r}; it must be one of {', '.join(NON_LINEARITIES)}")
        if self.reduction_factor <= 0 or (self.bottleneck_size is not None and self.bottleneck_size < 1):
            raise ValueError("an adapter must be at least one wide: give a positive factor or size")
