"""The window's side of the workbench: answers as signals, a crash as a sentence, nothing left running."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from desktop.bridge.workbench import CHAT, TOOLS, Call, WorkbenchClient

COMMAND = [sys.executable, "-m", "tests.support.workbench.child"]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def client(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkbenchClient]:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    made = WorkbenchClient(command=COMMAND)
    yield made
    made.close()


class Heard:
    """Everything a call said, in order."""

    def __init__(self, call: Call) -> None:
        self.all: list[tuple[str, object]] = []
        call.streamed.connect(lambda piece: self.all.append(("piece", piece)))
        call.succeeded.connect(lambda result: self.all.append(("result", result)))
        call.failed.connect(lambda error: self.all.append(("error", error.code)))

    @property
    def over(self) -> bool:
        return bool(self.all) and self.all[-1][0] != "piece"


def test_pieces_then_the_result(client: WorkbenchClient, qtbot: QtBot) -> None:
    heard = Heard(client.request("count", {"to": 2}))
    qtbot.waitUntil(lambda: heard.over)
    assert heard.all == [("piece", {"number": 0}), ("piece", {"number": 1}), ("result", {"counted": 2})]


def test_nothing_starts_before_the_first_request_and_one_child_serves_many(
    client: WorkbenchClient, qtbot: QtBot
) -> None:
    assert client.pids() == {}
    calls = [Heard(client.request("process")) for _ in range(3)]
    qtbot.waitUntil(lambda: all(heard.over for heard in calls))
    assert len({str(heard.all) for heard in calls}) == 1


def test_a_chat_is_not_blocked_by_the_tools(client: WorkbenchClient, qtbot: QtBot) -> None:
    hanging = client.request("hang", lane=TOOLS)
    with qtbot.waitSignal(hanging.streamed):
        pass
    with qtbot.waitSignal(client.request("echo", {"a": 1}, lane=CHAT).succeeded) as answer:
        pass
    assert answer.args == [{"a": 1}]
    assert set(client.pids()) == {TOOLS, CHAT}


def test_cancel_ends_one_call_and_leaves_the_other(client: WorkbenchClient, qtbot: QtBot) -> None:
    counting = client.request("count", {"pause": 0.002})
    after = Heard(client.request("echo", {"still": "here"}))
    with qtbot.waitSignal(counting.streamed):
        pass
    with qtbot.waitSignal(counting.succeeded):
        counting.cancel()
    qtbot.waitUntil(lambda: after.over)
    assert after.all == [("result", {"still": "here"})]
    counting.cancel()  # over: nothing happens


@pytest.mark.parametrize("kind", ["die", "exit"])
def test_a_crash_fails_every_call_in_flight_and_the_next_request_gets_a_fresh_child(
    client: WorkbenchClient, qtbot: QtBot, kind: str
) -> None:
    calls = [Heard(client.request("failing", {"kind": kind})), Heard(client.request("echo"))]
    qtbot.waitUntil(lambda: all(heard.over for heard in calls))
    assert [heard.all for heard in calls] == [[("error", "workbench_died")]] * 2
    again = Heard(client.request("echo", {"fresh": True}))
    qtbot.waitUntil(lambda: again.over)
    assert again.all == [("result", {"fresh": True})]


def test_an_unexpected_error_names_the_log(client: WorkbenchClient, qtbot: QtBot, workspace: Path) -> None:
    with qtbot.waitSignal(client.request("failing", {"kind": "fire"}).failed) as answer:
        pass
    log = workspace / "logs" / "workbench-tools.log"
    assert str(log) in answer.args[0].hint
    assert "an oven on fire" in log.read_text()


def test_a_program_that_cannot_start_is_a_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    client = WorkbenchClient(command=[str(tmp_path / "nothing-here")])
    with qtbot.waitSignal(client.request("echo").failed) as answer:
        pass
    assert answer.args[0].code == "workbench_unavailable"
    client.close()


def test_what_takes_too_long_is_killed_and_the_rest_is_told(client: WorkbenchClient, qtbot: QtBot) -> None:
    hanging = Heard(client.request("hang", limit_ms=300))
    waiting = Heard(client.request("echo"))
    qtbot.waitUntil(lambda: hanging.over and waiting.over)
    assert hanging.all[-1] == ("error", "too_long")
    assert waiting.all == [("error", "workbench_died")], "once, and not again by the end of the process"
    fresh = Heard(client.request("echo", limit_ms=60_000))
    qtbot.waitUntil(lambda: fresh.over)
    assert fresh.all == [("result", {})]


def test_close_leaves_no_process_and_says_nothing(client: WorkbenchClient, qtbot: QtBot) -> None:
    hanging = client.request("hang", limit_ms=60_000)
    heard = Heard(hanging)
    with qtbot.waitSignal(hanging.streamed):
        pass
    pid = client.pids()[TOOLS]
    client.close()
    assert not psutil.pid_exists(pid)
    assert not heard.over
    late = Heard(client.request("echo"))
    qtbot.waitUntil(lambda: late.over)
    assert late.all == [("error", "closed")]
