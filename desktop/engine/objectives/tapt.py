"""Task-adaptive pre-training (TAPT): a model reads a task's own texts before it learns the task; all of it is here."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from desktop.engine.data.unlabelled import unlabelled
from desktop.engine.objectives.base import LOSS, Measure, Objective, Prepared, TrainSetup
from desktop.engine.objectives.hiding import SHARE, Hiding, pieces, spelled
from desktop.engine.objectives.intake import Intake
from desktop.engine.objectives.packed import OVER_SOFT_PROMPTS, PackedOptions, packed_trainer, prepare_packed
from desktop.engine.objectives.store import TokenStore, tokens_in
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.data.rows import Row
    from desktop.engine.job import Training
    from desktop.engine.methods.base import Method, Setting


class TaptOptions(PackedOptions):
    """What can be chosen about task-adaptive pre-training."""

    side: Literal["questions", "all"] = option(
        "questions",
        label="Read",
        help="What the task gives (questions, sources), or answers and targets of conversations and pairs as well.",
    )


class Tapt(Objective):
    """Reading the texts of a task before learning the task."""

    id = "tapt"
    title = "Task-adaptive pre-training (TAPT)"
    summary = "Reads the texts of your task without their answers or labels, as a warm-up for learning the task."
    explanation = (
        "The same data set is used twice. First the model only reads it: a text generator is corrected towards each "
        "next word of what the task gives, an encoder guesses hidden words, and neither sees an answer or a label. "
        "Then the task itself is learned, in a second run that starts from this one's model. It costs little, because "
        "the data are few, and helps most where the task's texts are unlike what the model has read before."
    )
    use_when = "Your task's texts are of a kind the model has hardly seen, and a second run learns the task."
    avoid_when = "The model already reads such texts well, or you have much more text of the field: then take DAPT."
    paper = "Gururangan et al. 2020, Don't Stop Pretraining, section 4"
    row = "O3"
    order = 54
    rows = ("chat", "label", "pair", "preference", "rated", "text")
    kinds = ("causal", "masked")
    measures = (LOSS, Measure("perplexity", "Perplexity"))
    overlong = ()
    options: ClassVar[type[Options]] = TaptOptions
    learning_rate_scale = 0.5

    def refusal(self, method: Method, setting: Setting) -> str | None:
        """Refuse soft prompts, which move the places by which texts are told apart."""
        if method.is_prompt:
            return OVER_SOFT_PROMPTS.format(objective=self.title, method=method.title)
        return super().refusal(method, setting)

    def prepare(
        self,
        train: Sequence[Row],
        validation: Sequence[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: TaptOptions,
        training: Training,
        progress: Callable[[str, int, int], None],
        staging: Path | None = None,
    ) -> Prepared:
        """Pack the texts for a text generator; cut them into rows with hidden words for an encoder."""
        sides = [(unlabelled(row, whole=options.side == "all") for row in rows) for rows in (train, validation)]
        rows = len(train), len(validation)
        if tokenizer.mask_token_id is None:
            return prepare_packed(
                sides[0], sides[1], rows, tokenizer, training, progress, staging, isolate=options.isolate
            )
        intake = Intake("texts read", sum(rows), progress)
        hiding = Hiding(tokenizer, SHARE, training.seed, whole_words=True)

        def cut(text: Any) -> list[dict[str, Any]]:
            return pieces(text, tokenizer, training, intake)

        places = count(), count()
        made = intake.take(
            spelled(sides[0], tokenizer),
            lambda text: [row | {"row": next(places[0])} for row in cut(text)],
            TokenStore("input_ids", "words", numbers=("row",), folder=staging),
        )
        held_out = intake.take(
            spelled(sides[1], tokenizer),
            lambda text: [hiding.hidden(row, (next(places[1]),)) for row in cut(text)],
            TokenStore("input_ids", "labels", "attention_mask", folder=staging),
        )
        return Prepared(made, held_out, tokens_in(made, "input_ids"), intake.dropped, intake.cut, intake.split)

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return a trainer of next words, or of hidden ones for an encoder."""
        if "words" not in setup.data.train.column_names:
            return packed_trainer(setup, isolate=setup.options.isolate)
        from desktop.engine.objectives.hiding import hiding_trainer

        return hiding_trainer(setup, Hiding(setup.tokenizer, SHARE, setup.training.seed, whole_words=True))

    def metrics(self, trainer: Trainer) -> dict[str, float]:
        """Return loss and perplexity over the held-out texts."""
        from desktop.engine.evaluate.heldout import held_out

        hidden = "attention_mask" in getattr(trainer.eval_dataset, "column_names", ())
        return held_out(trainer, first=0 if hidden else 1)

    def texts(self, rows: Sequence[Row]) -> Iterator[str]:
        """Yield what the task gives."""
        return (unlabelled(row) for row in rows)
