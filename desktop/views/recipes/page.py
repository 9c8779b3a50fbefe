"""The page of recipes: the list, the one form, a recipe at work; what is said and allowed is decided in ``flow``."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.bridge.recipes_book import RecipesBook
from desktop.engine.errors import UserError
from desktop.engine.recipe import RecipeSpec
from desktop.flow.recipe_words import models_offered
from desktop.flow.recipes import RecipeForm, RecipeView, filled, recipe_form, recipe_presets
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.page import Page
from desktop.views.recipes.form import FormView
from desktop.views.recipes.gallery import Gallery
from desktop.views.recipes.running import RunningView
from desktop.views.services import Services

_MARGIN = 32
_MOST_WIDTH = 1240
_PAUSE_MS = 250  # while somebody types a name, nothing is looked at
_LIST = "Several jobs in a row: each stage starts from what an earlier one made, and goes on when the window is closed."


def create(services: Services) -> Page:
    """Return the page."""
    return RecipesPage(services)


class RecipesPage(Page):
    """Shows the list, a form or a started recipe, one at a time."""

    name: ClassVar[str] = "recipes"
    title: ClassVar[str] = "Recipes"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        """Build the page; nothing is looked for before it is entered."""
        super().__init__(parent)
        self._services = services
        self.book = RecipesBook(services.tasks, self)
        self._presets: dict[str, RecipeSpec] = {}
        self._shown = ""
        self._asked = 0
        self.back = Button("All recipes", "link", "arrow-left")
        self.head = Text("Recipes", "title", elide=True)
        self.line = Text(_LIST, "body", "text2")
        self.banner = Banner("bad", "", "", "Dismiss")
        self.gallery = Gallery()
        self.form: FormView | None = None
        self.running: RunningView | None = None
        self._pause = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._lay_out()
        self._pause.timeout.connect(self._check)
        self.back.clicked.connect(self.show_list)
        self.banner.acted.connect(self.banner.hide)
        self.gallery.preset_chosen.connect(lambda name: self._prepare(self._presets[name]))
        self.gallery.recipe_chosen.connect(self.show_recipe)
        self.book.changed.connect(self._on_changed)
        self.book.started.connect(self.show_recipe)
        self.book.failed.connect(self._on_refused)
        self.show_list()

    def entered(self, **context: Any) -> None:
        """Look for recipes; ``recipe`` in the context names a started one to show."""
        self.banner.hide()
        self.book.follow()
        task = self._services.tasks.run(recipe_presets)
        task.succeeded.connect(self._on_presets)
        task.failed.connect(self._on_failed)
        if context.get("recipe"):
            self.show_recipe(str(context["recipe"]))
        (self.back if self.back.isVisible() else self).setFocus(Qt.FocusReason.OtherFocusReason)

    def left(self) -> None:
        """Look no more."""
        self.book.rest()

    def closed(self) -> None:
        """Part from the drivers, which go on."""
        self._pause.stop()
        self.book.close()

    def show_list(self) -> None:
        """Show what can be started and what was started."""
        self._shown = ""
        self._put(None, "Recipes", _LIST)
        self._on_changed()

    def show_recipe(self, name: str) -> None:
        """Show a started recipe, as soon as it was looked at."""
        self._shown = name
        view = self.book.view(name)
        if view is None:
            self.book.look()
        else:
            self._open(view)

    def _prepare(self, spec: RecipeSpec) -> None:
        self._shown = ""
        self._look_at(spec, lambda form: self._ask(spec, form))

    def _ask(self, spec: RecipeSpec, form: RecipeForm) -> None:
        view = FormView(spec, form)
        view.changed.connect(self._on_edited)
        view.start_wanted.connect(self._start)
        self._put(view, spec.title, spec.summary)
        task = self._services.tasks.run(models_offered)
        task.succeeded.connect(view.offer_models)
        self.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_edited(self) -> None:
        if self.form is not None:
            self.form.wait()
            self._pause.start()

    def _check(self) -> None:
        form = self.form
        spec = self._filled()
        if form is not None and spec is not None:
            self._look_at(spec, form.show_form)

    def _look_at(self, spec: RecipeSpec, take: Any) -> None:
        self._asked += 1
        asked = self._asked

        def newest(form: object) -> None:
            if asked == self._asked:
                take(form)

        task = self._services.tasks.run(lambda: recipe_form(spec))
        task.succeeded.connect(newest)
        task.failed.connect(self._on_failed)

    def _filled(self) -> RecipeSpec | None:
        if self.form is None:
            return None
        try:
            return filled(self.form.spec, self.form.values, self.form.name.text().strip() or self.form.spec.name)
        except UserError as error:
            self._on_failed(error)
            return None

    def _start(self) -> None:
        spec = self._filled()
        if spec is not None and self.form is not None:
            self.form.wait()
            self.book.start(spec)

    def _open(self, view: RecipeView) -> None:
        running = RunningView(view)
        running.stop_wanted.connect(lambda: self.book.stop(view.name))
        running.resume_wanted.connect(lambda: self.book.resume(view.name))
        running.run_opened.connect(lambda run: self.navigate.emit("run", {"run": run}))
        running.led.connect(lambda way: self.navigate.emit(way.page, dict(way.context)))
        self._put(running, view.title, view.name)
        self.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _put(self, view: QWidget | None, title: str, line: str) -> None:
        """Bring ``view`` to the front, the list where there is none, and let go of what was there."""
        self._asked += 1  # what is still looked at belongs to what goes
        self._pause.stop()
        for old in (self.form, self.running):
            if old is not None and old is not view:
                old.hide()
                self._inner.removeWidget(old)
                old.deleteLater()
        self.form = view if isinstance(view, FormView) else None
        self.running = view if isinstance(view, RunningView) else None
        if view is not None:
            self._inner.addWidget(view)
            view.show()
        self.gallery.setVisible(view is None)
        self.back.setVisible(view is not None)
        self.head.setText(title)
        self.line.setText(line)

    def _on_presets(self, specs: list[RecipeSpec]) -> None:
        self._presets = {spec.name: spec for spec in specs}
        self.gallery.show_presets(specs)

    def _on_changed(self) -> None:
        self.gallery.show_started(self.book.views())
        view = self.book.view(self._shown) if self._shown else None
        if view is None:
            return
        if self.running is None or self.running.name != view.name:
            self._open(view)
        else:
            self.running.set(view)

    def _on_failed(self, error: object) -> None:
        if isinstance(error, UserError):
            self.banner.set("bad", error.message, error.hint, "Dismiss")
            self.banner.show()

    def _on_refused(self, error: object) -> None:
        self._on_failed(error)
        self._check()  # what could not be started now may be looked at again

    def _lay_out(self) -> None:
        inner = QWidget()
        inner.setMaximumWidth(_MOST_WIDTH)
        self._inner = QVBoxLayout(inner)
        self._inner.setContentsMargins(_MARGIN, 24, _MARGIN, 24)
        self._inner.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.head)
        words.addWidget(self.line)
        self._inner.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)
        self._inner.addLayout(words)
        self._inner.addWidget(self.banner)
        self._inner.addSpacing(4)
        self._inner.addWidget(self.gallery)
        content = QWidget()
        middle = QHBoxLayout(content)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.addStretch(1)
        middle.addWidget(inner, 1000)
        middle.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(ScrollArea(content))
        self.banner.hide()
