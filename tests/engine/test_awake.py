"""The system is asked to stay awake and let go again; where it cannot be asked nothing happens."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop.engine import awake as module
from desktop.engine.awake import awake, command

posix = pytest.mark.skipif(sys.platform == "win32", reason="asks Windows itself")


@pytest.fixture
def inhibitor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in for ``systemd-inhibit``: writes down that it is asked, runs what it is given, writes that it let go."""
    log = tmp_path / "log"
    program = tmp_path / "systemd-inhibit"
    program.write_text(
        "#!/bin/sh\n"
        f'echo "asked $*" >> "{log}"\n'
        'while [ "${1#--}" != "$1" ]; do shift; done\n'
        '"$@"\n'
        f'echo "released" >> "{log}"\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return log


def _lines(log: Path, count: int) -> list[str]:
    for _ in range(500):
        lines = log.read_text().splitlines() if log.exists() else []
        if len(lines) >= count:
            return lines
        time.sleep(0.02)
    return lines


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux asks by systemd-inhibit")
def test_it_is_asked_and_released(inhibitor: Path) -> None:
    with awake("Training loaves") as asked:
        assert asked
        [line] = _lines(inhibitor, 1)
        assert "--what=sleep:idle" in line
        assert "--why=Training loaves" in line
    assert _lines(inhibitor, 2)[1] == "released"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux asks by systemd-inhibit")
def test_it_is_released_when_the_process_is_killed(inhibitor: Path) -> None:
    code = "import time\nfrom desktop.engine.awake import awake\nwith awake('x'):\n    time.sleep(60)\n"
    child = subprocess.Popen([sys.executable, "-c", code], env=dict(os.environ))
    assert len(_lines(inhibitor, 1)) == 1
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert _lines(inhibitor, 2)[1] == "released"


def test_it_is_released_when_the_work_fails(inhibitor: Path) -> None:
    with pytest.raises(ValueError, match="burnt"), awake("x"):
        raise ValueError("burnt")
    if sys.platform.startswith("linux"):
        assert _lines(inhibitor, 2)[-1] == "released"


@posix
def test_nothing_happens_where_there_is_no_such_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with awake("x") as asked:
        assert not asked


@posix
def test_a_program_that_refuses_harms_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "command", lambda why: [sys.executable, "-c", "raise SystemExit(1)"])
    with awake("x"):
        time.sleep(0.1)
    monkeypatch.setattr(module, "command", lambda why: ["/nowhere/at/all"])
    with awake("x") as asked:
        assert not asked


def test_the_words_for_each_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    assert command("x", "darwin") == ["/bin/caffeinate", "-i", "-w", str(os.getpid())]
    linux = command("x", "linux")
    assert linux is not None
    assert linux[0] == "/bin/systemd-inhibit"
    assert linux[-1] == "/bin/cat"
    assert command("x", "sunos5") is None


def test_windows_is_asked_and_released(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(module, "_windows", lambda state: not asked.append(state))
    with awake("x"):
        assert asked == [0x80000001]
    assert asked == [0x80000001, 0x80000000]
