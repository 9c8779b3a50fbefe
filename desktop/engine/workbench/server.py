"""The workbench child: short work asked over its own pipes, one killable process; it knows no operation in particular.

Ordinary operations run one after the other in the main thread, quick ones in a thread of their own, and a third
thread reads, so that a cancel is heard while work goes on. Nothing listens: when the window's end of the pipe
closes, for whatever reason, the child ends.
"""

from __future__ import annotations

import contextlib
import faulthandler
import locale
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from typing import BinaryIO

from pydantic import ValidationError

from desktop.engine.errors import RequestError, UserError
from desktop.engine.registry import Registry
from desktop.engine.workbench.base import OPERATIONS, Cancelled, Kept, Operation, Reply
from desktop.engine.workbench.protocol import (
    Answer,
    Cancel,
    Failed,
    Request,
    Streamed,
    Succeeded,
    read_request,
    write_line,
)

_Job = tuple[Request, Operation, threading.Event]


def main(operations: Registry[Operation] = OPERATIONS) -> int:
    """Serve until standard input ends; the one place of the child that touches the process itself."""
    # What libraries print must not fall between protocol lines: the real pipes move to private descriptors, and the
    # standard ones lead to the error output and to nothing.
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    requests = os.fdopen(os.dup(0), "rb")
    sys.stdout.flush()
    os.dup2(2, 1)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    # The window decides when the child ends; Ctrl+C in a terminal reaches both at once.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(5)  # where cores are few, the window must not wait for an answer being written
    faulthandler.enable()
    locale.setlocale(locale.LC_NUMERIC, "C")  # a decimal comma breaks some tokenizers
    operations.all()  # a broken operation file ends the child here, with its traceback in the log
    # A computation in torch cannot be asked to end, and a workbench has nothing to lose.
    Server(operations, requests, answers, at_end=lambda: os._exit(0)).serve()
    return 0


class Server:
    """Reads requests, runs them, writes answers.

    Attributes:
        kept: what stays between requests.
    """

    def __init__(
        self, operations: Registry[Operation], requests: BinaryIO, answers: BinaryIO, at_end: Callable[[], None]
    ) -> None:
        """Offer ``operations`` over two byte streams; the reading thread calls ``at_end`` when the requests end."""
        self.kept = Kept()
        self._operations = operations
        self._requests = requests
        self._answers = answers
        self._at_end = at_end
        self._writing = threading.Lock()
        self._wishes: dict[int, threading.Event] = {}
        self._ordinary: queue.Queue[_Job | None] = queue.Queue()
        self._quick: queue.Queue[_Job | None] = queue.Queue()

    def serve(self) -> None:
        """Work until the requests end."""
        threading.Thread(target=self._read, name="workbench-reader", daemon=True).start()
        threading.Thread(target=self._work, args=(self._quick,), name="workbench-quick", daemon=True).start()
        self._work(self._ordinary)

    def _read(self) -> None:
        for line in iter(self._requests.readline, b""):
            try:
                message = read_request(line)
            except RequestError as error:
                self._write(Failed(None, error))
                continue
            if isinstance(message, Cancel):
                if message.id in self._wishes:
                    self._wishes[message.id].set()
            else:
                self._enqueue(message)
        for wish in list(self._wishes.values()):
            wish.set()
        self._at_end()
        self._ordinary.put(None)
        self._quick.put(None)

    def _enqueue(self, request: Request) -> None:
        try:
            operation = self._operations.get(request.op)
        except RequestError as error:
            self._write(Failed(request.id, error))
            return
        wish = self._wishes[request.id] = threading.Event()
        (self._quick if operation.quick else self._ordinary).put((request, operation, wish))

    def _work(self, jobs: queue.Queue[_Job | None]) -> None:
        while (job := jobs.get()) is not None:
            request, operation, wish = job
            answer = self._answer(request, operation, wish)
            self._wishes.pop(request.id, None)
            self._write(answer)

    def _answer(self, request: Request, operation: Operation, wish: threading.Event) -> Answer:
        reply = Reply(lambda piece: self._write(Streamed(request.id, piece)), wish, self.kept)
        try:
            reply.check()
            result = Succeeded(request.id, operation.run(request.params, reply))
            write_line(result)  # what is not plain data shows here, where it can still become an error
            return result
        except Cancelled as error:
            return Failed(request.id, error)
        except UserError as error:
            return Failed(request.id, error)
        except ValidationError as error:
            return Failed(request.id, _wrong_params(operation, error))
        except MemoryError:
            return Failed(request.id, _no_memory(operation))
        except Exception as error:  # noqa: BLE001 - the child's top level: everything becomes an answer and a log
            traceback.print_exc(file=sys.stderr)
            return Failed(request.id, _unexpected(operation, error))

    def _write(self, answer: Answer) -> None:
        data = write_line(answer)
        # A reader that went away shows as the end of the requests too, and that is where the child ends.
        with self._writing, contextlib.suppress(BrokenPipeError):
            view = memoryview(data)
            while view:
                view = view[self._answers.write(view) or 0 :]


def _wrong_params(operation: Operation, error: ValidationError) -> RequestError:
    wrong = "; ".join(f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors())
    return RequestError("bad_params", f"{operation.title} was asked for in a way it does not understand: {wrong}.")


def _no_memory(operation: Operation) -> UserError:
    return UserError(
        "out_of_memory",
        f"{operation.title} needs more memory than this machine has free.",
        "Close other programs, or choose a smaller model or file, and try again.",
    )


def _unexpected(operation: Operation, error: Exception) -> UserError:
    if type(error).__name__ == "OutOfMemoryError":  # torch's own; torch itself is not imported for this
        return _no_memory(operation)
    what = f"{type(error).__name__}: {error}".strip(": ").splitlines()[0][:300]
    return UserError(
        "unexpected",
        f"{operation.title} failed in a way Fettle did not foresee ({what}).",
        "Try again; if it happens twice, the log has the details.",
    )
