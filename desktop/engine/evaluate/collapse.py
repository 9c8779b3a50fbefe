"""Whether a model is losing its words while it learns: its answers now beside those at the start; it knows no model.

Learning from preferences or rewards can destroy the text while every figure it is judged by goes on rising: a pair
accuracy of 1.00 is what success reads and what ruin reads. So the same held-out questions are answered throughout, and
what a reader would see at a glance is counted. All of it is compared with the start: a model that never ended its
answers has nothing to lose there. The thresholds lie between healthy and destroyed runs of the starter (see the
developers' page on objectives).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from desktop.engine.evaluate.rightness import share_said

CLEAN, DISTINCT, SPOKEN, LENGTH = "clean_endings", "distinct", "spoken", "answer_tokens"
RIGHT = "on_point"
LIKELIHOOD = "chosen_log_likelihood"
HINT = (
    "Stop the run and discard it; start again with a third of the learning rate. A higher beta or more imitation, "
    "where the objective has them, holds the model back, too."
)
_KEPT_ENDINGS = 0.5  # of those at the start; healthy runs keep nearly all
_KEPT_DISTINCT = 0.7
_KEPT_SPOKEN = 0.5
_KEPT_RIGHT = 0.5
_MOST_LOST = 1.5  # nats a token: each word of a good answer has become four and a half times less likely
_LEAST_AT_START = 0.5  # a share below this at the start says too little to be missed


class Answer(NamedTuple):
    """What a model said to one prompt.

    Attributes:
        prompt: the last thing it was asked.
        text: the answer, without marks.
        tokens: the answer as tokens, marks included.
        ended: whether it ended by itself.
        point: words that every right answer says, as far as the row tells; empty where it does not.
    """

    prompt: str
    text: str
    tokens: tuple[int, ...]
    ended: bool
    point: tuple[str, ...] = ()


def speech(answers: Sequence[Answer]) -> dict[str, float]:
    """Return what a reader would see at a glance, as figures; nothing where nothing was asked.

    ``clean_endings``: share of answers that end by themselves. ``distinct``: share of pairs of neighbouring tokens that
    are not repeats within their answer (distinct-2 of Li et al. 2016, section 5, an answer's mean), 1 where nothing is
    said twice. ``spoken``: share of answers that say anything. ``answer_tokens``: their mean length. ``on_point``:
    share of what the better and the worse answer of a row both say that is still said, which stands for rightness where
    they differ in manner; left out where no row tells.
    """
    if not answers:
        return {}
    count = len(answers)
    told = [share_said(answer.text, answer.point) for answer in answers if answer.point]
    right = {RIGHT: sum(told) / len(told)} if told else {}
    return right | {
        CLEAN: sum(answer.ended for answer in answers) / count,
        DISTINCT: sum(_distinct(answer.tokens) for answer in answers) / count,
        SPOKEN: sum(any(sign.isalnum() for sign in answer.text) for answer in answers) / count,
        LENGTH: sum(len(answer.tokens) for answer in answers) / count,
    }


def signs_of_collapse(start: Mapping[str, float], now: Mapping[str, float]) -> list[str]:
    """Return what shows that the text is being destroyed, each in a few words; empty for a healthy model.

    Args:
        start: the figures before the first step.
        now: the figures of the model as it is.
    """
    found = []
    if _lost(start, now, CLEAN, _KEPT_ENDINGS):
        found.append(f"only {now[CLEAN]:.0%} of the sample answers still end by themselves ({start[CLEAN]:.0%} before)")
    if _lost(start, now, DISTINCT, _KEPT_DISTINCT):
        repeated = [1 - figures[DISTINCT] for figures in (now, start)]
        found.append(f"{repeated[0]:.0%} of what the sample answers say is repetition ({repeated[1]:.0%} before)")
    if _lost(start, now, SPOKEN, _KEPT_SPOKEN):
        found.append(f"only {now[SPOKEN]:.0%} of the sample answers say anything ({start[SPOKEN]:.0%} before)")
    if _lost(start, now, RIGHT, _KEPT_RIGHT):
        found.append(f"only {now[RIGHT]:.0%} of what right answers say is still said ({start[RIGHT]:.0%} before)")
    if LIKELIHOOD in start and LIKELIHOOD in now and now[LIKELIHOOD] < start[LIKELIHOOD] - _MOST_LOST:
        found.append(
            f"the better held-out answers lost {start[LIKELIHOOD] - now[LIKELIHOOD]:.1f} nats of likelihood a token"
        )
    return found


def collapse_sentence(signs: Sequence[str]) -> str:
    """Return what is happening, for whoever watches the run."""
    return (
        f"The model is losing its words: {'; '.join(signs)}. The other figures, pair accuracy among them, do not show "
        "this."
    )


def _lost(start: Mapping[str, float], now: Mapping[str, float], name: str, kept: float) -> bool:
    return start.get(name, 0.0) >= _LEAST_AT_START and name in now and now[name] < kept * start[name]


def _distinct(tokens: Sequence[int]) -> float:
    pairs = list(itertools.pairwise(tokens))
    return len(set(pairs)) / len(pairs) if pairs else 1.0
