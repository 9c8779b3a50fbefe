"""Fetching a data set: what arrives, what is never asked for, and every way it can end, each in a sentence.

The hub is a small server on this machine, and the child that may use the network is the real one.
"""

from __future__ import annotations

import errno
import json
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from desktop.engine.data.dataset import open_source
from desktop.engine.data.hub.fetch import Fetching, download, fetch, told_plainly
from desktop.engine.errors import RequestError, UserError
from desktop.engine.job import DataSource
from desktop.engine.launch import environment
from desktop.engine.workbench.base import Cancelled, Kept, Reply
from desktop.engine.workbench.operations.hub import HubFetch, HubSets
from tests.support.hub import small_hub

ROWS = "".join(json.dumps({"instruction": f"Loaf {n}?", "output": "Flour."}) + "\n" for n in range(5))
FILES = {"data/train.jsonl": ROWS, "data/test.jsonl": ROWS[:50], "README.md": "# Loaves", "loaves.py": "import os"}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


class FakeHub:
    """Says what it was told to say.

    Attributes:
        taken: the files it was asked for.
    """

    def __init__(self, files: dict[str, int], error: Exception | None = None) -> None:
        self._files = files
        self._error = error
        self.taken: list[str] = []

    def files(self, name: str, revision: str) -> list[tuple[str, int]]:
        return list(self._files.items())

    def take(self, name: str, revision: str, files: Sequence[str]) -> None:
        if self._error is not None:
            raise self._error
        self.taken += files


def test_rows_arrive_and_scripts_do_not(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[dict[str, object]] = []
    with small_hub(FILES) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        found = HubFetch().run({"name": "org/loaves"}, Reply(said.append, threading.Event(), Kept()))
    assert (found["name"], found["files"], found["splits"]) == ("org/loaves", 2, ["train", "test"])
    assert said[-1] == {"what": "bytes fetched", "done": len(ROWS) + 50, "total": len(ROWS) + 50}
    names = {path.name for path in cache.rglob("snapshots/**/*") if path.is_file()}
    assert names == {"train.jsonl", "test.jsonl"}
    assert len(open_source(DataSource(path="hub:org/loaves")).rows) == 5
    [listed] = HubSets().run({}, Reply(said.append, threading.Event(), Kept()))["sets"]
    assert listed == found


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (401, "RepoNotFound", "There is no data set org/loaves on the hub, or it is private"),
        (403, "GatedRepo", "org/loaves is given only to those who accepted its terms"),
        (503, "", "error 503"),
    ],
)
def test_a_hub_that_refuses(cache: Path, monkeypatch: pytest.MonkeyPatch, status: int, code: str, words: str) -> None:
    with small_hub(FILES, status=status, code=code) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(UserError, match=words) as caught:
            fetch("hub:org/loaves")
    assert caught.value.hint


def test_no_network(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with small_hub(FILES) as address:
        pass
    monkeypatch.setenv("HF_ENDPOINT", address)  # nobody answers there any more
    with pytest.raises(UserError, match="the hub cannot be reached") as caught:
        fetch("org/loaves")
    assert caught.value.code == "no_network"


def test_a_fetch_can_be_stopped(cache: Path) -> None:
    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        fetch("org/loaves", check=stop)


def test_only_data_is_asked_for(cache: Path) -> None:
    hub = FakeHub({"a.parquet": 10, "b.jsonl": 5, "loader.py": 3, "README.md": 1, "picture.png": 900})
    said: list[Fetching] = []
    download("org/loaves", said.append, hub)
    assert hub.taken == ["a.parquet", "b.jsonl"]
    assert said[-1] == Fetching(15, 15)


def test_a_set_that_is_a_script_is_not_fetched(cache: Path) -> None:
    hub = FakeHub({"loaves.py": 3, "README.md": 1})
    with pytest.raises(RequestError, match=r"a script \(loaves.py\)") as caught:
        download("org/loaves", lambda _: None, hub)
    assert "refs/convert/parquet" in caught.value.hint
    assert hub.taken == []
    with pytest.raises(RequestError, match="no file in a format that can be read"):
        download("org/loaves", lambda _: None, FakeHub({"picture.png": 9}))


def test_a_full_disk_is_told_before_and_during(cache: Path) -> None:
    with pytest.raises(UserError, match=r"org/loaves has .* MB, and only .* MB of the disk are free") as caught:
        download("org/loaves", lambda _: None, FakeHub({"a.parquet": 2**60}))
    assert caught.value.code == "disk_full"
    for error in (OSError(errno.ENOSPC, "no space"), _caused_by(OSError(errno.ENOSPC, "no space"))):
        with pytest.raises(UserError, match="The disk became full"):
            download("org/loaves", lambda _: None, FakeHub({"a.parquet": 1}, error))
    with pytest.raises(UserError, match="could not be stored"):
        download("org/loaves", lambda _: None, FakeHub({"a.parquet": 1}, PermissionError(errno.EACCES, "denied")))


def test_what_nobody_foresaw_is_not_dressed_up() -> None:
    with pytest.raises(ZeroDivisionError):
        told_plainly("org/loaves", ZeroDivisionError())


def test_names_are_looked_at_before_anything_starts(cache: Path) -> None:
    with pytest.raises(RequestError, match="names no data set"):
        fetch("../../etc")


def test_only_a_child_that_fetches_is_let_onto_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert environment(1)["HF_HUB_OFFLINE"] == "1"
    free = environment(1, online=True)
    assert not [name for name in free if name.endswith("_OFFLINE")]
    assert free["HF_HUB_DISABLE_TELEMETRY"] == "1"


def _caused_by(cause: Exception) -> Exception:
    error = RuntimeError("writing failed")
    error.__cause__ = cause
    return error
