"""Operations that behave well and badly on demand; they know nothing of models or files."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from typing import Any, ClassVar

from desktop.engine.errors import UserError
from desktop.engine.workbench.base import Operation, Reply


class Echo(Operation):
    id: ClassVar[str] = "echo"
    title: ClassVar[str] = "Echo"
    summary: ClassVar[str] = "Returns what it was given."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        return params


class Quick(Echo):
    id: ClassVar[str] = "quick"
    quick: ClassVar[bool] = True


class Count(Operation):
    """Streams numbers until told to stop, then returns how many there were."""

    id: ClassVar[str] = "count"
    title: ClassVar[str] = "Counting"
    summary: ClassVar[str] = "Counts."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        number = 0
        while number < params.get("to", 10**9) and not reply.cancelled:
            reply.stream({"number": number})
            number += 1
            time.sleep(params.get("pause", 0.0))
        return {"counted": number}


class Whole(Operation):
    """Waits to be cancelled; half of its answer is worth nothing."""

    id: ClassVar[str] = "whole"
    title: ClassVar[str] = "Waiting"
    summary: ClassVar[str] = "Waits."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        while True:
            reply.check()
            time.sleep(0.005)


class Hang(Operation):
    """Never ends and never looks up."""

    id: ClassVar[str] = "hang"
    title: ClassVar[str] = "Hanging"
    summary: ClassVar[str] = "Hangs."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        reply.stream({"hanging": True})
        time.sleep(3600)
        return {}


class Chatty(Operation):
    """Prints wherever a library might, and reads what a library might."""

    id: ClassVar[str] = "chatty"
    title: ClassVar[str] = "Printing"
    summary: ClassVar[str] = "Prints."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        print("printed by python")
        sys.stdout.flush()
        os.write(1, b'{"id": 1, "result": {"forged": true}}\n')
        ctypes.CDLL(None).puts(b"printed by C")
        subprocess.run([sys.executable, "-c", "print('printed by a child')"], check=True)
        return {"read": sys.stdin.read()}


class Failing(Operation):
    id: ClassVar[str] = "failing"
    title: ClassVar[str] = "Failing"
    summary: ClassVar[str] = "Fails."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        kind = params["kind"]
        if kind == "user":
            raise UserError("no_flour", "There is no flour left.", "Buy some.")
        if kind == "memory":
            raise MemoryError
        if kind == "data":
            return {"not plain": object()}
        if kind == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if kind == "exit":
            os._exit(3)
        raise ValueError(f"an oven on fire\n{kind}")


class Keeping(Operation):
    """Shows what stays between requests."""

    id: ClassVar[str] = "keeping"
    title: ClassVar[str] = "Keeping"
    summary: ClassVar[str] = "Keeps."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        made: list[str] = []
        value = reply.kept.hold("slot", params["key"], lambda: made.append(params["key"]) or params["key"].upper())
        return {"value": value, "made": made}


class Process(Operation):
    """Tells about the process it runs in."""

    id: ClassVar[str] = "process"
    title: ClassVar[str] = "Looking"
    summary: ClassVar[str] = "Looks at itself."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        return {"pid": os.getpid(), "torch": "torch" in sys.modules, "threads": os.environ.get("OMP_NUM_THREADS")}
