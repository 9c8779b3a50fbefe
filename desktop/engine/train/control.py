"""What the engine is asked to do while it works: by control.json or by the system's request to end."""

from __future__ import annotations

from desktop.engine.run_folder import RunFolder, Wish


class Wishes:
    """Read at every step boundary.

    Attributes:
        terminated: whether the system asked the process to end; set by the signal handler.
    """

    def __init__(self, run: RunFolder) -> None:
        """Take the counters as they are: what was asked of an earlier engine is done or lost."""
        self._run = run
        control = run.control()
        self._checkpoints = control.checkpoints
        self._samples = control.samples
        self._evaluations = control.evaluations
        self.terminated = False
        self._wish: Wish = "run"
        self._stamp = self._stamped()

    def read(self) -> set[str]:
        """Return what was newly asked for among ``checkpoint``, ``sample`` and ``evaluate``, and remember the wish."""
        control = self._run.control()
        asked = set()
        if control.checkpoints > self._checkpoints:
            asked.add("checkpoint")
        if control.samples > self._samples:
            asked.add("sample")
        if control.evaluations > self._evaluations:
            asked.add("evaluate")
        self._checkpoints, self._samples = control.checkpoints, control.samples
        self._evaluations = control.evaluations
        self._wish = control.wish
        return asked

    def renewed(self) -> bool:
        """Tell whether anything was asked since the last time, the same as before included."""
        before, self._stamp = self._stamp, self._stamped()
        return self._stamp != before

    def _stamped(self) -> tuple[int, int]:
        try:
            state = self._run.control_file.stat()
        except OSError:
            return (0, 0)
        return (state.st_mtime_ns, state.st_ino)

    @property
    def wish(self) -> Wish:
        """Return the state asked for; the end of the process is asked for as stop-and-save."""
        if self.terminated and self._wish != "stop_and_discard":
            return "stop_and_save"
        return self._wish

    @property
    def stops(self) -> bool:
        """Tell whether the run is to end."""
        return self.wish in ("stop_and_save", "stop_and_discard")
