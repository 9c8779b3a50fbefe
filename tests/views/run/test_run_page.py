"""The page of a run: what the user sees of recorded and of live runs, and what each act does."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from desktop.bridge.runs_book import RunsBook
from desktop.engine import events as ev
from desktop.engine.job import JobSpec
from desktop.engine.run_folder import EventWriter, RunFolder
from desktop.flow.diagnostics import without_secrets
from desktop.views.components.label import Text
from desktop.views.run import places
from desktop.views.run.page import RunPage, create
from desktop.views.run.plots import Plots
from desktop.views.services import Services
from tests.fakes.fake_engine import a_step
from tests.support.scripts import FakeLaunch, closing, opening
from tests.support.streams import a_run, finished, recorded, timed, training

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals as such exist on POSIX only")
Show = Callable[..., RunPage]


@pytest.fixture
def root(workspace: Path) -> Path:
    return workspace / "runs"


@pytest.fixture
def show(qtbot: QtBot, services: Services) -> Iterator[Show]:
    pages: list[RunPage] = []

    def enter(run: str, using: Services = services) -> RunPage:
        page = create(using)
        pages.append(page)
        qtbot.addWidget(page)
        page.resize(1216, 760)
        page.show()
        page.entered(run=run)
        qtbot.waitUntil(lambda: page.body.plots.memory.is_loaded, timeout=10_000)
        return page

    yield enter
    for page in pages:
        page.closed()


@pytest.fixture
def launched(qtbot: QtBot, services: Services, root: Path, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Services whose engine is the fake one, playing a script."""
    made: list[tuple[FakeLaunch, RunsBook]] = []

    def begin(script: list[Any], again: list[Any] | None = None) -> tuple[Services, FakeLaunch, str]:
        launch = FakeLaunch(tmp_path, script, again)
        book = RunsBook(root, launch=launch, interval=0.05)
        made.append((launch, book))
        return replace(services, runs=book), launch, book.start(JobSpec(name="bakery"))

    yield begin
    for launch, book in made:
        book.close()
        launch.end()


def _texts(page: RunPage) -> str:
    return "\n".join(text.text() for text in page.findChildren(Text) if text.isVisible())


def _points(page: RunPage, plot: str, line: str) -> list[tuple[int, float]]:
    return list(zip(*getattr(page.body.plots, plot).data[line], strict=True))


def test_a_recorded_run_that_finished(qtbot: QtBot, show: Show, root: Path) -> None:
    run = a_run(root, recorded("finished"), "bakery")
    run.model.mkdir()
    page = show(run.name)
    qtbot.waitUntil(lambda: page.header.chip.text == "Finished", timeout=5_000)
    assert page.header.title.text() == "bakery"
    assert page.header.chat.isVisible()
    assert page.header.export.isVisible()
    assert not page.header.pause.isVisible()
    assert not page.ending.isVisible()
    assert page.figures.step.accessibleName() == "Step 34 of 34"
    assert page.figures.validation.accessibleName() == "Validation 0.411 best, step 34"
    assert page.figures.bar.value == 1.0
    assert _points(page, "loss", "raw")[-1] == (34, pytest.approx(0.587, abs=0.2))
    assert [step for step, _ in _points(page, "loss", "validation")][:3] == [0, 5, 10]
    assert "Call me Dootrob." in _texts(page)
    with qtbot.waitSignal(page.navigate) as going:
        page.header.chat.click()
    assert going.args == ["chat", {"run": run.name}]


def test_a_recorded_run_that_was_killed_says_so_and_offers_to_go_on(qtbot: QtBot, show: Show, root: Path) -> None:
    run = a_run(root, recorded("killed"))
    (run.checkpoints / "000010").mkdir(parents=True)
    (run.checkpoints / "000010" / "manifest.json").write_text("{}")
    page = show(run.name)
    qtbot.waitUntil(lambda: page.ending.isVisible(), timeout=5_000)
    words = page.ending.accessibleName()
    assert "This run was interrupted" in words
    assert "The engine ended without a word at step 14 of 34. Everything up to step 10 is saved." in words
    assert page.ending.button.text() == "Resume from step 10 of 34"
    assert page.header.chip.text == "Interrupted"
    assert page.figures.took.isVisible()


