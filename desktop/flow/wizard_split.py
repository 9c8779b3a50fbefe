"""How the rows are parted into those learned from and those held out, in words; it parts nothing."""

from __future__ import annotations

from desktop.engine.job import Training
from desktop.flow.wizard import Wizard


def split_words(wizard: Wizard) -> str:
    """Return how many rows are learned from and held out, and by what; empty while nothing is known."""
    data = wizard.findings.data
    if data is None or not data.kind or wizard.plan.train < 1:
        return ""
    usual = Training().validation_share
    told = data.split
    if told is not None and told.sentence and len(wizard.answers.data) == 1 and _share(wizard) == usual:
        return told.sentence
    said = f"{wizard.plan.train:,} rows to learn from, {wizard.plan.validation:,} held out"
    how = told.sentence.partition("(")[2].partition(")")[0] if told is not None else ""
    return f"{said} ({how})" if how else said


def _share(wizard: Wizard) -> float:
    return wizard.job.training.validation_share
