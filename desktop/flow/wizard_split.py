"""How the rows are parted into those learned from and those held out, in words; it parts nothing."""

from __future__ import annotations

from desktop.flow.wizard import Wizard
from desktop.flow.wizard_inferred import split_of


def split_words(wizard: Wizard) -> str:
    """Return how many rows are learned from and held out, and by what; empty while nothing is known."""
    data = wizard.findings.data
    if data is None or not data.kind or wizard.plan.train < 1:
        return ""
    told = data.split
    if told is not None and told.sentence and split_of(wizard.findings, wizard.job.training) is not None:
        return told.sentence
    said = f"{wizard.plan.train:,} rows to learn from, {wizard.plan.validation:,} held out"
    how = told.sentence.partition("(")[2].partition(")")[0] if told is not None else ""
    return f"{said} ({how})" if how else said