def test_a_failed_run_tells_the_engines_words(qtbot: QtBot, show: Show, root: Path) -> None:
    end = ev.Failed(code="oom", message="The GPU ran out of memory.", hint="Lower the batch size.", step=20)
    run = a_run(root, timed([*training(20), end]))
    page = show(run.name)
    qtbot.waitUntil(lambda: page.ending.isVisible(), timeout=5_000)
    assert page.ending.accessibleName() == (
        "This run failed The GPU ran out of memory. Nothing was saved yet. Lower the batch size."
    )
    assert page.ending.button.text() == "Start again"
    assert "1 needs a look" in _texts(page)


def test_a_live_run_moves_holds_goes_on_and_stops(qtbot: QtBot, show: Show, launched: Callable[..., Any]) -> None:
    services, _, name = launched([*opening(900), {"do": "steps", "to": 900, "of": 900, "seconds": 0.03}])
    page = show(name, services)
    qtbot.waitUntil(lambda: page.header.chip.text == "Training", timeout=10_000)
    qtbot.waitUntil(lambda: len(page.body.plots.loss.data["raw"][0]) > 3, timeout=5_000)
    assert page.header.pause.isEnabled()
    page.header.pause.click()
    assert page.header.pause.text() == "Pausing…"
    assert not page.header.pause.isEnabled()
    qtbot.waitUntil(lambda: page.header.chip.text == "Paused", timeout=5_000)
    qtbot.waitUntil(lambda: page.header.pause.text() == "Resume", timeout=5_000)
    page.header.checkpoint.click()
    page.header.pause.click()
    qtbot.waitUntil(lambda: page.header.chip.text == "Training", timeout=5_000)
    qtbot.waitUntil(lambda: "Checkpoint kept" in _texts(page), timeout=5_000)
    page.header.stop.click()
    qtbot.waitUntil(lambda: page.header.chip.text == "Stopped", timeout=5_000)
    qtbot.waitUntil(lambda: page.header.chat.isVisible(), timeout=5_000)
    shown = _points(page, "loss", "raw")[-1][0]
    assert page.figures.step.accessibleName().startswith(f"Step {shown} of")


@posix
def test_kill_the_engine_resume_and_see_it_through(qtbot: QtBot, show: Show, launched: Callable[..., Any]) -> None:
    script = [*opening(60), {"do": "steps", "to": 42, "of": 60, "save_every": 20}, {"do": "hang"}]
    again = [*opening(60), {"do": "steps", "to": 60, "of": 60}, *closing(60)]
    services, launch, name = launched(script, again)
    page = show(name, services)
    qtbot.waitUntil(lambda: page.figures.step.accessibleName() == "Step 42 of 60", timeout=10_000)
    os.kill(launch.processes[0].pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: page.ending.isVisible(), timeout=5_000)
    assert (
        "killed from outside, as the system does when memory runs out, at step 42 of 60" in page.ending.accessibleName()
    )
    assert page.ending.button.text() == "Resume from step 40 of 60"
    page.ending.button.click()
    assert not page.ending.isVisible()
    qtbot.waitUntil(lambda: page.header.chip.text == "Finished", timeout=10_000)
    assert [step for step, _ in _points(page, "loss", "raw")] == list(range(1, 61))
    qtbot.waitUntil(lambda: "Resumed from step 40" in _texts(page), timeout=5_000)
    assert not page.ending.isVisible()


def test_discarding_is_asked_in_the_page(qtbot: QtBot, show: Show, launched: Callable[..., Any]) -> None:
    services, _, name = launched([*opening(900), {"do": "steps", "to": 900, "of": 900, "seconds": 0.03}])
    page = show(name, services)
    qtbot.waitUntil(lambda: page.header.chip.text == "Training", timeout=10_000)
    page.header.discard_wanted.emit()
    assert page.ask.isVisible()
    qtbot.keyClick(page.ask, Qt.Key.Key_Escape)
    assert not page.ask.isVisible()
    page.header.discard_wanted.emit()
    page.ask.leave.click()
    assert services.runs.folder(name).control().wish == "run"
    page.header.discard_wanted.emit()
    page.ask.button.click()
    qtbot.waitUntil(lambda: page.header.chip.text == "Discarded", timeout=5_000)
    assert not page.header.chat.isVisible()


