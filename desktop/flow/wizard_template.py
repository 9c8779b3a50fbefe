"""Which chat template a row is written in: the model's own, one of ours, or one edited by hand; it knows no widget."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.engine.data.rendering.templates import FALLBACK, shipped, template_named

OWN = ""
EDITED = "edited"


@dataclass(frozen=True)
class TemplateChoice:
    """One template to choose: its id, its name, what it is in a sentence."""

    id: str
    title: str
    sentence: str = ""


def templates_from(report: Mapping[str, Any]) -> tuple[TemplateChoice, ...]:
    """Return what the ``templates`` operation lists."""
    return tuple(
        TemplateChoice(str(one["id"]), str(one.get("title") or one["id"]), str(one.get("sentence") or ""))
        for one in report.get("templates") or ()
    )


def ours() -> tuple[TemplateChoice, ...]:
    """Return the templates that came with the program, by their names alone."""
    return tuple(TemplateChoice(name, name.replace("_", " ").capitalize()) for name in shipped())


def is_edited(template: str) -> bool:
    """Tell whether ``template`` is a text of the user's, not a name."""
    return template != OWN and template not in shipped()


def template_words(template: str) -> str:
    """Return what a template is called on screen."""
    if template == OWN:
        return "the model's own"
    return "edited" if is_edited(template) else template


def template_text(template: str, model_folder: str) -> str:
    """Return the text to begin an edit with: of the template, or of the model whose files lie in ``model_folder``."""
    if is_edited(template):
        return template
    if template != OWN:
        return template_named(template)
    return _own(Path(model_folder)) or template_named(FALLBACK)


def _own(folder: Path) -> str:
    try:
        return (folder / "chat_template.jinja").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        pass
    try:
        values = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    found = values.get("chat_template") if isinstance(values, dict) else None
    if isinstance(found, list):  # several by name, as some models have them
        named = {str(one.get("name")): one.get("template") for one in found if isinstance(one, dict)}
        found = named.get("default") or next(iter(named.values()), None)
    return found if isinstance(found, str) else ""
