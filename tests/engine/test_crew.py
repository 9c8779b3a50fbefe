"""Children share the parts of a task; whatever happens to one of them ends in a sentence and leaves none behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psutil
import pytest

from desktop.engine import crew
from desktop.engine.crew import run_parts
from desktop.engine.errors import RequestError, UserError


def _files(folder: Path, count: int) -> list[dict[str, Any]]:
    parts = []
    for number in range(count):
        path = folder / f"{number}.jsonl"
        path.write_text("\n".join(json.dumps({"text": f"{number}.{row}"}) for row in range(number + 1)), "utf-8")
        parts.append({"source": {"path": str(path)}, "preview": 1})
    return parts


def _children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "--workbench" in child.cmdline()]


def test_results_come_in_the_order_of_the_parts(tmp_path: Path) -> None:
    told: set[int] = set()
    parts = _files(tmp_path, 5)
    results = run_parts("inspect", parts, workers=2, told=lambda part, piece: told.add(part))
    assert [result["rows"] for result in results] == [1, 2, 3, 4, 5]
    assert told == set(range(5))
    assert _children() == []


def test_the_caller_works_too(tmp_path: Path) -> None:
    own: list[str] = []

    def mine(part: dict[str, Any], tell: Any) -> dict[str, Any]:
        own.append(part["source"]["path"])
        tell({"half": True})
        return {"rows": -1}

    results = run_parts("inspect", _files(tmp_path, 6), workers=2, own=mine)
    rows = [result["rows"] for result in results]
    assert rows.count(-1) == len(own) >= 1
    assert all(row in (-1, place + 1) for place, row in enumerate(rows))


def test_what_a_part_fails_with_is_raised(tmp_path: Path) -> None:
    parts = [*_files(tmp_path, 2), {"source": {"path": str(tmp_path / "none.jsonl")}}]
    with pytest.raises(UserError, match="There is no file"):
        run_parts("inspect", parts, workers=2)
    assert _children() == []


def test_an_unknown_operation_is_refused() -> None:
    with pytest.raises(UserError, match="nothing_like_it"):
        run_parts("nothing_like_it", [{}], workers=1)


def test_a_child_that_is_killed_is_told_of(tmp_path: Path) -> None:
    def kill() -> None:
        for child in _children():
            child.kill()

    with pytest.raises(UserError, match="stopped before its part was done"):
        run_parts("inspect", _files(tmp_path, 3), workers=1, check=kill)
    assert _children() == []


def test_a_stop_ends_all(tmp_path: Path) -> None:
    class _StopError(Exception):
        pass

    def stop() -> None:
        raise _StopError

    with pytest.raises(_StopError):
        run_parts("inspect", _files(tmp_path, 3), workers=2, check=stop)
    assert _children() == []


def test_a_child_that_cannot_start_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "program", lambda: ["/nowhere/at/all"])
    with pytest.raises(UserError, match="could not be started"):
        run_parts("inspect", [{}], workers=1)


def test_nothing_to_do_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "program", lambda: pytest.fail("a child was started"))
    assert run_parts("inspect", [], workers=2) == []


def test_a_wrong_answer_is_no_crash(tmp_path: Path) -> None:
    with pytest.raises((UserError, RequestError)):
        run_parts("inspect", [{"source": 5}], workers=1)
