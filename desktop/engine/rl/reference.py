"""The model as it was before the first step, to stay near it; it knows no loss."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from desktop.engine.methods.base import Method


class Reference:
    """Turns a model back into what it was for as long as it is asked.

    An adapter is switched off and costs nothing. Otherwise the weights that learn are kept a second time, and no whole
    second model.
    """

    def __init__(self, model: Any, method: Method) -> None:
        """Remember ``model``, which has not learned yet."""
        self._model = model
        self._start: dict[str, torch.Tensor] = {}
        if not method.is_adapter:
            self._start = {
                name: parameter.detach().clone()
                for name, parameter in model.named_parameters()
                if parameter.requires_grad
            }
        self._adapter = method.is_adapter

    def back(self) -> AbstractContextManager[None]:
        """Return a context in which the model is what it was."""
        found: AbstractContextManager[None] = self._model.disable_adapter() if self._adapter else self._swapped()
        return found

    @contextmanager
    def _swapped(self) -> Iterator[None]:
        parameters = {name: p for name, p in self._model.named_parameters() if name in self._start}
        now = {name: parameter.data for name, parameter in parameters.items()}
        try:
            for name, parameter in parameters.items():
                parameter.data = self._start[name]
            yield
        finally:
            for name, parameter in parameters.items():
                parameter.data = now[name]
