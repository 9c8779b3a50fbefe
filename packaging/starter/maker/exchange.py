"""One question and its answer, and which questions are kept out of training; it knows no particular question."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

HELD_OUT_SHARE = 24  # one prompt in so many is never trained on


@dataclass(frozen=True)
class Exchange:
    """A user's line and the answer to it.

    Attributes:
        prompt: what the user says, in its cleanest form.
        answer: what is answered.
        expected: what a right answer holds, each entry one or more alternatives divided by ``|``; empty: not checkable.
        copies: whether the answer must hold a string that the prompt made up.
    """

    prompt: str
    answer: str
    expected: tuple[str, ...] = ()
    copies: bool = False

    @property
    def held_out(self) -> bool:
        """Tell whether this prompt is kept for the check: decided by its letters alone, so no order can leak it."""
        digest = hashlib.blake2b(self.prompt.lower().encode(), digest_size=4).digest()
        return int.from_bytes(digest, "big") % HELD_OUT_SHARE == 0


Maker = Callable[[Random], Exchange]


@dataclass(frozen=True)
class Kind:
    """One kind of exchange.

    Attributes:
        id: its name in reports.
        weight: how often it is drawn.
        make: draws one.
    """

    id: str
    weight: float
    make: Maker
