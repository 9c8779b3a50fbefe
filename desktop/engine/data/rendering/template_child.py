"""The child that renders a stranger's chat template under limits and says how it went; it knows jinja2 only.

Limits of the system are set where it has them (POSIX); the parent watches time and memory on every system.
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any

from desktop.engine.data.rendering.template_sandbox import check_syntax, rendered_pieces, syntax_fault
from desktop.engine.errors import RequestError

READY = "ready"
_CURE = "Correct the template, or choose another."


def main() -> int:
    """Read one request from standard input and write one answer; the template may end this process at any moment."""
    asked = json.loads(sys.stdin.buffer.read())
    import jinja2.sandbox  # noqa: F401 - before the limits, and before the clock that starts at the next line

    _limit(asked["memory"], asked["seconds"])
    _say(READY)
    try:
        _say(json.dumps({"results": _results(asked), "fault": None}))
    except RequestError as fault:
        _say(json.dumps({"results": [], "fault": [fault.code, fault.message, fault.hint]}))
    return 0


def _results(asked: dict[str, Any]) -> list[dict[str, Any]]:
    check_syntax(asked["template"])
    return [_result(asked["template"], values, asked["longest"]) for values in asked["values"]]


def _result(template: str, values: dict[str, Any], longest: int) -> dict[str, Any]:
    """Return the text of one conversation, or why the template refuses it; raise where the template itself is bad."""
    from jinja2 import TemplateError, TemplateSyntaxError
    from jinja2.exceptions import SecurityError

    try:
        return {"text": _text(template, values, longest), "fault": None}
    except TemplateSyntaxError as error:
        raise syntax_fault(error) from error
    except SecurityError as error:
        raise RequestError(
            "template_unsafe", f"The chat template reaches for what no template may touch: {_words(error)}.", _CURE
        ) from error
    except RecursionError as error:
        raise RequestError("template_endless", "The chat template calls itself without end.", _CURE) from error
    except MemoryError as error:
        raise memory_fault() from error
    except OverflowError as error:
        raise RequestError(
            "template_endless", f"The chat template asks for far too much: {_words(error)}.", _CURE
        ) from error
    except RequestError:
        raise
    except TemplateError as error:
        return {"text": "", "fault": f"The chat template refuses this conversation: {_words(error)}."}
    except Exception as error:  # noqa: BLE001 - the child's top level: a template can raise whatever Python can
        return {"text": "", "fault": f"The chat template fails on this conversation: {_words(error)}."}


def _text(template: str, values: dict[str, Any], longest: int) -> str:
    pieces: list[str] = []
    room = longest
    for piece in rendered_pieces(template, values):
        room -= len(piece)
        if room < 0:
            raise RequestError(
                "template_output",
                f"The chat template writes more than {longest:,} characters for one conversation.",
                _CURE,
            )
        pieces.append(piece)
    return "".join(pieces)


def memory_fault() -> RequestError:
    """Return the sentence for a template that needs too much memory."""
    return RequestError("template_memory", "The chat template needs far more memory than a template may.", _CURE)


def _words(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300].rstrip(".")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _limit(memory: int, seconds: int) -> None:
    # Windows has no such limits for a process by itself; there the parent alone watches.
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # Were the parent killed, this still ends a loop. The clock began with the process: leave room for its start.
        resource.setrlimit(resource.RLIMIT_CPU, (seconds + 3, seconds + 3))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
