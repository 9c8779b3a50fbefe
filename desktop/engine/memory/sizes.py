"""Amounts of memory and counts of weights as people read them; it knows nothing of what is measured."""

from __future__ import annotations

MIB = 1024 * 1024


def size(mib: float) -> str:
    """Return an amount of memory with the unit that suits it: ``640 MB``, ``6.2 GB``, ``140 GB``."""
    if abs(mib) < 1:
        return f"{mib * 1024:.0f} KB"
    if abs(mib) < 1000:
        return f"{mib:.0f} MB" if abs(mib) >= 9.95 else f"{mib:.1f} MB"
    gib = mib / 1024
    return f"{gib:.1f} GB" if abs(gib) < 99.95 else f"{gib:.0f} GB"


def count(number: float) -> str:
    """Return a large number in short: ``980``, ``18.5 K``, ``3.7 M``, ``1.54 B``."""
    for limit, unit, digits in ((1e9, "B", 2), (1e6, "M", 1), (1e4, "K", 1)):
        if number >= limit:
            return f"{number / limit:.{digits}f} {unit}" if limit != 1e4 else f"{number / 1e3:.1f} K"
    return f"{number:,.0f}"


def share(part: float, whole: float) -> str:
    """Return a share in per cent with as many digits as it needs: ``100 %``, ``1.2 %``, ``0.02 %``."""
    if whole <= 0:
        return "0 %"
    percent = 100 * part / whole
    if percent >= 10 or percent == 0:
        return f"{percent:.0f} %"
    return f"{percent:.1f} %" if percent >= 0.1 else f"{percent:.2g} %"
