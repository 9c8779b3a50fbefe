"""The words of preference annotation: a pair, an item to judge, a judgement; it knows neither storage nor screens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from desktop.engine.data.rows import Message

Side: TypeAlias = Literal["a", "b"]
"""Which answer of the stored pair; never what the screen calls A and B."""

Choice: TypeAlias = Literal["left", "right", "both_good", "both_bad", "skip"]
"""What was said about the two answers as they stood on the screen."""

CHOICES: tuple[Choice, ...] = ("left", "right", "both_good", "both_bad")


@dataclass(frozen=True)
class Pair:
    """Two answers to one prompt.

    Attributes:
        id: number in its project.
        prompt: the conversation both answer.
        a: one answer.
        b: the other.
        tokens_a: length of ``a`` in tokens, 0 where unknown.
        tokens_b: length of ``b`` in tokens, 0 where unknown.
        sources: where each came from (model, seed, fingerprint), for reveal and for making them again.
    """

    id: int
    prompt: list[Message]
    a: str
    b: str
    tokens_a: int = 0
    tokens_b: int = 0
    sources: dict[str, Any] = field(default_factory=dict)

    @property
    def question(self) -> str:
        """Return the last thing the user said."""
        return next((m["content"] for m in reversed(self.prompt) if m["role"] == "user"), "")


@dataclass(frozen=True)
class Item:
    """One showing of a pair.

    Attributes:
        id: number in its project.
        pair: what is shown.
        left: which answer stands on the left: a coin flip, fixed when the item was made.
        repeat: whether the pair was judged before and comes again, sides swapped, without being announced.
    """

    id: int
    pair: Pair
    left: Side
    repeat: bool

    @property
    def answers(self) -> tuple[str, str]:
        """Return the left and the right answer."""
        return (self.pair.a, self.pair.b) if self.left == "a" else (self.pair.b, self.pair.a)


@dataclass(frozen=True)
class Judgement:
    """What somebody said about one item.

    Attributes:
        id: number in its project, growing in time.
        item_id: the showing.
        pair_id: the pair.
        left: which answer stood on the left.
        choice: what was said, as the screen had it.
        milliseconds: from showing to the first choice.
        reasons: why, picked from the project's list.
        note: why, in free words.
        repeat: whether it judged a hidden repeat.
        annotator: who.
        time: seconds since the epoch.
    """

    id: int
    item_id: int
    pair_id: int
    left: Side
    choice: Choice
    milliseconds: int
    reasons: tuple[str, ...]
    note: str
    repeat: bool
    annotator: str
    time: float

    @property
    def preferred(self) -> Side | None:
        """Return the better answer of the stored pair, ``None`` for a tie or a skip."""
        if self.choice == "left":
            return self.left
        if self.choice == "right":
            return "b" if self.left == "a" else "a"
        return None

    @property
    def verdict(self) -> str:
        """Return what was said, freed from the sides of the screen: ``a``, ``b``, ``both_good`` or ``both_bad``."""
        return self.preferred or self.choice
