"""The workbench child: order, cancelling, errors in words, a protocol nothing can print into, and its end."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import psutil
import pytest

from desktop.engine.workbench.base import OPERATIONS
from tests.engine.workbench.conftest import Child


def test_answers_come_in_the_order_asked(child: Child) -> None:
    for number in range(20):
        child.ask("echo", number, said=number)
    assert [child.receive() for _ in range(20)] == [{"id": n, "result": {"said": n}} for n in range(20)]


def test_pieces_come_before_the_result(child: Child) -> None:
    child.ask("count", 7, to=3)
    assert [child.receive() for _ in range(4)] == [
        {"id": 7, "stream": {"number": 0}},
        {"id": 7, "stream": {"number": 1}},
        {"id": 7, "stream": {"number": 2}},
        {"id": 7, "result": {"counted": 3}},
    ]


def test_cancel_reaches_an_operation_at_work_and_keeps_what_it_has(child: Child) -> None:
    child.ask("count", 1, pause=0.002)
    for _ in range(3):
        child.receive()
    child.send({"cancel": 1})
    pieces, answer = child.last()
    assert answer["result"]["counted"] == 3 + len(pieces)


def test_an_operation_whose_half_is_worthless_fails_as_cancelled(child: Child) -> None:
    child.ask("whole", 1)
    child.send({"cancel": 1})
    assert child.receive()["error"]["code"] == "cancelled"


def test_cancelled_while_waiting_never_starts(child: Child) -> None:
    child.ask("count", 1, pause=0.002)
    child.ask("count", 2, to=5)
    child.send({"cancel": 2}, {"cancel": 1})
    assert child.last()[1]["id"] == 1
    assert child.last() == (
        [],
        {
            "id": 2,
            "error": {
                "code": "cancelled",
                "message": "This was cancelled before it was done.",
                "hint": "Ask again if you still need it.",
            },
        },
    )


def test_cancelling_what_is_over_or_unknown_changes_nothing(child: Child) -> None:
    child.send({"cancel": 99})
    child.ask("echo", 1)
    child.receive()
    child.send({"cancel": 1})
    child.ask("echo", 2)
    assert child.receive()["id"] == 2


def test_a_quick_operation_does_not_wait_behind_a_slow_one(child: Child) -> None:
    child.ask("hang", 1)
    assert child.receive() == {"id": 1, "stream": {"hanging": True}}
    child.ask("quick", 2, fast=True)
    assert child.receive() == {"id": 2, "result": {"fast": True}}


def test_nothing_a_library_prints_gets_between_the_lines(child: Child) -> None:
    child.ask("chatty", 1)
    assert child.receive() == {"id": 1, "result": {"read": ""}}
    child.ask("echo", 2)
    assert child.receive()["id"] == 2
    assert child.end() == 0
    log = child.log.read_text()
    for printed in ("printed by python", "forged", "printed by a child"):
        assert printed in log


@pytest.mark.parametrize(
    "line", [b"not json", b"[1, 2]", b'{"id": "one", "op": "echo"}', b'{"op": "echo"}', b"\xff\xfe", b""]
)
def test_a_garbage_line_is_answered_in_words_and_the_next_one_works(child: Child, line: bytes) -> None:
    child.send(line)
    answer = child.receive()
    assert answer["id"] is None
    assert answer["error"]["code"] == "bad_line"
    child.ask("echo", 5)
    assert child.receive() == {"id": 5, "result": {}}


def test_an_unknown_operation_names_those_there_are(child: Child) -> None:
    child.ask("ecco", 1)
    error = child.receive()["error"]
    assert error["code"] == "unknown_operation"
    assert "echo" in error["hint"]


def test_a_user_error_crosses_whole(child: Child) -> None:
    child.ask("failing", 1, kind="user")
    assert child.receive()["error"] == {
        "code": "no_flour",
        "message": "There is no flour left.",
        "hint": "Buy some.",
    }


@pytest.mark.parametrize(
    ("kind", "code"), [("fire", "unexpected"), ("data", "unexpected"), ("memory", "out_of_memory")]
)
def test_any_other_failure_becomes_a_sentence_and_the_child_lives(child: Child, kind: str, code: str) -> None:
    child.ask("failing", 1, kind=kind)
    error = child.receive()["error"]
    assert error["code"] == code
    assert "\n" not in error["message"]
    assert "Traceback" not in str(error)
    child.ask("echo", 2)
    assert child.receive()["id"] == 2


def test_the_log_has_the_traceback(child: Child) -> None:
    child.ask("failing", 1, kind="fire")
    child.receive()
    child.end()
    assert "ValueError: an oven on fire" in child.log.read_text()


def test_one_slot_holds_one_thing(child: Child) -> None:
    for number, key in enumerate(["a", "a", "b", "a"]):
        child.ask("keeping", number, key=key)
    made = [child.receive()["result"]["made"] for _ in range(4)]
    assert made == [["a"], [], ["b"], ["a"]]


def test_it_ends_when_the_window_is_gone_even_in_the_middle_of_something(child: Child) -> None:
    child.ask("hang", 1)
    child.receive()
    began = time.monotonic()
    assert child.end() == 0
    assert time.monotonic() - began < 5


def test_ctrl_c_in_the_terminal_is_left_to_the_window(child: Child) -> None:
    child.ask("echo", 1)
    child.receive()
    os.kill(child.process.pid, 2)
    child.ask("echo", 2)
    assert child.receive()["id"] == 2


def test_the_real_child_listens_on_nothing_and_answers_without_torch(start: Callable[..., Child]) -> None:
    child = start("-m", "desktop", "--workbench")
    child.ask("hardware", 1)
    answer = child.receive()["result"]
    assert answer["hardware"]["cores"] >= 1
    process = psutil.Process(child.process.pid)
    assert process.net_connections() == []
    assert not any("libtorch" in entry.path for entry in process.memory_maps())


def test_every_operation_says_what_it_is() -> None:
    found = OPERATIONS.all()
    assert {"hardware"} <= {operation.id for operation in found}
    assert all(operation.title and operation.summary.endswith(".") for operation in found)
