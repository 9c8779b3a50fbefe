"""The start of the window, in an interpreter of its own: what it loads, what it needs, and what it leaves alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("torch", "transformers", "trl", "peft", "datasets", "tokenizers", "pyqtgraph", "numpy", "pyarrow")
ROOT = Path(__file__).parents[2]

START = """
import json, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from desktop.flow.settings import Settings
from desktop.views.app import Graph
from desktop.views.theme.theme import Theme
import psutil
app = QApplication([])
theme = Theme("light", 1.0)
theme.apply(app)
graph = Graph(app, Settings(), theme)
at_paint = []
graph.window.first_painted.connect(lambda: at_paint.extend(sys.modules))
graph.open()
QTimer.singleShot(1500, app.quit)
app.exec()
report = {
    "heavy": [name for name in HEAVY if name in sys.modules],
    "early": [name for name in ("pydantic", "yaml", "sqlite3") if name in at_paint],
    "painted": bool(at_paint),
    "ready": graph._services is not None,
    "mib": psutil.Process().memory_info().rss / 2**20,
    "page": graph.window.current,
}
graph.close()
print(json.dumps(report))
"""


def run(code: str, workspace: Path) -> subprocess.CompletedProcess[str]:
    """Run ``code`` in a fresh interpreter without a screen."""
    surroundings = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "FETTLE_WORKSPACE": str(workspace)}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    ended = run(f"HEAVY = {HEAVY!r}\n" + START, tmp_path_factory.mktemp("start"))
    assert ended.returncode == 0, ended.stderr
    answer: dict[str, object] = json.loads(ended.stdout.splitlines()[-1])
    return answer


def test_nothing_heavy_is_loaded(report: dict[str, object]) -> None:
    assert report["heavy"] == []


def test_what_a_job_is_made_of_waits_for_the_first_paint(report: dict[str, object]) -> None:
    assert report["painted"]
    assert report["early"] == []
    assert report["ready"], "the services did not follow"


def test_memory_stays_in_bounds(report: dict[str, object]) -> None:
    assert isinstance(report["mib"], float)
    assert report["mib"] <= 150


def test_home_is_in_front(report: dict[str, object]) -> None:
    assert report["page"] == "home"


def test_the_decimal_sign_stays_a_point(tmp_path: Path) -> None:
    code = (
        "import locale\n"
        "from desktop.views import app\n"
        "app._open = lambda *_: print(locale.getlocale(locale.LC_NUMERIC)[0] in (None, 'C')) or 0\n"
        "raise SystemExit(app.main([]))"
    )
    ended = run(code, tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == "True"


def test_a_picture_of_a_page_is_kept(tmp_path: Path) -> None:
    picture = tmp_path / "pictures" / "settings.png"
    words = ["--window-screenshot", str(picture), "--page", "settings", "--theme", "dark", "--size", "1280x800"]
    ended = run(
        f"import sys\nfrom desktop.__main__ import main\nsys.exit(main({[*words, '--settle', '100']!r}))", tmp_path
    )
    assert ended.returncode == 0, ended.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_many_calls_into_qt_do_not_end_the_interpreter(tmp_path: Path) -> None:
    """PySide6 6.12.0 on Python 3.11 loses a reference to None at every void call; 20,000 are more than there are."""
    code = (
        "import desktop.views\n"
        "from PySide6.QtWidgets import QApplication, QWidget\n"
        "app = QApplication([])\n"
        "widget = QWidget()\n"
        "for _ in range(20_000): widget.update()\n"
        "print('alive')"
    )
    ended = run(code, tmp_path)
    assert ended.stdout.strip() == "alive", ended.stderr
