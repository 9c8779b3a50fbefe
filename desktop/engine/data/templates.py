"""The chat templates that ship with the program; it knows no tokenizer in particular."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from desktop import paths
from desktop.engine.errors import RequestError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

FALLBACK = "plain"
_GENERATION = re.compile(r"\{%-?\s*generation\s*-?%\}")


def shipped() -> dict[str, Path]:
    """Return name -> file of every template of ours."""
    return {file.stem: file for file in sorted((paths.resources() / "templates").glob("*.jinja"))}


def template_named(name: str) -> str:
    """Return the text of one of our templates."""
    known = shipped()
    if name not in known:
        raise RequestError(
            "no_template", f"There is no chat template called {name!r}.", f"There are: {', '.join(known)}."
        )
    return known[name].read_text(encoding="utf-8")


def template_of(tokenizer: PreTrainedTokenizerBase) -> str:
    """Return the model's own chat template, or ours where it has none."""
    own = tokenizer.chat_template
    if isinstance(own, dict):
        own = own.get("default") or next(iter(own.values()), None)
    return own if isinstance(own, str) and own.strip() else template_named(FALLBACK)


def marks_answers(template: str) -> bool:
    """Tell whether the template itself says which part is the model's answer (``{% generation %}``)."""
    return _GENERATION.search(template) is not None
