"""None, True and False outlive any number of calls into Qt; without the guard Python 3.11 ends with a fatal error."""

from __future__ import annotations

import subprocess
import sys

EMIT_AND_PAINT = """
import desktop.bridge
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

class Speaker(QObject):
    said = Signal(bool)

app = QCoreApplication([])
speaker, timer = Speaker(), QTimer()
speaker.said.connect(lambda _: None)
for _ in range(20_000):
    speaker.said.emit(True)
    timer.start(1000)
    timer.stop()
"""


def test_many_calls_and_signals_end_well() -> None:
    done = subprocess.run([sys.executable, "-c", EMIT_AND_PAINT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
