"""Turns an adapter off for a moment so that its base speaks; it knows PEFT's layers and no generation."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any


class AdapterSwitch:
    """The layers of one model that an adapter changes.

    ``PeftModel.disable_adapter`` walks every module and every parameter each time: 8 ms for the starter, and several
    times that for a model people use, for every token. This flips the same flag those layers look at, and nothing else.
    """

    def __init__(self, model: Any) -> None:
        """Find the layers of ``model``, a ``PeftModel``."""
        from peft.tuners.tuners_utils import BaseTunerLayer
        from peft.utils.other import AuxiliaryTrainingWrapper

        self._model = model
        self._layers = [
            module for module in model.modules() if isinstance(module, BaseTunerLayer | AuxiliaryTrainingWrapper)
        ]
        # Soft prompts are no layers: there the model's own forward is exchanged. And a layer without the flag would
        # go on adapting in silence.
        self._flagged = bool(self._layers) and all(hasattr(layer, "_disable_adapters") for layer in self._layers)
        self._flagged = self._flagged and not virtual_tokens(model)

    @contextlib.contextmanager
    def off(self) -> Iterator[None]:
        """Let the base speak inside the ``with``."""
        if not self._flagged:
            with self._model.disable_adapter():
                yield
            return
        for layer in self._layers:
            layer._disable_adapters = True
        try:
            yield
        finally:
            for layer in self._layers:
                layer._disable_adapters = False


def virtual_tokens(model: Any) -> int:
    """Return how many places in front of a text the active adapter of ``model`` takes for itself."""
    config: Any = getattr(model, "active_peft_config", None)
    return int(config.num_virtual_tokens) if getattr(config, "is_prompt_learning", False) else 0
