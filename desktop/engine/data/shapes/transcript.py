"""Transcripts: a whole conversation as one text with the speakers' names in it; it knows one row at a time."""

from __future__ import annotations

from typing import ClassVar

from desktop.engine.data.shapes.base import Match, Sample
from desktop.engine.data.shapes.messages import Messages
from desktop.engine.data.shapes.preference import are_transcripts


class Transcript(Messages):
    """The same conversation as messages, out of one text."""

    id: ClassVar[str] = "transcript"
    title: ClassVar[str] = "Conversations (transcript)"
    summary: ClassVar[str] = "One text in which Human: and Assistant: take turns."
    order: ClassVar[int] = 25

    def match(self, sample: Sample) -> Match | None:
        """Take the first column of texts in which two speakers take turns."""
        for column in sample.columns:
            if are_transcripts(sample, column):
                return Match({"messages": column}, f"in `{column}` Human: and Assistant: take turns")
        return None
