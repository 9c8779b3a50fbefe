"""How fast a gigabyte of JSON Lines is looked at, imported and counted, beside the datasets library reading it."""

from __future__ import annotations

import json
import os
import random
import tempfile
from pathlib import Path

from tests.benchmarks.child import probe
from tests.benchmarks.figures import median, show

ROWS = int(os.environ.get("FETTLE_BENCH_ROWS", "1000000"))
PAIRS = 3
WORDS = 5000


def main() -> None:
    """Import the same file in turn with ours and theirs, and print preview, rate, ratio and memory."""
    pairs = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.jsonl"
        write(file, ROWS)
        for turn in range(PAIRS):
            order = ("ours", "theirs") if turn % 2 == 0 else ("theirs", "ours")
            found = {
                kind: probe("importing_probe", kind, str(file), workspace=Path(folder) / f"{turn}-{kind}")
                for kind in order
            }
            pairs.append((found["ours"], found["theirs"]))
        tokens = probe("importing_probe", "tokens", str(file), workspace=Path(folder) / "0-ours")
    rows = []
    for turn, (ours, theirs) in enumerate(pairs, start=1):
        rows.append(
            [
                f"pair {turn}", f"{ours['preview']:.2f}", f"{ours['rows'] / ours['seconds']:,.0f}",
                f"{theirs['rows'] / theirs['seconds']:,.0f}", f"{theirs['seconds'] / ours['seconds']:.2f}",
                f"{ours['peak_mb']:,.0f}",
            ]
        )  # fmt: skip
    ratio = median(theirs["seconds"] / ours["seconds"] for ours, theirs in pairs)
    rows.append(["median", "", "", "", f"{ratio:.2f}", ""])
    show(
        f"{ROWS:,} rows of JSON Lines (bars: preview 1 s, ratio 0.80, memory 1,000 MB over all processes)",
        ["", "preview, s", "ours, rows/s", "load_dataset, rows/s", "ratio", "memory, MB"],
        rows,
    )
    show(
        "Tokens counted with the starter's tokenizer and template",
        ["", "rows/s", "cores busy"],
        [["all cores", f"{tokens['rows'] / tokens['seconds']:,.0f}", f"{tokens['cores']:.2f}"]],
    )


def write(file: Path, rows: int) -> None:
    """Write Alpaca rows of about a kilobyte from made-up words."""
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 10))) for _ in range(WORDS)]
    with file.open("w", encoding="utf-8") as out:
        for number in range(rows):
            question, answer = " ".join(chance.choices(words, k=30)), " ".join(chance.choices(words, k=108))
            row = {"instruction": f"{number} {question}?", "input": "", "output": f"{answer}."}
            out.write(json.dumps(row) + "\n")
