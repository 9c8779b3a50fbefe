"""The help texts that come with the program: found in a folder, in order, with title and note; no screen here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desktop import paths

FIRST = 3


@dataclass(frozen=True)
class Topic:
    """One text.

    Attributes:
        id: name of its file without number and ending.
        title: its heading.
        note: the sentence under the heading, in a list.
        file: where it lies.
    """

    id: str
    title: str
    note: str
    file: Path

    def text(self) -> str:
        """Return the whole text, in Markdown, without the note."""
        lines = self.file.read_text(encoding="utf-8").splitlines()
        return "\n".join(line for line in lines if not line.startswith("> ")) + "\n"


def topics() -> list[Topic]:
    """Return every text, in the order of the numbers their files begin with."""
    return [_topic(file) for file in sorted((paths.resources() / "docs").glob("*.md"))]


def first_topics() -> list[Topic]:
    """Return the texts for someone new."""
    return topics()[:FIRST]


def _topic(file: Path) -> Topic:
    lines = file.read_text(encoding="utf-8").splitlines()
    title = next((line.removeprefix("# ") for line in lines if line.startswith("# ")), file.stem)
    note = next((line.removeprefix("> ") for line in lines if line.startswith("> ")), "")
    number, _, rest = file.stem.partition("-")
    return Topic(rest if number.isdigit() else file.stem, title, note, file)
