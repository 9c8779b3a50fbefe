"""Supervised fine-tuning: the model learns to give the answers in the data; all that is known of it is here."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from desktop.engine.data.rendering.overlong import learns
from desktop.engine.data.rendering.rendered import Rendered
from desktop.engine.objectives.base import Objective, Prepared, TrainSetup
from desktop.engine.objectives.intake import ANSWER_CUT_OFF, NO_ANSWER, NOTHING_LEARNED, Intake, LeftOutError
from desktop.engine.objectives.store import TokenStore, tokens_in
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.data.rows import Message, Row
    from desktop.engine.job import Training


class SftOptions(Options):
    """What can be chosen about supervised fine-tuning."""

    answers: Literal["all", "last", "everything"] = option(
        "all",
        label="Learn from",
        help="Every answer of a conversation, its last answer only, or everything, questions included.",
    )


class Sft(Objective):
    """Learning from examples of good answers."""

    id = "sft"
    title = "Supervised fine-tuning"
    summary = "Learns to answer as your examples do; questions are read, only answers are learned."
    explanation = (
        "Each row is a question, or a conversation, with the answer you would like. The model reads the question and "
        "is corrected, word by word, towards the answer. Questions carry no loss, so it learns to answer, not to ask."
    )
    use_when = "You have questions with the answers you would like: a tone, a format, a task. It is the place to begin."
    avoid_when = (
        "You have only texts without questions, or can say which of two answers is better but not what is right."
    )
    paper = "Ouyang et al. 2022, Training language models to follow instructions with human feedback, section 3.5"
    row = "O1"
    order = 10
    chats = True
    rows = ("chat",)
    overlong = ("truncate", "drop", "split")
    options: ClassVar[type[Options]] = SftOptions

    def prepare(
        self,
        train: Sequence[Row],
        validation: Sequence[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: SftOptions,
        training: Training,
        progress: Callable[[str, int, int], None],
        staging: Path | None = None,
    ) -> Prepared:
        """Render every row into tokens and labels; one that is too long is cut, left out or split as asked."""
        from desktop.engine.data.rendering.render import render_many

        intake = Intake("rows read", len(train) + len(validation), progress)

        def tokenised(rendered: Rendered) -> list[dict[str, Any]]:
            return _tokenised(rendered, intake, training)

        def taken(rows: Sequence[Row]) -> Dataset:
            store = TokenStore("input_ids", "labels", "attention_mask", folder=staging)
            return intake.take(render_many(rows, "chat", tokenizer, answers=options.answers), tokenised, store)

        made, held_out = taken(train), taken(validation)
        return Prepared(
            made, held_out, tokens_in(made, "input_ids"), intake.dropped, intake.cut, intake.split
        )  # fmt: skip

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return TRL's trainer over rows that are ready: it never builds the logits of words that carry no loss."""
        import torch
        from transformers import DataCollatorForSeq2Seq
        from trl import SFTConfig, SFTTrainer

        _score_labelled_positions_only()
        kinds = {name: p.dtype for name, p in setup.model.named_parameters() if p.requires_grad}
        trainer = SFTTrainer(
            model=setup.model,
            args=SFTConfig(
                **setup.arguments, max_length=None, packing=False, dataset_kwargs={"skip_prepare_dataset": True}
            ),
            train_dataset=setup.data.train,
            eval_dataset=setup.data.validation,
            processing_class=setup.tokenizer,
            data_collator=DataCollatorForSeq2Seq(setup.tokenizer, padding=True, label_pad_token_id=-100),
        )
        for name, parameter in setup.model.named_parameters():
            if name in kinds and parameter.dtype != kinds[name]:
                # Over a quantised base TRL makes the trained weights bf16, where a step of 1e-4 is often rounded away.
                parameter.data = parameter.data.to(kinds[name] if kinds[name] != torch.float16 else torch.float32)
        return trainer

    def metrics(self, trainer: Trainer) -> dict[str, float]:
        """Return loss and perplexity over the held-out answers, each token counted once."""
        from desktop.engine.evaluate.heldout import held_out

        return held_out(trainer)

    def texts(self, rows: Sequence[Row]) -> Iterator[str]:
        """Yield what is said in the conversations."""
        return (message["content"] for row in rows for message in row["messages"])

    def prompts(self, rows: Sequence[Row], count: int) -> list[list[Message]]:
        """Return the first conversations up to where their first answer would stand."""
        found: list[list[Message]] = []
        for row in rows:
            if len(found) == count:
                break
            asked = list(takewhile(lambda message: message["role"] != "assistant", row["messages"]))
            if asked and asked not in found:
                found.append(asked)
        return found


def _tokenised(rendered: Rendered, intake: Intake, training: Training) -> list[dict[str, Any]]:
    if not learns(rendered.labels_mask):
        raise LeftOutError(NO_ANSWER)
    ids, labels, mask = rendered.input_ids, rendered.labels, rendered.labels_mask
    longest, overlong = training.max_length, training.overlong
    if overlong == "truncate" and not learns(mask[:longest]):
        raise LeftOutError(ANSWER_CUT_OFF)
    made = []
    for part in intake.fitted(len(ids), longest, overlong):
        if learns(mask[part]):
            made.append({"input_ids": ids[part], "labels": labels[part], "attention_mask": [1] * len(ids[part])})
        else:
            intake.drop(NOTHING_LEARNED)
    return made


def _score_labelled_positions_only() -> None:
    """Let TRL's fused output head skip the questions on a processor, too.

    It does so only where Triton is, for fear of recompiling when shapes change; nothing is compiled on a processor, and
    there the head over every position was a third of a step of the starter model (measured).
    """
    from trl.trainer import utils

    utils._use_triton = _always


def _always(device: Any) -> bool:
    return True
