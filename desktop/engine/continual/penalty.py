"""A pull of every weight towards where it started, in the loss of any trainer; it knows not where weights matter.

Penalty: strength / 2 * sum_i importance_i * (w_i - start_i)^2. With an importance of one it is L2-SP (Li et al. 2018,
Explicit Inductive Bias for Transfer Learning, equation 1); with the Fisher information it is elastic weight
consolidation (Kirkpatrick et al. 2017, Overcoming catastrophic forgetting in neural networks, equation 3).

Only tensors that learn have a start: all of the model's under full fine-tuning, and those of the adapter else, whose
start is the adapter as it was made, so that the pull is towards the model without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    Tensors = Mapping[str, torch.Tensor]
    Measured = Callable[[Any], Tensors | None]


def penalty(model: Any, start: Tensors, importance: Tensors | None, strength: float) -> torch.Tensor:
    """Return the penalty of ``model`` as it is now, a scalar in float32, with a gradient to every tensor that learns.

    Args:
        model: whose tensors are looked at.
        start: name -> tensor as it was at the start, of every tensor that is pulled.
        importance: name -> how much each number matters, of the same shapes; all alike where it is ``None``.
        strength: 0 or more.
    """
    import torch

    total: Any = 0.0
    for name, tensor in model.named_parameters():
        if tensor.requires_grad and name in start:
            moved = (tensor.float() - start[name].to(tensor.device).float()).square()
            if importance is not None:
                moved = moved * importance[name].to(tensor.device)
            total = total + moved.sum()
    return torch.as_tensor(0.5 * strength * total, dtype=torch.float32)


class Pulled:
    """Goes before a trainer class in the order of inheritance: adds the penalty to its loss, once an optimizer step.

    Attributes:
        strength: of the penalty.
        measure: finds the importance of each number, once, before the first step.
        start: name -> tensor at step 0.
        importance: name -> importance; ``None`` where all matter alike or none was measured yet.
    """

    strength: float
    measure: Measured
    start: dict[str, torch.Tensor]
    importance: dict[str, torch.Tensor] | None
    _measured: bool
    _pull: float

    def training_step(self, model: Any, inputs: dict[str, Any], *rest: Any, **named: Any) -> torch.Tensor:
        """Measure what matters before the first step of a run that is not resumed."""
        if not self._measured:
            found = self.measure(self)
            self.importance = dict(found) if found is not None else None
            self._measured = True
        loss: torch.Tensor = super().training_step(model, inputs, *rest, **named)  # type: ignore[misc]
        return loss

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Return the loss, with the penalty on the last batch of each step; held-out rows are measured without it."""
        found: Any = super().compute_loss(  # type: ignore[misc]
            model, inputs, return_outputs=return_outputs, num_items_in_batch=num_items_in_batch
        )
        trainer: Any = self
        if not model.training or not self._measured or not trainer.accelerator.sync_gradients:
            return found
        pull = penalty(trainer.model, self.start, self.importance, self.strength)
        self._pull = float(pull.detach())
        loss, outputs = found if return_outputs else (found, None)
        loss = loss + pull.to(loss.device) * self._divided(num_items_in_batch)
        return (loss, outputs) if return_outputs else loss

    def log(self, logs: dict[str, float], *rest: Any, **named: Any) -> None:
        """Tell of the penalty beside the loss it is part of."""
        if "loss" in logs:
            logs["penalty"] = self._pull
        super().log(logs, *rest, **named)  # type: ignore[misc]

    def carried(self) -> dict[str, Any]:
        """Return the start and what was measured: a resumed run must be pulled to the same place."""
        return {
            "start": dict(self.start),
            "importance": dict(self.importance or {}),
            "weighted": self.importance is not None,
            "measured": self._measured,
        }

    def carry_on(self, values: dict[str, Any]) -> None:
        """Put back what ``carried`` returned, on the device the model is on."""
        self._measured = bool(values["measured"])
        self.start = _beside(self.start, values["start"])
        self.importance = _beside(self.start, values["importance"]) if values["weighted"] else None

    def _divided(self, items: Any) -> int:
        """Return by what the library divides this loss after it was computed, because of accumulated batches."""
        trainer: Any = self
        scaled = trainer.loss_is_scaled_for_ga
        if scaled is None:
            scaled = (trainer.model_accepts_loss_kwargs and items is not None) or trainer.compute_loss_func is not None
        return 1 if scaled else int(trainer.current_gradient_accumulation_steps)


def pulled(trainer: Any, strength: float, measure: Measured) -> Any:
    """Return ``trainer`` with the penalty in its loss; where its weights are now is where they are pulled to."""
    made: Any = trainer
    made.__class__ = type(f"Pulled{type(trainer).__name__}", (Pulled, type(trainer)), {})
    made.strength, made.measure = strength, measure
    made.start = {
        name: tensor.detach().clone() for name, tensor in trainer.model.named_parameters() if tensor.requires_grad
    }
    made.importance, made._measured, made._pull = None, False, 0.0
    return made


def _beside(now: Tensors, saved: Tensors) -> dict[str, torch.Tensor]:
    return {name: tensor.to(now[name].device) if name in now else tensor for name, tensor in saved.items()}
