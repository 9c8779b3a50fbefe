"""``fettle data``: imported sets, the hub's cache and fetching, for people and for programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.cli.progress import RunProgress
from desktop.engine.data.dataset import open_source
from desktop.engine.events import Evaluated
from desktop.engine.job import DataSource
from desktop.flow.run_outline import Outline
from tests.support.command_line import Said
from tests.support.hub import cache_set, small_hub

Fettle = Callable[..., Said]
ROWS = '{"instruction": "Why?", "output": "Time."}\n{"instruction": "How?", "output": "Slowly."}\n'


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def test_imported_sets_are_listed(fettle: Fettle, alpaca_file: Path) -> None:
    assert "No data set was imported yet" in fettle("data").out
    assert fettle("data", "list", "--json").answer == []
    open_source(DataSource(path=str(alpaca_file)))
    [found] = fettle("data", "--json").answer
    assert (found["rows"], found["path"], found["exists"]) == (40, str(alpaca_file), True)
    assert str(alpaca_file) in fettle("data", "list").out


def test_the_hubs_cache_is_listed_with_what_cannot_be_used(fettle: Fettle, cache: Path) -> None:
    assert "no data set in the hub's cache" in fettle("data", "hub").out
    cache_set(cache, "org/loaves", {"train.jsonl": ROWS, "test.jsonl": ROWS * 2})
    cache_set(cache, "org/script", {"script.py": "import os"})
    loaves, script = fettle("data", "hub", "--json").answer
    assert (loaves["path"], loaves["files"], loaves["splits"]) == ("hub:org/loaves", 2, ["train", "test"])
    assert "never run" in script["problem"]
    said = fettle("data", "hub").out
    assert "train, test" in said
    assert "never run" in said


def test_fetching(fettle: Fettle, monkeypatch: pytest.MonkeyPatch) -> None:
    with small_hub({"train.jsonl": ROWS, "README.md": "x"}) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        said = fettle("data", "fetch", "org/loaves")
    assert said.code == 0
    assert "org/loaves is in the cache: 1 data file," in said.out
    assert "hub:org/loaves" in said.out
    again = fettle("data", "fetch", "org/loaves", "--json")  # nobody answers there any more
    assert (again.code, again.answer["error"]["code"]) == (1, "no_network")


@pytest.mark.parametrize(
    ("words", "told"),
    [(["fetch"], "No data set is named"), (["fetch", "../x"], "names no data set"), (["eat"], "invalid choice")],
)
def test_wrong_requests(fettle: Fettle, words: list[str], told: str) -> None:
    said = fettle("data", *words)
    assert said.code == 2
    assert told in said.err


def test_held_out_losses_are_said_task_by_task() -> None:
    said: list[str] = []
    progress = RunProgress(said.append, None)
    plain = Evaluated(step=3, loss=1.5, metrics={"loss": 1.5, "tokens": 9.0})
    tasks = Evaluated(step=3, loss=1.5, metrics={"loss": 1.5, "loss/bread": 1.0, "loss/cake": 2.0})
    progress(Outline(), [plain, tasks])
    assert said == [
        "Held-out loss 1.500 at step 3.",
        "Held-out loss 1.500 at step 3 (bread 1.000, cake 2.000).",
    ]


def test_a_run_tells_the_figure_its_objective_is_judged_by() -> None:
    said: list[str] = []
    progress = RunProgress(said.append, None, "dpo")
    progress(Outline(), [Evaluated(step=3, loss=1.5, metrics={"loss": 1.5, "pair_accuracy": 0.75})])
    assert said == ["Pair accuracy 75 % at step 3."]
