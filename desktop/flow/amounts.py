"""Numbers as people write them: times, sizes, losses, rates; it knows nothing of what they measure."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

MISSING = "\N{EN DASH}"


def duration(seconds: float | None, *, exact: bool = False) -> str:
    """Return a time span in at most two units: ``45 s``, ``8 min 20 s``, ``1 h 48 min``, ``2 d 3 h``."""
    if seconds is None or not math.isfinite(seconds):
        return MISSING
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{seconds:.1f} s" if exact and seconds < 10 else f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def loss(value: float | None) -> str:
    """Return a loss with as many places as it deserves."""
    if value is None or not math.isfinite(value):
        return MISSING if value is None or math.isnan(value) else "infinite"
    return f"{value:.3f}" if abs(value) < 100 else f"{value:,.0f}"


def rate(value: float | None) -> str:
    """Return a learning rate: ``2e-4``, ``7.6e-5``."""
    if value is None or not math.isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{digits.removesuffix('.0')}e{int(power)}"


def count(value: float | None) -> str:
    """Return a whole number with thin groups: ``1,180``."""
    return MISSING if value is None or not math.isfinite(value) else f"{round(value):,}"


def short(value: float | None) -> str:
    """Return a number in three figures or so: ``0.44``, ``1.64``, ``12.3``, ``840``."""
    if value is None or not math.isfinite(value):
        return MISSING if value is None or math.isnan(value) else "infinite"
    size = abs(value)
    return f"{value:.2f}" if size < 10 else f"{value:.1f}" if size < 100 else f"{value:,.0f}"


def gigabytes(mib: float | None) -> str:
    """Return MiB as the number of GB, without the unit: heads and captions carry it."""
    return (
        MISSING
        if mib is None or not math.isfinite(mib)
        else f"{mib / 1024:.2f}"
        if mib < 102_400
        else f"{mib / 1024:.0f}"
    )


def memory(mib: float | None) -> str:
    """Return MiB with a unit people know: ``612 MB``, ``6.2 GB``."""
    if mib is None or not math.isfinite(mib):
        return MISSING
    return f"{mib:.0f} MB" if mib < 1000 else f"{mib / 1024:.1f} GB"


def size(number: float) -> str:
    """Return bytes as room on a disk: ``12 kB``, ``1.9 MB``, ``21.4 GB``."""
    value = float(number)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if unit == "bytes" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError


def moment(time: float, now: float) -> str:
    """Return a wall-clock time as a table says it: ``Today 14:02``, ``Yesterday``, ``17 Nov``, ``17 Nov 2025``."""
    if not time:
        return MISSING
    then, today = datetime.fromtimestamp(time), datetime.fromtimestamp(now)
    if then.date() == today.date():
        return f"Today {then:%H:%M}"
    if then.date() == (today - timedelta(days=1)).date():
        return "Yesterday"
    return f"{then.day} {then:%b}" if then.year == today.year else f"{then.day} {then:%b %Y}"


def ago(time: float, now: float) -> str:
    """Return how long ago something was, roughly: ``just now``, ``2 min ago``, ``Yesterday``."""
    past = now - time
    if not time:
        return ""
    if past < 60:
        return "just now"
    if past < 3600:
        return f"{int(past // 60)} min ago"
    return moment(time, now)


def clock(time: float) -> str:
    """Return a wall-clock time of day: ``14:23``."""
    return f"{datetime.fromtimestamp(time):%H:%M}"