def test_a_run_taken_up_elsewhere_is_followed_again(qtbot: QtBot, show: Show, services: Services, root: Path) -> None:
    run = a_run(root, timed(training(42, 60)))
    page = show(run.name)
    qtbot.waitUntil(lambda: page.ending.isVisible(), timeout=5_000)
    with run.lock().acquire(timeout=1):
        writer = EventWriter(run)
        for event in (*opening(60), *(a_step(step, 60) for step in range(1, 20))):
            writer.write(event)
        writer.close()
        qtbot.waitUntil(lambda: page.header.chip.text == "Training", timeout=5_000)
        assert not page.ending.isVisible()
        qtbot.waitUntil(lambda: page.figures.step.accessibleName() == "Step 19 of 60", timeout=5_000)
        page.closed()


def test_the_plots_repaint_seldom_and_keep_the_last_point(
    qtbot: QtBot, show: Show, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(root, opening(5000))
    drawn: list[int] = []
    draw = Plots.show_run

    def counting(plots: Plots, curves: Any, state: Any, *, clip: float, objective: str = "") -> None:
        drawn.append(state.step)
        draw(plots, curves, state, clip=clip, objective=objective)

    monkeypatch.setattr(Plots, "show_run", counting)
    with run.lock().acquire(timeout=1):
        page = show(run.name)
        writer = EventWriter(run)
        drawn.clear()
        for step in range(1, 3001):
            writer.write(a_step(step, 5000))
            if step % 300 == 0:
                qtbot.wait(30)
        qtbot.waitUntil(lambda: drawn[-1:] == [3000], timeout=10_000)
        writer.close()
        assert len(drawn) < 60, "three thousand steps in about a second are a handful of pictures"
        assert _points(page, "loss", "raw")[-1][0] == 3000
        page.closed()


def test_numbers_that_are_none_are_drawn_around_and_told(qtbot: QtBot, show: Show, root: Path) -> None:
    events = training(40)
    huge = replace(a_step(40, 312), loss=1.7e308, learning_rate=-1.7e308)
    broken = replace(a_step(41, 312), loss=math.nan, gradient_norm=math.inf, tokens_per_second=math.nan)
    run = a_run(root, timed([*events, huge, broken]))
    page = show(run.name)
    qtbot.waitUntil(lambda: page.header.chip.text == "Interrupted", timeout=5_000)
    assert "The loss is no number any more" in _texts(page)
    page.header.numbers.click()
    newest = page.body.numbers.table.rows.rows[0]
    assert [cell.text for cell in newest[:3]] == ["41", "not a number", page.figures.loss.accessibleName().split()[2]]


def test_every_number_is_in_the_table_too(qtbot: QtBot, show: Show, root: Path) -> None:
    run = a_run(root, finished())
    page = show(run.name)
    qtbot.waitUntil(lambda: page.header.chip.text == "Finished", timeout=5_000)
    page.header.numbers.click()
    rows = page.body.numbers.table.rows.rows
    assert rows[0][0].text == "312"
    assert [row[3].text for row in rows if row[0].text == "160"] == ["1.137"]
    assert 150 < len(rows) < 220, "a long run is thinned"
    page.header.numbers.click()
    assert page.body.plots.isVisible()
    assert "312 steps, now" in page.body.plots.loss.accessibleDescription()


def test_the_log_is_read_copied_and_cleaned(qtbot: QtBot, show: Show, root: Path) -> None:
    run = a_run(root, finished())
    run.log_file.write_text("loading\nHF_TOKEN=verysecretvalue\nlast line\n", encoding="utf-8")
    page = show(run.name)
    page.header.log.click()
    qtbot.waitUntil(lambda: "last line" in page.body.log.text.toPlainText(), timeout=5_000)
    assert "verysecret" not in page.body.log.text.toPlainText()
    page.body.log.copy.click()
    assert QGuiApplication.clipboard().text() == without_secrets("loading\nHF_TOKEN=verysecretvalue\nlast line")


def test_export_and_diagnostics_go_where_the_user_says(
    qtbot: QtBot, show: Show, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(root, finished())
    run.model.mkdir()
    (run.model / "weights").write_bytes(b"x")
    page = show(run.name)
    qtbot.waitUntil(lambda: page.header.export.isVisible(), timeout=5_000)
    monkeypatch.setattr(places, "ask_folder", lambda *_: tmp_path)
    page.header.export.click()
    qtbot.waitUntil(lambda: "Exported" in page.note.accessibleName(), timeout=5_000)
    assert (tmp_path / run.name / "weights").is_file()
    monkeypatch.setattr(places, "ask_file", lambda *_: tmp_path / "bundle.zip")
    page.header.diagnostics_wanted.emit()
    qtbot.waitUntil(lambda: "Diagnostics saved" in page.note.accessibleName(), timeout=5_000)
    monkeypatch.setattr(places, "ask_folder", lambda *_: tmp_path / "missing")
    page.header.export.click()
    qtbot.waitUntil(lambda: "There is no folder" in page.note.accessibleName(), timeout=5_000)


def test_a_run_that_is_gone(qtbot: QtBot, services: Services, show: Show) -> None:
    page = create(services)
    qtbot.addWidget(page)
    page.show()
    page.entered(run="2020-01-01-gone")
    assert "This run is not here" in _texts(page)
    assert not page.header.isVisible()
    qtbot.waitUntil(lambda: page.body.plots.memory.is_loaded, timeout=10_000)
    page.closed()


def test_without_a_name_the_newest_run_is_shown(qtbot: QtBot, show: Show, root: Path) -> None:
    a_run(root, timed(training(5), since=1000.0), "older")
    a_run(root, finished(), "newer")
    page = show("")
    qtbot.waitUntil(lambda: page.header.title.text() == "newer", timeout=5_000)


def test_from_one_run_to_another_nothing_stays(qtbot: QtBot, show: Show, root: Path) -> None:
    first, second = a_run(root, recorded("killed"), "first"), a_run(root, finished(), "second")
    page = show(first.name)
    qtbot.waitUntil(lambda: page.ending.isVisible(), timeout=5_000)
    page.entered(run=second.name)
    qtbot.waitUntil(lambda: page.header.chip.text == "Finished", timeout=5_000)
    assert not page.ending.isVisible()
    assert page.figures.step.accessibleName() == "Step 312 of 312"


@pytest.mark.parametrize("mode", ["dark", "high_contrast"])
def test_the_theme_may_change_while_a_run_is_shown(
    qtbot: QtBot, show: Show, root: Path, services: Services, mode: Any
) -> None:
    run = a_run(root, finished())
    page = show(run.name)
    qtbot.waitUntil(lambda: page.header.chip.text == "Finished", timeout=5_000)
    before = page.grab().toImage()
    services.theme.set_mode(mode)
    after = page.grab().toImage()
    assert before != after
    corner = page.body.plots.loss.mapTo(page, page.body.plots.loss.rect().center())
    assert after.pixelColor(corner.x(), 4) == services.theme.color("window") or mode == "high_contrast"


def test_it_fits_the_smallest_window(qtbot: QtBot, show: Show, root: Path) -> None:
    with a_run(root, timed(training(187))).lock().acquire(timeout=1):
        page = show(next(root.iterdir()).name)
        qtbot.waitUntil(lambda: page.header.stop.isVisible(), timeout=5_000)
        need = page.minimumSizeHint()
        assert need.width() <= 1280 - 64
        assert need.height() <= 800 - 40
        page.closed()


def test_everything_to_press_has_a_name(qtbot: QtBot, show: Show, root: Path) -> None:
    page = show(a_run(root, finished()).name)
    shown = [button for button in page.findChildren(QAbstractButton) if button.isVisible()]
    unnamed = [type(button).__name__ for button in shown if not (button.accessibleName() or button.text())]
    assert unnamed == []
    assert all(plot.accessibleName() and plot.accessibleDescription() for plot in page.body.plots.all())


def test_importing_the_page_loads_neither_plots_nor_torch() -> None:
    code = (
        "import sys, desktop.views.run.page, desktop.views.runs\n"
        "print([name for name in ('pyqtgraph', 'numpy', 'torch', 'transformers') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "[]"


def test_a_folder_without_a_readable_job_is_shown_all_the_same(qtbot: QtBot, show: Show, root: Path) -> None:
    run = a_run(root, finished())
    RunFolder(run.path).job_file.write_text("{", encoding="utf-8")
    page = show(run.name)
    qtbot.waitUntil(lambda: page.header.chip.text == "Finished", timeout=5_000)
