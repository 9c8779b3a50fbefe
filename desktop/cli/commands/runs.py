"""``fettle runs``: the runs of the workspace and how they stand, the same as the window lists; it changes none."""

from __future__ import annotations

import argparse
import math
import time

from desktop import paths
from desktop.cli.base import Command
from desktop.cli.output import Output
from desktop.flow.measures import ARROW
from desktop.flow.runs import RunSummary, Shelf


class Runs(Command):
    """Lists runs."""

    id = "runs"
    title = "Runs"
    summary = "List your runs, newest first, and how each stands."
    order = 55

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Read the run folders and print one line each."""
        found = Shelf(paths.runs()).look()
        if found:
            out.table(
                ("RUN", "STATUS", "STEP", "LOSS", "JUDGED BY", "METHOD", "STARTED"),
                [_row(summary) for summary in found],
            )
        else:
            out.say("There are no runs yet. `fettle quickstart` makes one in about a minute.")
        out.result([_facts(summary) for summary in found])
        return 0


def _row(summary: RunSummary) -> tuple[str, ...]:
    loss = summary.validation if math.isfinite(summary.validation) else summary.loss
    return (
        summary.folder,
        summary.word,
        f"{summary.step}/{summary.total}" if summary.total else "-",
        f"{loss:.3f}" if math.isfinite(loss) else "-",
        _judged(summary),
        summary.method,
        time.strftime("%Y-%m-%d %H:%M", time.localtime(summary.when)) if summary.when else "-",
    )


def _judged(summary: RunSummary) -> str:
    """Return the figure the objective is judged by, before and now, in plain signs."""
    change = summary.judged
    return f"{change.measure.title} {change.words}".replace(ARROW, "->") if change else "-"


def _facts(summary: RunSummary) -> dict[str, object]:
    return {
        "run": summary.folder,
        "folder": str(summary.path),
        "status": summary.status,
        "sentence": summary.sentence,
        "step": summary.step,
        "total": summary.total,
        "loss": summary.loss,
        "validation": summary.validation,
        "objective": summary.objective,
        "judged": _measured(summary),
        "resume_step": summary.resume_step,
        "model": summary.model,
        "method": summary.method,
    }


def _measured(summary: RunSummary) -> dict[str, object] | None:
    change = summary.judged
    if change is None:
        return None
    before = change.before if math.isfinite(change.before) else None
    return {"key": change.measure.key, "title": change.measure.title, "better": change.measure.better,
            "before": before, "now": change.now}  # fmt: skip
