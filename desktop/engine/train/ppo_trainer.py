"""Trainer of proximal policy optimisation: the model answers, a reward model rates, and both it and its guess learn.

The pinned trainer library has none. Answers are sampled for a whole step; several steps learn from the same answers
(``epochs``), and a checkpoint between two of them carries the answers, so a resumed run is the same to the bit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import torch
from transformers import Trainer, TrainingArguments

from desktop.engine.rl.advantages import estimated, token_rewards, whitened
from desktop.engine.rl.kl import KlPenalty
from desktop.engine.rl.ppo_loss import explained, token_loss
from desktop.engine.rl.reference import Reference
from desktop.engine.rl.rollout import Rollout, answering, log_likelihoods, sampled, seeded
from desktop.engine.rl.value_head import NAME, Seeing, attach

if TYPE_CHECKING:
    from desktop.engine.generate.scoring import Scorer
    from desktop.engine.objectives.base import TrainSetup

_TENSORS = ("input_ids", "attention_mask", "answered", "old", "old_values", "advantage", "returns")
_SEED = 20240205
"""Of held-out answers: the same chance before and after, so that a difference is the model's."""


class PpoTrainer(Trainer):
    """Learns from rows with ``prompt_ids``, ``room`` and, in words, ``prompt``.

    Attributes:
        penalty: of leaving the reference.
    """

    def __init__(self, setup: TrainSetup, scorer: Scorer) -> None:
        """Make it for ``setup``; ``scorer`` rates the answers."""
        self._options = setup.options
        self._scorer = scorer
        self._sums: dict[str, float] = {}
        self._held: list[dict[str, torch.Tensor]] = []
        self._tokens = 0
        self._epochs_left = 0
        self.penalty = KlPenalty(self._options.kl, self._options.target_kl)
        attach(setup.model)
        super().__init__(
            model=setup.model,
            args=TrainingArguments(**setup.arguments),
            train_dataset=setup.data.train,
            eval_dataset=setup.data.validation,
            processing_class=setup.tokenizer,
            data_collator=_as_they_are,
        )
        self.model_accepts_loss_kwargs = True  # the loss is divided by the tokens of the step, here
        self._reference = Reference(setup.model, setup.method)

    def sync_random(self) -> None:
        """Put the random numbers of a resumed run in place before answers are drawn; nothing to do in any other."""

    def own_rate_factor(self, parameter_name: str) -> float | None:
        """Return by how much the value head learns faster than the rest; ``None`` for what is not its."""
        return float(self._options.value_rate) if f"{NAME}." in parameter_name else None

    def get_batch_samples(self, epoch_iterator: Iterator[Any], num_batches: int, device: torch.device) -> Any:
        """Return the batches of a step, answered and rated; with epochs left over the answers of before, those."""
        batches, _ = super().get_batch_samples(epoch_iterator, num_batches, device)
        if self._epochs_left and len(self._held) == len(batches):
            self._epochs_left -= 1
        elif batches:
            self.sync_random()
            self._held = self._answered([batch["rows"] for batch in batches])
            self._tokens = sum(int(batch["answered"].sum()) for batch in self._held)
            self._epochs_left = self._options.epochs - 1
        return self._held if batches else batches, self._tokens or None

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Return these answers' share of the loss of the whole step."""
        rollout = Rollout(inputs["input_ids"], inputs["attention_mask"], inputs["answered"], inputs["input_ids"], [])
        logs, entropy, values = self._read(model, rollout)
        answered = rollout.answered[:, 1:]
        found = token_loss(
            logs, inputs["old"], inputs["advantage"], values, inputs["old_values"], inputs["returns"], answered,
            clip=self._options.clip, value_clip=self._options.value_clip,
        )  # fmt: skip
        self._add(
            tokens=float(answered.sum()), entropy=float(entropy.sum()), clip_fraction=float(found.clipped.sum()),
            policy_loss=float(found.policy.sum().detach()), value_loss=float(found.value.sum().detach()),
            moved=float(found.moved.sum()),
        )  # fmt: skip
        loss = (found.policy + self._options.value_weight * found.value).sum() / max(1, self._tokens)
        return (loss, {}) if return_outputs else loss

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Add the step's figures: of the answers that were learned from, and of how model and guess change."""
        if "loss" in logs:
            logs.update(self._step_figures())
        super().log(logs, start_time)

    def held_out(self) -> dict[str, float]:
        """Return how sampled answers to the held-out questions are rated, and how far the model is from its start.

        The chance is the same each time, and the training's own is not touched.
        """
        rows: Any = self.eval_dataset
        scores: list[float] = []
        apart = lengths = ended = 0.0
        size = max(1, self.args.per_device_eval_batch_size)
        with seeded(_SEED), self.compute_loss_context_manager():
            for start in range(0, len(rows), size):
                rollout, found = self._rated(rows.select(range(start, min(start + size, len(rows)))).to_list())
                with answering(self.model):
                    logs, reference = self._both(rollout)
                scores += found.tolist()
                apart += float((logs - reference).sum())
                lengths += float(rollout.lengths.sum())
                ended += float(rollout.ended.sum())
        count = max(1, len(scores))
        rated = torch.tensor(scores)
        return {
            "loss": -float(rated.mean()), "reward": float(rated.mean()),
            "reward_deviation": float(rated.std(correction=0)), "kl": apart / count, "length": lengths / count,
            "ended": ended / count,
        }  # fmt: skip

    def carried(self) -> dict[str, Any]:
        """Return the price of leaving the reference, and answers that more steps will learn from."""
        found: dict[str, Any] = {"coefficient": self.penalty.coefficient}
        if self._epochs_left:
            batches = {str(place): dict(batch) for place, batch in enumerate(self._held)}
            found |= {"epochs_left": self._epochs_left, "tokens": self._tokens, "batches": batches}
        return found

    def carry_on(self, values: dict[str, Any]) -> None:
        """Put back what ``carried`` returned."""
        self.penalty.coefficient = float(values["coefficient"])
        self._epochs_left = int(values.get("epochs_left", 0))
        if self._epochs_left:
            self._tokens = int(values["tokens"])
            self._held = [values["batches"][str(place)] for place in range(len(values["batches"]))]

    def _answered(self, batches: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, torch.Tensor]]:
        """Return the answers to the questions of a step, with what each token turned out to be worth."""
        made: list[dict[str, Any]] = []
        divergence = 0.0
        with self.compute_loss_context_manager():
            for rows in batches:
                rollout, scores = self._rated(rows)
                with answering(self.model):
                    old, _, values = self._read(self.model, rollout)
                    with self._reference.back():
                        reference, _ = log_likelihoods(self.model, rollout, self._options.temperature)
                divergence += float((old - reference).sum())
                made.append({**rollout._asdict(), "old": old, "old_values": values, "reference": reference,
                             "scores": scores.to(old.device)})  # fmt: skip
                self._add(answers=len(scores), reward=float(scores.sum()), squares=float((scores**2).sum()),
                          length=float(rollout.lengths.sum()), ended=float(rollout.ended.sum()))  # fmt: skip
        self._add(kl=divergence)
        self._weigh(made)
        self.penalty.heed(divergence / max(1, sum(len(batch["scores"]) for batch in made)))
        return [{name: batch[name] for name in _TENSORS} for batch in made]

    def _weigh(self, made: list[dict[str, Any]]) -> None:
        """Add advantages and returns to the batches of a step; whitening takes all of them together."""
        options = self._options
        widths = [batch["old"].shape[1] for batch in made]

        def joined(name: str) -> torch.Tensor:
            parts = [batch[name] if name != "answered" else batch[name][:, 1:] for batch in made]
            return torch.cat([torch.nn.functional.pad(part, (0, max(widths) - part.shape[1])) for part in parts])

        answered, values, old = joined("answered"), joined("old_values"), joined("old")
        scores = torch.cat([batch["scores"] for batch in made])
        rewards = token_rewards(scores, old, joined("reference"), answered, self.penalty.coefficient)
        if options.whiten_rewards:
            rewards = whitened(rewards, answered, centred=False)
        advantage = estimated(rewards, values, answered, discount=options.discount, trace=options.trace)
        returns = advantage + values * answered
        self._add(explained_variance=explained(values[answered], returns[answered]), measured=1.0)
        advantage = whitened(advantage, answered)
        rows = 0
        for batch, width in zip(made, widths, strict=True):
            part = slice(rows, rows + len(batch["scores"]))
            batch["advantage"], batch["returns"] = advantage[part, :width], returns[part, :width]
            rows = part.stop

    def _read(self, model: Any, rollout: Rollout) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return log-likelihoods, entropies and values of the answers' tokens, each (answers, longest - 1)."""
        seeing = Seeing(model)
        logs, entropy = log_likelihoods(seeing, rollout, self._options.temperature)
        values = getattr(model, NAME)(seeing.hidden[:, :-1]) * rollout.answered[:, 1:]
        return logs, entropy, values

    def _both(self, rollout: Rollout) -> tuple[torch.Tensor, torch.Tensor]:
        logs, _ = log_likelihoods(self.model, rollout, self._options.temperature)
        with self._reference.back():
            reference, _ = log_likelihoods(self.model, rollout, self._options.temperature)
        return logs, reference

    def _rated(self, rows: Sequence[dict[str, Any]]) -> tuple[Rollout, torch.Tensor]:
        """Let the model answer ``rows``; return the answers and their scores, shape (answers,)."""
        tokenizer: Any = self.processing_class
        rollout = sampled(
            self.model, [row["prompt_ids"] for row in rows], tokenizer,
            most=min(row["room"] for row in rows), temperature=self._options.temperature,
        )  # fmt: skip
        talks = [
            [*json.loads(row["prompt"]), {"role": "assistant", "content": text or " "}]
            for row, text in zip(rows, rollout.texts, strict=True)
        ]
        scores = self._scorer.scores(talks)
        unended = ~rollout.ended.to(scores.device)
        return rollout, scores - self._options.unended * unended

    def _step_figures(self) -> dict[str, float]:
        sums, self._sums = self._sums, {}
        tokens, answers = max(1.0, sums.pop("tokens", 0.0)), sums.get("answers", 0.0)
        per_token = ("entropy", "clip_fraction", "policy_loss", "value_loss", "moved")
        found = {name: sums[name] / tokens for name in per_token if name in sums}
        found["kl_coefficient"] = self.penalty.coefficient
        if answers:  # else the answers are those of the step before
            found |= {name: sums[name] / answers for name in ("reward", "kl", "length", "ended")}
            found["reward_deviation"] = max(0.0, sums["squares"] / answers - found["reward"] ** 2) ** 0.5
            found["explained_variance"] = sums["explained_variance"]
        return found

    def _add(self, **figures: float) -> None:
        for name, value in figures.items():
            self._sums[name] = self._sums.get(name, 0.0) + value


def _as_they_are(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"rows": rows}
