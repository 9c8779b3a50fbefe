"""What becomes of trainings when the window closes; it asks nobody."""

from __future__ import annotations

from dataclasses import replace

from desktop.engine.run_folder import RunFolder


def stop(run: RunFolder, *, save: bool) -> None:
    """Ask the engine at work on ``run`` to end, keeping what was learned or not."""
    run.ask(replace(run.control(), wish="stop_and_save" if save else "stop_and_discard"))
