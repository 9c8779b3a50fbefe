"""Loss and perplexity over the held-out rows, every token counted once; it knows no objective in particular."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import Trainer


def held_out(trainer: Trainer, first: int = 1) -> dict[str, float]:
    """Return ``loss``, ``perplexity`` and ``tokens`` of the model as it is now.

    The library's own evaluation averages the means of batches, so a batch of short answers weighs as much as one of
    long ones and the figure moves with the batch size; this is the mean over tokens.

    Args:
        trainer: whose ``compute_loss`` divides a sum by ``num_items_in_batch``.
        first: the first label that is compared with anything: 1 where each position predicts the next, else 0.
    """
    import torch

    model: Any = trainer.model
    was_training = model.training
    model.eval()
    total, tokens = 0.0, 0
    try:
        with torch.no_grad(), trainer.compute_loss_context_manager():
            for batch in trainer.get_eval_dataloader():
                inputs = trainer._prepare_inputs(batch)
                count = int((inputs["labels"][:, first:] != -100).sum())
                # Divided by one item, the loss of a batch is its sum.
                summed: Any = trainer.compute_loss(
                    model, inputs, num_items_in_batch=torch.tensor(1, device=model.device)
                )
                total += float(summed)
                tokens += count
    finally:
        model.train(was_training)
    loss = total / max(1, tokens)
    return {"loss": loss, "perplexity": math.exp(min(loss, 700.0)), "tokens": float(tokens)}
