"""Opens the application's window as ``fettle`` does and closes it again; it clicks nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtWidgets import QApplication

from desktop.flow.settings import Settings
from desktop.views.app import Graph
from desktop.views.theme.theme import Theme
from desktop.views.window import MainWindow
from tests.support.dangling import settle


@contextmanager
def opened(application: QApplication, page: str = "home", **context: str) -> Iterator[MainWindow]:
    """Open the window on ``page``, at the size of a laptop's screen.

    Not a fixture: pytest keeps what fixtures return until the guard has looked, and with it everything in the window.
    """
    theme = Theme("light", 1.0)
    theme.apply(application)
    graph = Graph(application, Settings(), theme)
    graph.window.resize(1440, 900)
    graph.window.show()
    _ = graph.services
    graph.window.show_page(page, context)
    try:
        yield graph.window
    finally:
        graph.window.hide()
        graph.close()
        graph.window.deleteLater()
        graph.deleteLater()
        theme.setParent(None)
        settle()
