"""The chat templates that ship with the program, and the one a job asks for; it knows no tokenizer in particular."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop import paths
from desktop.engine.errors import RequestError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

FALLBACK = "plain"
LONGEST = 200_000  # characters; the longest template in use anywhere is a tenth of it
_GENERATION = re.compile(r"\{%-?\s*generation\s*-?%\}")
_HEADER = re.compile(r"\A\{#-? title: (?P<title>.*?) \| about: (?P<about>.*?) \| takes: (?P<takes>.*?) -?#\}\n")


@dataclass(frozen=True)
class ShippedTemplate:
    """One chat template of ours, as its first line describes it.

    Attributes:
        id: name in job files.
        title: name on screen.
        about: one sentence.
        system: whether it shows system messages.
        tools: whether it shows tools and calls.
    """

    id: str
    title: str
    about: str
    system: bool
    tools: bool


def shipped() -> dict[str, Path]:
    """Return name -> file of every template of ours."""
    return {file.stem: file for file in sorted((paths.resources() / "templates").glob("*.jinja"))}


def listed() -> list[ShippedTemplate]:
    """Return every template of ours with its description, for lists to choose from."""
    return [_described(name, file.read_text(encoding="utf-8")) for name, file in shipped().items()]


def template_named(name: str) -> str:
    """Return the text of one of our templates."""
    known = shipped()
    if name not in known:
        raise RequestError(
            "no_template", f"There is no chat template called {name!r}.", f"There are: {', '.join(known)}."
        )
    return known[name].read_text(encoding="utf-8")


def is_template_text(choice: str) -> bool:
    """Tell whether ``choice`` is a template itself and not the name of one."""
    return "{%" in choice or "{{" in choice


def chosen(choice: str | None) -> str | None:
    """Return the template a job or a request asks for, ``None`` where it leaves the model its own.

    Raises:
        RequestError: no template of ours has this name, or the text is no template.
    """
    if not choice or not choice.strip():
        return None
    if not is_template_text(choice):
        return template_named(choice.strip())
    if len(choice) > LONGEST:
        raise RequestError("template_syntax", f"This chat template is longer than {LONGEST:,} characters.", "Cut it.")
    from desktop.engine.data.rendering.template_sandbox import check_syntax

    check_syntax(choice)
    return choice


def trusted(template: str) -> bool:
    """Tell whether ``template`` came with the program, alone or with one of its models."""
    ours = [*shipped().values(), *sorted(paths.bundled_models().glob("*/chat_template.jinja"))]
    return any(file.read_text(encoding="utf-8") == template for file in ours)


def template_of(tokenizer: PreTrainedTokenizerBase) -> str:
    """Return the model's own chat template, or ours where it has none."""
    return own_template(tokenizer) or template_named(FALLBACK)


def own_template(tokenizer: PreTrainedTokenizerBase) -> str | None:
    """Return the template that came with the tokenizer: of several, the one called default, else the first."""
    own = tokenizer.chat_template
    if isinstance(own, dict):
        own = own.get("default") or next(iter(own.values()), None)
    return own if isinstance(own, str) and own.strip() else None


def marks_answers(template: str) -> bool:
    """Tell whether the template itself says which part is the model's answer (``{% generation %}``)."""
    return _GENERATION.search(template) is not None


def _described(name: str, text: str) -> ShippedTemplate:
    found = _HEADER.match(text)
    if found is None:
        raise ValueError(f"{name}.jinja does not say what it is in its first line")
    takes = {word.strip() for word in found["takes"].split(",")}
    return ShippedTemplate(name, found["title"].strip(), found["about"].strip(), "system" in takes, "tools" in takes)
