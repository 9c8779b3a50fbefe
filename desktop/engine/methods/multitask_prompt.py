"""Multi-task prompt tuning: one prompt that all tasks share, bent by a small part of each; all known of it is here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from pydantic import PrivateAttr

from desktop.engine.methods.base import ModelFacts, rate_between
from desktop.engine.methods.prompt import PromptOptions, begin_at_words
from desktop.engine.methods.soft_prompts import SoftPrompt, encoder_of, task
from desktop.engine.options import Options, option

_START = 0.02  # deviation of a task's part around one


class MultitaskOptions(PromptOptions):
    """What can be chosen about multi-task prompt tuning; the tasks come from the job's data sets."""

    rank: int = option(
        1,
        label="Rank of a task's part",
        help="How freely a task may bend the shared prompt: the paper takes 1.",
        ge=1,
        le=256,
        typical="1",
        advanced=True,
    )
    _tasks: tuple[str, ...] = PrivateAttr(default=("",))

    @property
    def tasks(self) -> tuple[str, ...]:
        """Return the names of the tasks, in the order of their numbers."""
        return self._tasks


class MultitaskPrompt(SoftPrompt):
    """A prompt for several tasks at once."""

    id = "multitask_prompt"
    title = "Multi-task prompt tuning"
    summary = "Trains one virtual prompt for all your data sets, and a tiny part of its own for each."
    explanation = (
        "Each data set of the job is a task. All tasks share one prompt of learned vectors, and each bends it by a "
        "matrix of its own, the product of a column and a row, so that what the tasks have in common is learned once "
        "and from all of them. When you chat, you say which task is meant; unsaid, it is the first."
    )
    use_when = "Several related tasks, each with few rows, on one large model."
    avoid_when = "One task only: prompt tuning says the same with less. Much to learn: LoRA is far stronger."
    paper = "Wang et al. 2023, Multitask Prompt Tuning Enables Parameter-Efficient Transfer Learning, section 3.1"
    pros = ("Tasks learn from each other", "A few kilobytes for all of them", "Leaves the model as it is")
    cons = ("The task has to be named", "Weak on small models", "Cannot be merged")
    row = "M14"
    order = 64
    options: ClassVar[type[Options]] = MultitaskOptions
    foreign = ("mpt",)
    by_task = True

    def for_tasks(self, options: Any, tasks: Sequence[str]) -> Any:
        """Return ``options`` for a job that learns these tasks."""
        made = cast("MultitaskOptions", options).model_copy()
        made._tasks = tuple(tasks) or ("",)
        return made

    def trainable(self, facts: ModelFacts, options: Any) -> int:
        """Return the shared vectors, and a column and a row of each rank for each task."""
        part = options.rank * (options.virtual_tokens + facts.hidden)
        return int(options.virtual_tokens * facts.hidden + len(options.tasks) * part)

    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return 0.15 for the starter's size, 3e-3 for large models (the paper takes 0.3 with Adafactor on T5)."""
        return rate_between(facts.parameters if facts else None, small=0.15, large=3e-3)

    def config(self, model: Any, options: Any) -> Any:
        """Return PEFT's configuration for that many tasks."""
        from peft import MultitaskPromptTuningConfig

        return MultitaskPromptTuningConfig(
            task_type=task(model),
            num_virtual_tokens=options.virtual_tokens,
            num_transformer_submodules=1,
            num_ranks=options.rank,
            num_tasks=len(options.tasks),
        )

    def begin(self, model: Any, encoder: Any, options: Any) -> None:
        """Start at the shared prompt, which every task bends a little differently.

        PEFT starts the task's parts near zero, which takes the shared prompt away with them.
        """
        begin_at_words(model, encoder, options)
        for part in (encoder.prefix_task_cols, encoder.prefix_task_rows):
            part.data.normal_(mean=options.rank**-0.5, std=_START)
        model.fettle_tasks = list(options.tasks)
        self.loaded(model)

    def loaded(self, model: Any) -> None:
        """Let it answer as its first task where none is named."""
        encoder = encoder_of(model)
        encoder.spoken_task = 0
        encoder.register_forward_pre_hook(_as_spoken)
        if model.config.is_encoder_decoder:
            _pass_decoder_inputs(model)

    def speak_as(self, model: Any, number: int) -> None:
        """Let it answer as another of its tasks where none is named."""
        encoder = encoder_of(model)
        encoder.spoken_task = min(max(number, 0), encoder.num_tasks - 1)

    def report(self, model: Any) -> dict[str, Any]:
        """Return the names of the tasks, by which they are asked for in a chat."""
        return {"tasks": model.fettle_tasks}


def _as_spoken(encoder: Any, given: tuple[Any, ...]) -> tuple[Any, ...]:
    import torch

    places, tasks = given  # (rows, virtual tokens), (rows,) or none
    if tasks is None:
        tasks = torch.full((len(places),), encoder.spoken_task, device=places.device)
    return places, tasks


def _pass_decoder_inputs(model: Any) -> None:
    """Hand the decoder's tokens on to an encoder-decoder.

    WORKAROUND: for this method PEFT 0.21 makes them from the labels and drops those it was given
    (``PeftModelForSeq2SeqLM.forward``). It can go when they are passed on as for prompt tuning.
    """
    waiting: list[Any] = []

    def take(_: Any, positional: tuple[Any, ...], named: dict[str, Any]) -> None:
        waiting[:] = [named.get("decoder_input_ids")]

    def give(_: Any, positional: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, Any] | None:
        ids = waiting.pop() if waiting else None
        if ids is None or named.get("labels") is not None or named.get("decoder_input_ids") is not None:
            return None
        return positional, {**named, "decoder_input_ids": ids}

    model.register_forward_pre_hook(take, with_kwargs=True)
    model.base_model.register_forward_pre_hook(give, with_kwargs=True)
