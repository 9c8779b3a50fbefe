"""A linear layer with bottleneck adapters behind it, in the shape of PEFT's layers; it knows no model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from peft.tuners.tuners_utils import BaseTunerLayer
from torch import nn

from desktop.engine.tuners.bottleneck.config import BottleneckConfig
from desktop.engine.tuners.bottleneck.places import bottleneck_width

NO_MERGE = (
    "A bottleneck adapter has a non-linearity between its two matrices, so no change of the base's weights equals it "
    "and it cannot be merged."
)
_FUNCTIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "relu": nn.functional.relu,
    "gelu": nn.functional.gelu,
    "silu": nn.functional.silu,
    "tanh": torch.tanh,
}
_SPREAD = 0.02  # of a random start


class BottleneckLayer(nn.Module, BaseTunerLayer):
    """A linear layer, quantised or not, whose output goes through the active adapters, one after the other.

    h + U f(D h + b) + c (Houlsby et al. 2019, section 2.1, figure 2).

    Attributes:
        bottleneck_norm: by adapter, the norm in front of it, where it has one.
        bottleneck_down: by adapter, the way into the narrow.
        bottleneck_up: by adapter, the way back.
    """

    adapter_layer_names = ("bottleneck_norm", "bottleneck_down", "bottleneck_up")
    other_param_names = ()

    def __init__(self, base_layer: nn.Module, adapter_name: str, config: BottleneckConfig) -> None:
        """Stand behind ``base_layer`` with one adapter."""
        super().__init__()
        self.base_layer = base_layer
        self.bottleneck_norm = nn.ModuleDict()
        self.bottleneck_down = nn.ModuleDict()
        self.bottleneck_up = nn.ModuleDict()
        self._functions: dict[str, str] = {}
        self._disable_adapters = False
        self.merged_adapters: list[str] = []
        self._active_adapter = adapter_name
        self.update_layer(adapter_name, config)

    @property
    def width(self) -> int:
        """Return the width of what the linear layer puts out."""
        base: Any = self.get_base_layer()
        return int(base.out_features if hasattr(base, "out_features") else base.nf)  # GPT-2's Conv1D says nf

    def update_layer(self, adapter_name: str, config: BottleneckConfig) -> None:
        """Add an adapter, or begin one anew."""
        inner = bottleneck_width(self.width, config.reduction_factor, config.bottleneck_size)
        if config.layer_norm:
            self.bottleneck_norm[adapter_name] = nn.LayerNorm(self.width)
        self.bottleneck_down[adapter_name] = nn.Linear(self.width, inner)
        self.bottleneck_up[adapter_name] = nn.Linear(inner, self.width)
        self._functions[adapter_name] = config.non_linearity
        self.reset(adapter_name, identity=config.init_weights)
        self._move_adapter_to_device_of_base_layer(adapter_name)
        self.set_adapter(self.active_adapters, inference_mode=config.inference_mode)

    def reset(self, adapter_name: str, *, identity: bool) -> None:
        """Set an adapter to its start: the way back at zero, so that the model answers as its base does."""
        up: Any = self.bottleneck_up[adapter_name]
        nn.init.zeros_(up.bias)
        if identity:
            nn.init.zeros_(up.weight)
        else:
            nn.init.normal_(up.weight, std=_SPREAD)
        down: Any = self.bottleneck_down[adapter_name]
        nn.init.zeros_(down.bias)

    def forward(self, x: torch.Tensor, *args: Any, **named: Any) -> torch.Tensor:
        """Return the base layer's output, adapted unless the adapters are off."""
        result: torch.Tensor = self.base_layer(x, *args, **named)
        if self.disable_adapters:
            return result
        for name in self.active_adapters:
            if name in self.bottleneck_down:
                result = self._adapted(name, result)
        return result

    def _adapted(self, name: str, stream: torch.Tensor) -> torch.Tensor:
        down: Any = self.bottleneck_down[name]
        inner = self._cast_input_dtype(stream, down.weight.dtype)  # (batch, length, width)
        if name in self.bottleneck_norm:
            inner = self.bottleneck_norm[name](inner)
        change: torch.Tensor = self.bottleneck_up[name](_FUNCTIONS[self._functions[name]](down(inner)))
        return stream + change.to(stream.dtype)

    def merge(self, safe_merge: bool = False, adapter_names: list[str] | None = None) -> None:
        """Raise ``ValueError``: there is nothing linear to merge."""
        raise ValueError(NO_MERGE)

    def unmerge(self) -> None:
        """Do nothing: nothing can have been merged."""

    def delete_adapter(self, adapter_name: str) -> None:
        """Remove an adapter."""
        super().delete_adapter(adapter_name)
        self._functions.pop(adapter_name, None)
