"""Where the ticks of a plot stand and what range it shows; it knows numbers only."""

from __future__ import annotations

import math

_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


def ticks(low: float, high: float, about: int = 3) -> list[float]:
    """Return round numbers between ``low`` and ``high``, about so many."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return []
    rough = (high - low) / max(1, about)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in _NICE if factor * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def padded(low: float, high: float, *, share: float = 0.06) -> tuple[float, float]:
    """Return the range with air above and below; a single value gets a range to stand in."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0.0, 1.0
    span = high - low
    if span <= 0:
        span = abs(high) or 1.0
        return low - span * 0.5, high + span * 0.5
    return low - span * share, high + span * share


def thirds(total: int) -> list[int]:
    """Return the steps named under a plan of ``total`` steps: its ends and its thirds."""
    return sorted({0, round(total / 3), round(2 * total / 3), total}) if total > 3 else list(range(total + 1))


def tick_text(value: float, step: float) -> str:
    """Return a tick's number with just the places its neighbours need."""
    if value and (abs(value) < 1e-3 or abs(value) >= 1e7):
        digits, _, power = f"{value:.1e}".partition("e")
        return f"{digits.removesuffix('.0')}e{int(power)}"
    places = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 2
    if step > 0 and abs(step * 10**places - round(step * 10**places)) > 1e-6:
        places += 1  # 2.5 and its like
    return f"{value:,.{min(places, 6)}f}"
