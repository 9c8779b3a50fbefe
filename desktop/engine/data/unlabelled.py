"""The unlabelled side of a row: what is read in a task, without what is to be said; it knows no model."""

from __future__ import annotations

from desktop.engine.data.rows import Message, Row

ANSWERERS = ("assistant", "tool")


def unlabelled(row: Row, *, whole: bool = False) -> str:
    """Return the text of a row of any kind that a task gives, empty where there is none.

    Of a conversation that is what was asked, of a pair its source, of a labelled text the text, of answers to choose
    from or rated ones their question. With ``whole`` the answers of conversations and the targets of pairs belong to
    it too; of answers to choose from none does, for nobody knows yet which are good.
    """
    if "messages" in row:
        return _said(row["messages"], whole=whole)
    if "prompt" in row:
        return _said(row["prompt"], whole=False)
    if "source" in row:
        return "\n".join([row["source"], row["target"]]) if whole else str(row["source"])
    return str(row["text"])


def _said(messages: list[Message], *, whole: bool) -> str:
    said = (message["content"] for message in messages if whole or message["role"] not in ANSWERERS)
    return "\n".join(text for text in said if text and text.strip())
