"""Masked language modelling: an encoder learns to fill in hidden words; all that is known of it is here."""

from __future__ import annotations

import zlib
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

from desktop.engine.data.rendering.render import tokens_of
from desktop.engine.errors import RequestError
from desktop.engine.objectives.base import Objective, Prepared, TrainSetup
from desktop.engine.objectives.intake import NO_TEXT, Intake, LeftOutError
from desktop.engine.objectives.store import TokenStore, tokens_in
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.data.rows import Row
    from desktop.engine.job import Training


class MlmOptions(Options):
    """What can be chosen about masked language modelling."""

    share: float = option(
        0.15,
        label="Hidden share",
        help="Share of the tokens the model has to guess: more is harder, and teaches less about each text.",
        ge=0.01,
        le=0.9,
        typical="0.15 to 0.4",
    )


class Mlm(Objective):
    """Learning a language by guessing hidden words from both sides."""

    id = "mlm"
    title = "Masked language modelling"
    summary = "An encoder learns your field's language by guessing hidden words from the words around them."
    explanation = (
        "Some tokens of each text are hidden, and the model is corrected towards what stood there. It reads the words "
        "before and after the gap, so it learns to understand rather than to speak: the usual start for a classifier. "
        "Of the chosen tokens eight in ten are masked, one is replaced by another and one is left as it is."
    )
    paper = "Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers, section 3.1"
    row = "O4"
    order = 60
    rows = ("text",)
    kinds = ("masked",)
    overlong = ("drop", "split")
    options: ClassVar[type[Options]] = MlmOptions

    def prepare(
        self,
        train: Sequence[Row],
        validation: Sequence[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: MlmOptions,
        training: Training,
        progress: Callable[[str, int, int], None],
        staging: Path | None = None,
    ) -> Prepared:
        """Cut the texts into rows; what is hidden in the held-out rows is settled here, once and for all."""
        if tokenizer.mask_token_id is None:
            raise RequestError(
                "no_mask_token",
                "This model's tokenizer has no mask token, so nothing can be hidden from it.",
                "Choose an encoder such as BERT, or another objective.",
            )
        intake = Intake("texts read", len(train) + len(validation), progress)

        def taken(rows: Sequence[Row], made: Callable[[list[int]], dict[str, Any]], store: TokenStore) -> Dataset:
            found = tokens_of((row["text"] for row in rows), tokenizer)
            return intake.take(found, lambda ids: map(made, _pieces(ids, tokenizer, training, intake)), store)

        hiding, place = _Hiding(tokenizer, options.share, training.seed), count()
        made = taken(
            train,
            lambda ids: {"input_ids": ids, "row": next(place)},
            TokenStore("input_ids", numbers=("row",), folder=staging),
        )
        place = count()
        # Each row is asked by itself, so that neither batch size nor order changes what is hidden.
        held_out = taken(
            validation,
            lambda ids: hiding.hidden(ids, (next(place),)),
            TokenStore("input_ids", "labels", "attention_mask", folder=staging),
        )
        return Prepared(made, held_out, tokens_in(made, "input_ids"), intake.dropped, intake.cut, intake.split)

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return a trainer that hides other tokens each time a row comes round."""
        from transformers import TrainingArguments

        from desktop.engine.objectives.token_loss import trainer_class

        hiding = _Hiding(setup.tokenizer, setup.options.share, setup.training.seed)
        trainer = trainer_class()(
            model=setup.model,
            args=TrainingArguments(**{**setup.arguments, "remove_unused_columns": False}),
            train_dataset=setup.data.train,
            eval_dataset=setup.data.validation,
            processing_class=setup.tokenizer,
            data_collator=hiding,
        )
        hiding.epoch = lambda: int(trainer.state.epoch or 0)
        return trainer

    def metrics(self, trainer: Trainer) -> dict[str, float]:
        """Return loss and perplexity over the hidden tokens of the held-out rows."""
        from desktop.engine.evaluate.heldout import held_out

        return held_out(trainer, first=0)

    def texts(self, rows: Sequence[Row]) -> Iterator[str]:
        """Yield the texts."""
        return (row["text"] for row in rows)


class _Hiding:
    """Pads rows and hides tokens in those that have none hidden yet.

    What is hidden follows from seed, epoch and row alone. Drawn in the order of the batches it would differ after a
    resume, because batches are fetched ahead of the step they are used in.

    Attributes:
        epoch: says which time round it is.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, share: float, seed: int) -> None:
        from transformers import DataCollatorForLanguageModeling, DataCollatorForSeq2Seq

        self._tokenizer = tokenizer
        self._share = share
        self._seed = seed
        self._collator = DataCollatorForLanguageModeling
        self._pad = DataCollatorForSeq2Seq(tokenizer, padding=True, label_pad_token_id=-100)
        self.epoch: Callable[[], int] = lambda: 0

    def __call__(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        if "labels" not in rows[0]:
            rows = [self.hidden(row["input_ids"], (self.epoch(), row["row"])) for row in rows]
        return dict(self._pad(rows))

    def hidden(self, ids: list[int], where: tuple[int, ...]) -> dict[str, Any]:
        """Return one row with tokens hidden, the same ones whenever it is asked for the same place."""
        seed = zlib.crc32(repr((self._seed, *where)).encode())
        hide = self._collator(self._tokenizer, mlm=True, mlm_probability=self._share, seed=seed)
        made = hide([{"input_ids": ids, "attention_mask": [1] * len(ids)}])
        return {
            "input_ids": made["input_ids"][0].tolist(),
            "labels": made["labels"][0].tolist(),
            "attention_mask": [1] * len(ids),
        }


def _pieces(ids: list[int], tokenizer: PreTrainedTokenizerBase, training: Training, intake: Intake) -> list[list[int]]:
    """Return a text as rows of at most the longest length, the model's own marks around each; nothing is lost."""
    if not ids:
        raise LeftOutError(NO_TEXT)
    marks = list(tokenizer("")["input_ids"])
    before, after = marks[: len(marks) // 2], marks[len(marks) // 2 :]
    # Cutting a text off would only lose words: an encoder learns from any stretch of them.
    overlong = "split" if training.overlong == "truncate" else training.overlong
    parts = intake.fitted(len(ids), training.max_length - len(marks), overlong)
    return [[*before, *ids[part], *after] for part in parts]
