"""``fettle``: reads the words, runs one command, turns every failure into a sentence and an exit code.

Exit codes: 0 done, 2 the request is wrong, 1 it failed. It knows the commands only through their registry.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from desktop import __version__, paths
from desktop.cli.base import COMMANDS
from desktop.cli.output import Output, claimed
from desktop.engine.errors import RequestError, UserError
from desktop.engine.launch import OFFLINE, QUIET

HUSHED = {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "TRANSFORMERS_VERBOSITY": "error"}


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are sentences like any other refusal."""

    def error(self, message: str) -> NoReturn:
        raise RequestError(
            "bad_arguments", f"{message[:1].upper()}{message[1:]}.", f"`{self.prog} --help` shows what it takes."
        )


def main(words: Sequence[str]) -> int:
    """Run ``fettle`` with ``words`` and return its exit code."""
    _hush_libraries()
    with claimed(json="--json" in words) as out:
        try:
            return _run(words, out)
        except UserError as error:
            out.failed(error)
            return error.exit_code
        except SystemExit as end:  # how argparse ends after --help and --version
            return int(end.code or 0)
        except KeyboardInterrupt:
            out.failed(UserError("interrupted", "Stopped by Ctrl+C."))
            return 1
        except BrokenPipeError:  # whoever read our output has seen enough
            sys.stderr.close()
            return 0
        except Exception:  # noqa: BLE001  the top of the program: no traceback reaches the user
            out.failed(_unexpected())
            return 1


def _hush_libraries() -> None:
    """Keep what libraries remark among themselves off the terminal; what matters to the user, we say ourselves."""
    logging.captureWarnings(True)
    logging.getLogger().addHandler(logging.NullHandler())  # else Python prints records nobody asked for
    for name, value in {**OFFLINE, **QUIET, **HUSHED}.items():  # read when a command first loads the libraries
        os.environ.setdefault(name, value)


def _run(words: Sequence[str], out: Output) -> int:
    parser = _Parser(
        prog="fettle",
        description="Fine-tune language models on your own machine, offline. Without a command it opens the window.",
    )
    parser.add_argument("--version", action="version", version=f"fettle {__version__}")
    commands: Any = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    for command in COMMANDS.all():
        own = commands.add_parser(command.id, help=command.summary, description=command.summary)
        own.add_argument("--json", action="store_true", help="print one JSON object on standard output, nothing else")
        command.arguments(own)
    parser.add_argument("--json", action="store_true", help=argparse.SUPPRESS)
    named = next((word for word in words if not word.startswith("-")), None)
    if named is not None:
        COMMANDS.get(named)  # says which commands are close to an unknown one, which argparse does not
    args = parser.parse_args(list(words))
    if args.command is None:
        raise RequestError(
            "no_command", "There is no command.", "`fettle --help` lists them; `fettle` alone opens the window."
        )
    return COMMANDS.get(args.command).run(args, out)


def _unexpected() -> UserError:
    """Write the traceback where it can be found and return the sentence that says so."""
    name = f"fettle-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    text = f"fettle {__version__}, Python {sys.version}\narguments: {sys.argv[1:]}\n\n{traceback.format_exc()}"
    for folder in (paths.logs, lambda: Path(tempfile.gettempdir())):
        try:
            file = folder() / name
            file.write_text(text, encoding="utf-8")
        except OSError:
            continue
        return UserError(
            "unexpected", "Something went wrong that Fettle did not expect.", f"The details are in {file}."
        )
    return UserError("unexpected", "Something went wrong that Fettle did not expect, and the disk takes no log of it.")
