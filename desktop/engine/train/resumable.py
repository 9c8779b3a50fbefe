"""Gives any trainer of the library our checkpoints, our watch over its numbers and our learning rates per parameter.

The library offers hooks for each of these places; nothing of its loop is replaced. It knows no objective in particular.
"""

from __future__ import annotations

import math
import traceback
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from desktop.engine.train import state
from desktop.engine.train.bad_batch import texts_of
from desktop.engine.train.optimizers import Muon
from desktop.engine.train.watch import NotFiniteError

if TYPE_CHECKING:
    from transformers import Trainer

    from desktop.engine.methods.base import Method


class Resumable:
    """Goes before a trainer class in the order of inheritance.

    Attributes:
        tokens_seen: tokens trained on so far, padding not counted.
        method: what is trained; a checkpoint carries what it needs beyond its tensors.
        rate_factor: parameter name -> by how much its learning rate is multiplied.
        muon: whether matrices are trained by Muon.
    """

    tokens_seen: int
    _random_from: Path | None = None
    _batches: tuple[int, list[dict[str, Any]]] = (-1, [])  # of the step at work, to name their rows if it goes wrong
    method: Method
    rate_factor: Callable[[str], float]
    muon: bool

    def training_step(self, model: Any, inputs: dict[str, Any], *rest: Any, **named: Any) -> torch.Tensor:
        """Count the tokens, and stop before a loss that is no number reaches the weights."""
        mask = inputs.get("attention_mask")
        self._remember(inputs)
        tokens = int(mask.sum()) if mask is not None else next(iter(inputs.values())).numel()
        loss: torch.Tensor = super().training_step(model, inputs, *rest, **named)  # type: ignore[misc]
        if not torch.isfinite(loss).all():
            raise self._not_finite("loss", [inputs])
        self.tokens_seen += tokens
        return loss

    def _get_grad_norm(self, model: Any, grad_norm: Any = None) -> Any:
        found = super()._get_grad_norm(model, grad_norm=grad_norm)  # type: ignore[misc]
        # With fp16 a gradient that overflows is expected now and then: the scaler skips that step itself.
        if found is not None and self.accelerator.scaler is None and not math.isfinite(float(found)):  # type: ignore[attr-defined]
            raise self._not_finite("gradient", self._batches[1])
        return found

    def _remember(self, inputs: dict[str, Any]) -> None:
        step: int = self.state.global_step  # type: ignore[attr-defined]
        if self._batches[0] != step:
            self._batches = (step, [])
        self._batches[1].append(dict(inputs))  # a trainer may take things out of its own

    def _not_finite(self, what: str, batches: list[dict[str, Any]]) -> NotFiniteError:
        """Return the error with what the batches read; where they cannot be read the error counts more."""
        step: int = self.state.global_step + 1  # type: ignore[attr-defined]
        two = bool(getattr(self.model.config, "is_encoder_decoder", False))  # type: ignore[attr-defined]
        try:
            texts = texts_of(batches, self.processing_class, encoder_decoder=two)  # type: ignore[attr-defined]
        except Exception:  # noqa: BLE001  whatever stands in the way of naming rows must not hide what went wrong
            traceback.print_exc()  # into the engine's log
            texts = []
        return NotFiniteError(what, step, texts)

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """Build the optimizer with a group for each learning rate and weight decay that occurs."""
        if self.optimizer is not None:  # type: ignore[has-type]
            return self.optimizer  # type: ignore[no-any-return, has-type]
        trained = self.model if model is None else model  # type: ignore[attr-defined]
        args = self.args  # type: ignore[attr-defined]
        decays = set(self.get_decay_parameter_names(trained))  # type: ignore[attr-defined]
        groups: dict[tuple[float, float, bool], list[torch.nn.Parameter]] = defaultdict(list)
        for name, parameter in trained.named_parameters():
            if parameter.requires_grad:
                decay = args.weight_decay if name in decays else 0.0
                matrix = self.muon and parameter.ndim == 2 and "embed" not in name and "head" not in name
                groups[decay, self.rate_factor(name), matrix].append(parameter)
        settings = [
            {"params": parameters, "weight_decay": decay, "lr": args.learning_rate * factor}
            | ({"orthogonal": matrix} if self.muon else {})
            for (decay, factor, matrix), parameters in groups.items()
        ]
        if self.muon:
            self.optimizer = Muon(settings, lr=args.learning_rate)
        else:
            made, arguments = self.get_optimizer_cls_and_kwargs(args, trained)  # type: ignore[attr-defined]
            self.optimizer = made(settings, **arguments)
        return self.optimizer

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        trained = self.model if model is None else model  # type: ignore[attr-defined]
        state.restore_extra(self.method, trained, Path(resume_from_checkpoint))
        state.restore_weights(trained, Path(resume_from_checkpoint))

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        if checkpoint is not None:
            self._random_from = Path(checkpoint)
            state.restore_optimizer(self, Path(checkpoint))
            state.restore_carried(self, Path(checkpoint))

    def _load_scaler(self, checkpoint: str | None) -> None:
        """Nothing to do: the scaler comes back with the optimizer."""

    def _load_rng_state(self, checkpoint: str | None) -> None:
        self.sync_random()

    def sync_random(self) -> None:
        """Put the random number generators back, once after a resume, when whatever draws next drew in the first run.

        The library does so behind the fetching of a step's rows; a trainer that draws while it fetches asks earlier.
        """
        if self._random_from is not None:
            state.restore_random(self._random_from)
            self._random_from = None


def made_resumable(trainer: Trainer, method: Method, options: Any, *, muon: bool = False) -> Any:
    """Return ``trainer`` with the hooks above in front of its class, so that every objective has them unasked."""
    made: Any = trainer
    made.__class__ = type(f"Resumable{type(trainer).__name__}", (Resumable, type(trainer)), {})
    made.tokens_seen = 0
    made.method = method
    own = getattr(trainer, "own_rate_factor", lambda name: None)  # of parts that are no part of the method

    def factor(name: str) -> float:
        found = own(name)
        return method.rate_factor(name, options) if found is None else float(found)

    made.rate_factor = factor
    made.muon = muon
    return made
