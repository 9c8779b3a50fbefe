"""One window a workspace: the second is refused and can raise the first; a dead one is no obstacle."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from desktop.bridge.single_instance import SingleInstance

ROOT = Path(__file__).parents[2]


def test_the_second_is_refused_and_raises_the_first(qtbot: QtBot, tmp_path: Path) -> None:
    first, second = SingleInstance(tmp_path), SingleInstance(tmp_path)
    assert first.claim()
    assert not second.claim()
    with qtbot.waitSignal(first.asked_to_show):
        assert second.raise_first()
    first.close()
    assert second.claim()
    second.close()


def test_other_workspaces_are_other_windows(qtbot: QtBot, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    first, second = SingleInstance(one), SingleInstance(two)
    assert first.claim()
    assert second.claim()
    first.close()
    second.close()


def test_nobody_to_raise(qtbot: QtBot, tmp_path: Path) -> None:
    assert not SingleInstance(tmp_path).raise_first()


def test_a_killed_window_leaves_no_obstacle(qtbot: QtBot, tmp_path: Path) -> None:
    code = (
        "import os\n"
        "from pathlib import Path\n"
        "from PySide6.QtCore import QCoreApplication\n"
        "from desktop.bridge.single_instance import SingleInstance\n"
        "app = QCoreApplication([])\n"
        f"first = SingleInstance(Path({str(tmp_path)!r}))\n"
        "assert first.claim()\n"
        "os._exit(9)"
    )
    surroundings = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=surroundings, timeout=60, check=False)
    assert ended.returncode == 9
    assert (tmp_path / "window.lock").exists()
    after = SingleInstance(tmp_path)
    assert after.claim()
    after.close()
