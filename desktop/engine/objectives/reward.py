"""Reward model: a model learns to rate answers from which of two is better; all that is known of it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from desktop.engine.models.heads import Head
from desktop.engine.objectives.base import LOSS, Measure, Prepared, TrainSetup
from desktop.engine.objectives.headed import Headed, padded
from desktop.engine.objectives.pairs import SIDES, prepared_pairs
from desktop.engine.objectives.store import longest_in
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.data.rows import Row
    from desktop.engine.job import Training

_EXAMPLES, _SHOWN = 5, 600


class RewardOptions(Options):
    """What can be chosen about a reward model."""

    centering: float = option(
        0.01,
        label="Centring",
        help="Keeps rewards near zero, which the pairs alone leave open: higher is stricter, 0 is off.",
        ge=0,
        le=1,
        typical="0 to 0.1",
        advanced=True,
    )


class Reward(Headed):
    """Learning to rate answers."""

    id = "reward"
    title = "Reward model"
    summary = "Learns from pairs of answers to give every answer a number: the higher, the better."
    explanation = (
        "The layer that makes words gives way to one that gives a single number for a question with its answer. Of "
        "each pair, the better answer shall get the higher number. The result is no chat: it rates answers, your own "
        "or those of a model that learns from its ratings (PPO, GRPO). Only differences between answers to one "
        "question mean something."
    )
    use_when = "You want to train with PPO or GRPO, or to rank answers, and have pairs of a better and a worse one."
    avoid_when = "You only want a model that answers the better way: DPO does that from the same pairs in one step."
    paper = (
        "Ouyang et al. 2022, Training language models to follow instructions with human feedback, section 3.5, eq. 1"
    )
    row = "O8"
    order = 15
    rows = ("preference",)
    kinds = ("causal",)
    sequences = 2
    # Rendered by the template, which goes with the model: it is the form it must be asked in.
    chats = True
    measures = (
        Measure("pair_accuracy", "Pair accuracy", "higher", share=True),
        Measure("margin", "Reward margin", "higher"),
        LOSS,
    )
    options: ClassVar[type[Options]] = RewardOptions

    def head(self, rows: Sequence[Row], options: RewardOptions) -> Head:
        """Return one number."""
        return Head("reward")

    def prepare(
        self,
        train: Sequence[Row],
        validation: Sequence[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: RewardOptions,
        training: Training,
        progress: Callable[[str, int, int], None],
        staging: Path | None = None,
    ) -> Prepared:
        """Render question, better and worse answer of every pair; a pair that is too long is cut or left out."""
        return prepared_pairs(train, validation, tokenizer, training, progress, staging)

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return a trainer of the Bradley-Terry loss, the mean over the pairs of a whole step."""
        from desktop.engine.train.reward_trainer import reward_trainer

        return reward_trainer(setup)

    def metrics(self, trainer: Trainer) -> dict[str, float]:
        """Return loss, pair accuracy, margin and mean rewards of the held-out pairs, each counted once."""
        made: Any = trainer
        figures: dict[str, float] = made.held_out().figures()
        return figures

    def report(self, trainer: Trainer) -> dict[str, Any]:
        """Return how far rewards spread, and the pairs told apart most surely, rightly and wrongly."""
        made: Any = trainer
        found = made.held_out()
        order = sorted(range(len(found.margins)), key=lambda place: float(found.margins[place]))

        def shown(place: int) -> dict[str, Any]:
            row = made.eval_dataset[place]
            words = {
                name: made.processing_class.decode(row[f"{name}_ids"], skip_special_tokens=True).strip()[:_SHOWN]
                for name in ("prompt", *SIDES)
            }
            return {
                **words,
                "reward_chosen": float(found.chosen[place]),
                "reward_rejected": float(found.rejected[place]),
            }

        return {
            "rewards": found.spread(),
            "surest": [shown(place) for place in reversed(order[-_EXAMPLES:]) if found.margins[place] > 0],
            "mistakes": [shown(place) for place in order[:_EXAMPLES] if found.margins[place] <= 0],
        }

    def longest(self, prepared: Prepared) -> int:
        """Return the tokens of the longest question with one of its answers."""
        return max(longest_in(prepared.train, "prompt_ids", f"{side}_ids") for side in SIDES)

    def texts(self, rows: Sequence[Row]) -> Iterator[str]:
        """Yield what is said in the pairs."""
        return (m["content"] for row in rows for part in ("prompt", *SIDES) for m in row[part])


class PairsInBatches:
    """Puts pairs into batches: all better answers first, then the worse ones, each behind its question."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        """Pad as ``tokenizer`` does, at the end."""
        self._pad: Any = tokenizer.pad_token_id

    def __call__(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """Return ``input_ids`` and ``attention_mask`` (2 pairs, longest); ``labels`` (pairs,) only count the pairs."""
        import torch

        sides = [[*row["prompt_ids"], *row[f"{side}_ids"]] for side in SIDES for row in rows]
        return {**padded(sides, self._pad), "labels": torch.zeros(len(rows), dtype=torch.long)}
