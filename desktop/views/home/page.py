"""Home, put together from its cards and fed by the services; what the words are is decided in ``flow.home``."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.flow import home
from desktop.flow.help import first_topics
from desktop.views.components.button import Button
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.home.hero import Hero
from desktop.views.home.recent import RecentRuns
from desktop.views.home.side import LinkRow, LinksCard, MachineCard, continue_rows
from desktop.views.open_file import ask_for_data_file
from desktop.views.page import Page
from desktop.views.services import Services

if TYPE_CHECKING:
    from desktop.views.home.queue import QueuePanel

_MARGIN = 32
_MOST_WIDTH = 1344
_SIDE = 304
_WHEN_MS = 60_000  # "now" and "12:40" grow old


def create(services: Services) -> Page:
    """Return the page."""
    page = HomePage(offline=services.offline)
    page.serve(services)
    return page


class HomePage(Page):
    """Hero and recent runs at the left; the machine, what can be continued, and help at the right."""

    name: ClassVar[str] = "home"
    title: ClassVar[str] = "Home"

    def __init__(self, *, offline: bool = True) -> None:
        """Build the page; what it shows comes with :meth:`serve`, so that it can be painted before that is loaded."""
        super().__init__()
        self._services: Services | None = None
        self._continued: list[home.Continued] = []
        self.queue: QueuePanel | None = None
        self.hero = Hero()
        self.recent = RecentRuns()
        self.machine = MachineCard(offline)
        self.going_on = LinksCard("Continue")
        self.learn = LinksCard("New to this?")
        self._topics = first_topics()
        self.learn.show_rows([LinkRow(topic.title, topic.note) for topic in self._topics])
        self.going_on.hide()
        self._lay_out()
        self._clock = QTimer(self, interval=_WHEN_MS)
        self._clock.timeout.connect(self._on_runs)
        self._join()

    def serve(self, services: Services) -> None:
        """Take what the page works with."""
        self._services = services
        services.runs.changed.connect(self._on_runs)
        services.machine.changed.connect(self._on_machine)
        services.theme.changed.connect(self._on_runs)

    def entered(self, **context: Any) -> None:
        """Show what is new since the last time."""
        if self._services is None:
            return
        self._on_runs()
        self._on_machine()
        self._clock.start()
        self._look_up(self._services)
        self._follow_queue(self._services)

    def left(self) -> None:
        """Let the words grow old."""
        self._clock.stop()
        if self.queue is not None:
            self.queue.book.rest()

    def closed(self) -> None:
        """Stop the clock and look no more."""
        self.left()

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(Text("Home", "title"))
        head.addWidget(
            Text("Fine-tune a language model on your own machine. Nothing is sent anywhere.", "body", "text2")
        )
        open_file = Button("Open a data file...", icon="file")
        open_file.clicked.connect(self._open_file)
        self.recipes = Button("Recipes", icon="list")
        self.recipes.setAccessibleDescription("Several jobs in a row, each starting from what an earlier one made.")
        self.recipes.clicked.connect(lambda: self.navigate.emit("recipes", {}))
        new = Button("New fine-tune", icon="tune")
        new.clicked.connect(lambda: self.navigate.emit("wizard", {}))
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addLayout(head, 1)
        for button in (open_file, self.recipes, new):
            top.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self._main = main = QVBoxLayout()
        main.setSpacing(24)
        main.addWidget(self.hero)
        main.addWidget(self.recent)
        main.addStretch(1)
        side_holder = QWidget()
        side_holder.setFixedWidth(_SIDE)
        side = QVBoxLayout(side_holder)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(16)
        for card in (self.machine, self.going_on, self.learn):
            side.addWidget(card)
        side.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(24)
        columns.addLayout(main, 1)
        columns.addWidget(side_holder)
        inner = QWidget()
        inner.setMaximumWidth(_MOST_WIDTH)
        whole = QVBoxLayout(inner)
        whole.setContentsMargins(_MARGIN, 28, _MARGIN, 24)
        whole.setSpacing(24)
        whole.addLayout(top)
        whole.addLayout(columns, 1)
        content = QWidget()
        middle = QHBoxLayout(content)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.addStretch(1)
        middle.addWidget(inner, 1000)
        middle.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(ScrollArea(content))

    def _join(self) -> None:
        self.hero.started.connect(lambda: self.navigate.emit("wizard", {"preset": "try_it_now"}))
        self.recent.opened.connect(lambda run: self.navigate.emit("run", {"run": run}))
        self.recent.all_wanted.connect(lambda: self.navigate.emit("runs", {}))
        self.learn.chosen.connect(lambda index: self.navigate.emit("help", {"topic": self._topics[index].id}))
        self.going_on.chosen.connect(self._continue)

    def _look_up(self, services: Services) -> None:
        for work, take in (
            (home.hero_steps, self.hero.set_steps),
            (home.continued, self._show_continued),
            (home.models_words, self.machine.show_models),
        ):
            task = services.tasks.run(work)
            task.succeeded.connect(take)

    def _follow_queue(self, services: Services) -> None:
        """Follow the queue; at the first time what it is made of is loaded beside the window, not before it."""
        if self.queue is not None:
            self.queue.book.follow()
            return
        loading = services.tasks.run(lambda: importlib.import_module("desktop.views.home.queue"))
        loading.succeeded.connect(self._on_queue_loaded)

    def _on_queue_loaded(self, module: Any) -> None:
        if self._services is None or self.queue is not None:
            return
        self.queue = module.QueuePanel(self._services.tasks)
        self.queue.opened.connect(self.navigate)
        self.queue.failed.connect(self._services.notices.tell)
        self._main.insertWidget(1, self.queue)
        if self._clock.isActive():
            self.queue.book.follow()

    def _show_continued(self, items: list[home.Continued]) -> None:
        self._continued = items
        self.going_on.show_rows(continue_rows(items))
        self.going_on.setVisible(bool(items))

    def _on_runs(self) -> None:
        summaries = self._services.runs.summaries() if self._services else []
        self.recent.show_runs(home.recent_runs(summaries), len(summaries))

    def _on_machine(self) -> None:
        if self._services and self._services.machine.hardware is not None:
            self.machine.show_machine(self._services.machine.hardware)

    def _continue(self, index: int) -> None:
        item = self._continued[index]
        self.navigate.emit(item.page, dict(item.context))

    def _open_file(self) -> None:
        if file := ask_for_data_file(self):
            self.navigate.emit("wizard", {"file": file})
