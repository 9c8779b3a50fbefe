"""What people write for a run or a model on the command line, made definite; it reads names, never weights."""

from __future__ import annotations

import difflib
from pathlib import Path

from desktop import paths
from desktop.engine.errors import RequestError
from desktop.engine.models.library import LINEAGE_FILE, RUN_PREFIX
from desktop.engine.run_folder import RunFolder


def run_named(words: str) -> RunFolder:
    """Return the run that ``words`` name: its folder's name, ``run:NAME``, or a path to it."""
    name = words.removeprefix(RUN_PREFIX)
    for folder in (paths.runs() / name, Path(words).expanduser()):
        if (folder / "job.yaml").is_file():
            return RunFolder(folder.resolve())
    known = [run.name for run in RunFolder.all_in(paths.runs())]
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.3)
    hint = f"Did you mean {' or '.join(close)}?" if close else "`fettle runs` lists them."
    raise RequestError("no_run", f"There is no run called {name!r}.", hint)


def model_named(words: str | None) -> str:
    """Return the model reference that ``words`` mean; no words mean the newest run with a model, else the starter."""
    if words is not None:
        return words
    runs = [run for run in RunFolder.all_in(paths.runs()) if (run.model / LINEAGE_FILE).is_file()]
    return RUN_PREFIX + runs[0].name if runs else "starter"
