"""Builds the starter models and the sample data: ``python packaging/starter/build.py all``; see README.md beside it."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MODELS = ROOT / "resources" / "models"
SAMPLES = ROOT / "resources" / "samples"
FIGURES = "figures.json"

# Two cores are easily over-subscribed by threads that spin while they wait. Large blocks are kept, not given back and
# asked for again: every step needs the same ones.
SURROUNDINGS = {
    "OMP_WAIT_POLICY": "PASSIVE",
    "GOMP_SPINCOUNT": "0",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "MALLOC_MMAP_THRESHOLD_": str(2**31),
    "MALLOC_TRIM_THRESHOLD_": str(2**34),
}


def main(arguments: list[str]) -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description="Build the starter models and the sample data.")
    parser.add_argument("what", choices=(*STEPS, "all"), help="what to build, or check")
    parser.add_argument("--to", type=Path, help="another folder than the one in resources/")
    chosen = parser.parse_args(arguments)
    for step in STEPS if chosen.what == "all" else (chosen.what,):
        began = time.perf_counter()
        STEPS[step](chosen.to)
        print(f"{step}: done in {time.perf_counter() - began:.0f} s", flush=True)
    return 0


def _decoder(to: Path | None) -> None:
    from maker import decoder

    _built(decoder.build, to or MODELS / "starter")


def _encoder(to: Path | None) -> None:
    from maker import encoder

    _built(encoder.build, to or MODELS / "starter-encoder")


def _seq2seq(to: Path | None) -> None:
    from maker import rewriter

    _built(rewriter.build, to or MODELS / "starter-seq2seq")


def _samples(to: Path | None) -> None:
    from maker import samples

    samples.write(to or SAMPLES)


def _check(to: Path | None) -> None:
    from maker import check

    folder = to or MODELS / "starter"
    report = check.check(folder)
    print(check.shown(report))
    _figures(
        folder, {key: value for key, value in dataclasses.asdict(report).items() if isinstance(value, int | float)}
    )


def _built(build: Callable[[Path], Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    fitted = build(folder)
    _figures(folder, {**fitted.metrics, "seconds": round(fitted.seconds), "tokens": fitted.tokens})


def _figures(folder: Path, found: dict[str, float]) -> None:
    """Add what was measured to the model's figures and write its card anew."""
    from maker import cards

    file = folder / FIGURES
    known = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    known |= {key: round(value, 4) for key, value in found.items()}
    file.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    cards.write(folder, known)


STEPS: dict[str, Callable[[Path | None], None]] = {
    "samples": _samples,
    "decoder": _decoder,
    "check": _check,
    "encoder": _encoder,
    "seq2seq": _seq2seq,
}

if __name__ == "__main__":
    if any(os.environ.get(name) != value for name, value in SURROUNDINGS.items()):
        # The C library reads these once, when a process begins.
        os.execve(sys.executable, [sys.executable, str(HERE / "build.py"), *sys.argv[1:]], os.environ | SURROUNDINGS)
    sys.path[:0] = [str(HERE), str(ROOT)]
    raise SystemExit(main(sys.argv[1:]))
