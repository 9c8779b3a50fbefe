"""Sequence to sequence: an encoder-decoder learns to turn one text into another; all that is known of it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from desktop.engine.data.rendering.render import tokens_of
from desktop.engine.objectives.base import LOSS, Measure, Objective, Prepared, TrainSetup
from desktop.engine.objectives.intake import Intake, LeftOutError
from desktop.engine.objectives.store import TokenStore, tokens_in
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.data.rows import Row
    from desktop.engine.job import Training

_SIDES = ("source", "target")
_SHOWN = 16  # outputs kept beside the result, to be read


class _Pair(NamedTuple):
    """The tokens of one row, and which side of it is empty if one is."""

    empty: str | None
    source: list[int]
    target: list[int]


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
    use_when = "Each of your texts has one right counterpart: a translation, a summary, a corrected or reworded form."
    avoid_when = "The model is to hold a conversation: a text generator does, an encoder-decoder answers once."
    paper = "Raffel et al. 2020, Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer"
    row = "O7"
    order = 70
    rows = ("pair",)
    kinds = ("seq2seq",)
    measures = (
        LOSS,
        Measure("bleu", "BLEU", "higher"),
        Measure("rougeL", "ROUGE-L", "higher"),
        Measure("exact", "Written to the letter", "higher", share=True),
    )
    # BLEU counts over all texts at once; the others are means over texts, and tasks are put together by their tokens.
    pooled = ("bleu", "rouge1", "rouge2", "rougeL", "exact")
    options: ClassVar[type[Options]] = Seq2SeqOptions

    def prepare(
        self,
        train: Sequence[Row],
        validation: Sequence[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: Seq2SeqOptions,
        training: Training,
        progress: Callable[[str, int, int], None],
        staging: Path | None = None,
    ) -> Prepared:
        """Tokenise sources and targets; a pair that is too long is cut or left out, and counted."""
        intake = Intake("pairs read", len(train) + len(validation), progress)

        def taken(rows: Sequence[Row]) -> Dataset:
            store = TokenStore("input_ids", "attention_mask", "labels", folder=staging)
            return intake.take(
                _pairs(rows, options.prefix, tokenizer), lambda pair: [_tokenised(pair, intake, training)], store
            )

        made, held_out = taken(train), taken(validation)
        return Prepared(made, held_out, tokens_in(made, "input_ids", "labels"), intake.dropped, intake.cut)

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
        """Return loss and perplexity over the held-out targets, and how near to them the model writes by itself."""
        from desktop.engine.evaluate.heldout import held_out
        from desktop.engine.evaluate.targets import scores, written

        return held_out(trainer, first=0) | scores(written(trainer))

    def report(self, trainer: Trainer) -> dict[str, Any]:
        """Return held-out sources with what was wanted and what is written now."""
        from desktop.engine.evaluate.targets import written

        return {"outputs": [one.as_dict() for one in written(trainer, _SHOWN)]}

    def texts(self, rows: Sequence[Row]) -> Iterator[str]:
        """Yield sources and targets."""
        return (row[side] for row in rows for side in _SIDES)


def _pairs(rows: Sequence[Row], prefix: str, tokenizer: PreTrainedTokenizerBase) -> Iterator[_Pair]:
    texts = (part + row[side] for row in rows for part, side in ((prefix, _SIDES[0]), ("", _SIDES[1])))
    ids = (_ended(found, tokenizer) for found in tokens_of(texts, tokenizer, marks=True))
    for row, source, target in zip(rows, ids, ids, strict=True):
        yield _Pair(next((side for side in _SIDES if not row[side].strip()), None), source, target)


def _tokenised(pair: _Pair, intake: Intake, training: Training) -> dict[str, Any]:
    if pair.empty is not None:
        raise LeftOutError(f"no {pair.empty} in it")
    intake.fitted(max(len(pair.source), len(pair.target)), training.max_length, training.overlong)
    source, target = (_shortened(ids, training.max_length) for ids in (pair.source, pair.target))
    return {"input_ids": source, "attention_mask": [1] * len(source), "labels": target}


def _ended(ids: list[int], tokenizer: PreTrainedTokenizerBase) -> list[int]:
    end = tokenizer.eos_token_id
    return ids if end is None or ids[-1:] == [end] else [*ids, end]


def _shortened(ids: list[int], longest: int) -> list[int]:
    # The end mark stays: a model that never sees one never stops.
    return ids if len(ids) <= longest else [*ids[: longest - 1], ids[-1]]
