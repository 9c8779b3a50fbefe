"""Lets something look at the model in mid-run without changing what the run draws at random afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from desktop.engine.train.state import random_states, set_random_states


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put the random number generators back at the end.

    Even an evaluation without dropout draws from them (each data loader does when it starts), so that asking for one
    more would change every step that follows.
    """
    before = random_states()
    try:
        yield
    finally:
        set_random_states(before)
