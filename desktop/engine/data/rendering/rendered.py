"""A row as the model sees it: its text, its tokens and which of them are trained on; it knows no tokenizer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeAlias

Answers: TypeAlias = Literal["all", "last", "everything"]
Span: TypeAlias = tuple[int, int]
IGNORED = -100
"""The label the loss functions leave out."""
OPENING, CLOSING = "\u27e6", "\u27e7"


class Piece(NamedTuple):
    """A stretch of the text.

    Attributes:
        text: what stands there.
        trained: whether it is trained on.
        token: index of its token, ``None`` for text the tokenizer passes over.
    """

    text: str
    trained: bool
    token: int | None


@dataclass(frozen=True)
class Rendered:
    """One conversation as the model sees it.

    Attributes:
        input_ids: the tokens.
        labels_mask: for each token, whether it is trained on.
        text: the rendered template.
        offsets: for each token, where in ``text`` it begins and ends.
    """

    input_ids: list[int]
    labels_mask: list[bool]
    text: str
    offsets: list[Span]

    @property
    def labels(self) -> list[int]:
        """Return what the trainer compares with: the token where it is trained on, else the ignored mark."""
        return [id if kept else IGNORED for id, kept in zip(self.input_ids, self.labels_mask, strict=True)]

    @property
    def trained(self) -> int:
        """Return how many tokens are trained on."""
        return sum(self.labels_mask)

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """Return the text token by token; together the pieces are the text, whatever the tokenizer left out."""
        return [(piece.text, piece.trained) for piece in self.walk()]

    def walk(self) -> Iterator[Piece]:
        """Yield the pieces with their tokens, each token exactly once and in order."""
        position = 0
        for token, ((start, end), kept) in enumerate(zip(self.offsets, self.labels_mask, strict=True)):
            if start > position:
                yield Piece(self.text[position:start], False, None)
            # A character of several tokens belongs to the first of them; the others are shown empty.
            yield Piece(self.text[max(start, position) : end], kept, token)
            position = max(position, end)
        if position < len(self.text):
            yield Piece(self.text[position:], False, None)

    @property
    def as_text(self) -> str:
        """Return the text with what is trained on in white square brackets, for those who see no colour."""
        parts: list[str] = []
        inside = False
        for text, trained in self.pieces:
            if text and trained != inside:
                parts.append(OPENING if trained else CLOSING)
                inside = trained
            parts.append(text)
        return "".join(parts) + (CLOSING if inside else "")

    def read_only(self) -> Rendered:
        """Return the same with nothing trained on."""
        return replace(self, labels_mask=[False] * len(self.labels_mask))

    def followed_by(self, other: Rendered) -> Rendered:
        """Return this and ``other`` below it as one, to be shown; no model reads the line break between them."""
        start = len(self.text) + 1
        return Rendered(
            self.input_ids + other.input_ids,
            self.labels_mask + other.labels_mask,
            f"{self.text}\n{other.text}",
            self.offsets + [(a + start, b + start) for a, b in other.offsets],
        )
