"""The machine's facts: what the driver says is read, what it does not say is no crash."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psutil
import pytest

from desktop.engine.hardware import Gpu, Hardware, hardware


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for nvidia-smi that prints the file ``answer``."""
    program = tmp_path / "bin" / "nvidia-smi"
    program.parent.mkdir()
    answer = tmp_path / "answer"
    program.write_text(f"#!/bin/sh\ncat {answer} || exit 9\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return answer


def test_this_machine_is_described() -> None:
    here = hardware()
    assert here.memory_mib == psutil.virtual_memory().total // 2**20
    assert 0 < here.memory_free_mib <= here.memory_mib
    assert here.cores >= 1
    assert 1 <= here.threads() <= max(1, here.cores - 1)
    for fact in here.facts():
        assert fact.label
        assert fact.value
        assert fact.sentence.endswith(".")


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="the stand-in for the driver is a shell script")
def test_cards_are_read_from_the_driver(driver: Path) -> None:
    driver.write_text("NVIDIA GeForce RTX 4080, 16376, 15000, 8.9\nTesla T4, Inc, 15360, 15000, 7.5\nnonsense\n")
    here = hardware()
    assert here.gpus == (
        Gpu("NVIDIA GeForce RTX 4080", 16376, 15000, True),
        Gpu("Tesla T4, Inc", 15360, 15000, False),
    )
    assert here.device == "cuda"
    assert not here.bf16, "one card has none"
    assert here.limit_mib() == 15000
    assert here.limit_mib("cpu") == here.memory_free_mib


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="the stand-in for the driver is a shell script")
def test_a_driver_that_fails_means_no_card(driver: Path) -> None:
    assert hardware().gpus == ()


def test_a_driver_that_hangs_means_no_card(driver: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("nvidia-smi", 10)

    monkeypatch.setattr(subprocess, "run", hang)
    here = hardware()
    assert here.gpus == ()
    assert (here.device, here.bf16, here.limit_mib()) == ("cpu", False, here.memory_free_mib)


def test_one_core_still_trains() -> None:
    assert Hardware("x", 1, 1, 1, (), 1, "x").threads() == 1
