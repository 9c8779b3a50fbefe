"""One start of a window, timed from the birth of the process to its first paint; ``bare`` opens an empty one."""

from __future__ import annotations

import json
import os
import sys
import time

import psutil

from tests.benchmarks.child import SPAWNED


def main(kind: str) -> int:
    """Open the window of ``kind``, print seconds and MiB at the first paint, and end."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QWidget

    born = float(os.environ[SPAWNED])
    app = QApplication([])

    class FirstPaint(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and watched is window:
                QTimer.singleShot(0, report)  # when this paint is on the screen
                window.removeEventFilter(self)
            return False

    def report() -> None:
        seconds = time.time() - born
        QTimer.singleShot(1500, lambda: finish(seconds))

    def finish(seconds: float) -> None:
        mib = psutil.Process().memory_info().rss / 2**20
        print(json.dumps({"seconds": seconds, "mib": mib}))
        app.exit(0)

    graph = None
    if kind == "bare":
        window = QWidget()
        window.resize(1440, 900)
        first = FirstPaint()
        window.installEventFilter(first)
        window.show()
    else:
        from desktop.flow.settings import Settings
        from desktop.views.app import Graph
        from desktop.views.theme.theme import Theme

        settings = Settings()
        theme = Theme(settings.values.theme, settings.values.text_size)
        theme.apply(app)
        graph = Graph(app, settings, theme)
        window = graph.window
        first = FirstPaint()
        window.installEventFilter(first)
        graph.open()
    app.exec()
    if graph is not None:
        graph.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
