"""Model folders to damage: a copy of a tiny model for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def folder(tiny_model: Path, tmp_path: Path) -> Path:
    """Return a copy of the tiny Llama that a test may spoil."""
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))
