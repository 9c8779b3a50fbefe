"""What a run fills on the disk, by hand and against the checkpoints that real runs leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.engine.disk_need import checkpoint_bytes, checkpoints_at_most, run_bytes
from desktop.engine.events import CheckpointSaved, Planned
from desktop.engine.job import Training
from tests.support.training import new_run, train

MIB = 2**20


def test_counted_by_hand() -> None:
    plain = Training()  # two newest, the best, and the one being written
    assert checkpoints_at_most(plain) == 4
    assert checkpoint_bytes(plain, 1000) == 12_000
    assert run_bytes(plain, 1000) == 4 * 12_000 + 4_000 + 64 * MIB
    assert checkpoints_at_most(Training(keep_checkpoints=5, keep_best=False)) == 6
    assert checkpoints_at_most(Training(keep_every=100, max_steps=1000)) == 14
    assert checkpoint_bytes(Training(optimizer="adamw_8bit"), 1000) == 6_000
    assert checkpoint_bytes(Training(optimizer="sgd"), 1000) == 4_000


@pytest.mark.parametrize("optimizer", ["adamw", "sgd", "muon"])
def test_a_real_checkpoint_is_as_large_as_was_said(tmp_path: Path, tiny_model: Path, optimizer: str) -> None:
    settings = {"optimizer": optimizer, "max_steps": 2, "save_every": 1}
    run = new_run(tmp_path / "runs", tiny_model, method="full", training=settings)
    train(run)
    [plan] = [event for event in run.events() if isinstance(event, Planned)]
    sizes = [event.bytes for event in run.events() if isinstance(event, CheckpointSaved)]
    said = checkpoint_bytes(run.job().training, plan.trainable)
    around = 100_000  # random states, manifest, names
    assert max(sizes) - around < said
    assert optimizer == "muon" or said < min(sizes) + around
