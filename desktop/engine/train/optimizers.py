"""Muon for matrices with AdamW for the rest, in one optimizer whose state can be saved; it knows no trainer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch

_COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the quintic iteration, chosen by its authors for a steep start
_ITERATIONS = 5


class Muon(torch.optim.Optimizer):
    """Orthogonalised momentum (Jordan 2024); parameter groups with ``orthogonal=False`` get AdamW.

    The update of a matrix is scaled so that its size matches AdamW's (Liu et al. 2025, section 2.2), so both kinds
    share one learning rate.
    """

    def __init__(self, groups: Iterable[dict[str, Any]], lr: float) -> None:
        """Take parameter groups, each with ``orthogonal``."""
        defaults = {
            "lr": lr, "weight_decay": 0.0, "orthogonal": False, "momentum": 0.95, "betas": (0.9, 0.95), "eps": 1e-8,
        }  # fmt: skip
        super().__init__(groups, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Move every parameter that has a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                update = self._muon(parameter, group) if group["orthogonal"] else self._adam(parameter, group)
                parameter.add_(update.to(parameter.dtype), alpha=-group["lr"])
        return loss

    def _muon(self, parameter: torch.Tensor, group: dict[str, Any]) -> torch.Tensor:
        state = self.state[parameter]
        if not state:
            state["momentum"] = torch.zeros_like(parameter)
        momentum: torch.Tensor = state["momentum"]
        momentum.lerp_(parameter.grad, 1 - group["momentum"])  # type: ignore[arg-type]
        ahead = parameter.grad.lerp(momentum, group["momentum"])  # type: ignore[union-attr]
        return orthogonalised(ahead) * float(0.2 * max(parameter.shape) ** 0.5)

    def _adam(self, parameter: torch.Tensor, group: dict[str, Any]) -> torch.Tensor:
        state = self.state[parameter]
        if not state:
            state["step"] = torch.tensor(0.0)
            state["exp_avg"] = torch.zeros_like(parameter)
            state["exp_avg_sq"] = torch.zeros_like(parameter)
        state["step"] += 1
        first, second = group["betas"]
        state["exp_avg"].lerp_(parameter.grad, 1 - first)
        state["exp_avg_sq"].mul_(second).addcmul_(parameter.grad, parameter.grad, value=1 - second)
        step = float(state["step"])
        root = (state["exp_avg_sq"] / (1 - second**step)).sqrt_().add_(group["eps"])
        return state["exp_avg"] / (1 - first**step) / root  # type: ignore[no-any-return]


def orthogonalised(matrix: torch.Tensor) -> torch.Tensor:
    """Return the nearest matrix with singular values near 1, by Newton-Schulz iteration."""
    a, b, c = _COEFFICIENTS
    wide = matrix.shape[0] <= matrix.shape[1]
    x = (matrix if wide else matrix.T).float()
    x = x / (x.norm() + 1e-7)
    for _ in range(_ITERATIONS):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x if wide else x.T  # type: ignore[no-any-return]
