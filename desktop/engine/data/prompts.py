"""The questions in canonical rows, for models to answer anew; it knows no model and no file."""

from __future__ import annotations

from collections.abc import Iterable

from desktop.engine.data.rows import Message, Row


def prompts_of(rows: Iterable[Row]) -> list[str]:
    """Return what is asked in each row that asks one thing, without repeats.

    A row of several turns is left out: its later questions mean nothing without the answers before them.
    """
    found: dict[str, None] = {}
    for row in rows:
        messages: list[Message] = row.get("prompt") or row.get("messages") or []
        asked = [message["content"] for message in messages if message["role"] == "user"]
        if len(asked) == 1:
            found.setdefault(asked[0])
        elif "source" in row:
            found.setdefault(str(row["source"]))
    return list(found)
