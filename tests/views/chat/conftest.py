"""The chat page with a workbench that plays a script."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from desktop.views.chat.page import ChatPage, create
from tests.support.fake_workbench import FakeWorkbench


class FakeRuns(QObject):
    """A book of runs that holds what the test puts in."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Any] = []

    def summaries(self) -> list[Any]:
        return self.found


@pytest.fixture
def workbench() -> FakeWorkbench:
    return FakeWorkbench()


@pytest.fixture
def runs() -> FakeRuns:
    return FakeRuns()


@pytest.fixture
def page(qtbot: QtBot, workbench: FakeWorkbench, runs: FakeRuns) -> Iterator[ChatPage]:
    made = cast("ChatPage", create(cast("Any", SimpleNamespace(workbench=workbench, runs=runs))))
    qtbot.addWidget(made)
    made.resize(1216, 776)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.closed()
