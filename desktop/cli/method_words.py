"""A method in words for the command line, and as plain data for programs; it knows no method in particular."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from desktop.cli.catalogue import WIDTH, option_text
from desktop.engine.compatibility import Compatibility, Verdict, compatibility
from desktop.engine.methods.base import Method, ModelFacts
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.options import fields_of
from desktop.engine.quantization import QUANTIZATIONS

HEAD = ("ROW", "ID", "TITLE", "BASE", "CHECKPOINTING", "MERGES", "")
_SHORT = {"none": "16", "8bit": "8", "nf4": "4"}
_KINDS = {"causal": "text generators", "masked": "encoders", "seq2seq": "encoder-decoders"}
_WORDS = (
    "id", "title", "family", "row", "summary", "explanation", "use_when", "avoid_when", "paper", "pros", "cons",
    "picture", "is_adapter", "is_prompt",
)  # fmt: skip


def facts_of_method(method: Method, facts: ModelFacts | None) -> dict[str, Any]:
    """Return everything there is to say of ``method``, on the model of ``facts`` where one is named."""
    found = compatibility(method, facts)
    return {
        **{name: getattr(method, name) for name in _WORDS},
        "needs": method.needs,
        "missing": method.missing(),
        "options": [asdict(field) for field in fields_of(method.options)],
        "compatibility": found.as_dict(),
        "merge": {"works": found.merges, "where": [asdict(verdict) for verdict in found.merge]},
    }


def cells(method: Method, facts: ModelFacts | None) -> tuple[str, ...]:
    """Return the cells of ``method`` under ``HEAD``."""
    found = compatibility(method, facts)
    base = " ".join(short for id, short in _SHORT.items() if id in found.stored)
    merges = {True: "yes", False: "no", None: "partly"}[found.merges] if method.is_adapter else "whole"
    checkpointing = "yes" if found.checkpointing.works else "no"
    where = (base, checkpointing, merges) if base else ("-", "-", "-")
    return (method.row, method.id, method.title, *where, method.summary)


def explained(method: Method, facts: ModelFacts | None) -> str:
    """Return all of it as paragraphs."""
    paragraphs = [f"{method.title} ({method.id})", method.summary, method.explanation]
    paragraphs += [f"Take it: {method.use_when}", f"Leave it: {method.avoid_when}"]
    paragraphs += [f"For it: {'; '.join(method.pros)}."] if method.pros else []
    paragraphs += [f"Against it: {'; '.join(method.cons)}."] if method.cons else []
    paragraphs += [f"Source: {method.paper}", method.missing()]
    text = "\n\n".join(textwrap.fill(words, WIDTH) for words in paragraphs if words)
    options = "".join("\n\n" + option_text(field) for field in fields_of(method.options))
    return f"{text}\n\nGoes with\n{_goes_with(compatibility(method, facts))}{options}"


def _goes_with(found: Compatibility) -> str:
    titles = {id: item.title for id, item in QUANTIZATIONS.items()}
    objectives = {objective.id: objective.title for objective in OBJECTIVES.all()}
    lines = [
        f"  Models: {', '.join(_KINDS[verdict.id] for verdict in found.kinds)}",
        *_lines("Base", found.quantizations, titles),
        *_lines("Objectives", found.objectives, objectives),
        *_lines("Gradient checkpointing", (found.checkpointing,), {"checkpointing": "yes"}),
        *_lines("Merging", found.merge, {id: f"trained over {title}" for id, title in titles.items()}),
    ]
    return "\n".join(lines)


def _lines(label: str, verdicts: Sequence[Verdict], titles: dict[str, str]) -> list[str]:
    """Return one line of what works, and one for each reason why something does not, however often it is given."""
    works = [titles[verdict.id] for verdict in verdicts if verdict.works]
    lines = [f"  {label}: {', '.join(works) or 'no'}"]
    for reason in dict.fromkeys(verdict.reason for verdict in verdicts if not verdict.works):
        wrapped = textwrap.fill(reason, WIDTH, initial_indent="    not else: ", subsequent_indent="      ")
        lines.append(wrapped if works else wrapped.replace("not else: ", "", 1))
    return lines
