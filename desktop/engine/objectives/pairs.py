"""Pairs of answers turned into tokens, for every objective that learns from them; it knows no loss."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from desktop.engine.errors import RequestError
from desktop.engine.objectives.base import LOSS, Measure, Objective, Prepared
from desktop.engine.objectives.intake import ANSWER_CUT_OFF, NO_ANSWER, TOO_LONG, Intake, LeftOutError
from desktop.engine.objectives.store import TokenStore, longest_in, tokens_in

if TYPE_CHECKING:
    from pathlib import Path

    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.data.rendering.rendered import Rendered
    from desktop.engine.data.rows import Message, Row
    from desktop.engine.job import Training

SIDES = ("chosen", "rejected")
COLUMNS = ("prompt_ids", "chosen_ids", "rejected_ids")
SAME_ANSWERS = "both answers are the same"


class Answered(NamedTuple):
    """A conversation up to an answer, and the answer, as tokens.

    Attributes:
        prompt: what is read.
        answer: what is judged.
        cut: whether the answer was longer.
    """

    prompt: list[int]
    answer: list[int]
    cut: bool


class PairObjective(Objective):
    """What objectives that learn from pairs share; no objective itself."""

    chats = True
    watches_collapse = True
    sequences = 2
    row = "O10"
    rows = ("preference",)
    measures = (
        Measure("pair_accuracy", "Pair accuracy", "higher", share=True),
        Measure("margin", "Reward margin", "higher"),
        LOSS,
    )

    def prepare(
        self,
        train: Sequence[Row],
        validation: Sequence[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: Any,
        training: Training,
        progress: Callable[[str, int, int], None],
        staging: Path | None = None,
    ) -> Prepared:
        """Render question, better and worse answer of every pair; a pair that is too long is cut or left out."""
        return prepared_pairs(train, validation, tokenizer, training, progress, staging)

    def metrics(self, trainer: Trainer) -> dict[str, float]:
        """Return the loss, the share of held-out pairs told apart rightly and the margin, each pair counted once."""
        made: Any = trainer
        found: dict[str, float] = made.held_out()
        return found

    def longest(self, prepared: Prepared) -> int:
        """Return the tokens of the longest question with one of its answers."""
        return max(longest_in(prepared.train, "prompt_ids", f"{side}_ids") for side in SIDES)

    def texts(self, rows: Sequence[Row]) -> Iterator[str]:
        """Yield what is said in the pairs."""
        return (m["content"] for row in rows for part in ("prompt", *SIDES) for m in row[part])

    def prompts(self, rows: Sequence[Row], count: int) -> list[list[Message]]:
        """Return the first questions that differ."""
        return first_prompts(rows, count)


def prepared_pairs(
    train: Sequence[Row],
    validation: Sequence[Row],
    tokenizer: PreTrainedTokenizerBase,
    training: Training,
    progress: Callable[[str, int, int], None],
    staging: Path | None = None,
) -> Prepared:
    """Return pairs as rows of ``prompt_ids``, ``chosen_ids`` and ``rejected_ids``, and what was cut or left out."""
    from desktop.engine.data.rendering.render import render_many

    intake = Intake("pairs read", len(train) + len(validation), progress)

    def taken(rows: Sequence[Row]) -> Dataset:
        sides = render_many(_conversations(rows), "chat", tokenizer, answers="last")
        store = TokenStore(*COLUMNS, folder=staging)
        return intake.take(_paired(sides), lambda pair: [_tokenised(pair, intake, training)], store)

    made, held_out = taken(train), taken(validation)
    tokens = tokens_in(made, "prompt_ids", *COLUMNS)
    return Prepared(made, held_out, tokens, intake.dropped, intake.cut)


def first_prompts(rows: Sequence[Row], count: int) -> list[list[Message]]:
    """Return the first questions of ``rows`` that differ."""
    found: list[list[Message]] = []
    for row in rows:
        if len(found) == count:
            break
        if row["prompt"] not in found:
            found.append(row["prompt"])
    return found


def answer_of(rendered: Rendered, training: Training) -> Answered:
    """Return a conversation as the model reads it, and the last answer as it learns it.

    Raises:
        LeftOutError: it has no answer, or is too long.
    """
    if not rendered.trained:
        raise LeftOutError(NO_ANSWER)
    start = rendered.labels_mask.index(True)
    longest = training.max_length
    too_long = len(rendered.input_ids) > longest
    if too_long and training.overlong == "drop":
        raise LeftOutError(TOO_LONG)
    if start >= longest:
        raise LeftOutError(ANSWER_CUT_OFF)
    return Answered(rendered.input_ids[:start], rendered.input_ids[start:longest], too_long)


def _conversations(rows: Sequence[Row]) -> Iterator[Row]:
    """Yield two conversations a pair: with the better answer, then with the worse one."""
    for row in rows:
        for side in SIDES:
            yield {"messages": [*row["prompt"], *row[side]], "tools": row.get("tools")}


def _paired(sides: Iterable[Rendered | RequestError]) -> Iterator[tuple[Rendered, Rendered] | RequestError]:
    turns = iter(sides)
    for chosen, rejected in zip(turns, turns, strict=True):
        if isinstance(chosen, RequestError):
            yield chosen
        else:
            yield rejected if isinstance(rejected, RequestError) else (chosen, rejected)


def _tokenised(pair: tuple[Rendered, Rendered], intake: Intake, training: Training) -> dict[str, Any]:
    better, worse = (answer_of(rendered, training) for rendered in pair)
    if better.prompt != worse.prompt:
        raise LeftOutError("the two answers do not follow the same question")
    if better.answer == worse.answer:
        raise LeftOutError(SAME_ANSWERS)
    intake.cut += better.cut or worse.cut
    return dict(zip(COLUMNS, (better.prompt, better.answer, worse.answer), strict=True))
