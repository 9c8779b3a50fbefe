"""The lines that window and workbench exchange, as types; it knows neither pipes nor what the operations do.

Asked: ``{"id": 1, "op": "inspect", "params": {...}}`` or ``{"cancel": 1}``. Answered: any number of
``{"id": 1, "stream": {...}}``, then one ``{"id": 1, "result": {...}}`` or ``{"id": 1, "error": {...}}``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from desktop.engine.errors import RequestError, UserError


@dataclass(frozen=True)
class Request:
    """One thing asked for."""

    id: int
    op: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Cancel:
    """The wish that request ``id`` end."""

    id: int


@dataclass(frozen=True)
class Streamed:
    """One piece of the answer to request ``id``."""

    id: int
    piece: dict[str, Any]


@dataclass(frozen=True)
class Succeeded:
    """The whole answer to request ``id``."""

    id: int
    result: dict[str, Any]


@dataclass(frozen=True)
class Failed:
    """Why request ``id`` has no answer; ``None`` where the line could not even be read."""

    id: int | None
    error: UserError


Answer = Streamed | Succeeded | Failed


def write_line(message: Request | Cancel | Answer) -> bytes:
    """Return ``message`` as one line; characters outside ASCII are escaped, so half a surrogate cannot break it."""
    values: dict[str, Any]
    match message:
        case Request(id, op, params):
            values = {"id": id, "op": op, "params": params}
        case Cancel(id):
            values = {"cancel": id}
        case Streamed(id, piece):
            values = {"id": id, "stream": piece}
        case Succeeded(id, result):
            values = {"id": id, "result": result}
        case Failed(failed, error):
            values = {"id": failed, "error": error.as_dict()}
    return json.dumps(values, separators=(",", ":")).encode("ascii") + b"\n"


def read_request(line: bytes) -> Request | Cancel:
    """Read one asked line; raise :class:`RequestError` where it is none."""
    values = _mapping(line)
    if isinstance(values.get("cancel"), int):
        return Cancel(values["cancel"])
    id, op, params = values.get("id"), values.get("op"), values.get("params", {})
    if isinstance(id, int) and isinstance(op, str) and isinstance(params, dict):
        return Request(id, op, params)
    raise RequestError("bad_line", "A request to the workbench needs an id, an op and params; this line has not.")


def read_answer(line: bytes) -> Answer:
    """Read one answered line; raise :class:`RequestError` where it is none."""
    values = _mapping(line)
    id = values.get("id")
    if isinstance(values.get("error"), dict):
        error = values["error"]
        texts = [str(error.get(key, "")) for key in ("code", "message", "hint")]
        return Failed(id if isinstance(id, int) else None, UserError(*texts))
    if isinstance(id, int) and isinstance(values.get("stream"), dict):
        return Streamed(id, values["stream"])
    if isinstance(id, int) and isinstance(values.get("result"), dict):
        return Succeeded(id, values["result"])
    raise RequestError("bad_line", "An answer of the workbench was not understood.")


def _mapping(line: bytes) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RequestError("bad_line", "A line between window and workbench is not JSON.") from error
    if not isinstance(values, dict):
        raise RequestError("bad_line", "A line between window and workbench is not a JSON object.")
    return values
