"""Follows a run on the terminal until it ends; Ctrl+C once asks the engine to stop and save. It starts nothing."""

from __future__ import annotations

import subprocess

from desktop.cli.output import Output
from desktop.cli.progress import run_progress
from desktop.engine.errors import UserError
from desktop.engine.run_folder import RunFolder
from desktop.flow.follow import Follower, Outcome, ask


def followed(run: RunFolder, engine: subprocess.Popen[bytes] | None, out: Output) -> Outcome:
    """Show ``run`` until it ends and return how it ended; ``engine`` is ``None`` where somebody else started it."""
    with run_progress(out, run.job().objective.id) as progress:
        follower = Follower(run, engine, progress)
        try:
            return follower.until_end()
        except KeyboardInterrupt:
            ask(run, "stop_and_save")
            out.say("Stopping after this step and saving what was learnt. Ctrl+C again leaves the engine to it.")
        try:
            return follower.until_end()
        except KeyboardInterrupt:
            message = f"The run {run.name} stops and saves on its own now."
            raise UserError("left_alone", message, "`fettle runs` shows how it stands.") from None
