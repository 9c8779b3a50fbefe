"""What the contract's test files share: the tiny models by architecture and the process that trained nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.fresh_process import FreshProcess

FIXTURES = {
    "llama": "tiny_model",
    "qwen2": "tiny_qwen2",
    "gpt2": "tiny_gpt2",
    "bert": "tiny_bert",
    "t5": "tiny_t5",
}


@pytest.fixture(scope="session")
def tiny(request: pytest.FixtureRequest) -> Callable[[str], Path]:
    """Find a tiny model by its architecture."""
    return lambda architecture: request.getfixturevalue(FIXTURES[architecture])


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshProcess]:
    """A process that loads what others saved."""
    made = FreshProcess(tmp_path_factory.mktemp("fresh"))
    yield made
    made.close()
