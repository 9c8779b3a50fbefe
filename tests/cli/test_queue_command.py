"""``fettle queue``: adding, ordering, removing, holding and starting, for people and for programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop import paths
from desktop.engine.queue import Queue
from desktop.flow import queue as flow
from tests.support.command_line import Said
from tests.support.streams import a_run, finished, timed, training
from tests.support.training import write_rows

Fettle = Callable[..., Said]


@pytest.fixture
def job(tmp_path: Path) -> Path:
    rows = write_rows(tmp_path / "rows.jsonl")
    file = tmp_path / "job.yaml"
    file.write_text(f"name: loaf\ndata: [{{path: {rows.name}}}]\n", encoding="utf-8")
    return file


def order() -> list[str]:
    return [entry.name for entry in Queue().read().entries]


def test_jobs_wait_in_an_order_that_can_be_changed(fettle: Fettle, job: Path) -> None:
    assert "Nothing waits." in fettle("queue").out
    names = [fettle("queue", "add", str(job), "--name", name, "--json").answer["run"] for name in ("a", "b", "c")]
    assert order() == names
    assert (paths.runs() / names[0] / "job.yaml").is_file()
    assert fettle("queue", "move", names[2], "--up", "--json").answer == {"position": 2}
    assert fettle("queue", "move", f"run:{names[0]}", "--down", "--json").answer == {"position": 2}
    assert "number 1" in fettle("queue", "move", names[1], "--to", "1").out
    assert order() == [names[1], names[2], names[0]]
    assert fettle("queue", "remove", names[2]).code == 0
    assert (paths.runs() / names[2] / "job.yaml").is_file()
    answer = fettle("queue", "list", "--json").answer
    assert [(row["title"], row["position"], row["state"]) for row in answer["rows"]] == [
        ("b", 1, "next"), ("a", 2, "waiting"),
    ]  # fmt: skip
    text = fettle("queue", "list").out
    assert all(word in text for word in (names[1], "Next", "Waiting", "nobody works it off"))


def test_what_cannot_wait_is_refused(fettle: Fettle, job: Path) -> None:
    over = a_run(paths.runs(), finished(), "over")
    for words, sentence in (
        (("add",), "No job was given"),
        (("add", str(job), "--model", "no-such-model"), "no-such-model"),
        (("add", "--run", over.name), "has finished already"),
        (("add", "--run", "nobody"), "no run called"),
        (("move", over.name, "--up"), "not in the queue"),
        (("move", over.name), "required"),
        (("remove", over.name), "not in the queue"),
    ):
        said = fettle("queue", *words)
        assert (said.code, sentence in said.err) == (2, True), said
    assert order() == []
    assert [path.name for path in paths.runs().iterdir()] == [over.name]


def test_a_run_that_broke_off_waits_to_be_taken_up_again(fettle: Fettle) -> None:
    broken = a_run(paths.runs(), timed(training(42, 120)))
    assert fettle("queue", "add", "--run", broken.name, "--json").answer == {"run": broken.name, "position": 1}
    assert Queue().read().entries[0].sessions == 1


def test_it_is_started_and_held(fettle: Fettle, job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Nothing waits" in fettle("queue", "run").out
    fettle("queue", "add", str(job))
    assert "fettle queue run" in fettle("queue", "hold").out
    assert fettle("queue", "--json").answer["held"] is True
    lock = Queue().driver_lock()
    monkeypatch.setattr(flow, "launch_queue", lambda: lock.acquire(timeout=1))
    try:
        assert fettle("queue", "run", "--json").answer == {"started": True}
        answer = fettle("queue", "--json").answer
        assert (answer["held"], answer["driven"]) == (False, True)
    finally:
        lock.release()


def test_a_driver_that_does_not_come_up_is_told(fettle: Fettle, job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fettle("queue", "add", str(job))
    monkeypatch.setattr(flow, "launch_queue", lambda: None)
    monkeypatch.setattr(flow, "_DRIVER_STARTS", 0.2)
    said = fettle("queue", "run")
    assert said.code == 1
    assert "queue.log" in said.err
