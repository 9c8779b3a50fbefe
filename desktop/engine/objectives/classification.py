"""Classification: a model learns which of a few labels a text has; all that is known of it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

from desktop.engine.data.rendering.reading import read_many, shortened
from desktop.engine.errors import RequestError
from desktop.engine.evaluate.classification import balanced_weights, confusion
from desktop.engine.models.heads import Head
from desktop.engine.objectives.base import LOSS, Measure, Prepared, TrainSetup
from desktop.engine.objectives.headed import Headed, padded
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

_FEW_LABELS = 20  # more than that, and more than half as many as rows, are no labels
_MISTAKES, _SHOWN = 10, 300


class ClassificationOptions(Options):
    """What can be chosen about classification."""

    class_weights: Literal["none", "balanced"] = option(
        "none",
        label="Class weights",
        help="balanced makes rare labels count as much as frequent ones: better F1, often lower accuracy.",
    )
    label_smoothing: float = option(
        0.0,
        label="Label smoothing",
        help="Share of certainty the truth gives away to the other labels: guards against wrong labels in the data.",
        ge=0,
        le=0.5,
        typical="0 to 0.1",
        advanced=True,
    )


class Classification(Headed):
    """Learning from texts and their labels."""

    id = "classification"
    title = "Classification"
    summary = "A model learns which of your labels a text has: a topic, a mood, a kind of letter."
    explanation = (
        "The layer that makes words gives way to a small one that gives a number for each label, and the likeliest "
        "label is the answer. The labels are those that stand in your data. An encoder such as BERT reads the whole "
        "text at once and is the usual choice; a text generator works too. The result is no chat: it answers every "
        "text with a label and how sure it is."
    )
    use_when = "Texts have to be sorted, and each row has a text and one label out of a few."
    avoid_when = "Labels are free text, or a text can have several at once. Fewer than some dozen rows a label."
    paper = "Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers, section 4.1"
    row = "O6"
    order = 65
    rows = ("label",)
    kinds = ("masked", "causal")
    measures = (
        Measure("accuracy", "Accuracy", "higher", share=True),
        Measure("f1", "Macro F1", "higher", share=True),
        LOSS,
    )
    pooled = ("f1",)
    options: ClassVar[type[Options]] = ClassificationOptions

    def head(self, rows: Sequence[Row], options: ClassificationOptions) -> Head:
        """Return a number for each label that occurs, in alphabetical order; refuse what are no labels."""
        seen: set[str] = set()
        count = 0
        for row in rows:
            seen.add(row["label"])
            count += 1
        if len(seen) < 2:
            only = f"all of them have {next(iter(seen))!r}" if seen else "there is none"
            raise RequestError(
                "one_label",
                f"There is nothing to tell apart: of {count} rows, {only}.",
                "Choose the column that holds the labels, or add rows with other labels.",
            )
        if len(seen) > max(_FEW_LABELS, count // 2):
            raise RequestError(
                "too_many_labels",
                f"The {count} rows have {len(seen)} different labels, so hardly any of them comes twice.",
                "Choose the column that holds the labels, or bring the labels to a few.",
            )
        return Head("classification", tuple(sorted(seen)))

    def prepare(
        self,
        train: Sequence[Row],
        validation: Sequence[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: ClassificationOptions,
        training: Training,
        progress: Callable[[str, int, int], None],
        staging: Path | None = None,
    ) -> Prepared:
        """Tokenise the texts; a text that is too long is cut or left out, and counted."""
        intake = Intake("texts read", len(train) + len(validation), progress)

        def taken(rows: Sequence[Row]) -> Dataset:
            store = TokenStore("input_ids", "label", folder=staging)
            return intake.take(
                _texts(rows, tokenizer), lambda text: [_tokenised(text, tokenizer, intake, training)], store
            )

        made, held_out = taken(train), taken(validation)
        remarks = _unseen(train, validation) if len(train) else ()
        return Prepared(made, held_out, tokens_in(made, "input_ids"), intake.dropped, intake.cut, remarks=remarks)

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return a trainer whose loss is the mean over the rows of a whole step, each weighted by its label."""
        import torch
        from transformers import Trainer, TrainingArguments

        assert setup.head is not None
        options: ClassificationOptions = setup.options
        collator = Labelled(setup.head, setup.tokenizer)
        weights = None
        if options.class_weights == "balanced":
            weights = torch.tensor(balanced_weights(collator.rows_of(setup.data.train)))

        class LabelTrainer(Trainer):
            def compute_loss(
                self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
            ) -> Any:
                labels = inputs["labels"]
                outputs = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
                each = torch.nn.functional.cross_entropy(
                    outputs.logits.float(), labels, reduction="none", label_smoothing=options.label_smoothing
                )
                if weights is not None:
                    each = each * weights.to(each.device)[labels]
                # Divided by the rows of all batches of a step: a mean over each batch would weigh rows by its size.
                items = len(labels) if num_items_in_batch is None else num_items_in_batch
                loss = each.sum() / items
                return (loss, outputs) if return_outputs else loss

        # A generator finds the end of each row by this.
        setup.model.config.pad_token_id = setup.tokenizer.pad_token_id
        trainer: Any = LabelTrainer(
            model=setup.model,
            args=TrainingArguments(**setup.arguments),
            train_dataset=setup.data.train,
            eval_dataset=setup.data.validation,
            processing_class=setup.tokenizer,
            data_collator=collator,
        )
        # The library reads off a model's signature whether it divides by the rows of a step; here the trainer does.
        trainer.model_accepts_loss_kwargs = True
        return trainer  # type: ignore[no-any-return]

    def metrics(self, trainer: Trainer) -> dict[str, float]:
        """Return accuracy, macro F1 and the plain cross-entropy of the held-out rows, each row counted once."""
        logits, labels, _ = _said(trainer)
        found = confusion(_head(trainer).labels, labels.tolist(), logits.argmax(-1).tolist())
        return {"loss": _loss(logits, labels), "accuracy": found.accuracy, "f1": found.macro_f1}

    def report(self, trainer: Trainer) -> dict[str, Any]:
        """Return the confusion matrix, the figures of each label and the mistakes the model was surest of."""
        logits, labels, rows = _said(trainer)
        head, tokenizer = _head(trainer), trainer.processing_class
        shares = logits.softmax(-1)
        said = shares.argmax(-1)
        wrong = [place for place in range(len(labels)) if said[place] != labels[place]]
        wrong.sort(key=lambda place: -float(shares[place, said[place]]))
        mistakes = [
            {
                "text": str(tokenizer.decode(rows[place], skip_special_tokens=True)).strip()[:_SHOWN],  # type: ignore[union-attr]
                "truth": head.labels[int(labels[place])],
                "said": head.labels[int(said[place])],
                "probability": float(shares[place, said[place]]),
            }
            for place in wrong[:_MISTAKES]
        ]
        return {**confusion(head.labels, labels.tolist(), said.tolist()).as_dict(), "mistakes": mistakes}

    def texts(self, rows: Sequence[Row]) -> Iterator[str]:
        """Yield the texts."""
        return (row["text"] for row in rows)


