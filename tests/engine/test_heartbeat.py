"""A working, a stuck and a stopped engine are told apart, whatever the clocks on the wall say."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop.engine.heartbeat import FILE, Heart, Pulse


class Clock:
    """A steady clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_an_engine_that_moves_has_stood_for_nothing(tmp_path: Path) -> None:
    ours, theirs = Clock(), Clock()
    heart, pulse = Heart(tmp_path, clock=ours), Pulse(tmp_path, theirs)
    for _ in range(50):
        ours.now += 5
        theirs.now += 5
        heart.moved()
        heart.beat()
        assert pulse.still() < 1


def test_one_that_beats_and_does_not_move_is_stuck(tmp_path: Path) -> None:
    ours, theirs = Clock(), Clock()
    heart, pulse = Heart(tmp_path, clock=ours), Pulse(tmp_path, theirs)
    for _ in range(100):
        ours.now += 5
        theirs.now += 5
        heart.beat()
        pulse.still()
    assert pulse.still() == pytest.approx(500)
    heart.moved()
    heart.beat()
    assert pulse.still() < 1


def test_one_that_beats_no_more_is_stopped_as_a_whole(tmp_path: Path) -> None:
    theirs = Clock()
    heart, pulse = Heart(tmp_path), Pulse(tmp_path, theirs)
    heart.beat()
    assert pulse.still() < 1
    theirs.now += 10
    assert pulse.still() < 1, "a beat late is no reason to worry"
    theirs.now += 400
    assert pulse.still() > 400


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
def test_a_clock_on_the_wall_that_jumps_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    theirs = Clock()
    heart, pulse = Heart(tmp_path), Pulse(tmp_path, theirs)
    heart.beat()
    pulse.still()
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + jump)
    theirs.now += 5
    assert pulse.still() < 1
    heart.beat()
    assert pulse.still() < 1


def test_the_first_look_at_an_old_beat_believes_a_time_in_the_past_and_none_in_the_future(tmp_path: Path) -> None:
    Heart(tmp_path).beat()
    now = time.time()
    os.utime(tmp_path / FILE, (now - 600, now - 600))
    assert Pulse(tmp_path).still() == pytest.approx(600, abs=5)
    os.utime(tmp_path / FILE, (now + 600, now + 600))
    assert Pulse(tmp_path).still() == 0


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot stop a process")
def test_a_real_process_that_is_stopped_and_goes_on(tmp_path: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom desktop.engine.heartbeat import Heart\n"
        "with Heart(Path(sys.argv[1]), every=0.02) as heart:\n"
        "    while True:\n        heart.moved()\n        time.sleep(0.01)\n"
    )
    theirs = Clock()
    pulse = Pulse(tmp_path, theirs)
    child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
    try:
        for _ in range(1000):
            if (tmp_path / FILE).exists():
                break
            time.sleep(0.02)
        assert pulse.still() < 2
        child.send_signal(signal.SIGSTOP)
        time.sleep(0.1)
        pulse.still()
        theirs.now += 400
        assert pulse.still() >= 400
        child.send_signal(signal.SIGCONT)
        for _ in range(1000):
            if pulse.still() < 2:
                break
            time.sleep(0.02)
        else:
            pytest.fail("a process that goes on is still taken for hung")
    finally:
        child.kill()
        child.wait()


def test_it_beats_by_itself_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with Heart(tmp_path, every=0.01):
        first = json.loads((tmp_path / FILE).read_text())["beat"]
        for _ in range(500):
            time.sleep(0.01)
            if json.loads((tmp_path / FILE).read_text())["beat"] > first:
                break
        else:
            pytest.fail("it stopped beating")
    assert list(tmp_path.iterdir()) == []
    assert Pulse(tmp_path).still() == 0


def test_a_disk_that_refuses_and_a_file_of_nonsense_harm_nothing(tmp_path: Path) -> None:
    Heart(tmp_path / "gone").beat()
    for words in ("", "[]", "{", '{"pid": 1}', '{"pid": 1, "beat": 2, "still": "long"}'):
        (tmp_path / FILE).write_text(words)
        assert Pulse(tmp_path).still() == 0
