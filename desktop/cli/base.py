"""What every command of ``fettle`` says of itself and does; it knows no command in particular."""

from __future__ import annotations

import argparse
from abc import ABC, abstractmethod
from typing import ClassVar

from desktop.cli.output import Output
from desktop.engine.registry import Registry


class Command(ABC):
    """One sub-command; command modules are all imported for ``fettle --help``, so libraries load inside ``run``.

    Attributes:
        id: its name on the command line.
        title: two or three words.
        summary: one sentence, shown by ``fettle --help``.
        order: place in that list.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    order: ClassVar[int] = 100

    def arguments(self, parser: argparse.ArgumentParser) -> None:  # noqa: B027  a command without arguments is fine
        """Declare what the command takes."""

    @abstractmethod
    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Do it and return the exit code; raise :class:`UserError` for what the user can act on."""


COMMANDS: Registry[Command] = Registry("desktop.cli.commands", Command, "command")
