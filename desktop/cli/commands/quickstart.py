"""``fettle quickstart``: the whole loop in about a minute, with the figures that show it worked; it decides nothing."""

from __future__ import annotations

import argparse

from desktop.cli.base import Command
from desktop.cli.following import followed
from desktop.cli.output import Output
from desktop.engine.errors import UserError
from desktop.engine.launch import launch
from desktop.flow import quickstart
from desktop.flow.quickstart import Report

SHOWN_ANSWERS = 3


class Quickstart(Command):
    """Tunes the starter and shows the difference."""

    id = "quickstart"
    title = "Quickstart"
    summary = "Tune the starter model on sample data and compare it with the original, in about a minute."
    order = 10

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Train, ask, count, report."""
        run = quickstart.begin()
        out.about.update({"run": run.name, "folder": str(run.path)})
        out.say("Tuning the starter model on the sample data.")
        out.say(f"Run: {run.path}")
        finished = followed(run, launch(run), out).finished()
        if finished.status != "finished":
            message = "The quickstart was stopped before its training was done."
            raise UserError("stopped", message, f"What it learnt so far is saved: fettle chat {run.name}")
        out.say("Asking the starter and the tuned model the same held-out questions.")
        judged = quickstart.judge(run, lambda done, total: _tell(out, done, total))
        found = quickstart.report(run, finished, judged)
        out.result(found.as_dict(), _text(found))
        return 0


def _tell(out: Output, done: int, total: int) -> None:
    if out.is_terminal:
        out.say(f"\r{done} of {total}" + ("\n" if done == total else ""), end="")


def _text(found: Report) -> str:
    change = 1 - found.loss_after / found.loss_before
    lines = [""]
    for one in found.judged[:SHOWN_ANSWERS]:
        lines += [f"  You:   {one.prompt}", f"  Base:  {one.base}", f"  Tuned: {one.tuned}", ""]
    lines += [
        f"Training took {found.train_seconds:.0f} s. Held-out loss fell by {change:.0%}, "
        f"from {found.loss_before:.3f} to {found.loss_after:.3f}.",
        f"In the sample's style: {found.style_tuned} of {found.prompts} tuned answers, {found.style_base} base ones.",
        f"Right answers: {found.right_base} by the base; {found.right_both} of those still right after tuning.",
        f"Talk to it yourself: fettle chat {found.run}",
    ]
    return "\n".join(lines)
