"""``fettle queue``: what waits for the device, in which order, and who works it off; it decides nothing."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from desktop import paths
from desktop.cli.base import Command
from desktop.cli.job_words import add_job_arguments, job_of
from desktop.cli.output import Output
from desktop.cli.run_words import run_named
from desktop.engine.check import problems
from desktop.engine.errors import RequestError, UserError
from desktop.engine.queue import Queue
from desktop.engine.recipe_folder import RecipeFolder
from desktop.flow.queue import hold, put, put_job, queue_state, until_driven, work_off

_HEAD = ("PLACE", "NAME", "STATE", "WHAT", "")


class QueueCommand(Command):
    """Shows and changes the queue."""

    id = "queue"
    title = "Queue"
    summary = "Let runs wait for the device one after the other: list, add, move, remove, run, hold."
    order = 56

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take what to do, and with what."""
        acts = parser.add_subparsers(dest="act", metavar="ACT")
        acts.add_parser("list", help="show what waits (also when no ACT is given)")
        add = acts.add_parser("add", help="let a job, or a run that broke off, wait")
        add_job_arguments(add)
        add.add_argument("--run", metavar="RUN", help="a run or a recipe that is there already, to be begun or resumed")
        move = acts.add_parser("move", help="change the order")
        move.add_argument("run_name", metavar="RUN")
        where = move.add_mutually_exclusive_group(required=True)
        where.add_argument("--up", action="store_true", help="one place earlier")
        where.add_argument("--down", action="store_true", help="one place later")
        where.add_argument("--to", type=int, metavar="N", help="to the place N, from 1")
        remove = acts.add_parser("remove", help="let a run wait no longer; its folder stays")
        remove.add_argument("run_name", metavar="RUN")
        acts.add_parser("run", help="work the queue off, in a process that outlives this command")
        acts.add_parser("hold", help="start nothing more; what is at work goes on")
        for one in acts.choices.values():
            one.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON object")

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Do one thing and show what came of it."""
        match args.act:
            case "add":
                _add(args, out)
            case "move":
                place = _moved(args)
                out.result({"position": place}, f"{args.run_name} is number {place} in the queue.")
            case "remove":
                Queue().remove(_name(args.run_name))
                out.result({"removed": args.run_name}, f"{args.run_name} waits no longer; its folder is still there.")
            case "run":
                _run(out)
            case "hold":
                hold()
                out.result({"held": True}, "Nothing more is started. Go on with: fettle queue run")
            case _:
                _list(out)
        return 0


def _list(out: Output) -> None:
    state = queue_state()
    if state.rows:
        rows = [(str(row.position), _name(row.folder), row.word, row.about, row.sentence) for row in state.rows]
        out.table(_HEAD, rows)
    out.result(asdict(state), state.sentence)


def _add(args: argparse.Namespace, out: Output) -> None:
    name, place = _put(args, out)
    goes_on = "" if Queue().is_driven() else " Start it with: fettle queue run"
    out.result({"run": name, "position": place}, f"{name} is number {place} in the queue.{goes_on}")


def _put(args: argparse.Namespace, out: Output) -> tuple[str, int]:
    if args.run:
        folder = _existing(args.run)
        return folder.name, put(folder)
    job = job_of(args)
    found = problems(job)
    if [problem for problem in found if problem.severity == "error"]:
        raise RequestError.from_problems(found)
    for problem in found:
        out.say(f"Note: {problem.field + ': ' if problem.field else ''}{problem.message} {problem.fix}".rstrip())
    run, place = put_job(job)
    return run.name, place


def _existing(words: str) -> Path:
    recipe = RecipeFolder(paths.recipes() / words)
    return recipe.path if recipe.recipe_file.is_file() else run_named(words).path


def _moved(args: argparse.Namespace) -> int:
    queue, name = Queue(), _name(args.run_name)
    place = queue.read().place(name) + 1
    return queue.move(name, args.to if args.to is not None else place - 1 if args.up else place + 1)


def _run(out: Output) -> None:
    if not work_off():
        out.result({"started": False}, "Nothing waits. Put a job into the queue: fettle queue add JOB.yaml")
        return
    if not until_driven(Queue()):
        raise UserError(
            "queue_not_started", "The queue could not be started.", f"The details are in {paths.logs() / 'queue.log'}."
        )
    out.result({"started": True}, "The queue is worked off; it goes on without you. See: fettle queue list")


def _name(words: str) -> str:
    """Return a run's or recipe's name, however it was written: ``run:NAME``, a path, ``runs/NAME``."""
    return Path(words.removeprefix("run:")).name
