"""Sequence to sequence: an encoder-decoder learns to turn one text into another; all that is known of it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from desktop.engine.objectives.base import Objective, Prepared, TrainSetup
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from collections.abc import Callable

    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.data.rows import Row
    from desktop.engine.job import Training

_REPORT_EVERY = 200


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

        pairs = _Pairs(tokenizer, options.prefix, training.max_length, progress, len(train) + len(validation))
        kept_train, kept_validation = pairs.read(train), pairs.read(validation)
        return Prepared(
            train=Dataset.from_list(kept_train),
            validation=Dataset.from_list(kept_validation),
            tokens=sum(len(row["input_ids"]) + len(row["labels"]) for row in kept_train),
            dropped=pairs.dropped,
            cut=pairs.cut,
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


class _Pairs:
    """Tokenises pairs and counts what had to be cut or left out."""

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        prefix: str,
        longest: int,
        progress: Callable[[str, int, int], None],
        total: int,
    ) -> None:
        self._tokenizer = tokenizer
        self._prefix = prefix
        self._longest = longest
        self._progress = progress
        self._total = total
        self._done = 0
        self.dropped: dict[str, int] = {}
        self.cut = 0

    def read(self, rows: list[Row]) -> list[dict[str, Any]]:
        kept = []
        for row in rows:
            if row["source"].strip() and row["target"].strip():
                source, target = self._ids(self._prefix + row["source"]), self._ids(row["target"])
                self.cut += max(len(source), len(target)) > self._longest
                source, target = self._shortened(source), self._shortened(target)
                kept.append({"input_ids": source, "attention_mask": [1] * len(source), "labels": target})
            else:
                reason = "no target in it" if row["source"].strip() else "no source in it"
                self.dropped[reason] = self.dropped.get(reason, 0) + 1
            self._done += 1
            if self._done % _REPORT_EVERY == 0 or self._done == self._total:
                self._progress("pairs read", self._done, self._total)
        return kept

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer(text)["input_ids"]
        end = self._tokenizer.eos_token_id
        return ids if end is None or ids[-1:] == [end] else [*ids, end]

    def _shortened(self, ids: list[int]) -> list[int]:
        # The end mark stays: a model that never sees one never stops.
        return ids if len(ids) <= self._longest else [*ids[: self._longest - 1], ids[-1]]
