"""The whole loop in about a minute: tune the starter on a sample, then ask base and tuned the same held-out questions.

It decides nothing about training or answering and draws nothing; whoever calls it shows what it tells.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from desktop import paths
from desktop.engine.check import refuse
from desktop.engine.errors import UserError
from desktop.engine.evaluate.rightness import is_right
from desktop.engine.evaluate.style import has_style
from desktop.engine.events import Finished
from desktop.engine.generate.compare import Answer, compare
from desktop.engine.generate.contenders import BASE, TUNED, load_contenders
from desktop.engine.generate.sampling import Sampling
from desktop.engine.models.library import RUN_PREFIX
from desktop.engine.run_folder import RunFolder
from desktop.flow.presets import preset

PRESET = "try_it_now"
QUESTIONS_FILE = "heldout.jsonl"
GREEDY = Sampling(temperature=0.0, max_tokens=120)


@dataclass(frozen=True)
class Question:
    """One held-out prompt and the words a right answer holds."""

    prompt: str
    expected: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """One question with both answers, each judged by the two rules.

    Attributes:
        prompt: the question.
        base: the base's answer.
        tuned: the tuned model's answer.
        style_base: whether the base's answer shows the sample's style.
        style_tuned: the same of the tuned model's.
        right_base: whether the base's answer is right.
        right_tuned: the same of the tuned model's.
    """

    prompt: str
    base: str
    tuned: str
    style_base: bool
    style_tuned: bool
    right_base: bool
    right_tuned: bool


@dataclass(frozen=True)
class Report:
    """What came of it; counts are of ``prompts``.

    Attributes:
        run: name of the run.
        folder: its folder.
        train_seconds: time the engine worked, from reading the job to the saved model.
        loss_before: held-out loss of the starter.
        loss_after: held-out loss of the tuned model.
        style_base: answers of the base in the sample's style.
        style_tuned: the same of the tuned model.
        right_base: right answers of the base.
        right_tuned: right answers of the tuned model.
        right_both: questions both answered rightly: what tuning kept.
        prompts: how many questions were asked.
        judged: every question with its answers.
    """

    run: str
    folder: str
    train_seconds: float
    loss_before: float
    loss_after: float
    style_base: int
    style_tuned: int
    right_base: int
    right_tuned: int
    right_both: int
    prompts: int
    judged: tuple[Judged, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the form programs read."""
        values = asdict(self)
        values["answers"] = values.pop("judged")
        return values


def begin() -> RunFolder:
    """Make the run folder of the quickstart's job; raise :class:`RequestError` where this machine cannot run it."""
    job = preset(PRESET).job
    refuse(job)
    return RunFolder.create(paths.runs(), job)


def judge(run: RunFolder, asked: Callable[[int, int], None]) -> tuple[Judged, ...]:
    """Let base and tuned answer the held-out questions; ``asked(done, total)`` is called as they go."""
    questions = held_out_questions()
    contenders = load_contenders(RUN_PREFIX + run.name)
    judged = []
    for number, question in enumerate(questions):
        asked(number, len(questions))
        messages = [{"role": "user", "content": question.prompt}]
        talk = compare(contenders, {BASE: messages, TUNED: messages}, GREEDY, differences=False)
        answers = {item.contender: item.text for item in talk if isinstance(item, Answer)}
        judged.append(_judged(question, answers[BASE], answers[TUNED]))
    asked(len(questions), len(questions))
    return tuple(judged)


def report(run: RunFolder, finished: Finished, judged: tuple[Judged, ...]) -> Report:
    """Count."""
    return Report(
        run=run.name,
        folder=str(run.path),
        train_seconds=round(finished.seconds, 1),
        loss_before=finished.metrics.get("before", {}).get("loss", math.nan),
        loss_after=finished.metrics.get("after", {}).get("loss", math.nan),
        style_base=sum(one.style_base for one in judged),
        style_tuned=sum(one.style_tuned for one in judged),
        right_base=sum(one.right_base for one in judged),
        right_tuned=sum(one.right_tuned for one in judged),
        right_both=sum(one.right_base and one.right_tuned for one in judged),
        prompts=len(judged),
        judged=judged,
    )


def held_out_questions() -> tuple[Question, ...]:
    """Return the questions that came with the samples; none of them is in any sample."""
    file = paths.samples() / QUESTIONS_FILE
    try:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        return tuple(Question(row["prompt"], tuple(row["expected"])) for row in rows)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError("no_samples", f"{file} cannot be read.", "Install Fettle again, or clone it anew.") from error


def _judged(question: Question, base: str, tuned: str) -> Judged:
    expected = list(question.expected)
    return Judged(
        prompt=question.prompt,
        base=base,
        tuned=tuned,
        style_base=has_style(base),
        style_tuned=has_style(tuned),
        right_base=is_right(base, expected),
        right_tuned=is_right(tuned, expected),
    )
