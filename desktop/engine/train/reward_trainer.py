"""Trains a reward model on pairs by the Bradley-Terry loss, and measures it; it knows no rows but tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid
from transformers import Trainer, TrainingArguments

if TYPE_CHECKING:
    from desktop.engine.objectives.base import TrainSetup


def pair_losses(chosen: Tensor, rejected: Tensor, centering: float = 0.0) -> Tensor:
    """Return the loss of each pair, shape (pairs,).

    The negative log-likelihood of the better answer winning, ``-log sigmoid(r_chosen - r_rejected)`` (Ouyang et al.
    2022, section 3.5, equation 1), and ``centering`` times the square of the sum of both rewards, which settles the
    zero the first term leaves open (Eisenstein et al. 2023, Helping or Herding?, section 2).

    Args:
        chosen: rewards of the better answers, shape (pairs,).
        rejected: rewards of the worse ones, shape (pairs,).
        centering: weight of the second term.
    """
    return -logsigmoid(chosen - rejected) + centering * (chosen + rejected) ** 2


@dataclass(frozen=True)
class Rated:
    """The rewards of both answers of some pairs, in order, each of shape (pairs,)."""

    chosen: Tensor
    rejected: Tensor

    @property
    def margins(self) -> Tensor:
        """Return by how much the better answer is ahead, shape (pairs,)."""
        return self.chosen - self.rejected

    def figures(self) -> dict[str, float]:
        """Return the loss without centring, the share of pairs told apart rightly, and means; a draw is no win."""
        return {
            "loss": float(pair_losses(self.chosen, self.rejected).mean()),
            "pair_accuracy": float((self.margins > 0).float().mean()),
            "margin": float(self.margins.mean()),
            "reward_chosen": float(self.chosen.mean()),
            "reward_rejected": float(self.rejected.mean()),
        }

    def spread(self) -> dict[str, float]:
        """Return mean, standard deviation and ends of all rewards."""
        every = torch.cat([self.chosen, self.rejected])
        return {
            "mean": float(every.mean()),
            "deviation": float(every.std(unbiased=False)),
            "lowest": float(every.min()),
            "highest": float(every.max()),
        }


class RewardTrainer(Trainer):
    """The library's trainer with the loss above, and the figures of each step among what it logs."""

    centering = 0.0

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Return the loss summed over the pairs of the batch, divided by those of the whole step."""
        outputs = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
        chosen, rejected = outputs.logits[:, 0].float().chunk(2)
        each = pair_losses(chosen, rejected, self.centering)
        if model.training:
            self._seen.append(Rated(chosen.detach(), rejected.detach()))
        loss = each.sum() / (len(each) if num_items_in_batch is None else num_items_in_batch)
        return (loss, outputs) if return_outputs else loss

    def log(self, logs: dict[str, float], *rest: Any, **named: Any) -> None:
        """Add accuracy and margin of the pairs since the last time."""
        if self._seen and "loss" in logs:
            whole = _together(self._seen).figures()
            logs |= {name: whole[name] for name in ("pair_accuracy", "margin", "reward_chosen", "reward_rejected")}
        self._seen.clear()
        super().log(logs, *rest, **named)

    def held_out(self) -> Rated:
        """Return the rewards of the held-out pairs, in order."""
        model: Any = self.model
        was_training = model.training
        model.eval()
        found = []
        try:
            with torch.no_grad(), self.compute_loss_context_manager():
                for batch in self.get_eval_dataloader():
                    _, outputs = self.compute_loss(model, self._prepare_inputs(batch), return_outputs=True)
                    found.append(Rated(*outputs.logits[:, 0].float().cpu().chunk(2)))
        finally:
            model.train(was_training)
        return _together(found)

    @property
    def _seen(self) -> list[Rated]:
        seen: list[Rated] = self.__dict__.setdefault("_seen_pairs", [])
        return seen


def reward_trainer(setup: TrainSetup) -> RewardTrainer:
    """Return the trainer for what is set up."""
    from desktop.engine.objectives.reward import PairsInBatches

    # A generator finds the end of each row by this.
    setup.model.config.pad_token_id = setup.tokenizer.pad_token_id
    trainer: Any = RewardTrainer(
        model=setup.model,
        args=TrainingArguments(**setup.arguments),
        train_dataset=setup.data.train,
        eval_dataset=setup.data.validation,
        processing_class=setup.tokenizer,
        data_collator=PairsInBatches(setup.tokenizer),
    )
    trainer.centering = setup.options.centering
    # The library reads off a model's signature whether it divides by the pairs of a step; here the trainer does.
    trainer.model_accepts_loss_kwargs = True
    return trainer  # type: ignore[no-any-return]


def _together(parts: list[Rated]) -> Rated:
    return Rated(torch.cat([part.chosen for part in parts]), torch.cat([part.rejected for part in parts]))
