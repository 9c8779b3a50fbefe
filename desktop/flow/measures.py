"""What the figures of objectives are called and how their numbers are written; it knows no run and no screen."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from desktop.engine.errors import RequestError
from desktop.engine.evaluate.tasks import LOSS_OF
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import LOSS, Measure
from desktop.flow.amounts import MISSING, loss, short

ARROW = "\N{RIGHTWARDS ARROW}"
SAME = 1e-9  # two figures this near are one

# Figures that runs carry beside the measures their objectives are judged by; what is not here is named by its key.
_OTHERS = {
    measure.key: measure
    for measure in (
        Measure("perplexity", "Perplexity"),
        Measure("reward", "Reward", "higher"),
        Measure("kl", "Distance from the start (KL)"),
        Measure("entropy", "Entropy of the answers", "higher"),
        Measure("clip_fraction", "Clipped updates", share=True),
        Measure("value_loss", "Loss of the value head"),
        Measure("policy_loss", "Loss of the policy"),
        Measure("beta", "Weight of the KL penalty"),
        Measure("pair_accuracy", "Pair accuracy", "higher", share=True),
        Measure("margin", "Reward margin", "higher"),
        Measure("length", "Tokens an answer", "higher"),
        Measure("answer_tokens", "Tokens a sample answer", "higher"),
        Measure("ended", "Answers that end", "higher", share=True),
        Measure("groups_alike", "Questions whose answers earn alike", share=True),
        Measure("clean_endings", "Sample answers that end", "higher", share=True),
        Measure("distinct", "Sample answers without repeats", "higher", share=True),
        Measure("spoken", "Sample answers with words", "higher", share=True),
        Measure("on_point", "Of what right answers say, still said", "higher", share=True),
        Measure("chosen_reward", "Better answer, reward", "higher"),
        Measure("reward_chosen", "Better answer, reward", "higher"),
        Measure("rejected_reward", "Worse answer, reward"),
        Measure("reward_rejected", "Worse answer, reward"),
        Measure("chosen_log_likelihood", "Better answer, log-likelihood", "higher"),
        Measure("rejected_log_likelihood", "Worse answer, log-likelihood"),
        Measure("rouge1", "ROUGE-1", "higher"),
        Measure("rouge2", "ROUGE-2", "higher"),
        Measure("old_loss", "Loss on the old task"),
        Measure("forgetting", "Forgetting"),
        Measure("penalty", "Pull back to the start"),
    )
}
_WORDS = {"kl": "KL", "f1": "F1", "sft": "SFT", "nll": "negative log-likelihood", "rouge": "ROUGE", "bleu": "BLEU"}


@dataclass(frozen=True)
class Change:
    """A held-out figure before training and now.

    Attributes:
        measure: what is measured.
        before: its value before the first step, NaN where it was not measured.
        now: its newest value.
    """

    measure: Measure
    before: float
    now: float

    @property
    def before_words(self) -> str:
        """The value before, written."""
        return written(self.before, self.measure)

    @property
    def now_words(self) -> str:
        """The value now, written."""
        return written(self.now, self.measure)

    @property
    def words(self) -> str:
        """Both, the one before where it is known."""
        if not math.isfinite(self.before):
            return self.now_words
        return f"{self.before_words} {ARROW} {self.now_words}"

    @property
    def turn(self) -> Literal["better", "worse", ""]:
        """Which way it went; empty where it stands, or where one of both is no number."""
        rise = self.now - self.before
        if not math.isfinite(rise) or abs(rise) < SAME or self.before_words == self.now_words:
            return ""
        return "better" if (rise > 0) == (self.measure.better == "higher") else "worse"


def measures_of(objective: str) -> tuple[Measure, ...]:
    """Return the figures an objective is judged by; the loss alone for one that this version does not know."""
    try:
        return OBJECTIVES.get(objective).measures
    except RequestError:
        return (LOSS,)


def first_measure(objective: str) -> Measure:
    """Return the figure an objective is judged by above all."""
    return measures_of(objective)[0]


def measure_for(key: str, objective: str) -> Measure:
    """Return what the figure called ``key`` is, whichever run carries it; its title is in words for any key."""
    own = next((measure for measure in measures_of(objective) if measure.key == key), None)
    found = own or _OTHERS.get(key)
    if found is not None:
        return found
    name, _, task = key.partition("/")
    if task:
        whole = measure_for(name, objective)
        return Measure(key, f"{'Loss' if key.startswith(LOSS_OF) else whole.title}: {task}", whole.better, whole.share)
    return Measure(key, _title(key), "higher" if "reward" in key or "accuracy" in key else "lower")


def changes(objective: str, before: Mapping[str, float], now: Mapping[str, float]) -> tuple[Change, ...]:
    """Return the figures an objective is judged by that ``now`` has, before and now."""
    return tuple(
        Change(measure, before.get(measure.key, math.nan), now[measure.key])
        for measure in measures_of(objective)
        if measure.key in now
    )


def written(value: float, measure: Measure) -> str:
    """Return a value as people write it: per cent where it is a share, a loss with as many places as it deserves."""
    if not math.isfinite(value):
        return MISSING if math.isnan(value) else "infinite"
    if measure.share:
        return share(value)
    return loss(value) if "loss" in measure.key or abs(value) < 1 else short(value)


def share(value: float) -> str:
    """Return a share as per cent: never 100 % or 0 % of what is not all or nothing."""
    if not math.isfinite(value):
        return MISSING
    per_cent = 100 * value
    if 99 < per_cent < 100:
        return f"{min(per_cent, 99.9):.1f} %"
    if 0 < per_cent < 1:
        return f"{max(per_cent, 0.1):.1f} %"
    return f"{per_cent:.0f} %"


def _title(key: str) -> str:
    words = [_WORDS.get(word, word) for word in key.replace("-", "_").split("_") if word]
    title = " ".join(words) or key
    return title[:1].upper() + title[1:]
