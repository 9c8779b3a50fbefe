"""Data and waiting that several journeys share."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.engine.events import Event
from desktop.engine.run_folder import RunFolder

PAIRS = [(f"What do I need for loaf {number}?", f"Flour, water and salt, {number}.") for number in range(40)]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as a journey."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture
def messages_file(tmp_path: Path) -> Path:
    """Forty conversations, one JSON object a line."""
    file = tmp_path / "talks.jsonl"
    rows = [
        {"messages": [{"role": "user", "content": ask}, {"role": "assistant", "content": answer}]}
        for ask, answer in PAIRS
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    """Forty questions and answers as a table."""
    file = tmp_path / "table.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("question", "answer"), *PAIRS])
    return file


def wait_for_event(run: RunFolder, wanted: Callable[[Event], bool], seconds: float = 90) -> Event:
    """Return the first event of ``run`` that is ``wanted``, waiting for it to be written."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for event in run.events():
            if wanted(event):
                return event
        time.sleep(0.05)
    pytest.fail(f"{run.name} never came to that; it has {[event.kind for event in run.events()][-5:]}")
