"""Pre-training: a model with random weights learns a language from raw text; all that is known of it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from desktop.engine.objectives.base import LOSS, Measure, Objective, Prepared, TrainSetup
from desktop.engine.objectives.packed import PackedOptions, packed_trainer, prepare_packed
from desktop.engine.options import Options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

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
    use_when = "You have much text and want a small model of your own, with a tokenizer of your own."
    avoid_when = (
        "You have less than some million words: a model that can already speak learns your field from far less."
    )
    paper = "Radford et al. 2018, Improving language understanding by generative pre-training, section 3.1"
    row = "O5"
    order = 50
    rows = ("text",)
    measures = (LOSS, Measure("perplexity", "Perplexity"))
    from_scratch = True
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
