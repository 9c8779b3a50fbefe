"""How much of a written text is what was wanted: BLEU and ROUGE; it knows texts alone, no model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"\w+")


def bleu(said: Sequence[str], wanted: Sequence[str]) -> float:
    """Return corpus BLEU, 0 to 100, as sacreBLEU counts it (Papineni et al. 2002; Post 2018).

    It asks for runs of up to four words, so a corpus of very short texts is better judged by ROUGE.
    """
    from sacrebleu.metrics.bleu import BLEU

    if not said:
        return 0.0
    return float(BLEU(effective_order=False).corpus_score(list(said), [list(wanted)]).score)


def rouge(said: Sequence[str], wanted: Sequence[str]) -> dict[str, float]:
    """Return ``rouge1``, ``rouge2`` and ``rougeL``: F1 of shared words, of shared pairs, of the longest common order.

    Each is a mean over the texts, 0 to 1 (Lin 2004, ROUGE, sections 2 and 3). Words are runs of letters and digits in
    lower case; no stemming, so that it means the same in every language.
    """
    found = {"rouge1": 0.0, "rouge2": 0.0, "rougeL": 0.0}
    if not said:
        return found
    for one, other in zip(said, wanted, strict=True):
        ours, theirs = words(one), words(other)
        found["rouge1"] += _shared(ours, theirs, 1)
        found["rouge2"] += _shared(ours, theirs, 2)
        found["rougeL"] += _f1(longest_common(ours, theirs), len(ours), len(theirs))
    return {name: total / len(said) for name, total in found.items()}


def words(text: str) -> list[str]:
    """Return the words of a text as ROUGE counts them."""
    return _WORD.findall(text.lower())


def longest_common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the length of the longest sequence of words that both hold in order, gaps allowed."""
    row = [0] * (len(other) + 1)
    for word in one:
        before = 0  # what the row above had one place to the left
        for place, theirs in enumerate(other, start=1):
            before, row[place] = row[place], before + 1 if word == theirs else max(row[place], row[place - 1])
    return row[-1]


def _shared(one: Sequence[str], other: Sequence[str], length: int) -> float:
    ours, theirs = _runs(one, length), _runs(other, length)
    return _f1((ours & theirs).total(), ours.total(), theirs.total())


def _runs(words: Sequence[str], length: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[start : start + length]) for start in range(len(words) - length + 1))


def _f1(shared: int, said: int, wanted: int) -> float:
    return 2 * shared / (said + wanted) if shared else 0.0
