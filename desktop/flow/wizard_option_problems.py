"""What is wrong with the options of a method, beside the field it concerns; it knows no form."""

from __future__ import annotations

from pydantic import ValidationError

from desktop.engine.errors import Problem
from desktop.engine.job import Choice, problems_of
from desktop.engine.methods import METHODS


def option_problems(method: Choice) -> list[Problem]:
    """Return every value of ``method`` that its options refuse; empty where they hold together."""
    try:
        METHODS.get(method.id).options.model_validate(method.options)
    except ValidationError as error:
        return problems_of(error)
    return []
