"""A project with pairs to judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.engine.preferences.store import PreferenceStore

Fill = Callable[..., PreferenceStore]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Fill]:
    """Make a project with this many pairs."""
    made = []

    def _fill(pairs: int = 5, *, title: str = "Bakery answers", seed: int = 7) -> PreferenceStore:
        store = PreferenceStore.create(tmp_path, title, seed=seed, run="2026-11-20-bakery")
        made.append(store)
        for number in range(1, pairs + 1):
            prompt = [{"role": "user", "content": f"Question {number}?"}]
            store.add_pair(prompt, f"Short {number}.", f"A longer answer {number}.", tokens=(2, 4))
        return store

    yield _fill
    for store in made:
        store.close()