class Labelled:
    """Puts rows into batches, their labels as the numbers of the head."""

    def __init__(self, head: Head, tokenizer: PreTrainedTokenizerBase) -> None:
        """Number labels as ``head`` does."""
        self.head = head
        self._numbers = {label: number for number, label in enumerate(head.labels)}
        self._pad: Any = tokenizer.pad_token_id

    def __call__(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """Return ``input_ids``, ``attention_mask`` and ``labels`` (rows,)."""
        import torch

        batch = padded([row["input_ids"] for row in rows], self._pad)
        return {**batch, "labels": torch.tensor([self.number(row["label"]) for row in rows])}

    def number(self, label: Sequence[int]) -> int:
        """Return which output of the head a stored label is."""
        return self._numbers[bytes(label).decode()]

    def rows_of(self, rows: Dataset) -> list[int]:
        """Return how many of ``rows`` each label has."""
        counts = [0] * len(self._numbers)
        for label in rows["label"]:
            counts[self.number(label)] += 1
        return counts


class _Text(NamedTuple):
    ids: list[int]
    label: str
    empty: bool


def _texts(rows: Sequence[Row], tokenizer: PreTrainedTokenizerBase) -> Iterator[_Text | RequestError]:
    for row, ids in zip(rows, read_many((row["text"] for row in rows), tokenizer), strict=True):
        yield ids if isinstance(ids, RequestError) else _Text(ids, row["label"], not row["text"].strip())


def _tokenised(text: _Text, tokenizer: PreTrainedTokenizerBase, intake: Intake, training: Training) -> dict[str, Any]:
    if text.empty:
        raise LeftOutError("no text in it")
    intake.fitted(len(text.ids), training.max_length, training.overlong)
    # The label in letters: which number it has, only the head knows, and that is made of all sets together.
    return {"input_ids": shortened(text.ids, training.max_length, tokenizer), "label": text.label.encode()}


def _unseen(train: Sequence[Row], validation: Sequence[Row]) -> tuple[str, ...]:
    learned = {row["label"] for row in train}
    new = sorted({row["label"] for row in validation} - learned)
    if not new:
        return ()
    many = f"{len(new)} labels occur" if len(new) > 1 else "1 label occurs"
    return (
        f"{many} in the held-out rows only, so the model cannot learn and never says it: {', '.join(new[:5])}"
        f"{' and others' if len(new) > 5 else ''}. Add rows with such labels, or leave these out.",
    )


def _head(trainer: Trainer) -> Head:
    collator: Any = trainer.data_collator
    head: Head = collator.head
    return head


def _said(trainer: Trainer) -> tuple[Any, Any, list[list[int]]]:
    """Return logits (rows, labels), labels (rows,) and the tokens of every held-out row."""
    import torch

    made: Any = trainer
    model = made.model
    was_training = model.training
    model.eval()
    logits, labels = [], []
    try:
        with torch.no_grad(), made.compute_loss_context_manager():
            for batch in made.get_eval_dataloader():
                inputs = made._prepare_inputs(batch)
                _, outputs = made.compute_loss(model, inputs, return_outputs=True)
                logits.append(outputs.logits.float().cpu())
                labels.append(inputs["labels"].cpu())
    finally:
        model.train(was_training)
    return torch.cat(logits), torch.cat(labels), list(made.eval_dataset["input_ids"])


def _loss(logits: Any, labels: Any) -> float:
    import torch

    return float(torch.nn.functional.cross_entropy(logits, labels))
