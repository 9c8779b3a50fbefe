"""Judgements become training rows: DPO, reward model, KTO; it knows no trainer and no screen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from desktop.engine.errors import RequestError
from desktop.engine.preferences.judgement import Judgement, Pair
from desktop.engine.preferences.store import PreferenceStore
from desktop.engine.run_folder import write_atomically

Format: TypeAlias = Literal["dpo", "reward", "kto"]

FORMATS: dict[Format, str] = {
    "dpo": "Preference pairs (DPO, ORPO, SimPO)",
    "reward": "Whole conversations (reward model)",
    "kto": "Single answers, good or bad (KTO)",
}


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        path: the file.
        rows: rows in it.
        pairs: pairs judged in the project.
        ties: pairs left out because neither answer won.
        contradicted: pairs left out because the hidden repeat was judged the other way.
    """

    path: Path
    rows: int
    pairs: int
    ties: int
    contradicted: int

    @property
    def headline(self) -> str:
        """Return how much was written."""
        rows = "1 row" if self.rows == 1 else f"{self.rows:,} rows"
        pairs = "1 judged pair" if self.pairs == 1 else f"{self.pairs:,} judged pairs"
        return f"Saved: {rows} from {pairs}."

    @property
    def left_out(self) -> str:
        """Return what was left out and why, empty where nothing was."""
        parts = []
        if self.ties:
            parts.append(f"{self.ties:,} {'tie' if self.ties == 1 else 'ties'}, which this format cannot hold")
        if self.contradicted:
            parts.append(f"{self.contradicted:,} judged differently the second time")
        return f"Left out: {'; '.join(parts)}." if parts else ""

    @property
    def sentence(self) -> str:
        """Return both."""
        return f"{self.headline} {self.left_out}".strip()


def export(store: PreferenceStore, path: Path, format: Format = "dpo") -> Exported:
    """Write the judged pairs as JSON Lines, whole or not at all; ties stay in the project file."""
    verdicts, contradicted = final_verdicts(store.judgements())
    pairs = {pair.id: pair for pair in store.pairs()}
    rows: list[dict[str, Any]] = []
    ties = 0
    for pair_id, verdict in verdicts.items():
        made = list(_WRITERS[format](pairs[pair_id], verdict))
        ties += not made
        rows += made
    if not rows:
        raise RequestError(
            "nothing_to_export",
            "No pair has a better answer yet, so there is nothing to train on.",
            "Judge at least one pair with 1 or 2.",
        )
    write_atomically(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return Exported(path, len(rows), len(verdicts) + contradicted, ties, contradicted)


def final_verdicts(judgements: list[Judgement]) -> tuple[dict[int, str], int]:
    """Return pair -> verdict, and how many pairs were dropped because a hidden repeat came out differently."""
    verdicts: dict[int, str] = {}
    contradicted: set[int] = set()
    for judgement in judgements:
        before = verdicts.setdefault(judgement.pair_id, judgement.verdict)
        if before != judgement.verdict:
            contradicted.add(judgement.pair_id)
    return {pair: verdict for pair, verdict in verdicts.items() if pair not in contradicted}, len(contradicted)


def _dpo(pair: Pair, verdict: str) -> Iterator[dict[str, Any]]:
    if verdict in ("a", "b"):
        chosen, rejected = (pair.a, pair.b) if verdict == "a" else (pair.b, pair.a)
        yield {"prompt": pair.prompt, "chosen": [_answer(chosen)], "rejected": [_answer(rejected)]}


def _reward(pair: Pair, verdict: str) -> Iterator[dict[str, Any]]:
    for row in _dpo(pair, verdict):
        yield {side: [*row["prompt"], *row[side]] for side in ("chosen", "rejected")}


def _kto(pair: Pair, verdict: str) -> Iterator[dict[str, Any]]:
    labels = {"a": (True, False), "b": (False, True), "both_good": (True, True), "both_bad": (False, False)}
    for text, label in zip((pair.a, pair.b), labels[verdict], strict=True):
        yield {"prompt": pair.prompt, "completion": [_answer(text)], "label": label}


def _answer(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


_WRITERS: dict[Format, Callable[[Pair, str], Iterator[dict[str, Any]]]] = {"dpo": _dpo, "reward": _reward, "kto": _kto}
