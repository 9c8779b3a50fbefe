"""Elastic weight consolidation: weights that mattered for the old rows are pulled back hardest.

Kirkpatrick et al. 2017, Overcoming catastrophic forgetting in neural networks, equation 3. What matters is told by the
diagonal of the empirical Fisher information: the mean over rows of the squared gradient of a row's log-likelihood. It
is divided by its own mean, so that a strength means the same for every model and for L2; without that the numbers are
so small that strengths in the millions are needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop.engine.continual.base import Guard, Strength
from desktop.engine.continual.penalty import pulled
from desktop.engine.data.mixing.split import scrambled

if TYPE_CHECKING:
    import torch
    from datasets import Dataset


class Ewc(Guard):
    """Pulls weights back by how much the old rows depend on them."""

    id = "ewc"
    title = "Elastic weight consolidation"
    summary = "Weights that mattered for the old rows are pulled back towards where they started, others hardly."
    paper = "Kirkpatrick et al. 2017, Overcoming catastrophic forgetting in neural networks, equation 3"
    order = 30
    copies = 4  # start and importance, how far each number is from the start, and its square
    learns_old = True

    def guarded(self, trainer: Any, old: Dataset | None, strength: Strength) -> Any:
        """Return ``trainer`` with the penalty in its loss; the Fisher information is found before its first step."""
        assert old is not None
        rows = chosen(len(old), strength.fisher_rows, strength.seed)

        def measure(of: Any) -> dict[str, torch.Tensor]:
            return normalised(fisher(of, old, rows))

        return pulled(trainer, strength.penalty, measure)


def chosen(rows: int, count: int, seed: int) -> list[int]:
    """Return the places of up to ``count`` of ``rows``, rising, the same for the same ``seed``."""
    import numpy as np

    return sorted(np.argsort(scrambled(rows, seed), kind="stable")[:count].tolist())


def fisher(trainer: Any, old: Dataset, rows: list[int]) -> dict[str, torch.Tensor]:
    """Return name -> diagonal of the empirical Fisher information of every tensor that learns, in float32.

    One row is one observation: its log-likelihood is the sum over the tokens that are learned. The model is measured as
    it answers, without dropout, and neither its gradients nor chance are other afterwards.

    Args:
        trainer: whose ``compute_loss`` divides a sum by ``num_items_in_batch``.
        old: tokenised rows.
        rows: the places of those that are looked at, at least one.
    """
    import torch

    from desktop.engine.train.undisturbed import undisturbed

    model = trainer.model
    learning = {name: tensor for name, tensor in model.named_parameters() if tensor.requires_grad}
    total = {name: torch.zeros_like(tensor, dtype=torch.float32) for name, tensor in learning.items()}
    was_training = model.training
    model.eval()
    try:
        with undisturbed():
            for row in rows:
                inputs = trainer._prepare_inputs(trainer.data_collator([old[row]]))
                with trainer.compute_loss_context_manager():
                    summed = trainer.compute_loss(
                        model, inputs, num_items_in_batch=torch.tensor(1, device=model.device)
                    )
                found = torch.autograd.grad(summed, list(learning.values()), allow_unused=True)
                for name, gradient in zip(learning, found, strict=True):
                    if gradient is not None:
                        total[name] += gradient.float().square()
    finally:
        model.train(was_training)
    return {name: tensor / len(rows) for name, tensor in total.items()}


def normalised(found: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return ``found`` divided by the mean over all its numbers; all zeros stay so."""
    numbers = sum(tensor.numel() for tensor in found.values())
    mean = sum(float(tensor.double().sum()) for tensor in found.values()) / max(1, numbers)
    return {name: tensor / mean for name, tensor in found.items()} if mean > 0 else found
