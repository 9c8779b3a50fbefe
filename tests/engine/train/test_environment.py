"""What a run was made from: a fingerprint of every file it reads, wherever the job found it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from desktop.engine.job import JobSpec
from desktop.engine.train.environment import fingerprints
from tests.support.hub import cache_set


def test_every_file_of_every_set_has_a_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    snapshot = cache_set(tmp_path / "hub", "org/loaves", {"train.jsonl": "hub", "test.jsonl": "not read"})
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    files = {tmp_path / "a.jsonl": "a", tmp_path / "b.jsonl": "b", folder / "inner" / "c.txt": "c"}
    for file, text in files.items():
        file.write_text(text, encoding="utf-8")
    job = JobSpec.from_mapping(
        {
            "data": [
                {"path": str(tmp_path / "a.jsonl"), "also": [str(tmp_path / "b.jsonl")]},
                {"path": str(folder)},
                {"path": "hub:org/loaves"},
            ]
        }
    )
    wanted = {**files, snapshot / "train.jsonl": "hub"}
    assert fingerprints(job) == {str(file): hashlib.sha256(text.encode()).hexdigest() for file, text in wanted.items()}
