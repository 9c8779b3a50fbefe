"""Where a command's words go: for people on a terminal, or as one JSON object for programs; it knows no command."""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from desktop.engine.errors import UserError

_STDOUT, _STDERR = 1, 2  # where compiled libraries write, whatever Python's own streams are


@dataclass
class Output:
    """The two ways out of a command.

    Attributes:
        stream: standard output as it was when the program started.
        json: whether a program reads it: then exactly one object is printed, and nothing else.
        about: what every answer carries along, an error included (the run a command has started).
    """

    stream: TextIO
    json: bool = False
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def is_terminal(self) -> bool:
        """Tell whether a person watches, so that bars may be drawn and words streamed."""
        return not self.json and self.stream.isatty()

    def say(self, text: str = "", end: str = "\n") -> None:
        """Print a line for people; programs do not see it."""
        if not self.json:
            self._write(text + end)

    def result(self, values: Any, text: str = "") -> None:
        """Print the answer: ``values`` for programs, ``text`` for people."""
        if self.json:
            whole = {**self.about, **values} if isinstance(values, dict) else values
            self._write(json.dumps(_finite(whole), ensure_ascii=False, allow_nan=False) + "\n")
        elif text:
            self._write(text.rstrip("\n") + "\n")

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print rows under a head, columns aligned; the last column may be long."""
        widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
        for row in (head, *rows):
            cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths[:-1], strict=True)]
            self.say("  ".join([*cells, row[-1]]).rstrip())

    def failed(self, error: UserError) -> None:
        """Tell of a failure: an object with ``error`` for programs, one paragraph on standard error for people."""
        if self.json:
            self.result({"error": error.as_dict()})
            return
        print(f"fettle: {error.message}", file=sys.stderr)  # noqa: T201  the one place that speaks to stderr
        if error.hint:
            print(error.hint, file=sys.stderr)  # noqa: T201

    def _write(self, text: str) -> None:
        encoding = self.stream.encoding or "utf-8"
        self.stream.write(text.encode(encoding, "replace").decode(encoding))
        self.stream.flush()


@contextlib.contextmanager
def claimed(*, json: bool) -> Iterator[Output]:
    """Hold standard output for the command alone: with ``json``, whatever libraries print goes to standard error.

    Compiled libraries write to the file descriptor, past Python; so that is turned round as well.
    """
    stream = sys.stdout
    if not json:
        yield Output(stream)
        return
    stream.flush()
    try:
        number = stream.fileno()
    except (OSError, ValueError):  # a stream that is no file, as tests use
        with contextlib.redirect_stdout(sys.stderr):
            yield Output(stream, json=True)
        return
    kept = os.dup(number)
    turned = {descriptor: os.dup(descriptor) for descriptor in {number, _STDOUT}}
    for descriptor in turned:
        os.dup2(_STDERR, descriptor)
    try:
        with (
            open(kept, "w", encoding="utf-8", newline="\n") as real,
            contextlib.redirect_stdout(sys.stderr),
        ):
            yield Output(real, json=True)
    finally:
        for descriptor, before in turned.items():
            os.dup2(before, descriptor)
            os.close(before)


def _finite(value: Any) -> Any:
    """Return ``value`` with numbers JSON has no word for as ``None``: every parser can read that."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
