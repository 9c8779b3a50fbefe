"""``fettle advise``: which method to take for a job's data, model, machine and goal; it loads no model."""

from __future__ import annotations

import argparse
import dataclasses

from desktop.cli.base import Command
from desktop.cli.job_words import add_job_arguments, job_of
from desktop.cli.output import Output
from desktop.engine.advise.adviser import advise, goal_of, jobs_of
from desktop.engine.advise.base import GOALS, Advice, Situation, goal
from desktop.engine.advise.duration import about
from desktop.engine.data.mixing.portions import portions_of
from desktop.engine.hardware import hardware
from desktop.engine.job import JobSpec
from desktop.engine.memory.sizes import count, size
from desktop.engine.models.facts import facts_of
from desktop.engine.models.library import resolve
from desktop.engine.objectives import OBJECTIVES

_EXPLAINED = 3  # methods whose reasons people are shown; programs get all


class Advise(Command):
    """Recommends a method."""

    id = "advise"
    title = "Advise"
    summary = "Rank the methods for your data, model, machine and goal, each with its reasons."
    order = 25

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take a job, and what is wanted of it."""
        add_job_arguments(parser)
        parser.add_argument("--goal", default="", metavar="GOAL", help=", ".join(one.id for one in GOALS))
        parser.add_argument("--rows", type=int, default=0, metavar="N", help="rows there will be, without --data")

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Rank and print."""
        job = job_of(args)
        if args.goal:
            goal(args.goal)
        machine, facts = hardware(), facts_of(resolve(job.model).folder)
        rows = _rows(job) or args.rows
        sets = max(1, sum(source.use == "train" for source in job.data))
        asked = args.goal or goal_of(job, sets)
        found = advise(jobs_of(job), Situation(facts, machine, asked, rows, sets))
        out.say(f"For: {goal(asked).question} {f'{rows:,} rows, ' if rows else ''}{count(facts.parameters)} weights.")
        out.say()
        out.table(("", "METHOD", "TRAINED", "MEMORY", "TIME", "FILE", ""), [_cells(one) for one in found])
        for one in found[:_EXPLAINED]:
            if one.place:
                out.say(f"\n{one.place}. {one.title}")
                for reason in one.reasons:
                    out.say(f"   {_MARKS[reason.tone]} {reason.text}")
        values = {
            "goal": dataclasses.asdict(goal(asked)), "rows": rows, "sets": sets,
            "methods": [one.as_dict() for one in found],
        }  # fmt: skip
        out.result(values)
        return 0


_MARKS = {"for": "+", "against": "-", "note": " "}


def _rows(job: JobSpec) -> int:
    if not job.data:
        return 0
    portions = portions_of(job, OBJECTIVES.get(job.objective.id).rows)
    return sum(len(one.train) + len(one.held) for one in portions.sets if one.source.use == "train")


def _cells(one: Advice) -> tuple[str, ...]:
    memory = size(one.estimate.total_mib) if one.estimate is not None else ""
    return (
        str(one.place or "-"),
        one.title,
        count(one.trainable),
        memory,
        about(one.seconds) if one.seconds else "",
        size(one.file_mib),
        one.line,
    )
