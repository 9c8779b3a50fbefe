"""Shows registered things (methods, objectives) to people and programs; it knows what all of them have in common."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from desktop.cli.output import Output
from desktop.engine.options import OptionField, fields_of
from desktop.engine.registry import Registrable

WIDTH = 100


def show_all(things: Sequence[Registrable], out: Output, extra: Sequence[str] = ()) -> None:
    """List ``things``, one line each; programs also get the attributes named in ``extra``."""
    out.table(("ID", "TITLE", ""), [(thing.id, thing.title, thing.summary) for thing in things])
    out.result([_facts(thing, extra) for thing in things])


def show_one(thing: Registrable, out: Output) -> None:
    """Explain one thing and list its options."""
    fields = fields_of(getattr(thing, "options")) if hasattr(thing, "options") else []  # noqa: B009  not of every kind
    paragraphs = [f"{thing.title} ({thing.id})", thing.summary, getattr(thing, "explanation", "")]
    for label, name in (("Take it", "use_when"), ("Leave it", "avoid_when"), ("Source", "paper")):
        if words := getattr(thing, name, ""):
            paragraphs.append(f"{label}: {words}")
    text = "\n\n".join(textwrap.fill(words, WIDTH) for words in paragraphs if words)
    text += "".join("\n\n" + option_text(field) for field in fields)
    options = [
        {"name": field.name, "help": field.help, "default": field.default, "typical": field.typical} for field in fields
    ]
    out.result({**_facts(thing, ("explanation", "use_when", "avoid_when", "paper")), "options": options}, text)


def _facts(thing: Registrable, extra: Sequence[str]) -> dict[str, Any]:
    names = ("id", "title", "summary", *extra)
    return {name: getattr(thing, name) for name in names if hasattr(thing, name)}


def option_text(field: OptionField) -> str:
    """Return one option with its default, choices and usual range, and its help below."""
    bounds = f"; typically {field.typical}" if field.typical else ""
    choices = f"; one of {', '.join(field.choices)}" if field.choices else ""
    head = f"  {field.name} = {field.default}{choices}{bounds}"
    return head + "\n" + textwrap.fill(field.help, WIDTH, initial_indent="      ", subsequent_indent="      ")
