"""Masked language modelling: an encoder learns to fill in hidden words; all that is known of it is here."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

from desktop.engine.errors import Problem
from desktop.engine.objectives.base import LOSS, Measure, Objective, Prepared, TrainSetup
from desktop.engine.objectives.following import attach, detach, pair_rows, told_right, with_next_sentence
from desktop.engine.objectives.hiding import SHARE, Hiding, hiding_trainer, pieces, refuse_without_mask, spelled
from desktop.engine.objectives.intake import Intake
from desktop.engine.objectives.store import TokenStore, tokens_in
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.data.rows import Row
    from desktop.engine.job import JobSpec, Training
    from desktop.engine.methods.base import ModelFacts


class MlmOptions(Options):
    """What can be chosen about masked language modelling."""

    share: float = option(
        SHARE,
        label="Hidden share",
        help="Share of the tokens the model has to guess: more is harder, and teaches less about each text.",
        ge=0.01,
        le=0.9,
        typical="0.15 to 0.4",
    )
    whole_words: bool = option(
        True,
        label="Whole words",
        help="Hides all pieces of a word together: a word whose other half is still there is too easy a guess.",
    )
    next_sentence: bool = option(
        False,
        label="Next sentence",
        help="Also learns whether one stretch of a document follows another: for tasks that compare two texts.",
        advanced=True,
    )


class Mlm(Objective):
    """Learning a language by guessing hidden words from both sides."""

    id = "mlm"
    title = "Masked language modelling"
    summary = "An encoder learns your field's language by guessing hidden words from the words around them."
    explanation = (
        "Some tokens of each text are hidden, and the model is corrected towards what stood there. It reads the words "
        "before and after the gap, so it learns to understand rather than to speak: the usual start for a classifier. "
        "Of the chosen tokens eight in ten are masked, one is replaced by another and one is left as it is. With next "
        "sentence, two stretches of text are shown at a time, and the model also learns whether the second really "
        "followed the first; the part that tells is used in the training only."
    )
    use_when = "An encoder is to know your field before it learns to classify, and you have plain text from it."
    avoid_when = "The model is to write: an encoder reads. A text generator learns a field by continued pre-training."
    paper = "Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers, section 3.1 and appendix A"
    row = "O4"
    order = 60
    rows = ("text",)
    kinds = ("masked",)
    measures = (LOSS, Measure("perplexity", "Perplexity"))
    pooled = ("next_sentence_accuracy",)  # a mean over pairs, where tasks are put together by their hidden tokens
    overlong = ("drop", "split")
    options: ClassVar[type[Options]] = MlmOptions

    def problems(self, job: JobSpec, options: MlmOptions, facts: ModelFacts | None) -> list[Problem]:
        """Refuse next-sentence prediction with a model that cannot tell two stretches apart."""
        if not options.next_sentence or facts is None or not facts.tensors:
            return []
        segments = [shape[0] for name, shape in facts.tensors.items() if "token_type_embeddings" in name]
        if segments and segments[0] > 1:
            return []
        return [
            Problem(
                "objective.next_sentence",
                f"this model ({facts.architecture}) has no segments, so it cannot tell two stretches of text apart.",
                "Switch next sentence off, or choose a BERT.",
            )
        ]

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
        refuse_without_mask(tokenizer)
        intake = Intake("texts read", len(train) + len(validation), progress)
        hiding = Hiding(tokenizer, options.share, training.seed, whole_words=options.whole_words)
        more, numbers = (("token_type_ids",), ("next_sentence_label",)) if options.next_sentence else ((), ())

        def taken(rows: Sequence[Row], made: Callable[[dict[str, Any]], dict[str, Any]], store: TokenStore) -> Dataset:
            texts = (row["text"] for row in rows)
            if options.next_sentence:
                found = pair_rows(texts, tokenizer, training.max_length, training.seed, intake.drop)
                return intake.take(found, lambda pair: [made(pair)], store)
            return intake.take(
                spelled(texts, tokenizer), lambda text: map(made, pieces(text, tokenizer, training, intake)), store
            )

        place = count()
        made = taken(
            train,
            lambda row: row | {"row": next(place)},
            TokenStore("input_ids", "words", *more, numbers=("row", *numbers), folder=staging),
        )
        place = count()
        # Each row is asked by itself, so that neither batch size nor order changes what is hidden.
        held_out = taken(
            validation,
            lambda row: row | hiding.hidden(row, (next(place),)),
            TokenStore("input_ids", "labels", "attention_mask", *more, numbers=numbers, folder=staging),
        )
        return Prepared(made, held_out, tokens_in(made, "input_ids"), intake.dropped, intake.cut, intake.split)

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return a trainer that hides other tokens each time a row comes round."""
        options: MlmOptions = setup.options
        hiding = Hiding(setup.tokenizer, options.share, setup.training.seed, whole_words=options.whole_words)
        if not options.next_sentence:
            return hiding_trainer(setup, hiding)
        attach(setup.model)
        return hiding_trainer(setup, hiding, with_next_sentence)

    def metrics(self, trainer: Trainer) -> dict[str, float]:
        """Return loss and perplexity over the hidden tokens of the held-out rows, and how many pairs are told right."""
        from desktop.engine.evaluate.heldout import held_out

        found = held_out(trainer, first=0)
        if "next_sentence_label" in getattr(trainer.eval_dataset, "column_names", ()):
            found["next_sentence_accuracy"] = told_right(trainer)
        return found

    def finish(self, trainer: Trainer) -> None:
        """Take off the part that tells whether two stretches follow each other."""
        detach(trainer.model)

    def texts(self, rows: Sequence[Row]) -> Iterator[str]:
        """Yield the texts."""
        return (row["text"] for row in rows)
