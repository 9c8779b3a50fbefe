"""How methods are ranked: a grade for the goal, less what data, model and machine take from it; it knows no words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from desktop.engine.advise.base import Advice, Situation
from desktop.engine.advise.table import row_of

SMALL_MODEL = 50e6  # weights; a model that small is cheap to move whole, and has little to forget
LARGE_MODEL = 1e9
_MOST_ENOUGH = 20_000  # rows; what full fine-tuning wants
_TIGHT = 0.3
_FEW_ROWS = 1.0  # for each ten times too few
_MANY_ROWS = 1.6  # rows enough for the weights that move, in a model that is cheap to move; less in a larger one
_SMALL = 0.8  # for each ten times the model is too small for a method
_SLOW = 0.25  # for each doubling over the quickest
_NO_NEED = 0.5  # packing a base that fits as it is
_NO_NEED_CPU = 1.0  # and on the processor it is slow beside
_MEMORY = 2.5  # for the share of memory saved, where memory is the goal
_ONE_SET = 2.0
_SIZE = 0.25  # for each ten times smaller, where size is the goal


def score_of(one: Advice, others: Sequence[Advice], situation: Situation) -> float:
    """Return how well a method suits; higher is better, comparable within one list only."""
    row, facts = row_of(one.id), situation.facts
    score = row.grade(situation.goal)
    score -= _SMALL * decades(row.smallest_model, facts.parameters)
    if situation.rows:
        score -= _FEW_ROWS * decades(row.fewest, situation.rows)
        score -= _FEW_ROWS * weight_of_size(facts.parameters) * decades(row.enough, situation.rows)
        if row.enough and situation.rows >= row.enough:
            score += _MANY_ROWS * (1 if facts.parameters <= SMALL_MODEL else 0.3) * row.enough / _MOST_ENOUGH
    if one.id == "multitask_prompt" and situation.sets < 2:
        score -= _ONE_SET
    if one.estimate is not None and one.estimate.verdict == "tight":
        score -= _TIGHT
    if situation.goal != "memory" and packed_for_nothing(one, others):
        score -= _NO_NEED if one.estimate is None or one.estimate.device == "cuda" else _NO_NEED_CPU
    if situation.goal == "memory" and one.estimate is not None:
        most = max(other.estimate.total_mib for other in others if other.estimate is not None)
        score += _MEMORY * (1 - one.estimate.total_mib / most)
    if situation.goal == "smallest":
        score += _SIZE * decades(max(other.file_mib for other in others), max(one.file_mib, 1e-3))
    if one.seconds is not None and situation.goal != "quality":
        quickest = min(other.seconds for other in others if other.seconds is not None)
        score -= _SLOW * math.log2(max(1.0, one.seconds / max(quickest, 1e-9)))
    return score


def decades(wanted: float, there: float) -> float:
    """Return by how many powers of ten ``there`` falls short of ``wanted``; 0 where it does not."""
    return math.log10(wanted / there) if wanted > there > 0 else 0.0


def weight_of_size(parameters: int) -> float:
    """Return how much it matters that rows are few for the weights that move: little in a small model."""
    if parameters <= SMALL_MODEL:
        return 0.4
    return min(1.0, 0.4 + 0.6 * math.log10(parameters / SMALL_MODEL) / math.log10(LARGE_MODEL / SMALL_MODEL))


def packed_for_nothing(one: Advice, others: Sequence[Advice]) -> bool:
    """Tell whether a method packs the base although LoRA over the plain one fits well."""
    if one.job.quantization == "none":
        return False
    plain = next((other for other in others if other.id == "lora"), None)
    if plain is None or not plain.usable or plain.job.quantization != "none":
        return False
    return plain.estimate is None or plain.estimate.verdict == "fits"
