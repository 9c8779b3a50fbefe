"""What a row gives to be read when its answers and labels are left out."""

from __future__ import annotations

import pytest

from desktop.engine.data.rows import Row
from desktop.engine.data.unlabelled import unlabelled


def said(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


CHAT = {
    "messages": [said("system", "Be kind."), said("user", "Salt?"), said("assistant", "Yes."), said("user", "Why?")]
}
ANSWERS = {"chosen": [said("assistant", "Yes.")], "rejected": [said("assistant", "No.")]}


@pytest.mark.parametrize(
    ("row", "side", "whole"),
    [
        (CHAT, "Be kind.\nSalt?\nWhy?", "Be kind.\nSalt?\nYes.\nWhy?"),
        ({"prompt": [said("user", "Salt?")], **ANSWERS}, "Salt?", "Salt?"),
        (
            {"prompt": [said("user", "Salt?")], "completion": [said("assistant", "Yes.")], "rating": 1.0},
            "Salt?",
            "Salt?",
        ),
        ({"source": "number 1", "target": "one"}, "number 1", "number 1\none"),
        ({"text": "Good bread.", "label": "praise"}, "Good bread.", "Good bread."),
        ({"text": "A handbook."}, "A handbook.", "A handbook."),
        ({"messages": [said("assistant", "Yes.")]}, "", "Yes."),
    ],
)
def test_each_kind_of_row_gives_what_is_read(row: Row, side: str, whole: str) -> None:
    assert unlabelled(row) == side
    assert unlabelled(row, whole=True) == whole
