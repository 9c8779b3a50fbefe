"""One trial: a real run in an engine of its own, in a folder that goes away with the trial; it knows no table."""

from __future__ import annotations

from desktop.engine.events import Finished
from desktop.engine.launch import launch
from desktop.engine.run_folder import RunFolder
from desktop.flow.follow import Follower, ask


def run_trial(run: RunFolder) -> Finished:
    """Run what is asked for in ``run`` and return its last word.

    Ctrl+C stops the engine before it goes on, so that nobody takes the folder away under an engine at work.

    Raises:
        UserError: the run did not come to a good end.
    """
    follower = Follower(run, launch(run), lambda *_: None)
    try:
        return follower.until_end().finished()
    except KeyboardInterrupt:
        ask(run, "stop_and_discard")
        follower.until_end()
        raise
