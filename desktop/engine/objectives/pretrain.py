"""Pre-training: a model with random weights learns a language from raw text; all that is known of it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from desktop.engine.data.rendering.pack import IsolatedRow, isolated_rows, packed_rows
from desktop.engine.errors import RequestError
from desktop.engine.objectives.base import Objective, Prepared, TrainSetup
from desktop.engine.objectives.intake import NO_TEXT
from desktop.engine.objectives.isolation import collate, require_isolation
from desktop.engine.objectives.store import TokenStore
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.data.rows import Row
    from desktop.engine.job import Training


class PretrainOptions(Options):
    """What can be chosen about pre-training."""

    isolate: bool = option(
        True,
        label="Keep texts apart",
        help="Texts that share a row do not see one another, so each is learned as if it stood alone.",
    )


class Pretrain(Objective):
    """Learning a language from nothing but text."""

    id = "pretrain"
    title = "Pre-training"
    summary = "Starts from random weights and learns to continue your text, word by word."
    explanation = (
        "The texts are laid end to end, cut into rows of one length, and the model is corrected towards each next "
        "token. It starts knowing nothing, so it needs much text and time; the model chosen only lends its shape and "
        "its tokenizer. To teach a model that can already speak about your field, train on from its weights instead."
    )
    paper = "Radford et al. 2018, Improving language understanding by generative pre-training, section 3.1"
    row = "O5"
    order = 50
    rows = ("text",)
    from_scratch = True
    overlong = ()
    options: ClassVar[type[Options]] = PretrainOptions

    def prepare(
        self,
        train: Sequence[Row],
        validation: Sequence[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: PretrainOptions,
        training: Training,
        progress: Callable[[str, int, int], None],
        staging: Path | None = None,
    ) -> Prepared:
        """Pack the texts into rows of the longest length; nothing is cut off, nothing is left out but empty rows."""
        total = len(train) + len(validation)
        dropped: dict[str, int] = {}

        def taken(rows: Sequence[Row], start: int) -> tuple[Dataset, int]:
            more = ("position_ids",) if options.isolate else ()
            store = TokenStore("input_ids", "labels", *more, folder=staging)
            cut = isolated_rows if options.isolate else packed_rows
            tokens = 0
            for row in cut(
                _said(rows, dropped), tokenizer, training.max_length,
                lambda done: progress("texts read", start + done, total),
            ):  # fmt: skip
                tokens += row.tokens
                places = {"position_ids": row.position_ids} if isinstance(row, IsolatedRow) else {}
                store.add({"input_ids": row.input_ids, "labels": row.labels, **places})
            if len(rows) and not tokens:
                raise RequestError("no_text", "There is no text in these rows.", "Choose data with text in it.")
            return store.finish(), tokens

        made, tokens = taken(train, 0)
        held_out, _ = taken(validation, len(train))
        return Prepared(made, held_out, tokens, dropped)

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return the library's plain trainer: the rows bring their labels."""
        from transformers import Trainer, TrainingArguments, default_data_collator

        options: PretrainOptions = setup.options
        if options.isolate:
            require_isolation(setup.model)
        return Trainer(
            model=setup.model,
            args=TrainingArguments(**setup.arguments),
            train_dataset=setup.data.train,
            eval_dataset=setup.data.validation,
            processing_class=setup.tokenizer,
            data_collator=collate if options.isolate else default_data_collator,
        )

    def metrics(self, trainer: Trainer) -> dict[str, float]:
        """Return loss and perplexity over the held-out text, each token counted once."""
        from desktop.engine.evaluate.heldout import held_out

        return held_out(trainer)

    def texts(self, rows: Sequence[Row]) -> Iterator[str]:
        """Yield the texts."""
        return (row["text"] for row in rows)


def _said(rows: Sequence[Row], dropped: dict[str, int]) -> Iterator[str]:
    for row in rows:
        if row["text"].strip():
            yield row["text"]
        else:
            dropped[NO_TEXT] = dropped.get(NO_TEXT, 0) + 1
