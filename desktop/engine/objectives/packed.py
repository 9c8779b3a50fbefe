"""Texts laid end to end and learned word by word, each kept apart from its neighbours; it registers no objective."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from desktop.engine.data.rendering.pack import IsolatedRow, isolated_rows, packed_rows
from desktop.engine.errors import RequestError
from desktop.engine.objectives.base import LOSS, Measure, Objective, Prepared, TrainSetup
from desktop.engine.objectives.intake import NO_TEXT
from desktop.engine.objectives.isolation import collate, require_isolation
from desktop.engine.objectives.store import TokenStore
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.data.rows import Row
    from desktop.engine.job import Training

OVER_SOFT_PROMPTS = (
    "{objective} tells texts that share a row apart by their places, and {method} moves all places. "
    "Choose LoRA or another method, or do not keep texts apart."
)


class PackedOptions(Options):
    """What can be chosen where texts are packed."""

    isolate: bool = option(
        True,
        label="Keep texts apart",
        help="Texts that share a row do not see one another, so each is learned as if it stood alone.",
    )


class PackedTexts(Objective):
    """What objectives have in common that learn each next token of plain texts."""

    rows = ("text",)
    measures = (LOSS, Measure("perplexity", "Perplexity"))
    overlong = ()
    options: ClassVar[type[Options]] = PackedOptions

    def prepare(
        self,
        train: Sequence[Row],
        validation: Sequence[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: PackedOptions,
        training: Training,
        progress: Callable[[str, int, int], None],
        staging: Path | None = None,
    ) -> Prepared:
        """Pack the texts into rows of the longest length; nothing is cut off, nothing is left out but empty rows."""
        return prepare_packed(
            self.texts(train), self.texts(validation), (len(train), len(validation)), tokenizer, training, progress,
            staging, isolate=options.isolate,
        )  # fmt: skip

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return the library's plain trainer: the rows bring their labels."""
        return packed_trainer(setup, isolate=setup.options.isolate)

    def metrics(self, trainer: Trainer) -> dict[str, float]:
        """Return loss and perplexity over the held-out text, each token counted once."""
        from desktop.engine.evaluate.heldout import held_out

        return held_out(trainer)

    def texts(self, rows: Sequence[Row]) -> Iterator[str]:
        """Yield the texts."""
        return (row["text"] for row in rows)


def prepare_packed(
    train: Iterable[str],
    validation: Iterable[str],
    rows: tuple[int, int],
    tokenizer: PreTrainedTokenizerBase,
    training: Training,
    progress: Callable[[str, int, int], None],
    staging: Path | None,
    *,
    isolate: bool,
) -> Prepared:
    """Pack texts into rows of the longest length; nothing is cut off, nothing is left out but empty texts.

    Args:
        train: texts to learn from.
        validation: texts that are held out.
        rows: how many there are of each, for ``progress``.
        tokenizer: of the model.
        training: says how long a row is.
        progress: ``progress(what, done, total)``, called now and then.
        staging: where a large set is kept.
        isolate: whether texts that share a row are kept apart.
    """
    dropped: dict[str, int] = {}

    def taken(texts: Iterable[str], start: int, count: int) -> tuple[Dataset, int]:
        more = ("position_ids",) if isolate else ()
        store = TokenStore("input_ids", "labels", *more, folder=staging)
        cut = isolated_rows if isolate else packed_rows
        tokens = 0
        for row in cut(
            _said(texts, dropped), tokenizer, training.max_length,
            lambda done: progress("texts read", start + done, sum(rows)),
        ):  # fmt: skip
            tokens += row.tokens
            places = {"position_ids": row.position_ids} if isinstance(row, IsolatedRow) else {}
            store.add({"input_ids": row.input_ids, "labels": row.labels, **places})
        if count and not tokens:
            raise RequestError("no_text", "There is no text in these rows.", "Choose data with text in it.")
        return store.finish(), tokens

    made, tokens = taken(train, 0, rows[0])
    held_out, _ = taken(validation, rows[0], rows[1])
    return Prepared(made, held_out, tokens, dropped)


def packed_trainer(setup: TrainSetup, *, isolate: bool) -> Trainer:
    """Return the library's plain trainer: the rows bring their labels.

    Raises:
        RequestError: texts are to be kept apart, and this architecture cannot.
    """
    from transformers import Trainer, TrainingArguments, default_data_collator

    if isolate:
        require_isolation(setup.model)
    return Trainer(
        model=setup.model,
        args=TrainingArguments(**setup.arguments),
        train_dataset=setup.data.train,
        eval_dataset=setup.data.validation,
        processing_class=setup.tokenizer,
        data_collator=collate if isolate else default_data_collator,
    )


def _said(texts: Iterable[str], dropped: dict[str, int]) -> Iterator[str]:
    for text in texts:
        if text.strip():
            yield text
        else:
            dropped[NO_TEXT] = dropped.get(NO_TEXT, 0) + 1
