"""Scrolls a table of a million rows whose pages come late, and times every frame: event, fetched rows, paint."""

from __future__ import annotations

import gc
import json
import sys
import time

ROWS = 1_000_000
FRAMES = 400
LATE_MS = 30  # a page comes so much later than it was asked for


def main(way: str) -> int:
    """Scroll by ``way`` (``wheel``, ``pages``, ``jumps``) and print how long each frame took."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from desktop.bridge.row_pages import PAGE, RowPages
    from desktop.engine.data.source import DataSource
    from desktop.views.theme.theme import Theme
    from desktop.views.wizard.row_table import RowTable
    from tests.support import wizard_parts as parts
    from tests.support.fake_workbench import FakeCall, FakeWorkbench

    class Late(FakeWorkbench):
        """Answers every request a little later; what another process would do, it has done before."""

        report = parts.rows_report(0, ROWS, PAGE)

        def request(self, op: str, params=None, **_how) -> FakeCall:  # type: ignore[no-untyped-def,override]
            call = super().request(op, params)
            self.calls.clear()
            self.kept = call
            QTimer.singleShot(LATE_MS, call, lambda: call.succeeded.emit(self.report))
            return call

    app = QApplication([])
    theme = Theme("light", 1.0)
    theme.apply(app)
    pages = RowPages(Late())  # type: ignore[arg-type]
    table = RowTable(pages)
    table.rows.set_columns(("instruction", "output"), (40, 60), files=False)
    table.resize(1100, 700)
    table.show()
    pages.show(DataSource(path="/data/rows.jsonl"))
    until = time.perf_counter() + 5
    while not pages.known and time.perf_counter() < until:
        app.processEvents()
    for _ in range(50):  # fonts, icons and the sheet are looked up once
        app.processEvents()
        table.viewport().repaint()
    bar = table.verticalScrollBar()
    frames = []
    gc.collect()
    for frame in range(FRAMES):
        begin = time.perf_counter()
        if way == "wheel":
            bar.setValue(bar.value() + 90)
        elif way == "pages":
            bar.setValue(bar.value() + bar.pageStep())
        else:
            bar.setValue(round(bar.maximum() * ((frame * 0.618034) % 1)))
        app.processEvents()  # pages that came are taken, what is to be seen anew is painted
        frames.append(1000 * (time.perf_counter() - begin))
        time.sleep(max(0.0, 1 / 60 - (time.perf_counter() - begin)))
    print(json.dumps({"frames_ms": frames}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
