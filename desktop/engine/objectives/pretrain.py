"""Pre-training: a model with random weights learns a language from raw text; all that is known of it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop.engine.errors import RequestError
from desktop.engine.objectives.base import Objective, Prepared, TrainSetup

if TYPE_CHECKING:
    from collections.abc import Callable

    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.data.rows import Row
    from desktop.engine.job import Training


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
    order = 50
    rows = ("text",)
    model_kind = "causal"
    from_scratch = True

    def prepare(
        self,
        train: list[Row],
        validation: list[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: Any,
        training: Training,
        progress: Callable[[str, int, int], None],
    ) -> Prepared:
        """Pack the texts into rows of the longest length; nothing is cut off, nothing is left out but empty rows."""
        total = len(train) + len(validation)
        packed_train, tokens = _packed(train, tokenizer, training, lambda done: progress("texts read", done, total))
        packed_validation, _ = _packed(
            validation, tokenizer, training, lambda done: progress("texts read", len(train) + done, total)
        )
        empty = sum(not row["text"].strip() for row in (*train, *validation))
        return Prepared(packed_train, packed_validation, tokens, {"no text in it": empty} if empty else {})

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return the library's plain trainer: the rows bring their labels."""
        from transformers import Trainer, TrainingArguments, default_data_collator

        return Trainer(
            model=setup.model,
            args=TrainingArguments(**setup.arguments),
            train_dataset=setup.data.train,
            eval_dataset=setup.data.validation,
            processing_class=setup.tokenizer,
            data_collator=default_data_collator,
        )

    def metrics(self, trainer: Trainer) -> dict[str, float]:
        """Return loss and perplexity over the held-out text, each token counted once."""
        from desktop.engine.evaluate.heldout import held_out

        return held_out(trainer)

    def texts(self, rows: list[Row]) -> list[str]:
        """Return the texts."""
        return [row["text"] for row in rows]


def _packed(
    rows: list[Row], tokenizer: PreTrainedTokenizerBase, training: Training, progress: Callable[[int], None]
) -> tuple[Dataset, int]:
    from datasets import Dataset

    from desktop.engine.data.pack import pack

    texts = (row["text"] for row in rows if row["text"].strip())
    packed = pack(texts, tokenizer, training.max_length, progress)
    if rows and not packed.tokens:
        raise RequestError("no_text", "There is no text in these rows.", "Choose data with text in it.")
    return Dataset.from_dict({"input_ids": packed.input_ids, "labels": packed.labels}), packed.tokens
