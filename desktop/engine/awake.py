"""Keeps the machine from going to sleep while work is done, by the system's own means; it knows nothing of the work.

Nothing is installed for it. On Linux ``systemd-inhibit`` holds the lock, on macOS ``caffeinate``, each for as long as
this process lives and no longer, however it ends; Windows is asked by a call of its own. Where none of these is there,
or it is refused, the machine sleeps as it always would. A closed lid is the user's own wish and is not held back.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

_PATIENCE = 2.0  # seconds for the helper to end
_SYSTEM, _CONTINUOUS = 0x00000001, 0x80000000  # ES_SYSTEM_REQUIRED, ES_CONTINUOUS


@contextlib.contextmanager
def awake(why: str) -> Iterator[bool]:
    """Keep the machine awake within the block; the value says whether that was asked for.

    Args:
        why: shown by the system to whoever wonders why it does not sleep.
    """
    if sys.platform == "win32":
        asked = _windows(_CONTINUOUS | _SYSTEM)
        try:
            yield asked
        finally:
            if asked:
                _windows(_CONTINUOUS)
        return
    helper = _helper(why)
    try:
        yield helper is not None
    finally:
        if helper is not None:
            _end(helper)


def command(why: str, platform: str = sys.platform) -> list[str] | None:
    """Return the words that keep this machine awake until this process ends; ``None`` where there is no such program.

    The helper ends by itself when the process is gone: ``caffeinate`` watches it, and under ``systemd-inhibit`` the
    reader of a pipe whose other end only this process holds comes to its end.
    """
    name = {"linux": "systemd-inhibit", "darwin": "caffeinate"}.get(platform)
    found = shutil.which(name) if name else None
    if found is None:
        return None
    if platform == "darwin":
        return [found, "-i", "-w", str(os.getpid())]
    reader = shutil.which("cat")
    if reader is None:
        return None
    return [found, "--what=sleep:idle", "--who=Fettle", f"--why={why}", "--mode=block", reader]


def _helper(why: str) -> subprocess.Popen[bytes] | None:
    words = command(why)
    if words is None:
        return None
    try:
        return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return None


def _end(helper: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if helper.stdin is not None:
            helper.stdin.close()
        if sys.platform == "darwin":
            helper.terminate()
    try:
        helper.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        helper.kill()
        helper.wait()


def _windows(state: int) -> bool:
    import ctypes

    windows = getattr(ctypes, "windll", None)
    return bool(windows and windows.kernel32.SetThreadExecutionState(state))
