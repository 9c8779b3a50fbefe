"""Loaded contenders over tiny random models, made once a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.engine.generate.contenders import Contender, Contenders, load_contenders
from tests.support import tuned


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that outlives the test."""
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture(scope="session")
def session_workspace(shelf: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FETTLE_WORKSPACE", str(shelf))
        yield


@pytest.fixture(scope="session")
def pair(session_workspace: None, shelf: Path, tiny_model: Path) -> Contenders:
    """Base and tuned from one set of weights."""
    return load_contenders(tuned.adapter_run(shelf / "runs", tiny_model))


@pytest.fixture(scope="session")
def full_pair(session_workspace: None, shelf: Path, tiny_model: Path) -> Contenders:
    """Base and tuned as two models."""
    return load_contenders(tuned.full_run(shelf / "runs", tiny_model))


@pytest.fixture
def base(pair: Contenders) -> Contender:
    return pair.members["base"]
