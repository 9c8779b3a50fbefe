"""The sweep as the window asks for it: pieces as they come, plain data at the end, refusals in words."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.errors import RequestError
from desktop.engine.workbench.base import OPERATIONS, Cancelled, Kept, Reply
from tests.support.training import new_run


def asked(job: dict[str, Any], cancel: threading.Event | None = None) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    pieces: list[dict[str, Any]] = []
    reply = Reply(pieces.append, cancel or threading.Event(), Kept())
    return pieces, OPERATIONS.get("learning_rate").run({"job": job, "steps": 12}, reply)


def test_each_step_is_streamed_and_the_result_is_plain_data(tmp_path: Path, tiny_model: Path) -> None:
    pieces, result = asked(new_run(tmp_path, tiny_model).job().to_mapping())
    steps = [piece for piece in pieces if "rate" in piece]
    assert [piece["step"] for piece in steps] == list(range(1, len(steps) + 1))
    assert {"what", "done", "total"} <= next(piece for piece in pieces if "rate" not in piece).keys()
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert [point["rate"] for point in result["points"]] == [piece["rate"] for piece in steps]
    assert result["sentence"]


def test_a_job_that_cannot_run_is_refused_in_its_own_words(tmp_path: Path, tiny_model: Path) -> None:
    job = new_run(tmp_path, tiny_model).job().to_mapping()
    with pytest.raises(RequestError, match="quantis"):
        asked({**job, "method": "full", "quantization": "nf4"})


def test_a_cancelled_sweep_says_so(tmp_path: Path, tiny_model: Path) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        asked(new_run(tmp_path, tiny_model).job().to_mapping(), cancel)
