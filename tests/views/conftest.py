"""The application's theme, set anew for every test of a view, and services that need no child process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop.bridge.machine import MachineWatch
from desktop.bridge.notices import Notices
from desktop.bridge.runs_book import RunsBook
from desktop.bridge.task import Tasks
from desktop.bridge.workbench import WorkbenchClient
from desktop.flow.settings import Settings
from desktop.views.services import Services
from desktop.views.theme.theme import Theme


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The light theme at normal text size; taken away afterwards."""
    made = Theme("light", 1.0)
    made.apply(qapp)
    yield made
    made.setParent(None)


@pytest.fixture
def services(theme: Theme, workspace: Path) -> Iterator[Services]:
    """Real services on an empty workspace; the book of runs looks often."""
    tasks = Tasks()
    made = Services(
        workbench=WorkbenchClient(),
        settings=Settings(),
        theme=theme,
        runs=RunsBook(interval=0.05),
        machine=MachineWatch(tasks),
        tasks=tasks,
        notices=Notices(workspace / "logs" / "window.log"),
    )
    yield made
    made.machine.close()
    made.runs.close()
    made.workbench.close()
    made.tasks.close()
