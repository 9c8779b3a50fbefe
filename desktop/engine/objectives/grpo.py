"""Group relative policy optimisation: the model learns from rewards for its own answers; all that is known is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from desktop.engine.errors import Problem, RequestError
from desktop.engine.objectives.base import Measure, Objective, Prepared, TrainSetup
from desktop.engine.objectives.grpo_rules import asked_rules, needs_reference
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

    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.data.rows import Message, Row
    from desktop.engine.job import JobSpec, Training
    from desktop.engine.methods.base import Method, ModelFacts, Setting


class GrpoOptions(Options):
    """What can be chosen about group relative policy optimisation."""

    wanted_words: int | None = option(
        None, label="Wanted words", help="Rewards answers of about so many words. Empty: any length.", ge=1, le=10_000
    )
    length_weight: float = option(
        1.0, label="Weight of the length", help="How much the wanted words count.", ge=-100, le=100, advanced=True
    )
    pattern: str = option(
        "",
        label="Wanted pattern",
        help="Rewards answers that hold it: words, or a regular expression. Empty: none.",
    )
    pattern_weight: float = option(
        1.0,
        label="Weight of the pattern",
        help="How much the pattern counts; below 0 it is what answers should not hold.",
        ge=-100,
        le=100,
        advanced=True,
    )
    match: Literal["no", "contains", "equal"] = option(
        "no",
        label="Right answer",
        help="Rewards what agrees with the row's own answer: it holds that answer, or says nothing else.",
    )
    match_weight: float = option(
        1.0, label="Weight of right answers", help="How much a right answer counts.", ge=-100, le=100, advanced=True
    )
    reward_model: str = option(
        "",
        label="Reward model",
        help="Rewards what this model likes; train one with the objective Reward model. Empty: none.",
        holds="model:reward",
    )
    reward_model_weight: float = option(
        1.0, label="Weight of the model", help="How much its rewards count.", ge=-100, le=100, advanced=True
    )
    ends_weight: float = option(
        0.5,
        label="Weight of ending",
        help="How much it counts that an answer ends by itself: an answer that rambles on is rewarded less. 0 is off.",
        ge=0,
        le=100,
        advanced=True,
    )
    generations: int = option(
        8,
        label="Answers a question",
        help="How many answers are compared with each other: more say more of each question and take longer.",
        ge=2,
        le=128,
        typical="4 to 16",
    )
    answer_tokens: int = option(
        80,
        label="Longest answer",
        help="An answer that has not ended by itself is cut here.",
        ge=1,
        le=8192,
        typical="64 to 512",
        unit="tokens",
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
    beta: float = option(
        0.04,
        label="Beta",
        help="How closely the model stays to where it started: higher moves it less, 0 lets it go.",
        ge=0,
        le=10,
        typical="0 to 0.1",
    )
    clip: float = option(
        0.2,
        label="Clip",
        help="How far one set of answers may move the model; matters where it learns from them more than once.",
        ge=0.01,
        le=1,
        advanced=True,
    )
    passes: int = option(
        1,
        label="Steps on the same answers",
        help="Answering takes most of the time; more than 1 saves it, and an epoch then asks fewer questions.",
        ge=1,
        le=16,
        typical="1 to 4",
        advanced=True,
    )
    loss: Literal["grpo", "dapo", "dr_grpo"] = option(
        "grpo",
        label="Loss",
        help="grpo: each answer counts alike, as published. dapo: each token. dr_grpo: no favour for short answers.",
        advanced=True,
    )
    rules: tuple[dict[str, Any], ...] = ()
    """More rules, in a job file only: ``{id: length, wanted: 20, unit: words, weight: 1}``."""


class Grpo(Objective):
    """Learning from rewards for its own answers."""

    id = "grpo"
    title = "Rewards (GRPO)"
    summary = "The model answers each question several times and learns from those answers that your rules reward most."
    explanation = (
        "Only questions are needed. The model answers each one several times by chance, and rules give every answer a "
        "reward: a wanted length, a pattern, the right answer, a reward model's opinion. What was better than other "
        "answers to the same question becomes likelier. It finds whatever earns most, so read the sample answers: a "
        "rule that can be satisfied with nonsense will be."
    )
    use_when = "You can say by a rule what a good answer is, and the model already gives one now and then."
    avoid_when = "The model never does what is rewarded: show it by examples first. Or you have pairs: DPO is quicker."
    paper = "Shao et al. 2024, DeepSeekMath, section 4.1, equation 3"
    row = "O13"
    order = 31
    chats = True
    watches_collapse = True
    rows = ("prompt", "chat", "preference")
    overlong = ("drop",)
    measures = (
        Measure("reward", "Held-out reward", "higher"),
        Measure("ended", "Answers that end", "higher", share=True),
    )
    options: ClassVar[type[Options]] = GrpoOptions
    learning_rate_scale = 1.0

    def refusal(self, method: Method, setting: Setting) -> str | None:
        """Refuse soft prompts, behind which answers cannot be sampled many at a time."""
        if method.is_prompt:
            return behind_soft_prompts(self.title, method.title)
        return super().refusal(method, setting)

    def problems(self, job: JobSpec, options: GrpoOptions, facts: ModelFacts | None) -> list[Problem]:
        """Tell of rules that cannot be taken, and of there being none."""
        chosen, found = asked_rules(options, "objective.options")
        rewarding = [one for one in chosen if one.rule.id != "ends"] or options.rules
        if not rewarding:
            found.append(
                Problem(
                    "objective.options",
                    "nothing is rewarded yet, so there is nothing to learn.",
                    "Give a wanted number of words, a pattern, right answers or a reward model.",
                )
            )
        return found

    def prepare(
        self,
        train: Sequence[Row],
        validation: Sequence[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: GrpoOptions,
        training: Training,
        progress: Callable[[str, int, int], None],
        staging: Path | None = None,
    ) -> Prepared:
        """Render every question up to where its answer begins; one that leaves no room for an answer is left out."""
        intake = Intake("questions read", len(train) + len(validation), progress)
        longest, most = training.max_length, options.answer_tokens
        made, held_out = (
            questions(rows, tokenizer, intake, most=most, longest=longest, staging=staging)
            for rows in (train, validation)
        )
        chosen, _ = asked_rules(options)
        if len(made) and needs_reference(chosen) and not any(made["reference"]):
            raise RequestError(
                "no_references",
                "Right answers are to be rewarded, but these rows are questions alone.",
                "Take rows with answers, or reward something else.",
            )
        return Prepared(made, held_out, tokens_in(made, "prompt_ids"), intake.dropped, intake.cut)

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return a trainer that samples, rewards and learns; it holds no second model, see ``copies``."""
        from desktop.engine.rewards.rules import Rules
        from desktop.engine.train.grpo_trainer import GrpoTrainer

        chosen, _ = asked_rules(setup.options)
        return GrpoTrainer(setup, Rules(chosen, "cpu" if setup.arguments["use_cpu"] else "cuda"))

    def metrics(self, trainer: Trainer) -> dict[str, float]:
        """Return the mean reward of sampled answers, in all and by each rule; ``loss`` is that with its sign turned."""
        made: Any = trainer
        found: dict[str, float] = made.held_out()
        return found

    def copies(self, options: GrpoOptions) -> int:
        """Return one where a reference is kept and the method is no adapter, which could be switched off instead."""
        return 1 if options.beta else 0

    def longest(self, prepared: Prepared) -> int:
        """Return the tokens of the longest question with the room for its answer."""
        return longest_with_answer(prepared)

    def texts(self, rows: Sequence[Row]) -> Iterator[str]:
        """Yield what is asked, and the answers beside it."""
        return said(rows)

    def prompts(self, rows: Sequence[Row], count: int) -> list[list[Message]]:
        """Return the first questions that differ."""
        return first_prompts([{"prompt": question_of(row)[0]} for row in rows], count)
