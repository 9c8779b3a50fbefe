"""Kahneman-Tversky optimisation: single answers with a thumb up or down; all that is known of it is here."""

from __future__ import annotations

import statistics
from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar

from desktop.engine.errors import RequestError
from desktop.engine.objectives.base import LOSS, Measure, Objective, Prepared, TrainSetup
from desktop.engine.objectives.intake import Intake
from desktop.engine.objectives.pairs import SIDES, answer_of, first_prompts
from desktop.engine.objectives.store import TokenStore, longest_in, tokens_in
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.data.rendering.rendered import Rendered
    from desktop.engine.data.rows import Message, Row
    from desktop.engine.job import Training

_THUMBS = {0.0, 1.0}


class KtoOptions(Options):
    """What can be chosen about Kahneman-Tversky optimisation."""

    threshold: float | None = option(
        None,
        label="Wanted from",
        help="The rating from which an answer counts as wanted. Empty: a thumb up; of other numbers the upper half.",
    )
    beta: float = option(
        0.1,
        label="Beta",
        help="How closely the model stays to where it started: higher moves it less.",
        ge=0.001,
        le=10,
        typical="0.1 to 0.5",
    )
    imitation: float = option(
        0.5,
        label="Imitation",
        help="Weight of simply learning the wanted answers too; 0 is KTO as published.",
        ge=0,
        le=10,
        typical="0 to 1",
    )
    wanted_weight: float = option(
        1.0,
        label="Weight of wanted answers",
        help="Raise it where few answers are wanted: weight times number should be about the same for both kinds.",
        ge=0.01,
        le=100,
        typical="1 to 4/3 of the other, numbers counted in",
    )
    unwanted_weight: float = option(
        1.0,
        label="Weight of unwanted answers",
        help="Raise it where few answers are unwanted.",
        ge=0.01,
        le=100,
    )


