"""An objective that needs a reward model before it can start: it stands for any that names another model."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.engine.errors import Problem
from desktop.engine.job import JobSpec
from desktop.engine.methods.base import ModelFacts
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.sft import Sft
from desktop.engine.options import Options, option

MISSING = "It needs a reward model, and none is named."


class NeedyOptions(Options):
    """What can be chosen."""

    judge: str = option("", label="Judge", help="The model that rates.", holds="model:reward")
    helper: str | None = option(None, label="Helper", help="Any model.", holds="model", advanced=True)


class Needy(Sft):
    """Learns from chats once it has a judge."""

    id = "needy"
    title = "Needy"
    order = 999
    options = NeedyOptions

    def problems(self, job: JobSpec, options: Any, facts: ModelFacts | None) -> list[Problem]:
        """Return that the judge is missing."""
        found = [Problem("training.max_length", "Far too long.", "Shorten it.")] if options.helper == "long" else []
        return found if options.judge else [Problem("objective.judge", MISSING, "Train one first."), *found]


def register(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the registry know it for as long as the test runs."""
    monkeypatch.setitem(OBJECTIVES._load(), Needy.id, Needy())
