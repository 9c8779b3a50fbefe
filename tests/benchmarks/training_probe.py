"""Trains the sample job once, under an open window that shows the run, or headless; prints the seconds of each step."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

from desktop import paths
from desktop.engine.events import Step
from desktop.engine.job import JobSpec
from desktop.engine.run_folder import RunFolder

STEPS = 60
WARM = 5  # the first steps fill caches


def job() -> JobSpec:
    """Return the sample job, cut to a fixed number of steps with no validation or checkpoint between them."""
    data = paths.samples() / "bakery.jsonl"
    source = data if data.exists() else next(paths.samples().glob("*.jsonl"))
    training = {"max_steps": STEPS, "evaluate_every": 10_000, "save_every": 10_000}
    return JobSpec.from_mapping({"name": "bench", "data": [{"path": str(source)}], "training": training})


def seconds(run: RunFolder) -> list[float]:
    """Return how long each step took, by the engine's own clock."""
    times = [event.elapsed for event in run.events() if isinstance(event, Step)]
    return [after - before for before, after in itertools.pairwise(times)][WARM:]


def headless() -> list[float]:
    """Train with the command line."""
    file = paths.workspace() / "job.yaml"
    file.write_text(job().to_yaml(), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "desktop", "train", str(file), "--json"], check=True, stdout=sys.stderr)
    return seconds(RunFolder.all_in(paths.runs())[0])


def window() -> list[float]:
    """Train from the window, with the run in front and its plots live."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from desktop.flow.settings import Settings
    from desktop.views.app import Graph
    from desktop.views.theme.theme import Theme

    app = QApplication([])
    settings = Settings()
    theme = Theme("light", 1.0)
    theme.apply(app)
    graph = Graph(app, settings, theme)
    graph.open()
    name = graph.services.runs.start(job())
    graph.window.show_page("run", {"run": name})

    def look() -> None:
        found = graph.services.runs.summary(name)
        if found is not None and found.status in ("finished", "failed", "interrupted"):
            app.exit(0)

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(500)
    app.exec()
    run = graph.services.runs.folder(name)
    graph.close()
    return seconds(run)


def main(kind: str) -> int:
    """Train and print."""
    Path(os.environ["FETTLE_WORKSPACE"]).mkdir(parents=True, exist_ok=True)
    print(json.dumps({"steps": window() if kind == "window" else headless()}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
