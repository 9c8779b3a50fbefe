"""The words the data floor shares: a record as read, a row as trained on, and a row that could not be used.

It knows neither files nor shapes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["chat", "text", "label", "pair", "preference", "rated", "prompt"]
Row: TypeAlias = dict[str, Any]
Message: TypeAlias = dict[str, Any]
"""``role`` and ``content``, both text; with ``tool_calls`` where an answer calls tools, ``name`` in a tool's result."""

KINDS: tuple[Kind, ...] = ("chat", "text", "label", "pair", "preference", "rated", "prompt")

KIND_TITLES: dict[str, str] = {
    "chat": "questions with answers, or conversations",
    "text": "plain text",
    "label": "texts with a label",
    "pair": "source and target texts",
    "preference": "preference pairs (a better and a worse answer)",
    "rated": "answers with a rating or a thumb up or down",
    "prompt": "questions alone",
}

KIND_EXAMPLES: dict[str, str] = {
    "chat": "“How long does rye bread bake?” with the answer you would like, “Fifty minutes at 210 degrees.”",
    "text": "a page, a paragraph or a whole book, as it would be read.",
    "label": "“The parcel came broken” with the label “complaint”.",
    "pair": "“gimme the bill” with what it should become, “Could I have the bill, please?”",
    "preference": "one question with two answers, one of which you like better.",
    "rated": "one question with one answer and whether it was good.",
    "prompt": "“How long does rye bread bake?” and no answer: the model tries answers of its own.",
}
"""What a row of each kind looks like, in words, for people who choose what to learn from."""


@dataclass(frozen=True)
class Record:
    """One row as it stands in the file.

    Attributes:
        row: place among the rows of the source, from 1.
        line: line of the file where it begins, from 1; 0 where the format has no lines.
        values: column -> value, as read.
        file: name of the file within a folder, empty for a single file.
    """

    row: int
    line: int
    values: dict[str, Any]
    file: str = ""


@dataclass(frozen=True)
class BadRow:
    """One row that cannot be used, and why.

    Attributes:
        row: place among the rows of the source, from 1.
        line: line of the file where it begins, 0 where the format has no lines.
        reason: what is wrong with it, in words.
        file: name of the file within a folder, empty for a single file.
        check: id of the check it fails (``broken``, ``encoding``, ``empty``, ...).
        raw: its beginning as it stands in the file, to be shown and corrected by hand.
    """

    row: int
    line: int
    reason: str
    file: str = ""
    check: str = "broken"
    raw: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the form that reports and other processes read."""
        values = asdict(self)
        if not self.file:
            del values["file"]
        return values


class RowFault(Exception):
    """Raised while one record is turned into a row; its text is the reason shown to the user.

    Attributes:
        check: id of the check the record fails (``wrong_type``, ``missing``, ``empty``, ``role_order``, ...).
    """

    def __init__(self, reason: str, check: str = "wrong_type") -> None:
        """Keep the reason as the text."""
        super().__init__(reason)
        self.check = check
