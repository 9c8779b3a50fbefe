"""The preferences page on a project of its own, with a workbench that answers by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.engine.preferences.store import PreferenceStore
from desktop.views.preferences.page import PreferencesPage
from desktop.views.services import Services
from tests.support.fake_workbench import FakeWorkbench

Fill = Callable[..., Path]


@pytest.fixture
def bench() -> FakeWorkbench:
    return FakeWorkbench()


@pytest.fixture
def page(services: Services, bench: FakeWorkbench, qtbot: QtBot) -> Iterator[PreferencesPage]:
    made = PreferencesPage(replace(services, workbench=bench))  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    qtbot.waitExposed(made)
    made.entered()
    yield made
    made.closed()


@pytest.fixture
def fill(workspace: Path) -> Fill:
    """Make a project with this many pairs and return its file."""

    def _fill(pairs: int = 5, title: str = "Bakery answers") -> Path:
        store = PreferenceStore.create(paths.preferences(), title, seed=3, guide="Short and right.")
        for number in range(1, pairs + 1):
            prompt = [{"role": "user", "content": f"Question {number}?"}]
            store.add_pair(prompt, f"Answer one of {number}.\n\nMore.", f"Answer two of {number}.")
        store.close()
        return store.path

    return _fill
