"""Fewer points that draw the same line: the lowest and the highest of each stretch; it knows no plot."""

from __future__ import annotations

from typing import Any


def thinned(xs: Any, ys: Any, stretches: int) -> tuple[Any, Any]:
    """Return at most about two points for each of ``stretches`` equal parts of the line, peaks and its end kept.

    pyqtgraph's own thinning keeps up to five times as many points as there are pixels, and a smooth line of so many
    takes longer to paint than a frame.

    Args:
        xs: numbers in rising order, a numpy array.
        ys: as many values; one that is NaN is a gap, which is kept where a whole stretch is one.
        stretches: usually the pixels there are.
    """
    import numpy as np

    count = len(xs)
    if stretches < 1 or count <= 3 * stretches:
        return xs, ys
    stride = count // stretches
    whole = count // stride * stride
    blocks = ys[:whole].reshape(-1, stride)
    places = xs[:whole].reshape(-1, stride)
    low, high = np.fmin.reduce(blocks, axis=1), np.fmax.reduce(blocks, axis=1)
    # Both stand inside their stretch; which of them comes first cannot be seen within one pixel.
    thin_x = np.stack([places[:, 0], places[:, stride // 2]], axis=1).ravel()
    thin_y = np.stack([low, high], axis=1).ravel()
    return np.concatenate([thin_x, xs[whole:], xs[-1:]]), np.concatenate([thin_y, ys[whole:], ys[-1:]])
