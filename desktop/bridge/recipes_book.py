"""The recipes of the workspace for the window: looked at now and then while somebody watches; no widgets."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop import paths
from desktop.bridge.engines import let_go
from desktop.bridge.task import Tasks
from desktop.engine.errors import UserError
from desktop.engine.recipe import RecipeSpec
from desktop.flow import recipes
from desktop.flow.recipes import RecipeShelf, RecipeView

INTERVAL_MS = 1000


class RecipesBook(QObject):
    """Every started recipe, and what may be done to it. Drivers outlive the window.

    Signals:
        changed: :meth:`views` has news.
        started: a recipe of that name was started.
        failed: the :class:`UserError` for which something asked of a recipe was not done.
    """

    changed = Signal()
    started = Signal(str)
    failed = Signal(object)

    def __init__(self, tasks: Tasks, parent: QObject | None = None, *, interval_ms: int = INTERVAL_MS) -> None:
        """Look at nothing yet; :meth:`follow` begins."""
        super().__init__(parent)
        self._tasks = tasks
        self._shelf = RecipeShelf(paths.recipes())
        self._views: list[RecipeView] = []
        self._looking = False
        self._drivers: list[subprocess.Popen[bytes]] = []
        self._timer = QTimer(self, interval=interval_ms)
        self._timer.timeout.connect(self.look)

    def views(self) -> list[RecipeView]:
        """Return the recipes, newest first, as of the last look."""
        return list(self._views)

    def view(self, name: str) -> RecipeView | None:
        """Return one recipe as of the last look."""
        return next((view for view in self._views if view.name == name), None)

    def follow(self) -> None:
        """Look now and again and again."""
        self._timer.start()
        self.look()

    def rest(self) -> None:
        """Look no more until :meth:`follow`."""
        self._timer.stop()

    def look(self) -> None:
        """Look once, off the window's thread; while a look is under way nothing is added."""
        if self._looking:
            return
        self._looking = True
        task = self._tasks.run(self._shelf.look)
        task.succeeded.connect(self._take)
        task.failed.connect(self._on_failed)

    def start(self, spec: RecipeSpec) -> None:
        """Start ``spec``."""
        self._act(lambda: recipes.start(spec), self._on_started)

    def resume(self, name: str) -> None:
        """Go on with a recipe where it was."""
        self._act(lambda: recipes.resume(name), self._on_resumed)

    def stop(self, name: str) -> None:
        """Ask a recipe to save and stop."""
        self._act(lambda: recipes.stop(name), lambda _: self.look())

    def close(self) -> None:
        """Look no more and part from the drivers, which go on."""
        self._timer.stop()
        for driver in self._drivers:
            let_go(driver)
        self._drivers = []

    def _act(self, work: Callable[[], object], done: Callable[[Any], None]) -> None:
        task = self._tasks.run(work)
        task.succeeded.connect(done)
        task.failed.connect(self.failed)

    def _on_started(self, made: Any) -> None:
        folder, driver = made
        self._drivers.append(driver)
        self.started.emit(folder.name)
        self.look()

    def _on_resumed(self, made: Any) -> None:
        self._drivers.append(made[1])
        self.look()

    def _take(self, views: list[RecipeView]) -> None:
        self._looking = False
        self._drivers = [driver for driver in self._drivers if driver.poll() is None]
        if repr(views) != repr(self._views):  # NaN differs from itself, its text does not
            self._views = views
            self.changed.emit()

    def _on_failed(self, error: UserError) -> None:
        self._looking = False
        self.failed.emit(error)