class Kto(Objective):
    """Learning from single answers that were liked or were not."""

    id = "kto"
    title = "Thumbs up or down (KTO)"
    summary = "Learns from single answers that were liked or not; no two answers to one question are needed."
    explanation = (
        "Each row is a question, one answer and whether it is wanted. Wanted answers become likelier and unwanted ones "
        "less likely than they were at the start, and each row counts less the clearer it is, as people weigh gains "
        "and losses. Ratings in numbers are parted into wanted and unwanted; pairs of answers are taken as two rows."
    )
    use_when = "You have thumbs or ratings of single answers, as users leave them, rather than pairs."
    avoid_when = "You have clean pairs: DPO learns more from each."
    paper = "Ethayarajh et al. 2024, KTO: Model Alignment as Prospect Theoretic Optimization, section 4"
    row = "O10"
    order = 23
    chats = True
    watches_collapse = True
    rows = ("rated", "preference")
    measures = (
        Measure("thumb_accuracy", "Thumbs told rightly", "higher", share=True),
        Measure("margin", "Reward margin", "higher"),
        Measure("kl", "Distance from the start"),
        LOSS,
    )
    # Means over the wanted answers, or over the others, and a divergence that is never below zero.
    pooled = (
        "margin", "kl", "chosen_reward", "rejected_reward", "chosen_log_likelihood", "rejected_log_likelihood",
    )  # fmt: skip
    options: ClassVar[type[Options]] = KtoOptions
    learning_rate_scale = 0.5  # measured on the starter, as DPO's

    def prepare(
        self,
        train: Sequence[Row],
        validation: Sequence[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: KtoOptions,
        training: Training,
        progress: Callable[[str, int, int], None],
        staging: Path | None = None,
    ) -> Prepared:
        """Render every answer with its thumb; a row that is too long is cut or left out."""
        intake = Intake("answers read", _answers_in(train) + _answers_in(validation), progress)
        made, ratings = _taken(train, tokenizer, intake, training, staging)
        held_out, held_ratings = _taken(validation, tokenizer, intake, training, staging)
        threshold = options.threshold if options.threshold is not None else _middle(ratings or held_ratings)
        remarks = () if {*ratings, *held_ratings} <= _THUMBS else (_note(threshold, ratings or held_ratings, options),)
        if ratings and len({rating >= threshold for rating in ratings}) == 1:
            raise _all_alike(ratings[0] >= threshold)
        tokens = tokens_in(made, "prompt_ids", "answer_ids")
        return Prepared(
            _with_thumbs(made, ratings, threshold), _with_thumbs(held_out, held_ratings, threshold),
            tokens, intake.dropped, intake.cut, remarks=remarks,
        )  # fmt: skip

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return a trainer; what the start thought of each answer is computed once, so no second model is held."""
        from desktop.engine.train.preference_losses import kto
        from desktop.engine.train.preference_trainer import ThumbTrainer

        options: KtoOptions = setup.options
        return ThumbTrainer(
            setup,
            lambda thumbs: kto(thumbs, options.beta, options.wanted_weight, options.unwanted_weight, options.imitation),
            reference=True,
        )

    def metrics(self, trainer: Trainer) -> dict[str, float]:
        """Return the loss, the share of thumbs told rightly, the margin and the KL divergence, each row once."""
        made: Any = trainer
        found: dict[str, float] = made.held_out()
        return found

    def longest(self, prepared: Prepared) -> int:
        """Return the tokens of the longest question with its answer, or with the answer to another one."""
        return max(longest_in(prepared.train, "prompt_ids", column) for column in ("answer_ids", "other_ids"))

    def texts(self, rows: Sequence[Row]) -> Iterator[str]:
        """Yield what is said in the rows."""
        parts = ("prompt", "completion", *SIDES)
        return (m["content"] for row in rows for part in parts if part in row for m in row[part])

    def prompts(self, rows: Sequence[Row], count: int) -> list[list[Message]]:
        """Return the first questions that differ."""
        return first_prompts(rows, count)


def _answers_in(rows: Sequence[Row]) -> int:
    return len(rows) * (2 if len(rows) and "chosen" in rows[0] else 1)


def _taken(
    rows: Sequence[Row], tokenizer: PreTrainedTokenizerBase, intake: Intake, training: Training, staging: Path | None
) -> tuple[Dataset, list[float]]:
    """Return the rows as tokens with an answer to another question beside each, and their ratings."""
    from desktop.engine.data.rendering.render import render_many

    waiting: deque[float] = deque()
    kept: list[float] = []

    def conversations() -> Iterator[Row]:
        for row in rows:
            for answer, rating in _rated(row):
                waiting.append(rating)
                yield {"messages": [*row["prompt"], *answer], "tools": row.get("tools")}

    def with_rating() -> Iterator[tuple[Rendered, float] | RequestError]:
        for rendered in render_many(conversations(), "chat", tokenizer, answers="last"):
            rating = waiting.popleft()
            yield rendered if isinstance(rendered, RequestError) else (rendered, rating)

    def tokenised(taken: tuple[Rendered, float]) -> list[dict[str, Any]]:
        made = answer_of(taken[0], training)
        kept.append(taken[1])
        intake.cut += made.cut
        return [{"prompt_ids": made.prompt, "answer_ids": made.answer}]

    made = intake.take(with_rating(), tokenised, TokenStore("prompt_ids", "answer_ids", folder=staging))
    return _with_others(made, apart=2 if len(rows) and "chosen" in rows[0] else 1), kept


def _rated(row: Row) -> list[tuple[list[Message], float]]:
    """Return the answers of a row with their ratings; of a pair the better one counts as wanted, the other does not."""
    if "chosen" in row:
        return [(row["chosen"], 1.0), (row["rejected"], 0.0)]
    return [(row["completion"], float(row["rating"]))]


def _with_others(rows: Dataset, apart: int) -> Dataset:
    """Return ``rows`` with the answer of the row ``apart`` places on, at the end from the start; nothing is copied.

    Pairs lie side by side, so the next answer but one is the first to another question. The trainer draws rows at
    random: learned in their order, all wanted answers might come before all unwanted ones.
    """
    import pyarrow as pa
    from datasets import Dataset, concatenate_datasets
    from datasets.table import InMemoryTable

    apart = apart if len(rows) > apart else len(rows) - 1
    if apart < 1:
        return rows.add_column("other_ids", rows["answer_ids"][:], feature=rows.features["answer_ids"])
    column = rows.data.column("answer_ids")
    rolled = pa.chunked_array([*column.slice(apart).chunks, *column.slice(0, apart).chunks], type=column.type)
    return concatenate_datasets([rows, Dataset(InMemoryTable(pa.table({"other_ids": rolled})))], axis=1)


def _with_thumbs(rows: Dataset, ratings: list[float], threshold: float) -> Dataset:
    import numpy as np

    return rows.add_column("wanted", np.array([rating >= threshold for rating in ratings], np.int64))


def _middle(ratings: list[float]) -> float:
    """Return from which rating on an answer is wanted: a thumb up, else the median or the first number above."""
    if set(ratings) <= _THUMBS or not ratings:
        return 1.0
    middle = float(statistics.median(ratings))
    # Where most rows have the lowest rating, the median would make every answer a wanted one.
    return min((r for r in ratings if r > middle), default=middle) if middle == min(ratings) else middle


def _note(threshold: float, ratings: list[float], options: KtoOptions) -> str:
    wanted = sum(rating >= threshold for rating in ratings)
    why = "as asked" if options.threshold is not None else "the median, as nothing else was asked"
    return (
        f"Answers rated {threshold:g} or more count as wanted ({why}): {wanted} of {len(ratings)} to learn from. "
        "Set Wanted from to part them elsewhere."
    )


def _all_alike(wanted: bool) -> RequestError:
    return RequestError(
        "rated_alike",
        f"Every answer counts as {'wanted' if wanted else 'unwanted'}, so there is nothing to tell apart.",
        "Add answers of the other kind, or set Wanted from to a rating that lies between the two.",
    )
