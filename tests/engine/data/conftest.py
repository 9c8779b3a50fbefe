"""Short ways to write a data file and read it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.data.dataset import Imported, open_source
from desktop.engine.job import DataSource
from tests.support import tiny_models

Write = Callable[[str, str | bytes], Path]
Read = Callable[..., Imported]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of this name and return its path."""

    def _write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return path

    return _write


@pytest.fixture
def read(write: Write) -> Read:
    """Write a file of this name and import it."""

    def _read(name: str, content: str | bytes, kinds: tuple[str, ...] = (), **mapping: str) -> Imported:
        return open_source(DataSource(path=str(write(name, content)), mapping=mapping), kinds)

    return _read


@pytest.fixture(scope="session")
def tokenizer() -> Any:
    """A small byte-level tokenizer whose template marks the answers."""
    return tiny_models.tokenizer()
