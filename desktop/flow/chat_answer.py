"""One question and its answers side by side, as data: pieces as they come, tints, figures; it knows no widget."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from desktop.flow.amounts import duration

State = Literal["waiting", "writing", "done", "stopped", "cut", "failed"]
Vote = Literal["base", "tuned", "same"]

FAINT = 0.25  # nats; weaker differences are noise to a reader
STRONG = 1.6  # from here on a token is underlined too
_FULL = 4.0  # the tint grows no further


@dataclass(frozen=True)
class Span:
    """A stretch of an answer that is tinted.

    Attributes:
        start: first character.
        end: the one behind the last.
        share: from -1 (much less likely than in the base) to 1 (much more likely); 0 is not in the list.
        underlined: whether it is strong enough for the second mark beside colour.
    """

    start: int
    end: int
    share: float
    underlined: bool


@dataclass
class Side:
    """One contender's answer.

    Attributes:
        contender: ``base`` or ``tuned``.
        state: where it stands.
        text: what was said so far.
        tokens: how many tokens that is.
        seconds: time spent on it, without waiting for the other.
        first: part of it before the first token.
        spans: the tinted stretches, known once it is whole.
        stronger: tokens much more likely than in the base.
        weaker: tokens much less likely than in the base.
    """

    contender: str
    state: State = "waiting"
    text: str = ""
    tokens: int = 0
    seconds: float = 0.0
    first: float = 0.0
    spans: list[Span] = field(default_factory=list)
    stronger: int = 0
    weaker: int = 0

    def add(self, piece: str) -> str:
        """Take a piece; return what is to be shown of it: white space before the first word is not."""
        shown = piece if self.text else piece.lstrip()
        self.text += shown
        self.tokens += 1
        self.state = "writing"
        return shown

    def finish(self, answer: dict[str, Any]) -> None:
        """Take the whole answer, which replaces what came in pieces."""
        pieces: list[str] = list(answer.get("pieces", []))
        raw = "".join(pieces)
        self.text = str(answer.get("text", raw.strip()))
        self.tokens = int(answer.get("tokens", len(pieces)))
        self.seconds = float(answer.get("seconds", 0.0))
        self.first = float(answer.get("first", 0.0))
        ending: dict[str, State] = {"stopped": "stopped", "length": "cut"}
        self.state = ending.get(str(answer.get("ending")), "done")
        differences = [float(value) for value in answer.get("differences", [])]
        self.spans = spans_of(pieces, differences, len(raw) - len(raw.lstrip()), len(self.text))
        self.stronger = sum(value >= STRONG for value in differences)
        self.weaker = sum(value <= -STRONG for value in differences)

    @property
    def over(self) -> bool:
        """Tell whether nothing more will come."""
        return self.state not in ("waiting", "writing")

    @property
    def figures(self) -> str:
        """Return the line under the answer: tokens, and tokens a second once it writes."""
        if self.state == "waiting":
            return "reading the question"
        words = f"{self.tokens} token{'' if self.tokens == 1 else 's'}"
        writing = self.seconds - self.first
        if self.over and writing > 0 and self.tokens > 1:
            words += f", {(self.tokens - 1) / writing:,.0f} tokens/s"
        if self.state == "stopped":
            words += ", stopped"
        elif self.state == "cut":
            words += ", cut at the longest answer"
        return words

    @property
    def explained(self) -> str:
        """Return the figures and the differences in words, for a tooltip and for whoever cannot see the tint."""
        parts = []
        if self.first:
            parts.append(f"First token after {duration(self.first, exact=True)}.")
        if self.stronger or self.weaker:
            parts.append(
                f"{self.stronger} of {self.tokens} tokens are much more likely than in the base, "
                f"{self.weaker} much less likely."
            )
        return " ".join(parts)


@dataclass
class Turn:
    """One question with the answers of all contenders.

    Attributes:
        question: what was asked.
        sides: the answers, in the order of the columns.
        vote: which was judged better while the names were hidden.
    """

    question: str
    sides: list[Side]
    vote: Vote | None = None

    def side(self, contender: str) -> Side | None:
        """Return the answer of ``contender``."""
        return next((side for side in self.sides if side.contender == contender), None)

    @property
    def over(self) -> bool:
        """Tell whether every answer is."""
        return all(side.over for side in self.sides)

    @property
    def can_vote(self) -> bool:
        """Tell whether there are two whole answers to judge."""
        return len(self.sides) == 2 and all(side.over and side.state != "failed" and side.text for side in self.sides)


def spans_of(pieces: list[str], differences: list[float], skipped: int, length: int) -> list[Span]:
    """Return the tinted stretches of an answer.

    Args:
        pieces: text of each token.
        differences: for each, tuned minus base, in nats.
        skipped: characters before the answer's first word, which are not shown.
        length: characters shown.

    A character of several tokens shows the largest of their differences.
    """
    if len(differences) != len(pieces):
        return []
    spans: list[Span] = []
    position, strongest = -skipped, 0.0
    for piece, difference in zip(pieces, differences, strict=True):
        strongest = max(strongest, difference, key=abs)
        if not piece:
            continue
        start, end = max(0, position), min(length, position + len(piece))
        position += len(piece)
        if start < end and abs(strongest) >= FAINT:
            share = max(-1.0, min(1.0, strongest / _FULL))
            spans.append(Span(start, end, share, abs(strongest) >= STRONG))
        strongest = 0.0
    return spans
