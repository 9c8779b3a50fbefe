"""Runs ``fettle`` in this process, for the commands that load no library."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.cli.program import main
from tests.support.command_line import Said


@pytest.fixture
def fettle(capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command and return what it said."""

    def run(*words: str) -> Said:
        capfd.readouterr()
        code = main(words)
        said = capfd.readouterr()
        return Said(code, said.out, said.err)

    return run
