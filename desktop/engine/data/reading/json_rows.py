"""The rows of one JSON text: a list, a list under a name, a list a column, objects in a row; it knows no shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from desktop.engine.data.reading.encoding import encoding_of
from desktop.engine.data.reading.json_lines import record_of
from desktop.engine.data.reading.json_stream import JsonStream, TooLongError
from desktop.engine.data.reading.lines import holds_escapes, shown, text_of
from desktop.engine.data.reading.strict_json import BrokenJSON
from desktop.engine.data.rows import BadRow, Record
from desktop.engine.errors import RequestError

_CONVERSATION = frozenset({"messages", "conversations", "conversation"})


def rows_in(path: Path, encoding: str) -> Iterator[Record | BadRow]:
    """Yield every row in order; raise :class:`RequestError` with line and column where the text is broken."""
    stream = _stream(path, encoding)
    try:
        mark = stream.peek()
        if mark == "":
            raise RequestError("empty_file", f"{path.name} holds nothing but white space.", "Choose another file.")
        if mark == "[":
            yield from _elements(stream)
            _check_rest(stream)
        elif mark == "{":
            yield from _under_a_name(path, encoding, stream)
        else:
            stream.value()
            raise RequestError(
                "no_rows",
                f"{path.name} is JSON, but not a list of rows.",
                "Write it as [{...}, {...}], one object a row.",
            )
    except BrokenJSON as error:
        raise _refusal(path, stream, error) from error


def _stream(path: Path, encoding: str) -> JsonStream:
    return JsonStream(text_of(path, encoding_of(path, encoding)))


def _elements(stream: JsonStream) -> Iterator[Record | BadRow]:
    for row in _places(stream):
        yield _row(stream, row)


def _places(stream: JsonStream) -> Iterator[int]:
    """Yield the number of each element of a list, the stream standing before it; the caller goes past it."""
    stream.skip()
    if stream.peek() == "]":
        stream.skip()
        return
    row = 0
    while True:
        row += 1
        yield row
        mark = stream.peek()
        if mark not in ("]", ","):
            raise stream.fault("a comma is missing between two rows")
        stream.skip()
        if mark == "]":
            return


def _row(stream: JsonStream, row: int) -> Record | BadRow:
    stream.peek()
    line = stream.line
    try:
        value, raw = stream.value()
    except BrokenJSON as error:
        if error.end is None:
            raise
        return BadRow(row, line, f"broken JSON: {error.reason}", check="broken", raw=shown(stream.raw))
    if holds_escapes(raw):
        return BadRow(
            row, line, "it holds bytes that are not text in the file's encoding", check="encoding", raw=shown(raw)
        )
    return record_of(row, line, value, raw, "row")


def _check_rest(stream: JsonStream) -> None:
    if stream.peek():
        raise stream.fault("something follows the closing bracket")


@dataclass
class _Member:
    """What one name of the outermost object holds.

    Attributes:
        count: values of the list that it is, 0 for anything else.
        of_objects: whether the first of them is an object.
    """

    count: int = 0
    of_objects: bool = False


def _under_a_name(path: Path, encoding: str, stream: JsonStream) -> Iterator[Record | BadRow]:
    """Yield the rows of an object: a list of them under some name, a list a column, or the object itself.

    The object is walked through once to see what it holds, and once more for its rows, so that a long list under a
    name is never in memory as a whole.
    """
    members: dict[str, _Member] = {}
    for name in _names(stream):
        if name in members:
            raise stream.fault(f"the name `{name[:80]}` stands twice in it")
        members[name] = _survey(stream)
    again = _stream(path, encoding)
    again.peek()
    if stream.peek() == "{":
        yield from _concatenated(again)
        return
    _check_rest(stream)
    lists = {name: member for name, member in members.items() if member.count}
    rows = [name for name, member in lists.items() if member.of_objects]
    if len(rows) == 1 and not _CONVERSATION & members.keys():
        for name in _names(again):
            if name == rows[0]:
                yield from _elements(again)
                return
            _survey(again)
    same = len({member.count for member in lists.values()}) == 1
    if not rows and same and len(lists) == len(members) and not _CONVERSATION & members.keys():
        yield from _columns(_row(again, 1))
    else:
        yield _row(again, 1)


def _columns(found: Record | BadRow) -> Iterator[Record | BadRow]:
    if isinstance(found, BadRow):
        yield found
        return
    for row, cells in enumerate(zip(*found.values.values(), strict=True), start=1):
        yield Record(row, 0, dict(zip(found.values, cells, strict=True)))


def _concatenated(stream: JsonStream) -> Iterator[Record | BadRow]:
    row = 0
    while stream.peek():
        row += 1
        yield _row(stream, row)


def _names(stream: JsonStream) -> Iterator[str]:
    """Yield each name of an object, the stream standing before its value; the caller goes past that."""
    stream.skip()
    if stream.peek() == "}":
        stream.skip()
        return
    while True:
        if stream.peek() != '"':
            raise stream.fault("a name in double quotes is missing")
        name: str = stream.value()[0]
        if stream.peek() != ":":
            raise stream.fault("a colon is missing after a name")
        stream.skip()
        stream.peek()
        yield name
        mark = stream.peek()
        if mark not in ("}", ","):
            raise stream.fault("a comma is missing between two values")
        stream.skip()
        if mark == "}":
            return


def _survey(stream: JsonStream) -> _Member:
    member = _Member()
    if stream.peek() != "[":
        _row(stream, 1)
        return member
    for member.count in _places(stream):
        if member.count == 1:
            member.of_objects = stream.peek() == "{"
        _row(stream, 1)
    return member


def _refusal(path: Path, stream: JsonStream, error: BrokenJSON) -> RequestError:
    if isinstance(error, TooLongError):
        return RequestError(
            "row_too_long",
            f"{path.name} holds a row, or a list of columns, of more than 64 million characters: too much to hold.",
            "Save the rows one a line as .jsonl, and cut long texts into several rows.",
        )
    line, column = stream.place_of(error)
    if holds_escapes(stream.character_of(error)):
        return RequestError(
            "not_text",
            f"{path.name} holds bytes on line {line} that are not text in its encoding.",
            "Open it in the program that wrote it and save it with the encoding UTF-8, or say its encoding.",
        )
    if error.at_end:
        return RequestError(
            "half_json",
            f"{path.name} breaks off: it ends on line {line} in the middle of a row.",
            "It was probably not saved or copied to its end; get the whole file and try again.",
        )
    return RequestError(
        "broken_json",
        f"{path.name} is not valid JSON: line {line}, column {column}: {error.reason}.",
        "Correct that line, or save the rows one a line as .jsonl, where a broken row costs only itself.",
    )
