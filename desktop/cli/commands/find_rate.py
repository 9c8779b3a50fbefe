"""``fettle find_rate``: sweeps the learning rate over a job's first steps and says which to take; it keeps nothing."""

from __future__ import annotations

import argparse

from desktop.cli.base import Command
from desktop.cli.job_words import add_job_arguments, job_of
from desktop.cli.output import Output
from desktop.engine.check import refuse
from desktop.engine.errors import RequestError

_ROWS = 16  # of the table for people; programs get every step


class FindRate(Command):
    """Finds a learning rate."""

    id = "find_rate"
    title = "Find a rate"
    summary = "Try growing learning rates on a job's first steps, and say which to take."
    order = 35

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take a job, and how long to sweep."""
        add_job_arguments(parser)
        parser.add_argument("--steps", type=int, default=80, metavar="N", help="steps of the sweep (default 80)")

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Sweep, show the curve in numbers, and suggest."""
        if args.steps < 10:
            raise RequestError("bad_steps", "A sweep needs at least 10 steps.", "Leave --steps out for 80.")
        job = job_of(args)
        refuse(job)
        from desktop.engine.train.rate_finder import find_rate

        def told(point: object) -> None:
            if out.is_terminal:
                out.say(f"\rstep {getattr(point, 'step', 0)} of {args.steps}", end="")

        found = find_rate(job, steps=args.steps, told=told)
        assert found is not None
        if out.is_terminal:
            out.say()
        every = max(1, len(found.points) // _ROWS)
        out.table(
            ("RATE", "LOSS", "SMOOTHED"),
            [(f"{p.rate:9.2e}", f"{p.loss:8.3f}", f"{p.smoothed:8.3f}") for p in found.points[::every]],
        )
        out.result(found.as_dict(), f"\n{found.sentence}")
        return 0
