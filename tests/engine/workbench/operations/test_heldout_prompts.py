"""The questions a run never saw, found again from its job alone."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from desktop import paths
from desktop.engine.data.dataset import open_source
from desktop.engine.data.mixing.split import split
from desktop.engine.data.prompts import prompts_of
from desktop.engine.errors import RequestError
from desktop.engine.job import DataSource, JobSpec
from desktop.engine.run_folder import RunFolder
from desktop.engine.workbench.base import Kept, Reply
from desktop.engine.workbench.operations.heldout_prompts import HeldoutPrompts


def _ask(**params: Any) -> dict[str, Any]:
    return HeldoutPrompts().run(params, Reply(lambda _: None, threading.Event(), Kept()))


def test_only_held_out_questions(alpaca_file: Path) -> None:
    job = JobSpec.from_mapping(
        {"name": "loaf", "data": [{"path": str(alpaca_file)}], "training": {"validation_share": 0.2, "seed": 11}}
    )
    run = RunFolder.create(paths.runs(), job)
    found = _ask(run=run.name)
    rows = open_source(DataSource(path=str(alpaca_file))).rows
    train, held_out = split(rows, 0.2, 11)
    assert found == {"prompts": prompts_of(held_out), "total": 8}
    assert not set(found["prompts"]) & set(prompts_of(train))
    assert len(_ask(run=run.name, most=3)["prompts"]) == 3


def test_refusals(tmp_path: Path) -> None:
    for name in ("none", "../..", ""):
        with pytest.raises(RequestError, match="no run called"):
            _ask(run=name)
    chat = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "R"}]
    file = tmp_path / "turns.jsonl"
    file.write_text("".join(json.dumps({"messages": [*chat, *chat], "n": n}) + "\n" for n in range(3)), "utf-8")
    rows = [{"messages": [*chat, *chat]}, {"messages": [*chat, *chat, *chat]}]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    run = RunFolder.create(paths.runs(), JobSpec.from_mapping({"name": "turns", "data": [{"path": str(file)}]}))
    with pytest.raises(RequestError, match="ask nothing on their own"):
        _ask(run=run.name)


def test_prompts_of_every_kind_of_row() -> None:
    system, user = {"role": "system", "content": "S"}, {"role": "user", "content": "Q"}
    rows: list[dict[str, Any]] = [
        {"messages": [system, user, {"role": "assistant", "content": "R"}]},
        {"prompt": [user], "chosen": [], "rejected": []},
        {"source": "English", "target": "German"},
        {"text": "only text"},
    ]
    assert prompts_of(rows) == ["Q", "English"]
