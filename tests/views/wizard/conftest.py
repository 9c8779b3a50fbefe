"""A wizard page whose workbench plays what the test says, and whose book of runs only remembers what was started."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from desktop.bridge import wizard_session
from desktop.engine.errors import Problem
from desktop.engine.job import JobSpec
from desktop.engine.run_folder import RunFolder
from desktop.flow.runs import RunSummary
from desktop.flow.wizard_findings import ModelFound
from desktop.views.services import Services
from desktop.views.wizard.page import WizardPage, create
from tests.support import wizard_parts as parts
from tests.support.fake_workbench import FakeWorkbench

BIG = "big"


class FakeRuns(QObject):
    """Remembers the jobs that were started; nothing is at work."""

    changed = Signal()

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root
        self.started: list[JobSpec] = []

    def summaries(self) -> list[RunSummary]:
        return []

    def start(self, job: JobSpec) -> str:
        self.started.append(job)
        return "2026-11-20-run"

    def folder(self, name: str) -> RunFolder:
        return RunFolder(self.root / name)


@dataclasses.dataclass
class Stage:
    """The page and what stands behind it."""

    page: WizardPage
    workbench: FakeWorkbench
    runs: FakeRuns
    problems: list[Problem]
    wait: Callable[[Callable[[], bool]], None]

    def answer(self) -> None:
        """Answer the newest question of every kind as a good Alpaca file would be."""
        told = {
            "inspect": parts.inspect_report,
            "lengths": parts.lengths_report,
            "render": parts.render_report,
            "tokenizer_report": parts.tokenizer_report,
        }
        for op, report in told.items():
            if self.workbench.asked(op):
                self.workbench.last(op).succeeded.emit(report())

    def fill(self, model: str = "starter") -> None:
        """Choose a model and a file, and have them looked at."""
        session = self.page.session
        session.answer(dataclasses.replace(session.wizard.answers, model=model).with_source("/data/rows.jsonl"))
        self.wait(lambda: session.wizard.findings.model is not None)
        self.answer()
        self.answer()


@pytest.fixture
def stage(qtbot: QtBot, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The page, shown, on a laptop with two models: one like the starter, and one of 1.5 billion weights."""
    models = {"starter": parts.model(), BIG: ModelFound(BIG, "Big", "Large.", "cache", "/big", parts.billion())}
    problems: list[Problem] = []
    monkeypatch.setattr(wizard_session, "models_at_hand", lambda: list(models.values()))
    monkeypatch.setattr(wizard_session, "look_at", lambda ref: models[ref])
    monkeypatch.setattr(wizard_session, "hardware", lambda: parts.LAPTOP)
    monkeypatch.setattr(wizard_session.check, "problems", lambda job, machine: list(problems))
    workbench, runs = FakeWorkbench(), FakeRuns(tmp_path)
    stand_ins: dict[str, Any] = {"workbench": workbench, "runs": runs}
    page = create(dataclasses.replace(services, **stand_ins))
    qtbot.addWidget(page)
    page.resize(1376, 900)
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    page.entered()
    qtbot.waitUntil(lambda: page.session.models is not None and page.session.wizard.findings.machine is not None)
    yield Stage(page, workbench, runs, problems, qtbot.waitUntil)
    page.closed()
