"""A source text and the target it is turned into; it knows one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.mapping.words import find_column
from desktop.engine.data.mapping.written import opened, text_in
from desktop.engine.data.rows import Kind, Row
from desktop.engine.data.shapes.base import Match, Role, Sample, Shape, cell

_PAIRS = (
    ("source", "target"), ("src", "tgt"), ("src", "trg"), ("article", "summary"), ("article", "highlights"),
    ("document", "summary"), ("dialogue", "summary"), ("text", "summary"), ("input", "target"),
)  # fmt: skip
_LANGUAGES = {
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "ga", "gl", "gu", "he",
    "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "km", "ko", "lt", "lv", "mk", "mn", "mr", "ms", "mt",
    "my", "nb", "ne", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th",
    "tr", "uk", "ur", "vi", "zh",
}  # fmt: skip


class SourceTarget(Shape):
    """Rows of a task that turns one text into another."""

    id: ClassVar[str] = "source_target"
    title: ClassVar[str] = "Source and target"
    summary: ClassVar[str] = "A text and what it is to be turned into: a translation, a summary."
    kind: ClassVar[Kind] = "pair"
    roles: ClassVar[tuple[Role, ...]] = (Role("source", "Source"), Role("target", "Target, trained"))
    order: ClassVar[int] = 60
    flat: ClassVar[tuple[str, ...]] = ("source", "target")

    def match(self, sample: Sample) -> Match | None:
        """Take a pair of columns whose names belong together, or two languages side by side."""
        texts = [column for column in sample.columns if sample.is_text(column)]
        for source_name, target_name in _PAIRS:
            source = find_column(texts, (source_name,))
            target = find_column(texts, (target_name,), taken=[source] if source else ())
            if source is not None and target is not None:
                return Match({"source": source, "target": target}, f"`{source}` is turned into `{target}`")
        # Beside other columns, "id" is a number far more often than Indonesian.
        languages = [column for column in texts if column.lower() in _LANGUAGES and column.lower() != "id"]
        if len(languages) == 2:
            return _translation(*languages)
        for column in sample.columns:
            inside = opened(sample.first(column))
            if isinstance(inside, dict) and _two_languages(inside):
                first, second = inside
                return _translation(f"{column}.{first}", f"{column}.{second}")
        return None

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return both texts."""
        return {
            "source": text_in(cell(values, mapping, "source"), mapping["source"]),
            "target": text_in(cell(values, mapping, "target"), mapping["target"]),
        }


def _two_languages(inside: dict[str, Any]) -> bool:
    return len(inside) == 2 and all(
        isinstance(text, str) and str(name).lower().replace("_", "-").split("-")[0] in _LANGUAGES
        for name, text in inside.items()
    )


def _translation(source: str, target: str) -> Match:
    why = f"`{source}` and `{target}` are one text in two languages; swap them to translate the other way"
    return Match({"source": source, "target": target}, why)
