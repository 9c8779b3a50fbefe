"""The tasks a tuned model tells apart, and the one it answers as; it knows neither prompts nor tokens."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from desktop.engine.errors import RequestError
from desktop.engine.methods.base import Method
from desktop.engine.models.library import REPORT_FILE, ModelRef, read_lineage
from desktop.engine.models.merge import made_by


@dataclass(frozen=True)
class Tasks:
    """What a model was taught to tell apart.

    Attributes:
        names: of the tasks, in the order of their numbers; empty where it knows only one.
        method: what made the model.
        model: the loaded model.
    """

    names: tuple[str, ...] = ()
    method: Method | None = None
    model: Any = None

    def speak_as(self, name: str = "") -> None:
        """Let the model answer as the task of this name from now on, the first where none is named.

        Raises:
            RequestError: there is no such task.
        """
        if name and name not in self.names:
            known = f"There are: {', '.join(self.names)}." if self.names else "Leave the task out."
            raise RequestError("no_task", f"This model has no task called {name!r}.", known)
        if self.method is not None and self.names:
            self.method.speak_as(self.model, self.names.index(name) if name else 0)


def tasks_of(ref: ModelRef, model: Any) -> Tasks:
    """Return the tasks that the adapter of ``ref`` tells apart."""
    made = made_by(read_lineage(ref.adapter)) if ref.adapter is not None else None
    if ref.adapter is None or made is None or not made[0].by_task:
        return Tasks()
    try:
        found = json.loads((ref.adapter / REPORT_FILE).read_text(encoding="utf-8"))["tasks"]
        names = tuple(str(name) for name in found)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        names = ()  # it still answers, as its first task
    return Tasks(names if len(names) > 1 else (), made[0], model)
