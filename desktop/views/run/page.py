"""The page of one run: follows it, shows it, passes on what the user asks; it never touches the engine itself."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from typing import Any, ClassVar

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.bridge.throttle import Throttle
from desktop.bridge.train_worker import TrainWorker
from desktop.engine.errors import UserError
from desktop.engine.events import Event
from desktop.engine.run_folder import RunFolder
from desktop.flow.run_about import RunAbout, about, act_after
from desktop.flow.run_end import LIVE, Standing, standing
from desktop.flow.run_figures import figures
from desktop.flow.run_findings import Findings
from desktop.flow.run_view import RunView
from desktop.views.components.banner import Banner
from desktop.views.components.empty import EmptyState
from desktop.views.page import Page
from desktop.views.run.ask import Ask
from desktop.views.run.body import Body
from desktop.views.run.ending import Alarm, Ending
from desktop.views.run.figures import Figures
from desktop.views.run.files import Files
from desktop.views.run.header import Header
from desktop.views.run.ranks import open_ranks
from desktop.views.services import Services
from desktop.views.theme.tokens import PAGE_MARGIN

REPAINT_MS = 200  # often enough to look live; each repaint holds the event loop for some milliseconds
LOG_EVERY = 2.0  # seconds between two looks at the log while it is shown


class RunPage(Page):
    """One run, live or over.

    Attributes:
        run: name of the run shown.
        header: name, state and acts.
        figures: the five numbers.
        body: plots, numbers, log, samples and watch.
        ending: what happened to a run that broke off, and how to go on.
        alarm: that the model is losing its words, and what to do.
        files: what is copied from and read of the run's folder.
    """

    name: ClassVar[str] = "run"
    title: ClassVar[str] = "Run"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        """Lay out the page; nothing is followed before it is entered."""
        super().__init__(parent)
        self._services = services
        self.run = ""
        self._folder: RunFolder | None = None
        self._worker: TrainWorker | None = None
        self._view = RunView()
        self._standing: Standing | None = None
        self._waiting_for_engine = False
        self._about = RunAbout("")
        self._act: str | None = None
        self._log_read = 0.0
        self._plots_ready = False
        self.header = Header()
        self.figures = Figures()
        self.body = Body()
        self.ending = Ending()
        self.alarm = Alarm()
        self.files = Files(services, self)
        self.note = Banner("info", "", "", "OK")
        self.ask = Ask()
        self._missing = EmptyState(
            "runs",
            "This run is not here",
            "It was deleted or moved. The list of runs shows all there are.",
            "Show runs",
        )
        self._repaint = Throttle(self._refresh, REPAINT_MS, self)
        self._lay_out()
        self._wire()

    def entered(self, **context: Any) -> None:
        """Show the run named by ``run``; where none is named the one shown last, or the newest there is."""
        run = str(context.get("run") or self.run or self._newest())
        if not self._plots_ready:
            self._plots_ready = True
            # Importing takes a while: a thread does it, so that the window never halts.
            loaded = self._services.tasks.run(lambda: importlib.import_module("pyqtgraph"))
            loaded.succeeded.connect(lambda _: self._load_plots())
        if run == self.run and self._worker is not None:
            self._repaint()
            return
        if run != self.run:
            self._forget()
        self.run = run
        self._attach()

    def _newest(self) -> str:
        runs = self._services.runs.summaries()
        return next((run.folder for run in runs if run.is_live), runs[0].folder if runs else "")

    def closed(self) -> None:
        """Stop following; the engine goes on."""
        self._forget()
        self._repaint.close()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while the page was hidden."""
        super().showEvent(event)
        self._repaint()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(PAGE_MARGIN, 20, PAGE_MARGIN, 20)
        column.setSpacing(16)
        above: tuple[QWidget, ...] = (self.header, self.note, self.ask, self.alarm, self.ending, self.figures)
        for widget in above:
            column.addWidget(widget)
        column.addWidget(self.body, 1)
        column.addWidget(self._missing, 1)
        for widget in (self.note, self._missing):
            widget.hide()

    def _wire(self) -> None:
        header = self.header
        header.pause_wanted.connect(lambda: self._wish(TrainWorker.pause, header.pause, "Pausing"))
        header.go_on_wanted.connect(lambda: self._wish(TrainWorker.go_on, header.pause, "Resuming"))
        header.checkpoint_wanted.connect(lambda: self._wish(TrainWorker.checkpoint))
        header.sample_wanted.connect(lambda: self._wish(TrainWorker.sample))
        header.evaluate_wanted.connect(lambda: self._wish(TrainWorker.evaluate))
        header.stop_wanted.connect(lambda: self._wish(TrainWorker.stop_and_save, header.stop, "Stopping"))
        header.discard_wanted.connect(self._ask_discard)
        header.chat_wanted.connect(lambda: self.navigate.emit("chat", {"run": self.run}))
        header.clone_wanted.connect(lambda: self.navigate.emit("wizard", {"clone": self.run}))
        header.export_wanted.connect(self.files.export_model)
        header.export_run_wanted.connect(self.files.export_run)
        header.diagnostics_wanted.connect(self.files.save_diagnostics)
        header.ranks_wanted.connect(lambda: open_ranks(self._services, f"run:{self.run}", self._about.name, self))
        header.view_changed.connect(self._show_view)
        self.body.log.wanted.connect(self._read_log)
        self.body.log.bundle_wanted.connect(self.files.save_diagnostics)
        self.files.said.connect(self._say)
        self.files.failed.connect(self._tell)
        self.files.log_read.connect(self.body.log.show_lines)
        self.files.findings_read.connect(self._show_findings)
        self.alarm.acted.connect(self._on_alarm)
        self.ask.agreed.connect(lambda: self._wish(TrainWorker.stop_and_discard, header.stop, "Stopping"))
        self.note.acted.connect(self.note.hide)
        self.ending.acted.connect(self._resume)
        self._missing.acted.connect(lambda: self.navigate.emit("runs", {}))
        self._services.runs.changed.connect(self._on_runs_changed)
        self._services.runs.launch_failed.connect(self._on_launch_failed)

    def _attach(self) -> None:
        try:
            self._folder = self._services.runs.folder(self.run)
            worker = self._services.runs.worker(self.run)
        except UserError:
            self._show_missing(missing=True)
            return
        self._show_missing(missing=False)
        self._about, self.files.run = about(self._folder), self._folder
        self._worker = worker
        self._standing = None
        # What an old worker still has on its way must not reach the page once it follows another run.
        worker.caught_up.connect(lambda view: self._on_caught_up(worker, view))
        worker.events_arrived.connect(lambda events: self._on_events(worker, events))
        worker.ended.connect(lambda end: self._on_ended(worker, end))
        worker.refused.connect(self._tell)
        worker.start()

    def _forget(self) -> None:
        if self._worker is not None:
            worker, self._worker = self._worker, None
            worker.close()
        self._view = RunView()
        self._standing = None
        self._waiting_for_engine = False
        self._act = None
        for banner in (self.note, self.ending, self.alarm, self.ask):
            banner.hide()
        self._show_findings(None)

    def _load_plots(self) -> None:
        self.body.plots.load()
        self._repaint()

    def _on_caught_up(self, worker: TrainWorker, view: RunView) -> None:
        if worker is self._worker:
            self._view = view
            self._repaint_now()

    def _on_events(self, worker: TrainWorker, events: list[Event]) -> None:
        if worker is self._worker:
            self._waiting_for_engine = False
            self._view.fold(events)
            self._repaint()

    def _on_ended(self, worker: TrainWorker, end: Standing) -> None:
        if worker is self._worker:
            self._worker = None
            self._waiting_for_engine = False
            self._standing = end
            self.ask.hide()
            self._repaint_now()

    def _on_runs_changed(self) -> None:
        if not self.run and self.isVisible():
            self.entered()  # the page came up before the first look at the folder
            return
        summary = self._services.runs.summary(self.run)
        if summary is not None and summary.is_live and self._worker is None and self._standing is not None:
            self._attach()  # another window, or the command line, took the run up again
        self._repaint()

    def _on_launch_failed(self, run: str, error: UserError) -> None:
        if run == self.run:
            self._tell(error)

    def _repaint_now(self) -> None:
        """Show what changes the whole page at once: a history that was read, an end."""
        self._repaint()
        self._repaint.flush()

    def _refresh(self) -> None:
        if not self.isVisible() or self._folder is None or not self.run:
            return
        state, now = self._view.snapshot(), time.time()
        stands = self._standing or self._live_standing()
        summary = self._services.runs.summary(self.run)
        title = summary.name if summary is not None else self._about.name  # until the book has looked
        has_model = stands.status in _WITH_MODEL and self._folder.model.is_dir()
        if has_model and self._act is None:
            self._act = act_after(self.run)
            self.files.read_findings()
        self.header.show_run(title, state, stands, has_model=has_model, act=self._act or "")
        self.figures.show_figures(figures(state, stands, now, self._about.objective), live=stands.status in LIVE)
        self.ending.show_ending(stands, state.total)
        self.alarm.show_alarm(state.collapse, stands)
        self.body.show_run(self._view, state, stands, self._about)
        if self.body.view == "log" and (stands.status in LIVE) and time.monotonic() - self._log_read > LOG_EVERY:
            self._read_log()

    def _live_standing(self) -> Standing:
        if self._waiting_for_engine:
            return Standing("starting", "Starting", "The engine is starting.")
        summary = self._services.runs.summary(self.run)
        return standing(self._view.outline, alive=True, still=summary.still if summary is not None else 0.0)

    def _show_missing(self, *, missing: bool) -> None:
        for widget in (self.header, self.figures, self.body):
            widget.setVisible(not missing)
        self._missing.setVisible(missing)

    def _show_view(self, view: str) -> None:
        self.header.show_view(view)
        self.body.show_view(view)
        if view == "log":
            self._read_log()
        self._repaint_now()

    def _wish(self, act: Callable[[TrainWorker], None], button: Any = None, words: str = "") -> None:
        if self._worker is None:
            return
        act(self._worker)
        if button is not None:
            self.header.waits(button, f"{words}\N{HORIZONTAL ELLIPSIS}")

    def _ask_discard(self) -> None:
        state = self._view.snapshot()
        self.ask.ask(
            "Stop and throw away what was trained?",
            f"The {state.step:,} steps done so far and every checkpoint of this run are lost; nothing else is touched.",
            "Stop and discard",
            "Keep training",
        )

    def _resume(self) -> None:
        try:
            self._services.runs.resume(self.run)
        except UserError as error:
            self._tell(error)
            return
        self._forget()
        self._waiting_for_engine = True
        self._attach()
        self._repaint()

    def _read_log(self) -> None:
        self._log_read = time.monotonic()
        self.files.read_log()

    def _show_findings(self, found: Findings | None) -> None:
        self.body.findings.show_findings(found)
        self.header.found.setVisible(found is not None)
        if found is None and self.body.view == "found":
            self._show_view("plots")

    def _on_alarm(self) -> None:
        if (self._standing or self._live_standing()).status in LIVE:
            self._ask_discard()
        else:
            self.navigate.emit("wizard", {"clone": self.run})

    def _tell(self, error: UserError) -> None:
        self._say("bad", error.message, error.hint)
        self._repaint()

    def _say(self, tone: str, title: str, text: str) -> None:
        self.note.set(tone, title, text, "OK")
        self.note.show()


_WITH_MODEL = ("finished", "stopped")


def create(services: Services) -> RunPage:
    """Make the page."""
    return RunPage(services)
