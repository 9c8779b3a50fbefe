"""The part of a model that foretells how an answer will be rewarded; it learns beside the model and is not kept."""

from __future__ import annotations

from typing import Any

import torch

NAME = "value_head"


class ValueHead(torch.nn.Module):
    """Two layers over the last hidden states, in fp32.

    It reads the states without changing them: what it learns does not pull at the model, which would cost a small one
    its words.
    """

    def __init__(self, width: int) -> None:
        """Start by expecting nothing of any answer."""
        super().__init__()
        self.inner = torch.nn.Linear(width, width)
        self.outer = torch.nn.Linear(width, 1)
        torch.nn.init.zeros_(self.outer.weight)
        torch.nn.init.zeros_(self.outer.bias)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return one number for each place of ``hidden``, (rows, places, width) to (rows, places)."""
        inner = torch.nn.functional.silu(self.inner(hidden.detach().float()))
        found: torch.Tensor = self.outer(inner)[..., 0]
        return found


def attach(model: Any) -> None:
    """Put a value head on ``model``, drawn from torch's own generator."""
    model.add_module(NAME, ValueHead(int(model.config.hidden_size)).to(model.device))


def detach(model: Any) -> None:
    """Take it off again, where there is one."""
    if hasattr(model, NAME):
        delattr(model, NAME)


class Seeing:
    """Calls a model and keeps its last hidden states.

    Attributes:
        hidden: of the last call, (rows, places, width).
    """

    hidden: torch.Tensor

    def __init__(self, model: Any) -> None:
        """Call ``model``."""
        self._model = model

    def __call__(self, **inputs: Any) -> Any:
        """Return what the model returns."""
        found = self._model(**inputs, output_hidden_states=True)
        self.hidden = found.hidden_states[-1]
        return found
