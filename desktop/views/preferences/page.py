"""The preferences page: joins projects, the making of pairs and the annotator; it decides nothing itself."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout

from desktop import paths
from desktop.bridge.pair_making import PairMaking
from desktop.bridge.workbench import Call
from desktop.engine.errors import UserError
from desktop.engine.preferences.export import Exported, Format, export
from desktop.engine.preferences.projects import projects_in
from desktop.engine.preferences.store import PreferenceStore
from desktop.flow.annotate import Annotation
from desktop.flow.annotate_start import NewProject, answerers
from desktop.views.page import Page
from desktop.views.preferences.annotator import Annotator
from desktop.views.preferences.start import StartView
from desktop.views.services import Services


def create(services: Services) -> Page:
    """Return the page."""
    return PreferencesPage(services)


class PreferencesPage(Page):
    """The list of projects, or the one that is open.

    Attributes:
        start: list and form.
        annotator: the open project.
        making: the pairs being made, ``None`` before the first.
    """

    name: ClassVar[str] = "preferences"
    title: ClassVar[str] = "Preferences"

    def __init__(self, services: Services) -> None:
        """Build both views; no file is opened yet."""
        super().__init__()
        self._services = services
        self._store: PreferenceStore | None = None
        self._exported: Exported | None = None
        self._asked: Call | None = None
        self.making: PairMaking | None = None
        self.start = StartView()
        self.annotator = Annotator()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.start)
        self._stack.addWidget(self.annotator)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)
        self.start.projects.opened.connect(self.open_project)
        self.start.form.asked.connect(self.make_project)
        self.annotator.back.connect(self.show_projects)
        self.annotator.export_asked.connect(lambda: self.export_as("dpo"))
        self.annotator.stop_asked.connect(self._stop_making)
        panel = self.annotator.export_panel
        panel.format_chosen.connect(self._on_format)
        panel.copy_asked.connect(self._save_copy)
        panel.train_asked.connect(self._train)
        services.runs.changed.connect(self._offer)

    def entered(self, **context: Any) -> None:
        """Come to the front; ``run`` opens the form for a project about that run, ``project`` a project's file."""
        if "run" in context:
            self.show_projects()
            self._offer(str(context["run"]))
            self.start.open_form()
        elif "project" in context:
            self.show_projects()
            self.open_project(Path(str(context["project"])))
        elif self._store is None:
            self.show_projects()
        else:
            self.annotator.come_back()

    def left(self) -> None:
        """Stop the clock of the pair on the screen."""
        self.annotator.step_away()

    def closed(self) -> None:
        """Let go of the file; pairs made so far are kept."""
        if self.making is not None:
            self.making.close()
        self._close_store()

    def show_projects(self) -> None:
        """Go to the list; pairs being made go on being made."""
        self._close_store()
        self.start.projects.show_projects(projects_in(paths.preferences()))
        self.start.close_form()
        self._offer()
        self._stack.setCurrentWidget(self.start)

    def open_project(self, path: Path) -> None:
        """Take up the project at ``path``."""
        self._close_store()
        try:
            self._store = PreferenceStore.open(path)
            session = Annotation(self._store)
        except UserError as error:
            self._tell(error)
            return
        self.start.trouble.hide()
        self._stack.setCurrentWidget(self.annotator)
        if self.making is not None and self.making.path == path:
            session.pairs_arrived(self.making.expected)
        self.annotator.work_on(session)
        self._show_making()

    def make_project(self, project: NewProject) -> None:
        """Find the questions, make the project and start making its pairs."""
        if self.making is not None and self.making.running:
            message = "Pairs of another project are still being made."
            self.start.form.tell(UserError("busy", message, "Wait for them, or stop them there."))
            return
        self.start.form.set_busy(True)
        answerer = project.answerer
        if not project.from_run or answerer is None:
            self._begin(project, project.questions)
            return
        self._asked = self._services.workbench.request("heldout_prompts", {"run": answerer.run})
        self._asked.succeeded.connect(lambda found: self._begin(project, list(found["prompts"])))
        self._asked.failed.connect(self.start.form.tell)

    def export_as(self, format: Format) -> None:
        """Save what was judged beside the project and say so."""
        if self._store is None:
            return
        path = self._store.path.with_suffix(f".{format}.jsonl")
        try:
            self._exported = export(self._store, path, format)
        except UserError as error:
            self.annotator.tell(error)
            return
        self.annotator.show_export(self._exported, format)

    def _begin(self, project: NewProject, prompts: list[str]) -> None:
        seed = secrets.randbelow(2**31)
        run = project.answerer.run if project.answerer is not None else ""
        try:
            store = PreferenceStore.create(paths.preferences(), project.title, seed=seed, run=run, guide=project.guide)
            path = store.path
            store.close()
            self.making = PairMaking(self._services.workbench, path, project.request(prompts, seed), self)
        except UserError as error:
            self.start.form.tell(error)
            return
        self.making.progressed.connect(self._show_making)
        self.making.ended.connect(self._on_made)
        self.making.failed.connect(self._on_failed)
        self.start.form.tell(None)
        self.open_project(path)

    def _show_making(self) -> None:
        making, session = self.making, self.annotator.session
        if making is None or session is None or session.store.path != making.path:
            self.annotator.show_making("")
            return
        session.pairs_arrived(making.expected)
        words = f"making pairs: {making.done:,} of {making.total:,} questions" if making.running else ""
        self.annotator.show_making(words)

    def _on_made(self, words: str) -> None:
        self._show_making()
        if words and self._is_open(self.making):
            self.annotator.note(words)

    def _on_failed(self, error: UserError) -> None:
        self._show_making()
        if self._is_open(self.making):
            self.annotator.tell(error)
        else:
            self._tell(error)

    def _stop_making(self) -> None:
        if self.making is not None:
            self.making.cancel()

    def _is_open(self, making: PairMaking | None) -> bool:
        return making is not None and self._store is not None and self._store.path == making.path

    def _on_format(self, id: str) -> None:
        known: dict[str, Callable[[], None]] = {
            "dpo": lambda: self.export_as("dpo"),
            "reward": lambda: self.export_as("reward"),
            "kto": lambda: self.export_as("kto"),
        }
        known[id]()

    def _save_copy(self) -> None:
        if self._exported is None:
            return
        suggested = str(Path.home() / self._exported.path.name)
        chosen, _ = QFileDialog.getSaveFileName(self, "Save a copy", suggested, "JSON Lines (*.jsonl)")
        if not chosen:
            return
        try:
            shutil.copyfile(self._exported.path, chosen)
        except OSError as error:
            self.annotator.tell(
                UserError("cannot_write", f"The copy could not be saved: {error.strerror}.", "Choose another folder.")
            )

    def _train(self) -> None:
        if self._exported is None:
            return
        context = {"file": str(self._exported.path)}
        run = self._store.fact("run", "") if self._store is not None else ""
        judged = next((one.ref for one in answerers(self._services.runs.summaries()) if run and one.run == run), "")
        if judged:  # preferences about a model's answers teach that model, not the one it came from
            context["model"] = judged
        self.navigate.emit("wizard", context)

    def _offer(self, run: str = "") -> None:
        taken = [row.summary.title for row in self.start.projects.rows]
        self.start.form.offer(answerers(self._services.runs.summaries()), taken, run)

    def _tell(self, error: UserError) -> None:
        self.start.trouble.set("bad", error.message, error.hint)
        self.start.trouble.show()

    def _close_store(self) -> None:
        self.annotator.let_go()
        if self._store is not None:
            self._store.close()
            self._store = None
