"""Trainer of group relative policy optimisation: the model answers, is rewarded, and learns from its own answers.

Ours rather than the library's, because this one takes prompts that the one renderer made, divides by the answers of a
whole step (a batch of 1 accumulated 8 times is a batch of 8), keeps the groups of a question whole whatever the batch,
and resumes bit for bit, also between two steps over the same answers. It knows no rule in particular.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import torch
from transformers import Trainer, TrainingArguments

from desktop.engine.rewards.base import Attempt
from desktop.engine.rewards.rules import Rewards, Rules
from desktop.engine.rl.grpo_loss import Whole, advantages, summed, token_loss
from desktop.engine.rl.reference import Reference
from desktop.engine.rl.rollout import Rollout, answering, log_likelihoods, sampled, seeded

if TYPE_CHECKING:
    from desktop.engine.objectives.base import TrainSetup

_TENSORS = ("input_ids", "attention_mask", "answered", "advantage", "reference", "old")
_HELD_OUT_ANSWERS = 4
_STEPS_APART = 1_000_003  # of the seeds of two runs: no step of one answers by the chance of a step of the other
_SEED = 20240205
"""Of held-out answers: the same chance before and after, so that a difference is the model's."""


class GrpoTrainer(Trainer):
    """Learns from rows with ``prompt_ids`` and, in words, ``prompt`` and ``reference``."""

    def __init__(self, setup: TrainSetup, rules: Rules) -> None:
        """Make it for ``setup``; ``rules`` reward the answers."""
        self._options = setup.options
        self._rules = rules
        self._sums: dict[str, float] = {}
        self._held: list[dict[str, Any]] = []
        self._held_whole = Whole(0, 0, 0)
        self._passes_left = 0
        self._place = 0
        super().__init__(
            model=setup.model,
            args=TrainingArguments(**setup.arguments),
            train_dataset=setup.data.train,
            eval_dataset=setup.data.validation,
            processing_class=setup.tokenizer,
            data_collator=_as_they_are,
        )
        self.model_accepts_loss_kwargs = True  # the loss is divided by the answers of the step, here
        self._reference = Reference(setup.model, setup.method) if self._options.beta else None

    def get_batch_samples(self, epoch_iterator: Iterator[Any], num_batches: int, device: torch.device) -> Any:
        """Return the batches of a step, answered and rewarded; with answers left from the step before, those."""
        batches, _ = super().get_batch_samples(epoch_iterator, num_batches, device)
        self._place = 0
        if self._passes_left and len(self._held) == len(batches):
            self._passes_left -= 1
        elif batches:
            # A seed of its own for each step: the library puts the random numbers of a checkpoint back only after this.
            with seeded(self.args.seed * _STEPS_APART + self.state.global_step):
                self._held = [self._answered(batch["rows"]) for batch in batches]
            tokens = sum(int(batch["answered"].sum()) for batch in self._held)
            answers = sum(len(batch["answered"]) for batch in self._held)
            self._held_whole = Whole(answers, tokens, self._options.answer_tokens)
            self._passes_left = self._options.passes - 1
        return self._held if batches else batches, self._held_whole.answers or None

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Return these answers' share of the loss of the whole step."""
        rollout = Rollout(inputs["input_ids"], inputs["attention_mask"], inputs["answered"], inputs["input_ids"], [])
        logs, entropy = log_likelihoods(model, rollout, self._options.temperature)
        held = self._held[self._place]
        self._place += 1
        if "old" not in held:  # nothing was learned since they were sampled
            held["old"] = logs.detach()
        answered = rollout.answered[:, 1:]
        found = token_loss(
            logs, held["old"], inputs.get("reference"), inputs["advantage"], answered,
            clip=self._options.clip, beta=self._options.beta,
        )  # fmt: skip
        self._add({"tokens": float(answered.sum()), "entropy": float(entropy.sum()),
                   "clip_fraction": float(found.clipped.sum()), "kl": float(found.kl.sum())})  # fmt: skip
        loss = summed(found.loss, answered, self._options.loss, self._held_whole)
        return (loss, {}) if return_outputs else loss

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Add the step's figures: of the answers that were learned from, and of how the model changes."""
        if "loss" in logs:
            logs.update(self._step_figures())
        super().log(logs, start_time)

    def held_out(self) -> dict[str, float]:
        """Return what sampled answers to the held-out questions are given, each question answered alike often.

        The chance is the same each time, and the training's own is not touched.
        """
        rows: Any = self.eval_dataset
        rewards: list[Rewards] = []
        lengths: list[int] = []
        ended: list[bool] = []
        size = max(1, self.args.per_device_eval_batch_size * self._options.generations // _HELD_OUT_ANSWERS)
        with seeded(_SEED), self.compute_loss_context_manager():
            for start in range(0, len(rows), size):
                taken = rows.select(range(start, min(start + size, len(rows)))).to_list()
                rollout, found = self._rewarded(taken, _HELD_OUT_ANSWERS)
                rewards.append(found)
                lengths += rollout.lengths.tolist()
                ended += rollout.ended.tolist()
        return {"loss": -_mean(reward for found in rewards for reward in found.total)} | _told(rewards, lengths, ended)

    def carried(self) -> dict[str, Any]:
        """Return answers that more steps will learn from."""
        if not self._passes_left:
            return {}
        batches = {
            str(place): {k: v for k, v in batch.items() if k in _TENSORS} for place, batch in enumerate(self._held)
        }
        return {"passes_left": self._passes_left, "whole": list(self._held_whole), "batches": batches}

    def carry_on(self, values: dict[str, Any]) -> None:
        """Put back what ``carried`` returned."""
        self._passes_left = int(values.get("passes_left", 0))
        if self._passes_left:
            self._held_whole = Whole(*values["whole"])
            self._held = [values["batches"][str(place)] for place in range(len(values["batches"]))]

    def _answered(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Return the answers to a batch of questions, with how much better each is than the others to its question."""
        each = self._options.generations
        with self.compute_loss_context_manager():
            rollout, found = self._rewarded(rows, each)
            made: dict[str, Any] = rollout._asdict()
            if self._reference is not None:
                with answering(self.model), self._reference.back():
                    made["reference"], _ = log_likelihoods(self.model, rollout, self._options.temperature)
        rewards = torch.tensor(found.total, dtype=torch.float32).view(-1, each)
        scaled = self._options.loss != "dr_grpo"
        made["advantage"] = advantages(rewards, scaled=scaled).flatten().to(rollout.input_ids.device)
        self._note(rollout, found, rewards)
        return {name: made[name] for name in _TENSORS if name in made}

    def _rewarded(self, rows: Sequence[dict[str, Any]], each: int) -> tuple[Rollout, Rewards]:
        tokenizer: Any = self.processing_class
        rollout = sampled(
            self.model, [row["prompt_ids"] for row in rows], tokenizer,
            most=min(row["room"] for row in rows), temperature=self._options.temperature, each=each,
        )  # fmt: skip
        asked = [(json.loads(row["prompt"]), row["reference"]) for row in rows for _ in range(each)]
        attempts = [
            Attempt(prompt, text, reference, ended)
            for (prompt, reference), text, ended in zip(asked, rollout.texts, rollout.ended.tolist(), strict=True)
        ]
        return rollout, self._rules(attempts)

    def _note(self, rollout: Rollout, found: Rewards, rewards: torch.Tensor) -> None:
        answers = len(found.total)
        self._add({"answers": answers, "reward": sum(found.total), "reward_squares": sum(r * r for r in found.total),
                   "length": float(rollout.lengths.sum()), "ended": float(rollout.ended.sum()),
                   "alike": float((rewards.std(1) < 1e-6).sum()), "groups": len(rewards)})  # fmt: skip
        for name, given in found.by_rule.items():
            self._add({f"reward_{name}": sum(given), f"squares_{name}": sum(r * r for r in given)})

    def _step_figures(self) -> dict[str, float]:
        sums, self._sums = self._sums, {}
        tokens, answers = sums.pop("tokens", 0.0), sums.pop("answers", 0.0)
        found: dict[str, float] = {
            name: sums[name] / max(1.0, tokens) for name in ("entropy", "clip_fraction", "kl") if name in sums
        }
        if not answers:  # learned once more from the answers of the step before
            return found
        found["groups_alike"] = sums["alike"] / max(1.0, sums["groups"])
        for name in ("length", "ended"):
            found[name] = sums[name] / answers
        for name in [name for name in sums if name.startswith("reward") and name != "reward_squares"]:
            found[name] = sums[name] / answers
            squares = (
                sums["reward_squares" if name == "reward" else f"squares_{name.removeprefix('reward_')}"] / answers
            )
            found[f"{name}_deviation"] = math.sqrt(max(0.0, squares - found[name] ** 2))
        return found

    def _add(self, figures: dict[str, float]) -> None:
        for name, value in figures.items():
            self._sums[name] = self._sums.get(name, 0.0) + value


def _as_they_are(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"rows": rows}


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / max(1, len(found))


def _told(rewards: Sequence[Rewards], lengths: Sequence[int], ended: Sequence[bool]) -> dict[str, float]:
    figures = {"reward": _mean(reward for found in rewards for reward in found.total)}
    for name in rewards[0].by_rule if rewards else ():
        figures[f"reward_{name}"] = _mean(reward for found in rewards for reward in found.by_rule[name])
    return figures | {"length": _mean(map(float, lengths)), "ended": _mean(map(float, ended))}
