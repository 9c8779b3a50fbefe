"""Every tensor a model consists of, bit for bit: parameters, buffers and what quantised layers keep beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch


def tensors_of(model: Any) -> dict[str, torch.Tensor]:
    """Return a copy of each tensor by its full name."""
    found = {name: p.detach().clone() for name, p in model.named_parameters()}
    found |= {name: buffer.detach().clone() for name, buffer in model.named_buffers() if buffer is not None}
    for name, module in model.named_modules():
        found |= {f"{name}.{part}": tensor.detach().clone() for part, tensor in _packed(module)}
    return found


def trained_names(model: Any) -> set[str]:
    """Return the names of what requires a gradient."""
    return {name for name, p in model.named_parameters() if p.requires_grad}


def changed(before: dict[str, torch.Tensor], after: dict[str, torch.Tensor]) -> set[str]:
    """Return the names of the tensors that are no longer the same bits."""
    assert before.keys() == after.keys()
    return {name for name, tensor in before.items() if not same_bits(tensor, after[name])}


def same_bits(one: torch.Tensor, two: torch.Tensor) -> bool:
    """Compare shape, type and bytes: unlike ``torch.equal`` it takes a NaN for itself and tells -0 from 0."""
    if one.shape != two.shape or one.dtype != two.dtype:
        return False
    return torch.equal(_bytes(one), _bytes(two))


def _bytes(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8)


def _packed(module: Any) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield the scales of a quantised layer, wherever the library keeps them at the moment."""
    weight = module._parameters.get("weight")  # a layer around another one only passes its weight on
    if weight is None:
        return
    state = getattr(weight, "quant_state", None)
    if state is not None:
        yield from ((f"scales.{key}", value) for key, value in _state(state))
    scales = getattr(weight, "SCB", None)
    if scales is None:
        scales = getattr(getattr(module, "state", None), "SCB", None)
    if scales is not None:
        yield "SCB", scales


def _state(state: Any) -> Iterator[tuple[str, torch.Tensor]]:
    for key in ("absmax", "code", "offset"):
        if isinstance(value := getattr(state, key, None), torch.Tensor):
            yield key, value
    if getattr(state, "state2", None) is not None:
        yield from ((f"again.{key}", value) for key, value in _state(state.state2))
