"""Tries a chat template in a child that can be killed, before it is let into this process; it knows no tokenizer.

A template can loop or take memory without end, and the sandbox of jinja2 stops neither.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import psutil

from desktop.engine.data.rendering.template_child import READY, memory_fault
from desktop.engine.errors import RequestError, UserError
from desktop.engine.launch import environment, program

SECONDS = 2
MEMORY = 512 * 2**20
LONGEST = 1_000_000
SWITCH = "--template"
_START_SECONDS = 30.0  # a busy machine takes its time to start a process; the template's own clock starts later
_LOOK_EVERY = 0.02
_CURE = "Correct the template, or choose another."

_QUESTION = {"role": "user", "content": "What is bread made of?"}
_ANSWER = {"role": "assistant", "content": "Flour, water, salt and time."}
_SYSTEM = {"role": "system", "content": "Be brief."}
_CALL = {"type": "function", "function": {"name": "weigh", "arguments": {"what": "flour"}}}
_TOOL = {
    "type": "function",
    "function": {
        "name": "weigh",
        "description": "Weighs something.",
        "parameters": {"type": "object", "properties": {"what": {"type": "string"}}, "required": ["what"]},
    },
}
_SAMPLES: tuple[dict[str, Any], ...] = (
    {"messages": [_QUESTION, _ANSWER]},
    {"messages": [_QUESTION], "add_generation_prompt": True},
    {"messages": [_SYSTEM, _QUESTION, _ANSWER] + [_QUESTION, _ANSWER] * 8},
    {
        "messages": [
            _QUESTION,
            {"role": "assistant", "content": "", "tool_calls": [_CALL]},
            {"role": "tool", "name": "weigh", "content": "500"},
            _ANSWER,
        ],
        "tools": [_TOOL],
    },
)


@dataclass(frozen=True)
class Tried:
    """What a template made of one conversation.

    Attributes:
        text: what it wrote; empty where it refused.
        fault: why it refused, a sentence; ``None`` where it did not.
    """

    text: str
    fault: str | None


def vet(template: str, marks: dict[str, Any]) -> None:
    """Raise :class:`RequestError` if ``template`` must not be rendered in this process; asked again, answer at once.

    ``marks`` are the special tokens the template can name. A template that refuses a conversation is no danger.
    """
    _vetted(template, tuple(sorted((name, str(value)) for name, value in marks.items())))


@lru_cache(maxsize=64)
def _vetted(template: str, marks: tuple[tuple[str, str], ...]) -> None:
    try_out(template, [{**dict(marks), **sample} for sample in _SAMPLES])


def try_out(template: str, conversations: Sequence[dict[str, Any]], seconds: float = SECONDS) -> list[Tried]:
    """Return what ``template`` makes of each of ``conversations`` (``messages``, ``tools`` and the special tokens).

    Raises:
        RequestError: it is no template, runs on without end, takes too much memory, writes too much, or reaches for
            what the sandbox forbids.
        UserError: no child could be started.
    """
    values = [{"tools": None, "documents": None, "add_generation_prompt": False, **one} for one in conversations]
    request = {"template": template, "values": values, "memory": MEMORY, "seconds": SECONDS, "longest": LONGEST}
    answer = _asked(json.dumps(request).encode(), seconds)
    if answer["fault"] is not None:
        raise RequestError(*answer["fault"])
    return [Tried(str(one["text"]), one["fault"]) for one in answer["results"]]


@dataclass
class _Heard:
    """What the child has written; filled by the thread that reads."""

    ready: threading.Event = field(default_factory=threading.Event)
    rest: bytes = b""


def _asked(request: bytes, seconds: float) -> dict[str, Any]:
    heard = _Heard()
    with _child() as process:
        reader = threading.Thread(target=_talk, args=(process, request, heard), daemon=True)
        reader.start()
        try:
            _watch(process, heard, seconds)
        finally:
            process.kill()
            reader.join()
        code = process.wait()
    try:
        answer: dict[str, Any] = json.loads(heard.rest)
    except ValueError:
        raise _ended(code) from None
    return answer


@contextlib.contextmanager
def _child() -> Iterator[subprocess.Popen[bytes]]:
    try:
        process = subprocess.Popen(
            [*program(), SWITCH],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(1),
        )
    except OSError as error:
        raise UserError(
            "cannot_start",
            f"The chat template could not be tried, because no process could be started: {error.strerror}.",
            "Close other programs and try again.",
        ) from error
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            with contextlib.suppress(OSError):
                pipe.close()


def _talk(process: subprocess.Popen[bytes], request: bytes, heard: _Heard) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(OSError):  # a child that is gone shows as the end of what it says
        process.stdin.write(request)
        process.stdin.close()
    if process.stdout.readline().strip() == READY.encode():
        heard.ready.set()
    heard.rest = process.stdout.read()


def _watch(process: subprocess.Popen[bytes], heard: _Heard, seconds: float) -> None:
    """Return when the child has ended; raise where it must be ended for taking too long or too much."""
    deadline = time.monotonic() + _START_SECONDS
    started = False
    while process.poll() is None:
        if heard.ready.is_set() and not started:
            started, deadline = True, time.monotonic() + seconds
        if time.monotonic() > deadline:
            raise _endless(seconds) if started else _ended(None)
        with contextlib.suppress(psutil.Error):
            if psutil.Process(process.pid).memory_info().rss > MEMORY:
                raise memory_fault()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_LOOK_EVERY)


def _endless(seconds: float) -> RequestError:
    return RequestError(
        "template_endless",
        f"The chat template was not done after {seconds:g} seconds: it runs without end, or does far too much.",
        _CURE,
    )


def _ended(code: int | None) -> UserError:
    how = "it did not start in time" if code is None else f"it ended with code {code}"
    return RequestError("template_crash", f"The chat template could not be tried out: {how}.", _CURE)
