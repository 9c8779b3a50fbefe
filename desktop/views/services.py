"""What pages work with, handed to each of them; it knows no page and makes none of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.bridge.machine import MachineWatch
from desktop.bridge.notices import Notices
from desktop.bridge.task import Tasks
from desktop.flow.settings import Settings
from desktop.views.theme.theme import Theme

if TYPE_CHECKING:  # they load what a job and a run are made of: not before the first paint
    from desktop.bridge.runs_book import RunsBook
    from desktop.bridge.workbench import WorkbenchClient


@dataclass(frozen=True)
class Services:
    """Everything a page may need.

    Attributes:
        workbench: short work in child processes.
        settings: what the user set.
        theme: the look in use.
        runs: all runs of the workspace.
        machine: what this machine has, kept fresh.
        tasks: plain functions run off the window's thread.
        notices: where a failure is told that belongs to no page.
        offline: whether children are kept off the network; always so today.
    """

    workbench: WorkbenchClient
    settings: Settings
    theme: Theme
    runs: RunsBook
    tasks: Tasks
    machine: MachineWatch
    notices: Notices
    offline: bool = True
