"""Sequence to sequence: an encoder-decoder learns to turn one text into another; all that is known of it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from desktop.engine.objectives.base import Objective, Prepared, TrainSetup
from desktop.engine.objectives.intake import Intake, LeftOutError
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from collections.abc import Callable

    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.data.rows import Row
    from desktop.engine.job import Training


class Seq2SeqOptions(Options):
    """What can be chosen about sequence to sequence."""

    prefix: str = option(
        "",
        label="Prefix",
        help="Words put in front of every source, such as `summarise: `: a model of several tasks is told so.",
    )


class Seq2Seq(Objective):
    """Learning from pairs of a source and a target."""

    id = "seq2seq"
    title = "Sequence to sequence"
    summary = "An encoder-decoder learns to turn your source texts into your target texts."
    explanation = (
        "The encoder reads the whole source; the decoder writes the target, corrected word by word. Made for tasks "
        "with a clear input and output: translation, summaries, correcting, putting things another way."
    )
    paper = "Raffel et al. 2020, Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer"
    order = 70
    rows = ("pair",)
    model_kind = "seq2seq"
    options: ClassVar[type[Options]] = Seq2SeqOptions

    def prepare(
        self,
        train: list[Row],
        validation: list[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: Seq2SeqOptions,
        training: Training,
        progress: Callable[[str, int, int], None],
    ) -> Prepared:
        """Tokenise sources and targets, each cut at the longest length and counted where it was."""
        from datasets import Dataset

        intake = Intake("pairs read", len(train) + len(validation), progress)
        longest = training.max_length

        def tokenised(row: Row) -> dict[str, Any]:
            for side in ("source", "target"):
                if not row[side].strip():
                    raise LeftOutError(f"no {side} in it")
            source, target = _ids(options.prefix + row["source"], tokenizer), _ids(row["target"], tokenizer)
            intake.cut += max(len(source), len(target)) > longest
            source, target = _shortened(source, longest), _shortened(target, longest)
            return {"input_ids": source, "attention_mask": [1] * len(source), "labels": target}

        kept_train, kept_validation = intake.take(train, tokenised), intake.take(validation, tokenised)
        return Prepared(
            train=Dataset.from_list(kept_train),
            validation=Dataset.from_list(kept_validation),
            tokens=sum(len(row["input_ids"]) + len(row["labels"]) for row in kept_train),
            dropped=intake.dropped,
            cut=intake.cut,
        )

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return a trainer that pads each batch to its longest row."""
        from transformers import DataCollatorForSeq2Seq, TrainingArguments

        from desktop.engine.objectives.token_loss import trainer_class

        return trainer_class()(
            model=setup.model,
            args=TrainingArguments(**setup.arguments),
            train_dataset=setup.data.train,
            eval_dataset=setup.data.validation,
            processing_class=setup.tokenizer,
            data_collator=DataCollatorForSeq2Seq(setup.tokenizer, padding=True, label_pad_token_id=-100),
        )

    def metrics(self, trainer: Trainer) -> dict[str, float]:
        """Return loss and perplexity over the held-out targets, each token counted once."""
        from desktop.engine.evaluate.heldout import held_out

        return held_out(trainer, first=0)

    def texts(self, rows: list[Row]) -> list[str]:
        """Return sources and targets."""
        return [row[side] for row in rows for side in ("source", "target")]


def _ids(text: str, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    ids: list[int] = tokenizer(text)["input_ids"]
    end = tokenizer.eos_token_id
    return ids if end is None or ids[-1:] == [end] else [*ids, end]


def _shortened(ids: list[int], longest: int) -> list[int]:
    # The end mark stays: a model that never sees one never stops.
    return ids if len(ids) <= longest else [*ids[: longest - 1], ids[-1]]
