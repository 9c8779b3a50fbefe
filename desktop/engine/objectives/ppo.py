"""Reinforcement learning from human feedback with PPO: a reward model rates a model's answers; all of it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from desktop.engine.errors import Problem, RequestError
from desktop.engine.objectives.base import Measure, Objective, Prepared, TrainSetup
from desktop.engine.objectives.intake import Intake
from desktop.engine.objectives.pairs import first_prompts
from desktop.engine.objectives.questions import (
    behind_soft_prompts,
    longest_with_answer,
    question_of,
    questions,
    said,
)
from desktop.engine.objectives.store import tokens_in
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.data.rows import Message, Row
    from desktop.engine.job import JobSpec, Training
    from desktop.engine.methods.base import Method, ModelFacts, Setting


class PpoOptions(Options):
    """What can be chosen about proximal policy optimisation."""

    reward_model: str = option(
        "",
        label="Reward model",
        help="Rates the answers; train one with the objective Reward model.",
        holds="model:reward",
    )
    answer_tokens: int = option(
        64,
        label="Longest answer",
        help="An answer that has not ended by itself is cut here.",
        ge=1,
        le=8192,
        typical="64 to 512",
        unit="tokens",
    )
    kl: float = option(
        0.2,
        label="KL penalty",
        help="What leaving the start costs a nat: higher keeps the model closer to where it began.",
        ge=0,
        le=10,
        typical="0.05 to 0.3",
    )
    target_kl: float | None = option(
        6.0,
        label="Aimed-at KL",
        help="How far an answer may be from the start, in nats: the penalty rises above it and falls below. Empty: "
        "the penalty stays as it is.",
        ge=0.01,
        le=1000,
        typical="3 to 10",
    )
    epochs: int = option(
        4,
        label="Steps on the same answers",
        help="Answering takes most of the time; more than 1 saves it, and the clip keeps it safe.",
        ge=1,
        le=32,
        typical="2 to 4",
    )
    temperature: float = option(
        1.0,
        label="Temperature",
        help="How varied the answers are: what never varies cannot be improved.",
        ge=0.05,
        le=3,
        typical="0.7 to 1",
        advanced=True,
    )
    unended: float = option(
        1.0,
        label="Price of not ending",
        help="Taken from the reward of an answer that did not end by itself.",
        ge=0,
        le=100,
        advanced=True,
    )
    clip: float = option(
        0.2,
        label="Clip",
        help="How far one set of answers may move the likelihood of a word.",
        ge=0.01,
        le=1,
        advanced=True,
    )
    value_clip: float = option(
        0.2,
        label="Clip of the value",
        help="How far one set of answers may move what is expected.",
        ge=0.01,
        le=100,
        advanced=True,
    )
    value_weight: float = option(
        0.5,
        label="Weight of the value",
        help="How much foretelling the reward counts beside earning it.",
        ge=0,
        le=10,
        advanced=True,
    )
    value_rate: float = option(
        1.0,
        label="Rate of the value head",
        help="How much faster it learns than the model: it starts knowing nothing.",
        ge=0.01,
        le=1000,
        advanced=True,
    )
    discount: float = option(
        1.0,
        label="Discount",
        help="Gamma: what a reward at the end is worth one word earlier. Answers are short: 1.",
        ge=0,
        le=1,
        advanced=True,
    )
    trace: float = option(
        0.95,
        label="Lambda",
        help="1 trusts what happened, 0 what was expected.",
        ge=0,
        le=1,
        typical="0.9 to 1",
        advanced=True,
    )
    whiten_rewards: bool = option(
        False,
        label="Even out rewards",
        help="Scales the rewards of a step to a spread of 1, where a reward model's numbers are very large or small.",
        advanced=True,
    )


class Ppo(Objective):
    """Learning from a reward model's opinion of its own answers."""

    id = "ppo"
    title = "Reinforcement learning (PPO)"
    summary = "The model answers questions, a reward model rates the answers, and what is rated well becomes likelier."
    explanation = (
        "The third stage of RLHF. The first taught the model to answer, the second taught a reward model what people "
        "prefer. Now the model answers questions by chance; each answer is rated as a whole, and a small second head "
        "learns to foretell the rating, so that every word can be told whether it turned out better or worse than "
        "expected. Leaving the start costs something, or the model would find nonsense the reward model happens to "
        "like. Watch the KL divergence and read the samples: a rising reward alone proves little."
    )
    use_when = "You have a reward model you trust, and the model already gives good answers now and then."
    avoid_when = "You only have pairs of answers: DPO learns from them directly, with less that can go wrong."
    paper = (
        "Schulman et al. 2017, Proximal Policy Optimization Algorithms, equation 7; Ziegler et al. 2019, section 2; "
        "Ouyang et al. 2022, section 3.5"
    )
    row = "O9"
    order = 30
    rows = ("prompt", "chat", "preference")
    chats = True
    watches_collapse = True
    overlong = ("drop",)
    measures = (
        Measure("reward", "Held-out reward", "higher"),
        Measure("kl", "KL from the start"),
        Measure("ended", "Answers that end", "higher", share=True),
    )
    options: ClassVar[type[Options]] = PpoOptions
    learning_rate_scale = 0.5

    def refusal(self, method: Method, setting: Setting) -> str | None:
        """Refuse soft prompts, behind which answers cannot be sampled many at a time."""
        if method.is_prompt:
            return behind_soft_prompts(self.title, method.title)
        return super().refusal(method, setting)

    def problems(self, job: JobSpec, options: PpoOptions, facts: ModelFacts | None) -> list[Problem]:
        """Tell of a reward model that is missing, or of a model that is none."""
        field = "objective.reward_model"
        if not options.reward_model.strip():
            hint = "Train one with the objective Reward model, then name it: reward_model: run:NAME."
            return [Problem(field, "no reward model is chosen, so nobody can rate the answers.", hint)]
        from desktop.engine.models.heads import use_of

        try:
            if use_of(options.reward_model) == "reward":
                return []
        except RequestError as error:
            return [Problem(field, error.message, error.hint)]
        message = f"{options.reward_model} is no reward model: it does not end in one number for a whole answer."
        return [Problem(field, message, "Train one with the objective Reward model, or choose another.")]

    def prepare(
        self,
        train: Sequence[Row],
        validation: Sequence[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: PpoOptions,
        training: Training,
        progress: Callable[[str, int, int], None],
        staging: Path | None = None,
    ) -> Prepared:
        """Render every question up to where its answer begins; one that leaves no room for an answer is left out."""
        intake = Intake("questions read", len(train) + len(validation), progress)

        def taken(rows: Sequence[Row]) -> Dataset:
            return questions(
                rows, tokenizer, intake, most=options.answer_tokens, longest=training.max_length, staging=staging
            )

        made, held_out = taken(train), taken(validation)
        return Prepared(made, held_out, tokens_in(made, "prompt_ids"), intake.dropped, intake.cut)

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return a trainer that samples, has rated and learns; the reward model is held beside the model."""
        from desktop.engine.generate.scoring import Scorer
        from desktop.engine.train.ppo_trainer import PpoTrainer

        device = "cpu" if setup.arguments["use_cpu"] else "cuda"
        return PpoTrainer(setup, Scorer.load(setup.options.reward_model, device))

    def metrics(self, trainer: Trainer) -> dict[str, float]:
        """Return the mean rating of sampled answers and the distance from the start; ``loss`` is less the rating."""
        made: Any = trainer
        found: dict[str, float] = made.held_out()
        return found

    def finish(self, trainer: Trainer) -> None:
        """Take off the value head."""
        from desktop.engine.rl.value_head import detach

        detach(trainer.model)

    def copies(self, options: PpoOptions) -> int:
        """Return one: the reference, where the method is no adapter that could be switched off instead."""
        return 1

    def longest(self, prepared: Prepared) -> int:
        """Return the tokens of the longest question with the room for its answer."""
        return longest_with_answer(prepared)

    def texts(self, rows: Sequence[Row]) -> Iterator[str]:
        """Yield what is asked, and the answers beside it."""
        return said(rows)

    def prompts(self, rows: Sequence[Row], count: int) -> list[list[Message]]:
        """Return the first questions that differ."""
        return first_prompts([{"prompt": question_of(row)[0]} for row in rows], count)
