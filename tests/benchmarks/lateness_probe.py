"""Ticks every 10 ms while the window does something, and prints how late each tick came."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

PERIOD = 0.010
READING_MS = 3000  # a person reads two answers before the next question


class Ticker:
    """Records by how much a tick comes later than planned, in milliseconds."""

    def __init__(self) -> None:
        """Wait for :meth:`start`."""
        self.late: list[float] = []
        self._due = 0.0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(int(PERIOD * 1000))
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin."""
        self._due = time.perf_counter() + PERIOD
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.late.append(max(0.0, (now - self._due) * 1000))
        self._due = now + PERIOD


def main(phase: str) -> int:
    """Run one phase and print."""
    app = QApplication([])
    ticker = Ticker()
    close: Callable[[], None] = lambda: None  # noqa: E731
    if phase == "idle":
        QTimer.singleShot(5000, lambda: app.exit(0))
        ticker.start()
    else:
        from desktop.flow.settings import Settings
        from desktop.views.app import Graph
        from desktop.views.theme.theme import Theme

        theme = Theme("light", 1.0)
        theme.apply(app)
        graph = Graph(app, Settings(), theme)
        graph.open()
        close = graph.close
        _PHASES[phase](app, graph, ticker)
    app.exec()
    close()
    print(json.dumps({"late_ms": ticker.late}))
    return 0


def _start(app: QApplication, graph: object, ticker: Ticker) -> None:
    graph.window.first_painted.connect(ticker.start)  # type: ignore[attr-defined]  # before that nothing can be late
    QTimer.singleShot(4000, lambda: app.exit(0))


def _training(app: QApplication, graph: object, ticker: Ticker) -> None:
    from tests.benchmarks.training_probe import job

    runs, window = graph.services.runs, graph.window  # type: ignore[attr-defined]
    name = runs.start(job())
    window.show_page("run", {"run": name})

    def look() -> None:
        found = runs.summary(name)
        if found is not None and found.status in ("finished", "failed", "interrupted"):
            app.exit(0)

    timer = QTimer(app)
    timer.timeout.connect(look)
    timer.start(1000)
    QTimer.singleShot(3000, ticker.start)  # building the page is the start's affair


def _chat(app: QApplication, graph: object, ticker: Ticker) -> None:
    _ = graph.services  # type: ignore[attr-defined]  # a page can only be shown once they are there
    window = graph.window  # type: ignore[attr-defined]
    window.show_page("chat", {"model": "starter"})
    page = window.page("chat")
    questions = iter(["Tell me a story about a dog and a baker.", "What does a baker do?", "Name three animals."] * 4)
    timer = QTimer(app)

    def go_on() -> None:
        if page.chat.stage != "ready":  # loading, or answering the last question
            return
        ticker.start() if not ticker.late else None
        question = next(questions, None)
        if question is None:
            timer.stop()
            app.exit(0)
            return
        page.composer.edit.setPlainText(question)
        page.composer.ask.click()

    timer.timeout.connect(go_on)
    timer.start(READING_MS)


_PHASES = {"start": _start, "training": _training, "chat": _chat}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
