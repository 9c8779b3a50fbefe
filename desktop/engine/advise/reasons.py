"""Why a method stands where it stands, in sentences with their figures; it ranks nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from desktop.engine.advise.base import Advice, Reason, Situation, goal
from desktop.engine.advise.score import SMALL_MODEL, packed_for_nothing, weight_of_size
from desktop.engine.advise.table import WhenToUse, row_of
from desktop.engine.advise.words import GOAL_WORDS
from desktop.engine.memory.sizes import count, share, size
from desktop.engine.methods import METHODS

_GOOD, _POOR = 3.9, 2.7  # grades


def line_of(one: Advice, found: Sequence[Advice], situation: Situation) -> str:
    """Return the one sentence that matters most here."""
    if one.refusal:
        return one.refusal
    if not one.fits and one.estimate is not None:
        return f"{size(-one.estimate.spare_mib)} more than is free here."
    row = row_of(one.id)
    few = _few_rows(one, row, situation)
    if one.place == 1:
        why = few_words(situation) if one.adapter and _rows_are_few(situation) else _goal_words(row, situation)
        return f"Best first choice here: {_lowered(why)}"
    if few:
        return few
    if packed_for_nothing(one, found):
        return _no_need(found)
    if row.smallest_model > situation.facts.parameters:
        return f"Needs a larger model: it works from about {count(row.smallest_model)} weights on."
    if row.grade(situation.goal) < _POOR:
        return _goal_words(row, situation)
    return f"{row.goal[:1].upper()}{row.goal[1:]}."


def reasons_of(one: Advice, found: Sequence[Advice], situation: Situation) -> tuple[Reason, ...]:
    """Return every reason, the weightiest first."""
    if one.refusal:
        return (Reason("against", f"{one.refusal} {one.cure}".strip()),)
    row, facts = row_of(one.id), situation.facts
    reasons = []
    if one.estimate is not None and not one.fits:
        reasons.append(Reason("against", one.estimate.sentence))
    grade = row.grade(situation.goal)
    tone: Literal["for", "against", "note"] = "for" if grade >= _GOOD else "against" if grade < _POOR else "note"
    reasons.append(Reason(tone, f"{goal(situation.goal).title}: {_goal_words(row, situation)}"))
    few = _few_rows(one, row, situation)
    if few:
        reasons.append(Reason("against", few))
    elif situation.rows and one.adapter and _rows_are_few(situation):
        reasons.append(Reason("for", few_words(situation)))
    elif row.enough and situation.rows >= row.enough:
        reasons.append(Reason("for", f"{situation.rows:,} rows are enough to move that many weights."))
    if row.smallest_model > facts.parameters:
        reasons.append(
            Reason(
                "against",
                f"It works well from about {count(row.smallest_model)} weights on, and this model has "
                f"{count(facts.parameters)}.",
            )
        )
    if one.id == "multitask_prompt" and situation.sets < 2:
        reasons.append(Reason("against", "It shares what several tasks have in common, and there is one data set."))
    if packed_for_nothing(one, found):
        reasons.append(Reason("against", _no_need(found)))
    if one.estimate is not None and one.fits:
        reasons.append(Reason("for" if one.estimate.verdict == "fits" else "note", one.estimate.sentence))
    learns = f"{count(one.trainable)} weights learn, {share(one.trainable, one.total)} of the model's"
    kept = "the result is a file of" if one.adapter else "the result is a whole model of"
    reasons.append(Reason("note", f"{learns}; {kept} {size(one.file_mib)}."))
    if one.unmergeable:
        reasons.append(Reason("note", one.unmergeable))
    method = METHODS.get(one.id)
    reasons.append(Reason("note", f"Take it when: {_lowered(method.use_when)}"))
    reasons.append(Reason("note", f"Think twice when: {_lowered(method.avoid_when)}"))
    return tuple(reasons)


def few_words(situation: Situation) -> str:
    """Return why few rows speak for a method that moves few weights."""
    return f"{situation.rows:,} rows are too few to move all {count(situation.facts.parameters)} weights safely."


def _rows_are_few(situation: Situation) -> bool:
    return 0 < situation.rows < row_of("full").enough * (0.1 if situation.facts.parameters < SMALL_MODEL else 1)


def _few_rows(one: Advice, row: WhenToUse, situation: Situation) -> str:
    if not situation.rows:
        return ""
    if situation.rows < row.fewest:
        return f"{situation.rows:,} rows give it too few steps; it wants about {row.fewest:,}."
    if situation.rows < row.enough / 4 and weight_of_size(situation.facts.parameters) > 0.5:
        return f"{situation.rows:,} rows are too few to move {count(one.trainable)} weights safely."
    return ""


def _goal_words(row: WhenToUse, situation: Situation) -> str:
    return GOAL_WORDS[situation.goal][row.kind]


def _no_need(found: Sequence[Advice]) -> str:
    plain = next(other for other in found if other.id == "lora")
    return f"{plain.title} fits without packing the base, so this is only slower and a little less exact."


def _lowered(sentence: str) -> str:
    """Return a sentence as it goes on after a colon; a name such as LoRA keeps its capitals."""
    first = sentence.partition(" ")[0]
    return sentence[:1].lower() + sentence[1:] if first[1:].islower() or len(first) == 1 else sentence
