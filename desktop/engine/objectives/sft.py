"""Supervised fine-tuning: the model learns to give the answers in the data; all that is known of it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from desktop.engine.objectives.base import Objective, Prepared, TrainSetup
from desktop.engine.objectives.intake import Intake, LeftOutError
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from collections.abc import Callable

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
    paper = "Ouyang et al. 2022, Training language models to follow instructions with human feedback, section 3.5"
    order = 10
    rows = ("chat",)
    model_kind = "causal"
    options: ClassVar[type[Options]] = SftOptions

    def prepare(
        self,
        train: list[Row],
        validation: list[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: SftOptions,
        training: Training,
        progress: Callable[[str, int, int], None],
    ) -> Prepared:
        """Render every row into tokens and labels, cut at the longest length."""
        from datasets import Dataset

        from desktop.engine.data.render import render_chat

        intake = Intake("rows read", len(train) + len(validation), progress)
        longest = training.max_length

        def tokenised(row: Row) -> dict[str, Any]:
            rendered = render_chat(row["messages"], tokenizer, answers=options.answers)
            ids, labels = rendered.input_ids[:longest], rendered.labels[:longest]
            # Position 0 predicts nothing: its label is never compared with anything.
            if all(label == -100 for label in labels[1:]):
                raise LeftOutError("answer cut off" if rendered.trained else "no answer in it")
            intake.cut += len(rendered.input_ids) > longest
            return {"input_ids": ids, "labels": labels, "attention_mask": [1] * len(ids)}

        kept_train, kept_validation = intake.take(train, tokenised), intake.take(validation, tokenised)
        return Prepared(
            train=Dataset.from_list(kept_train),
            validation=Dataset.from_list(kept_validation),
            tokens=sum(len(row["input_ids"]) for row in kept_train),
            dropped=intake.dropped,
            cut=intake.cut,
        )

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

    def texts(self, rows: list[Row]) -> list[str]:
        """Return what is said in the conversations."""
        return [message["content"] for row in rows for message in row["messages"]]

    def prompts(self, rows: list[Row], count: int) -> list[list[Message]]:
        """Return the first conversations up to where their first answer would stand."""
        found: list[list[Message]] = []
        for row in rows:
            asked: list[Message] = []
            for message in row["messages"]:
                if message["role"] == "assistant":
                    break
                asked.append(message)
            if asked and asked not in found and len(found) < count:
                found.append(asked)
        return found


def _score_labelled_positions_only() -> None:
    """Let TRL's fused output head skip the questions on a processor, too.

    It does so only where Triton is, for fear of recompiling when shapes change; nothing is compiled on a processor, and
    there the head over every position was a third of a step of the starter model (measured).
    """
    from trl.trainer import utils

    utils._use_triton = _always


def _always(device: Any) -> bool:
    return True
