"""Trainers that learn from what a model thinks of whole answers, two to a question or one; they know no loss.

Ours rather than the library's, because these take rows that are tokenised already, divide by the rows of a whole step
(a batch of 1 accumulated 8 times is a batch of 8) and hold no second model: what the start thought is computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from transformers import Trainer, TrainingArguments

from desktop.engine.train.preference_losses import Figures, Judged, PairLikelihoods, ThumbLikelihoods, added, means

if TYPE_CHECKING:
    from datasets import Dataset

    from desktop.engine.objectives.base import TrainSetup

Likelihoods: TypeAlias = PairLikelihoods | ThumbLikelihoods
_IGNORED = -100
_START = "reference_"


class AnswerTrainer(Trainer):
    """What both kinds share; a subclass says which columns a row has and what is to be known of them."""

    sides: tuple[str, ...]
    """The columns of answers in a batch, in this order, each following ``prompt_ids``."""

    def __init__(self, setup: TrainSetup, judge: Callable[[Any], Judged], *, reference: bool) -> None:
        """Make it for ``setup``; ``judge`` is the loss, ``reference`` whether it asks what the start thought."""
        self._pad = int(setup.tokenizer.pad_token_id)
        self._judge = judge
        self._step_figures: Figures = {}
        super().__init__(
            model=setup.model,
            args=TrainingArguments(**setup.arguments),
            train_dataset=setup.data.train,
            eval_dataset=setup.data.validation,
            processing_class=setup.tokenizer,
            data_collator=self._batch,
        )
        self.model_accepts_loss_kwargs = True  # the loss is divided by the rows of the step, here
        if reference:
            self.train_dataset = self._with_reference(setup.data.train)
            self.eval_dataset = self._with_reference(setup.data.validation)

    def likelihoods(self, model: Any, inputs: dict[str, Any]) -> Likelihoods:
        """Return what ``model`` thinks of the answers of a batch."""
        raise NotImplementedError

    def held_out(self) -> dict[str, float]:
        """Return ``loss`` and the figures beside it over all held-out rows, each row counted once."""
        model: Any = self.model
        was_training = model.training
        model.eval()
        try:
            with torch.no_grad(), self.compute_loss_context_manager():
                found = [self.likelihoods(model, self._prepare_inputs(batch)) for batch in self.get_eval_dataloader()]
        finally:
            model.train(was_training)
        if not found:
            return {"loss": 0.0}
        whole = type(found[0])(*(torch.cat(parts) for parts in zip(*found, strict=True)))
        judged = self._judge(whole)
        return {"loss": float(judged.losses.mean()), **means(judged.figures)}

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Return the summed losses of a batch, divided by the rows of the whole step."""
        judged = self._judge(self.likelihoods(model, inputs))
        self._step_figures = added(self._step_figures, judged.figures)
        rows = len(judged.losses) if num_items_in_batch is None else num_items_in_batch
        loss = judged.losses.sum() / rows
        return (loss, {}) if return_outputs else loss

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Add the step's figures under the names the held-out ones have."""
        if "loss" in logs:
            logs.update(means(self._step_figures))
            self._step_figures = {}
        super().log(logs, start_time)

    def get_batch_samples(self, epoch_iterator: Iterator[Any], num_batches: int, device: torch.device) -> Any:
        """Return the batches of a step and how many rows they have together."""
        batches, _ = super().get_batch_samples(epoch_iterator, num_batches, device)
        return batches, sum(self._rows(batch) for batch in batches) or None

    def sums(self, model: Any, inputs: dict[str, Any]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the log-likelihood of each answer and its tokens, shapes (sequences,)."""
        labels = inputs["labels"][:, 1:]
        asked = {name: inputs[name] for name in ("input_ids", "attention_mask", "task_ids") if name in inputs}
        # Soft prompts stand in front of the tokens, and the model tells of them, too.
        logits = model(**asked).logits[:, -inputs["input_ids"].shape[1] :][:, :-1]
        counted = labels != _IGNORED
        logs = logits[counted].float().log_softmax(-1).gather(1, labels[counted][:, None])[:, 0]
        told = torch.zeros(labels.shape, device=logs.device, dtype=logs.dtype).masked_scatter(counted, logs)
        return told.sum(1), counted.sum(1)

    def padded(self, rows: Sequence[dict[str, Any]], sides: Sequence[str]) -> dict[str, torch.Tensor]:
        """Return the sequences of ``rows``, all of the first side before those of the next, padded on the right."""
        sequences: list[tuple[list[int], list[int]]] = [
            (row["prompt_ids"], row[side]) for side in sides for row in rows
        ]
        longest = max(len(prompt) + len(answer) for prompt, answer in sequences)
        rests = [longest - len(prompt) - len(answer) for prompt, answer in sequences]
        ids = [[*prompt, *answer] + [self._pad] * rest for (prompt, answer), rest in zip(sequences, rests, strict=True)]
        labels = [
            [_IGNORED] * len(prompt) + [*answer] + [_IGNORED] * rest
            for (prompt, answer), rest in zip(sequences, rests, strict=True)
        ]
        mask = [[1] * (longest - rest) + [0] * rest for rest in rests]
        made = {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask), "labels": torch.tensor(labels)}
        if rows and "task_ids" in rows[0]:
            made["task_ids"] = torch.tensor([row["task_ids"] for _ in sides for row in rows])
        return made

    def _batch(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        made: dict[str, Any] = self.padded(rows, self.sides)
        names = [name for name in rows[0] if name.startswith(_START) or name == "wanted"]
        return made | {name: torch.tensor([float(row[name]) for row in rows]) for name in names}

    def _rows(self, batch: dict[str, Any]) -> int:
        return len(batch["input_ids"]) // len(self.sides)

    def _reference_sides(self) -> tuple[tuple[str, ...], ...]:
        return (self.sides,)

    def _with_reference(self, rows: Dataset) -> Dataset:
        """Return ``rows`` with what the model thinks of each answer now, before the first step."""
        model: Any = self.model
        was_training = model.training
        model.eval()
        size = self.args.per_device_eval_batch_size
        for sides in self._reference_sides():  # read together as in training, so that the start equals itself exactly
            found: dict[str, list[float]] = {side: [] for side in sides}
            with torch.no_grad(), self.compute_loss_context_manager():
                for start in range(0, len(rows), size):
                    taken = rows.select(range(start, min(start + size, len(rows)))).to_list()
                    told, _ = self.sums(model, self._prepare_inputs(self.padded(taken, sides)))
                    for side, part in zip(sides, told.chunk(len(sides)), strict=True):
                        found[side] += part.tolist()
            for side, values in found.items():
                rows = rows.add_column(_START + side.removesuffix("_ids"), values)
        model.train(was_training)
        return rows


class PairTrainer(AnswerTrainer):
    """Learns from rows with ``prompt_ids``, ``chosen_ids`` and ``rejected_ids``."""

    sides = ("chosen_ids", "rejected_ids")

    def likelihoods(self, model: Any, inputs: dict[str, Any]) -> PairLikelihoods:
        """Return what ``model`` thinks of both answers, read in one go."""
        told, tokens = self.sums(model, inputs)
        (chosen, rejected), (chosen_tokens, rejected_tokens) = told.chunk(2), tokens.chunk(2)
        nothing = torch.zeros_like(chosen)
        starts = (inputs.get(f"{_START}{side}", nothing) for side in ("chosen", "rejected"))
        return PairLikelihoods(chosen, rejected, chosen_tokens, rejected_tokens, *starts)


class ThumbTrainer(AnswerTrainer):
    """Learns from rows with ``prompt_ids``, ``answer_ids``, ``wanted``, and in ``other_ids`` an answer to another."""

    sides = ("answer_ids",)
    _drift: torch.Tensor | None = None

    def likelihoods(self, model: Any, inputs: dict[str, Any]) -> ThumbLikelihoods:
        """Return what ``model`` thinks of the answers; how far it drifted is that of the whole step in training."""
        told, tokens = self.sums(model, inputs)
        drift = self._drifted(model, inputs) if self._drift is None else self._drift.expand(len(told))
        return ThumbLikelihoods(told, tokens, inputs[f"{_START}answer"], inputs["wanted"], drift)

    def get_batch_samples(self, epoch_iterator: Iterator[Any], num_batches: int, device: torch.device) -> Any:
        """Look at the batches of a step before it is made: how far the model has drifted is one figure of them all."""
        batches, rows = super().get_batch_samples(epoch_iterator, num_batches, device)
        if batches:
            model: Any = self.model
            model.eval()  # no dropout in an estimate
            self._drift = None
            with torch.no_grad(), self.compute_loss_context_manager():
                found = [self._drifted(model, self._prepare_inputs(batch)) for batch in batches]
            self._drift = torch.cat(found).mean()
            model.train()
        return batches, rows

    def held_out(self) -> dict[str, float]:
        """Return the figures with the drift over all held-out rows."""
        kept, self._drift = self._drift, None
        try:
            return super().held_out()
        finally:
            self._drift = kept

    def _drifted(self, model: Any, inputs: dict[str, Any]) -> torch.Tensor:
        others = {name.removeprefix("other_"): value for name, value in inputs.items() if name.startswith("other_")}
        with torch.no_grad():
            now, _ = self.sums(model, others)
        before: torch.Tensor = inputs[f"{_START}other"]
        return now - before

    def _batch(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        others = {f"other_{name}": value for name, value in self.padded(rows, ("other_ids",)).items()}
        return super()._batch(rows) | others

    def _reference_sides(self) -> tuple[tuple[str, ...], ...]:
        return ("answer_ids",), ("other_ids",)
