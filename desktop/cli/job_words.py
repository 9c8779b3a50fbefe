"""A job from the command line: a job file, words that replace parts of it, or words alone; it starts nothing."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

import yaml

from desktop.engine.errors import RequestError
from desktop.engine.job import JobSpec

_EXPONENT = re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+")


def add_job_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the job file and what may replace parts of it."""
    parser.add_argument("job", nargs="?", type=Path, metavar="JOB.yaml", help="the job file")
    parser.add_argument("--name", help="name of the run")
    parser.add_argument("--model", help="starter, a model folder, run:NAME, or a hub id in the cache")
    parser.add_argument("--data", action="append", metavar="FILE", help="a data set; may be given several times")
    parser.add_argument(
        "--old",
        action="append",
        metavar="FILE",
        help="a data set of a task the model already knows, measured for forgetting; may be given several times",
    )
    parser.add_argument("--objective", metavar="ID", help="what it learns from (see `fettle objectives`)")
    parser.add_argument("--method", metavar="ID", help="what is trained (see `fettle methods`)")
    parser.add_argument("--quantization", metavar="KIND", help="none, 8bit, nf4 or fp4")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SETTING=VALUE",
        help="any other setting, such as training.epochs=1 or method.rank=16; may be given several times",
    )


def job_of(args: argparse.Namespace) -> JobSpec:
    """Return the job that the words ask for; raise :class:`RequestError` where they ask for none."""
    if args.job is None and not any((args.model, args.data, args.old, args.set, args.method, args.objective)):
        raise RequestError("no_job", "No job was given.", "Name a job file, or say at least --data FILE.")
    values = JobSpec.read(args.job).to_mapping() if args.job is not None else JobSpec().to_mapping()
    for name in ("name", "model", "objective", "method", "quantization"):
        if (said := getattr(args, name)) is not None:
            values[name] = said
    if args.data:
        values["data"] = [{"path": path} for path in args.data]
    if args.old:
        values["data"] = [*values.get("data", []), *({"path": path, "use": "old"} for path in args.old)]
    for words in args.set:
        put_setting(values, words)
    return JobSpec.from_mapping(values).anchored(Path.cwd())


def put_setting(values: dict[str, Any], words: str) -> None:
    """Put ``training.epochs=1`` into ``values``; whether there is such a setting is for the job to say."""
    setting, equals, text = words.partition("=")
    *groups, last = setting.strip().split(".")
    if not equals or not last:
        raise RequestError("bad_setting", f"{words!r} is no setting.", "Write --set training.epochs=1.")
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RequestError("bad_setting", f"The value of {setting} cannot be read.", "Quote it.") from error
    if isinstance(value, str) and _EXPONENT.fullmatch(value):
        value = float(value)  # YAML wants a dot before the exponent and reads 2e-3 as a word
    place: Any = values
    for group in groups:
        inner = place.get(group)
        if isinstance(inner, str):  # a method or objective in its short form
            inner = {"id": inner}
        place[group] = inner = inner if isinstance(inner, dict) else {}
        place = inner
    place[last] = value
