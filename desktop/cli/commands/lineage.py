"""``fettle lineage``: the family tree of a model, from the first model to what was made from it; it changes nothing."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from desktop.cli.base import Command
from desktop.cli.output import Output
from desktop.cli.run_words import model_named
from desktop.engine.models.kin import BASE, Kin
from desktop.engine.models.lineage import family


class Lineage(Command):
    """Shows a family tree."""

    id = "lineage"
    title = "Family tree"
    summary = "Show what a model was made from, how, and what was made from it."
    order = 57

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the model."""
        parser.add_argument("model", metavar="MODEL", help="a run, or any model a job could name")

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Print the tree."""
        found = family(model_named(args.model))
        out.say(found.model.title)
        for line in _told(found.model):
            out.say(f"  {line}")
        for head, kins in (("Made from", found.model.further), ("Made from it", found.tuned)):
            if kins:
                out.say(f"\n{head}")
                for line in _tree(kins, ""):
                    out.say(line)
        if found.model.made is None and not found.tuned:
            out.say("  Nothing is known of how it was made, and nothing was made from it here.")
        out.result(found.as_dict())
        return 0


def _tree(kins: tuple[Kin, ...], edge: str) -> Iterator[str]:
    for place, kin in enumerate(kins):
        last = place == len(kins) - 1
        yield f"{edge}{'└─ ' if last else '├─ '}{_headline(kin)}"
        below = edge + ("   " if last else "│  ")
        for line in () if kin.again else _told(kin):
            yield f"{below}{'│  ' if kin.further else '   '}{line}"
        yield from _tree(kin.further, below)


def _headline(kin: Kin) -> str:
    role = "" if kin.role in ("", BASE) else f"{kin.role}: "
    again = " (see above)" if kin.again else ""
    return f"{role}{kin.title}{again}{'' if kin.there else ' (not here)'}"


def _told(kin: Kin) -> Iterator[str]:
    """Yield what is known of a model, a line each."""
    if kin.made is not None:
        yield kin.made.words
        if kin.made.figure is not None:
            yield kin.made.figure.words
        for data in kin.made.data:
            yield f"{data.name}  SHA-256 {data.short}"
    if kin.problem:
        yield kin.problem
    if kin.changed:
        yield "Its weights are not those that were tuned: they were changed or replaced since."
