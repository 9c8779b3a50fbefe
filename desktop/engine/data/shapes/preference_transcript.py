"""Preference pairs whose prompt is a transcript; it knows one row at a time."""

from __future__ import annotations

from typing import Any, ClassVar

from desktop.engine.data.mapping.transcript import is_transcript
from desktop.engine.data.mapping.turns import turns_in
from desktop.engine.data.rows import Message
from desktop.engine.data.shapes.base import Match, Sample
from desktop.engine.data.shapes.preference import Preference, are_transcripts


class PreferenceTranscript(Preference):
    """The same row as a preference pair, its prompt one text in which two speakers took turns so far."""

    id: ClassVar[str] = "preference_transcript"
    title: ClassVar[str] = "Preference pairs (transcript)"
    summary: ClassVar[str] = "A text in which Human: and Assistant: take turns, and two answers to its end."
    order: ClassVar[int] = 13

    def match(self, sample: Sample) -> Match | None:
        """Take chosen and rejected beside a transcript that asks."""
        mapping = self.columns(sample)
        if not mapping or not are_transcripts(sample, mapping["prompt"]):
            return None
        return Match(mapping, f"in `{mapping['prompt']}` Human: and Assistant: take turns, and two answers follow")

    def asked(self, value: Any, place: str) -> list[Message]:
        """Return the turns of the transcript."""
        return (
            turns_in(value, place) if isinstance(value, str) and is_transcript(value) else super().asked(value, place)
        )
