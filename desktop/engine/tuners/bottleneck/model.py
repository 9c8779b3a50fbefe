"""Puts bottleneck adapters into a model, in the shape of PEFT's tuners; it knows no training."""

from __future__ import annotations

import re
from typing import Any

from peft.tuners.tuners_utils import BaseTuner
from torch import nn
from transformers.pytorch_utils import Conv1D

from desktop.engine.tuners.bottleneck.config import BottleneckConfig
from desktop.engine.tuners.bottleneck.layer import NO_MERGE, BottleneckLayer
from desktop.engine.tuners.bottleneck.places import is_adapted


class BottleneckModel(BaseTuner):
    """A model with bottleneck adapters behind the last layers of its attention and feed-forward parts."""

    prefix = "bottleneck_"
    tuner_layer_cls = BottleneckLayer
    target_module_mapping: dict[str, list[str]] = {}  # noqa: RUF012  PEFT's own declaration is like this

    def _prepare_adapter_config(self, peft_config: Any, model_config: dict[str, Any]) -> Any:
        """Take the config as it is: where it names no layers, their names in the model tell."""
        return peft_config

    @staticmethod
    def _check_target_module_exists(peft_config: Any, key: str) -> bool | re.Match[str] | None:
        if peft_config.target_modules:
            return BaseTuner._check_target_module_exists(peft_config, key)
        return is_adapted(key, peft_config.placement)

    def _create_and_replace(
        self,
        peft_config: Any,
        adapter_name: str,
        target: nn.Module,
        target_name: str,
        parent: nn.Module,
        current_key: str,
        parameter_name: str | None = None,
    ) -> None:
        config: BottleneckConfig = peft_config
        if isinstance(target, BottleneckLayer):
            target.update_layer(adapter_name, config)
            return
        if not isinstance(target, nn.Linear | Conv1D):  # quantised layers are linear layers too
            raise TypeError(
                f"{current_key} is a {type(target).__name__}; bottleneck adapters stand behind linear layers"
            )
        made = BottleneckLayer(target, adapter_name, config)
        if adapter_name not in self.active_adapters:
            made.requires_grad_(False)  # an additional adapter does not learn before it is chosen
        self._replace_module(parent, target_name, made, target)

    def _check_merge_allowed(self) -> None:
        raise ValueError(NO_MERGE)
