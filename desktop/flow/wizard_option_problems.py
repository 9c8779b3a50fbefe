"""What is wrong with the options of a method, beside the field it concerns; it knows no form."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError

from desktop.engine.check import method_refusal, setting_of
from desktop.engine.errors import Problem
from desktop.engine.job import JobSpec, problems_of
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import ModelFacts


def option_problems(job: JobSpec, facts: ModelFacts | None) -> list[Problem]:
    """Return what stands against the options of the method of ``job``, by field; empty where they hold together.

    A refusal is an option's if the method's defaults are not refused: then it belongs to the option that it names
    first, else to the changed one without which it is gone.
    """
    method, given = METHODS.get(job.method.id), job.method.options
    try:
        options = method.options.model_validate(given)
    except ValidationError as error:
        return problems_of(error)
    setting = setting_of(job, facts)
    refusal = method_refusal(method, setting, options)
    if not refusal or not given or method_refusal(method, setting, method.options()):
        return []
    words = re.findall(r"\w+", refusal.lower())
    named = next((word for word in words if word in method.options.model_fields), None)

    def cured(without: str) -> bool:
        rest: dict[str, Any] = {name: value for name, value in given.items() if name != without}
        return method_refusal(method, setting, method.options.model_validate(rest)) is None

    field = named or next((name for name in given if cured(name)), None)
    return [Problem(field, refusal)] if field else []
