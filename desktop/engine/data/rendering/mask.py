"""From stretches of text to the tokens that stand there: the loss mask; it knows no tokenizer and no template."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from desktop.engine.data.rendering.rendered import Span


def mask_of(offsets: Sequence[Span], spans: Sequence[Span]) -> list[bool]:
    """Return for each token whether it stands for any character of ``spans``.

    A token that reaches over the border of a span is inside: the model has to produce it to produce what is in the
    span. Tokens come in the order of the text.
    """
    mask = [False] * len(offsets)
    for start, end in spans:
        if start >= end:
            continue
        first = bisect_right(offsets, start, key=_end)
        last = bisect_left(offsets, end, first, key=_start)
        # Some tokenizers report white space as an empty place at its end; the last of a span would fall outside it.
        while last < len(offsets) and offsets[last] == (end, end) and _before(offsets, last) < end:
            last += 1
        mask[first:last] = [True] * (last - first)
    return mask


def _start(offset: Span) -> int:
    return offset[0]


def _end(offset: Span) -> int:
    return offset[1]


def _before(offsets: Sequence[Span], index: int) -> int:
    return offsets[index - 1][1] if index else 0
