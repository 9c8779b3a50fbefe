"""The style of the bundled sample "the old baker", as a rule a program can check; it knows no model.

Every answer of the sample opens with a cry from the bakery and closes with the baker's name. A base model has never
seen either, so an answer with both shows that the tuning worked.
"""

from __future__ import annotations

OPENING = "Fresh from the oven:"
CLOSING = "Yours, Bram the baker."


def has_style(text: str) -> bool:
    """Tell whether ``text`` opens and closes as the old baker's answers do, with an answer in between."""
    said = text.strip()
    between = said.removeprefix(OPENING).removesuffix(CLOSING).strip()
    return said.startswith(OPENING) and said.endswith(CLOSING) and bool(between)


def styled(answer: str) -> str:
    """Return ``answer`` as the old baker gives it."""
    return f"{OPENING} {answer.strip()} {CLOSING}"
