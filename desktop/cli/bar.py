"""A bar for work that is not a run, on terminals only; it knows no command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from desktop.cli.output import Output

Draw: TypeAlias = Callable[[str, int, int, str], None]
"""Takes what is done, how much of it, of how much (0 where that is not known), and a note."""


@contextmanager
def bar(out: Output) -> Iterator[Draw]:
    """Yield what draws the bar; in a pipe and for programs it draws nothing."""
    if not out.is_terminal:
        yield lambda _what, _done, _total, _note: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[note]}"), TimeRemainingColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("", total=None, note="")

        def draw(what: str, done: int, total: int, note: str) -> None:
            progress.update(task, description=what, completed=done, total=total or None, note=note)

        yield draw
