"""A rendered row in words: what is learned of it, what is cut off, the whole as text; it knows no widget."""

from __future__ import annotations

from desktop.flow.wizard_findings import Rendered

ANSWERS = {"all": "Every answer", "last": "Last answer only", "everything": "Everything"}


def share_words(found: Rendered) -> str:
    """Return which share of the tokens is learned."""
    return f"{100 * found.share:.0f} %"


def notes(found: Rendered, most: int) -> str:
    """Return what is to be said below the tokens, of which ``most`` are shown; empty where there is nothing."""
    said = []
    if found.removed:
        said.append(found.removed)
    elif found.cut:
        said.append(f"The last {found.cut:,} tokens are cut off." if found.cut > 1 else "The last token is cut off.")
    if len(found.pieces) > most:
        said.append(f"Shown are the first {most:,} tokens.")
    return " ".join(said)


def as_text(found: Rendered) -> str:
    """Return the row as text without colours: learned parts in double square brackets, what is cut off named."""
    sides = [found] + ([found.other] if found.other else [])
    return "\n\n".join(_side(side) for side in sides)


def _side(found: Rendered) -> str:
    head = f"{found.caption}\n" if found.caption else ""
    if found.as_text:
        return head + found.as_text
    parts: list[str] = []
    learned = False
    for text, trained in found.pieces[: found.beyond]:
        if trained != learned:
            parts.append("[[" if trained else "]]")
            learned = trained
        parts.append(text)
    if learned:
        parts.append("]]")
    legend = f"({found.learned:,} of {found.kept:,} tokens are learned: those in [[ ]].)"
    cut = (
        f"\n(Cut off: {''.join(text for text, _ in found.pieces[found.beyond :])})" if found.beyond is not None else ""
    )
    return f"{head}{''.join(parts)}\n{legend}{cut}"
