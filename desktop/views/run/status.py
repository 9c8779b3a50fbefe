"""How the state of a run looks in a chip; it knows states and tones only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.flow.run_end import Status

_LOOKS: dict[Status, tuple[str, str]] = {
    "waiting": ("neutral", "clock"),
    "starting": ("info", "clock"),
    "running": ("accent", "dot"),
    "paused": ("warn", "pause"),
    "finished": ("ok", "check"),
    "stopped": ("neutral", "stop"),
    "discarded": ("neutral", "trash"),
    "failed": ("bad", "cross"),
    "interrupted": ("warn", "warn"),
}


def chip_look(status: Status) -> tuple[str, str]:
    """Return tone and icon of a run's state."""
    return _LOOKS[status]
