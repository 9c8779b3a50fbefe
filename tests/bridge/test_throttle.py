"""A throttle passes the first call at once, the newest one when the interval is over, and loses none at the end."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from desktop.bridge.throttle import Throttle


def test_the_first_call_passes_and_the_newest_of_the_rest_follows(qtbot: QtBot) -> None:
    seen: list[int] = []
    throttle = Throttle(seen.append, 30)
    for number in range(5):
        throttle(number)
    assert seen == [0]
    qtbot.waitUntil(lambda: seen == [0, 4], timeout=2000)
    qtbot.wait(60)
    assert seen == [0, 4]
    throttle(9)
    assert seen == [0, 4, 9]
    throttle.close()


def test_flush_makes_the_waiting_call_now(qtbot: QtBot) -> None:
    seen: list[int] = []
    throttle = Throttle(seen.append, 10_000)
    throttle(1)
    throttle(2)
    throttle.flush()
    throttle.flush()
    assert seen == [1, 2]
    throttle.close()


def test_close_drops_what_waits(qtbot: QtBot) -> None:
    seen: list[int] = []
    throttle = Throttle(seen.append, 20)
    throttle(1)
    throttle(2)
    throttle.close()
    qtbot.wait(50)
    assert seen == [1]
