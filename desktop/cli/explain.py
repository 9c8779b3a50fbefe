"""A job as a file with every setting in it and a line of help above each; it runs nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from desktop.engine.check import options_of
from desktop.engine.defaults import default_learning_rate
from desktop.engine.errors import RequestError
from desktop.engine.job import JobSpec, Training
from desktop.engine.methods import METHODS
from desktop.engine.models.facts import facts_of
from desktop.engine.models.library import resolve
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.options import OptionField, fields_of


def explained(job: JobSpec) -> dict[str, Any]:
    """Return ``job`` with every default written out, those of its method and objective included."""
    values = job.to_mapping(explain=True)
    method, objective = METHODS.get(job.method.id), OBJECTIVES.get(job.objective.id)
    values["method"] = {"id": method.id, **options_of(method, job.method).model_dump(mode="json")}
    values["objective"] = {"id": objective.id, **options_of(objective, job.objective).model_dump(mode="json")}
    return values


def explained_yaml(job: JobSpec) -> str:
    """Return the same as YAML that reads back as ``job``, each setting under its own line of help."""
    values = explained(job)
    groups = {
        "method": fields_of(METHODS.get(job.method.id).options),
        "objective": fields_of(OBJECTIVES.get(job.objective.id).options),
        "training": fields_of(Training),
    }
    lines: list[str] = []
    for key, value in values.items():
        text = yaml.safe_dump({key: value}, sort_keys=False, allow_unicode=True)
        lines += _with_help(text.splitlines(), groups.get(key, ()))
        if key == "training" and job.training.learning_rate is None:
            lines.append(f"  # (an empty learning_rate means {_usual_rate(job)} here)")
    return "\n".join(lines) + "\n"


def _with_help(lines: Iterable[str], fields: Iterable[OptionField]) -> Iterable[str]:
    helps = {field.name: field for field in fields}
    for line in lines:
        name = line.strip().partition(":")[0]
        if line.startswith("  ") and not line.startswith("   ") and name in helps:
            field = helps[name]
            usual = f" Typical: {field.typical}." if field.typical else ""
            yield f"  # {field.help}{usual}"
        yield line


def _usual_rate(job: JobSpec) -> str:
    try:
        facts = facts_of(resolve(job.model).folder)
    except RequestError:
        facts = None
    return f"{default_learning_rate(job, facts):g}"
