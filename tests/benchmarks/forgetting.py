"""What each guard keeps of an old task while the starter learns a new one: naive, L2, EWC and replay side by side.

New: the bakery's manner of answering. Old: what the starter can do otherwise, drawn from its own world (stories, steps,
summaries, lists, notes), none of which the bakery's rows hold. Each run is the same but for its guard.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from desktop.engine.continual import GUARDS
from tests.benchmarks.figures import show
from tests.support.training import finish_of, new_run, train

ROOT = Path(__file__).parents[2]
OLD_ROWS, SEED = 240, 3
KINDS = ("story", "steps", "rewriting", "summary", "given list", "note")
METHODS: dict[str, tuple[Any, float]] = {
    "lora": ({"id": "lora", "rank": 16, "alpha": 32}, 2e-3),
    "full": ("full", 1e-3),
}
"""Method -> how, and the learning rate: high enough that plain tuning forgets."""
STRENGTHS = {"lora": 0.1, "full": 1.0}
"""Method -> how hard L2 and EWC pull: an adapter's numbers are few and move far."""


def old_rows(count: int, seed: int) -> list[dict[str, str]]:
    """Return questions of the starter's world of which the bakery has none, with the answers it was trained on."""
    sys.path.insert(0, str(ROOT / "packaging" / "starter"))
    from maker import copying, stories, talk  # type: ignore[import-not-found]  # outside the package, on purpose

    kinds = [kind for kind in (*copying.KINDS, *stories.KINDS, *talk.KINDS) if kind.id in KINDS]
    rng, found = Random(seed), {}
    while len(found) < count:
        made = kinds[len(found) % len(kinds)].make(rng)
        found[made.prompt] = made.answer
    return [{"instruction": prompt, "output": answer} for prompt, answer in found.items()]


def forgetting(
    folder: Path, method: str, guard: str, *, strength: float | None = None, epochs: float = 1
) -> dict[str, dict[str, float]]:
    """Return the figures before and after one run over the bakery's rows, held on to the old ones by ``guard``."""
    old = folder / "old.jsonl"
    if not old.exists():
        old.write_text("\n".join(json.dumps(row) for row in old_rows(OLD_ROWS, SEED)), encoding="utf-8")
    how, rate = METHODS[method]
    wanted = STRENGTHS[method] if strength is None else strength
    run = new_run(
        folder / "runs", "starter", method=how,
        objective={"id": "continual", "guard": guard, "strength": wanted},
        data=[{"path": str(ROOT / "resources" / "samples" / "bakery.jsonl")}, {"path": str(old), "use": "old"}],
        training={"epochs": epochs, "batch_size": 8, "learning_rate": rate, "max_length": 256, "validation_share": 0.2,
                  "save_every": 10_000, "evaluate_every": 10_000},
    )  # fmt: skip
    train(run)
    return finish_of(run).metrics


def main() -> None:
    """Train the starter with each guard by LoRA and in full, and print what was learned and what was forgotten."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for method in METHODS:
            for guard in GUARDS.all():
                found = forgetting(Path(folder), method, guard.id)
                before, after = found["before"], found["after"]
                rows.append([
                    f"{method}, {guard.title}", f"{before['loss']:.3f}", f"{after['loss']:.3f}",
                    f"{before['old_loss']:.3f}", f"{after['old_loss']:.3f}", f"{after['forgetting']:+.3f}",
                ])  # fmt: skip
    heads = ["", "new before", "new after", "old before", "old after", "forgotten"]
    show("Held-out loss on a new and an old task (bar: each guard forgets less than none)", heads, rows)
