"""``fettle train``: runs a job and shows it until it ends; the engine itself works in a process of its own."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from desktop import paths
from desktop.cli.base import Command
from desktop.cli.explain import explained, explained_yaml
from desktop.cli.following import followed
from desktop.cli.job_words import add_job_arguments, job_of
from desktop.cli.output import Output
from desktop.cli.run_words import run_named
from desktop.engine.check import problems
from desktop.engine.errors import RequestError, UserError
from desktop.engine.events import Finished
from desktop.engine.job import JobSpec
from desktop.engine.launch import launch
from desktop.engine.models.heads import use_of
from desktop.engine.run_folder import RunFolder
from desktop.flow.measures import changes


class Train(Command):
    """Trains."""

    id = "train"
    title = "Train"
    summary = "Run a job file, show its progress, and keep the result in a run folder."
    order = 20

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take a job, or a run to resume."""
        add_job_arguments(parser)
        parser.add_argument("--explain", action="store_true", help="print the job with every default, and stop")
        parser.add_argument("--resume", metavar="RUN", help="go on with a run from its last checkpoint")
        parser.add_argument("--detach", action="store_true", help="start it, print its name, and leave it at work")

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Start or resume, then follow."""
        if args.explain:
            job = job_of(args) if args.job or args.data or args.set or args.method or args.model else JobSpec()
            out.result(explained(job), explained_yaml(job))
            return 0
        run, resume = (run_named(args.resume), True) if args.resume else (_new_run(job_of(args), out), False)
        out.about.update({"run": run.name, "folder": str(run.path)})
        if resume and run.is_alive():
            raise RequestError("already_running", f"The run {run.name} is being worked on right now.", "Let it finish.")
        engine = launch(run, resume=resume)
        if args.detach:
            out.result({"status": "started", "pid": engine.pid}, f"{run.name} is at work; it goes on without you.")
            return 0
        out.say(f"Run: {run.path}")
        try:
            finished = followed(run, engine, out).finished()
        except UserError as error:
            out.about.update({"status": "failed"})
            if error.code == "engine_died":
                error.hint = f"{error.hint} Go on with: fettle train --resume {run.name}"
            raise
        out.result({"status": finished.status, "metrics": finished.metrics}, _summary(run, finished))
        return 0


def _new_run(job: JobSpec, out: Output) -> RunFolder:
    found = problems(job)
    errors = [problem for problem in found if problem.severity == "error"]
    if errors:
        raise RequestError.from_problems(errors)
    for problem in found:
        out.say(f"Note: {problem.field + ': ' if problem.field else ''}{problem.message} {problem.fix}".rstrip())
    return RunFolder.create(paths.runs(), job)


def _summary(run: RunFolder, finished: Finished) -> str:
    how = {"finished": "Finished", "stopped": "Stopped and saved", "discarded": "Stopped and thrown away"}
    lines = [f"{how[finished.status]} after {finished.step} steps in {finished.seconds:.0f} s."]
    before, after = finished.metrics.get("before", {}), finished.metrics.get("after", {})
    for change in changes(run.job().objective.id, before, after):
        if math.isfinite(change.before) and math.isfinite(change.now):
            lines.append(f"{change.measure.title}: {change.before_words} before, {change.now_words} after.")
    if finished.status != "discarded":
        lines.append(f"The model is in {Path(run.model)}. {_next(run)}")
    return "\n".join(lines)


def _next(run: RunFolder) -> str:
    """Return what can be done with the model, by what it ends in."""
    try:
        use = use_of(str(run.model))
    except RequestError:  # moved or half-deleted meanwhile
        return ""
    if use == "chat":
        return f"Talk to it with: fettle chat {run.name}"
    if use == "masked":
        return f"Train on from it with: model: run:{run.name}"
    asked = ' --prompt "a question"' if use == "reward" else ""
    return f'Try it with: fettle predict {run.name} "some text"{asked}'
