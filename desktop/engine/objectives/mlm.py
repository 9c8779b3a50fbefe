"""Masked language modelling: an encoder learns to fill in hidden words; all that is known of it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from desktop.engine.errors import RequestError
from desktop.engine.objectives.base import Objective, Prepared, TrainSetup
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from collections.abc import Callable

    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.data.rows import Row
    from desktop.engine.job import Training

_REPORT_EVERY = 200


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
    order = 60
    rows = ("text",)
    model_kind = "masked"
    options: ClassVar[type[Options]] = MlmOptions

    def prepare(
        self,
        train: list[Row],
        validation: list[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: MlmOptions,
        training: Training,
        progress: Callable[[str, int, int], None],
    ) -> Prepared:
        """Cut the texts into rows; what is hidden in the held-out rows is settled here, once and for all."""
        from datasets import Dataset

        if tokenizer.mask_token_id is None:
            raise RequestError(
                "no_mask_token",
                "This model's tokenizer has no mask token, so nothing can be hidden from it.",
                "Choose an encoder such as BERT, or another objective.",
            )
        total = len(train) + len(validation)
        dropped: dict[str, int] = {}
        kept = [
            _pieces(
                rows,
                tokenizer,
                training.max_length,
                dropped,
                lambda done, start=start: progress("texts read", start + done, total),
            )
            for rows, start in ((train, 0), (validation, len(train)))
        ]
        held_out = _hidden(kept[1], tokenizer, options.share, training.seed)
        return Prepared(
            train=Dataset.from_list([{"input_ids": ids} for ids in kept[0]]),
            validation=Dataset.from_list(held_out),
            tokens=sum(map(len, kept[0])),
            dropped=dropped,
        )

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return a trainer that hides other tokens each time a row comes round."""
        from transformers import TrainingArguments

        from desktop.engine.objectives.token_loss import trainer_class

        return trainer_class()(
            model=setup.model,
            args=TrainingArguments(**{**setup.arguments, "remove_unused_columns": False}),
            train_dataset=setup.data.train,
            eval_dataset=setup.data.validation,
            processing_class=setup.tokenizer,
            data_collator=_Hiding(setup.tokenizer, setup.options.share),
        )

    def metrics(self, trainer: Trainer) -> dict[str, float]:
        """Return loss and perplexity over the hidden tokens of the held-out rows."""
        from desktop.engine.evaluate.heldout import held_out

        return held_out(trainer, first=0)

    def texts(self, rows: list[Row]) -> list[str]:
        """Return the texts."""
        return [row["text"] for row in rows]


class _Hiding:
    """Pads rows and hides tokens in those that have none hidden yet."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, share: float, seed: int | None = None) -> None:
        from transformers import DataCollatorForLanguageModeling, DataCollatorForSeq2Seq

        self._hide = DataCollatorForLanguageModeling(tokenizer, mlm=True, mlm_probability=share, seed=seed)
        self._pad = DataCollatorForSeq2Seq(tokenizer, padding=True, label_pad_token_id=-100)

    def __call__(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        if "labels" in rows[0]:
            return dict(self._pad(rows))
        return dict(
            self._hide([{"input_ids": row["input_ids"], "attention_mask": [1] * len(row["input_ids"])} for row in rows])
        )


def _pieces(
    rows: list[Row],
    tokenizer: PreTrainedTokenizerBase,
    longest: int,
    dropped: dict[str, int],
    progress: Callable[[int], None],
) -> list[list[int]]:
    """Return the texts as rows of at most ``longest`` tokens, the model's own marks around each; nothing is lost."""
    room = longest - tokenizer.num_special_tokens_to_add()
    found: list[list[int]] = []
    for done, row in enumerate(rows, 1):
        ids = tokenizer(row["text"], add_special_tokens=False)["input_ids"]
        if not ids:
            dropped["no text in it"] = dropped.get("no text in it", 0) + 1
        for start in range(0, len(ids), room):
            found.append(tokenizer.build_inputs_with_special_tokens(ids[start : start + room]))
        if done % _REPORT_EVERY == 0 or done == len(rows):
            progress(done)
    return found


def _hidden(rows: list[list[int]], tokenizer: PreTrainedTokenizerBase, share: float, seed: int) -> list[dict[str, Any]]:
    """Hide tokens of each row by itself, so that neither batch size nor order changes what is asked."""
    hide = _Hiding(tokenizer, share, seed)
    found = []
    for ids in rows:
        made = hide([{"input_ids": ids}])
        found.append(
            {
                "input_ids": made["input_ids"][0].tolist(),
                "labels": made["labels"][0].tolist(),
                "attention_mask": [1] * len(ids),
            }
        )
    return found
