"""``fettle estimate``: how much memory a job will take, part by part, before it starts; it loads no model."""

from __future__ import annotations

import argparse

from desktop.cli.base import Command
from desktop.cli.job_words import add_job_arguments, job_of
from desktop.cli.output import Output
from desktop.engine.check import problems
from desktop.engine.errors import RequestError
from desktop.engine.hardware import hardware
from desktop.engine.memory.estimate import estimate
from desktop.engine.models.facts import facts_of
from desktop.engine.models.library import resolve


class Estimate(Command):
    """Estimates memory."""

    id = "estimate"
    title = "Estimate"
    summary = "Predict the memory a job will take on this machine."
    order = 30

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take a job; its data need not be there yet."""
        add_job_arguments(parser)

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Print the parts, the total and the verdict."""
        job = job_of(args)
        machine = hardware()
        # A job without its data can still be estimated, so only what the figures rest on is refused.
        errors = [p for p in problems(job, machine) if p.severity == "error" and not p.field.startswith("data")]
        if errors:
            raise RequestError.from_problems(errors)
        found = estimate(job, facts_of(resolve(job.model).folder), machine)
        out.table(
            ("PART", "MiB", ""), [(part.label, f"{part.mib:10,.1f}", part.why) for part in found.parts if part.mib]
        )
        out.result(found.as_dict(), f"\n{found.sentence}")
        return 0
