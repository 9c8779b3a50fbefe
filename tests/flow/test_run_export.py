"""Copies that are whole or not there at all, and bundles without secrets."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import zipfile
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.errors import RequestError, UserError
from desktop.engine.run_folder import RunFolder
from desktop.flow.diagnostics import last_lines, save_diagnostics, without_secrets
from desktop.flow.run_export import export_model, export_run
from desktop.flow.runs import Shelf
from tests.support.streams import a_run, finished

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    made = a_run(tmp_path / "runs", finished(), "bakery")
    made.model.mkdir()
    for number in range(6):
        (made.model / f"part-{number}.safetensors").write_bytes(bytes([number]) * 50_000)
    (made.path / "engine.lock").write_text("")
    return made


@pytest.fixture
def away(tmp_path: Path) -> Path:
    folder = tmp_path / "naïve 空 🙂"
    folder.mkdir()
    return folder


def test_the_model_arrives_whole_under_a_free_name(run: RunFolder, away: Path) -> None:
    first, second = export_model(run, away), export_model(run, away)
    assert (first.name, second.name) == (run.name, f"{run.name}-2")
    for made in (first, second):
        assert {path.name: path.read_bytes() for path in made.iterdir()} == {
            path.name: path.read_bytes() for path in run.model.iterdir()
        }
    assert {path.name for path in away.iterdir()} == {first.name, second.name}


def test_an_exported_run_shows_the_same_elsewhere(run: RunFolder, away: Path) -> None:
    made = export_run(run, away)
    assert not (made / "engine.lock").exists()
    (here,), (there,) = Shelf(run.path.parent).look(), Shelf(away).look()
    assert (there.status, there.step, there.sparkline) == (here.status, here.step, here.sparkline)


@pytest.mark.parametrize("at", range(6))
def test_a_copy_that_fails_on_the_way_leaves_nothing(
    run: RunFolder, away: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    copies = 0
    copy = shutil.copy2

    def failing(*args: Any, **kwargs: Any) -> Any:
        nonlocal copies
        copies += 1
        if copies == at + 1:
            raise OSError(28, "No space left on device")
        return copy(*args, **kwargs)

    monkeypatch.setattr(shutil, "copytree", _with(shutil.copytree, failing))
    with pytest.raises(UserError, match="Nothing was left behind"):
        export_model(run, away)
    assert list(away.iterdir()) == []


def test_a_flush_that_fails_leaves_nothing(run: RunFolder, away: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(UserError, match="Input/output error"):
        export_model(run, away)
    assert list(away.iterdir()) == []


def test_too_little_room_is_told_before_anything_is_written(
    run: RunFolder, away: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10, 9, 1000))
    with pytest.raises(UserError, match=r"needs 300 kB, and only 1.0 kB are free"):
        export_model(run, away)


def test_impossible_places_are_refused(run: RunFolder, away: Path) -> None:
    with pytest.raises(RequestError, match="no folder"):
        export_model(run, away / "missing")
    with pytest.raises(RequestError, match="inside what is copied"):
        export_run(run, run.model)
    shutil.rmtree(run.model)
    with pytest.raises(RequestError, match="no model yet"):
        export_model(run, away)


SECRETS = (
    "hf_abcdefghijklmnopqrstuvwxyz",
    "sk-proj-abcdefghijklmnop1234",
    "ghp_0123456789abcdefghij",
    "Authorization: Bearer abc.def-123456789",
    'api_key="s3cr3t-value"',
    "HF_TOKEN=verysecretvalue",
    "password: hunter2222",
    "https://anna:geheim99@example.org/x",
    "anna.example@mail.example.org",
    "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSM",
)


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_are_left_out(secret: str) -> None:
    cleaned = without_secrets(f"before {secret} after")
    assert "[left out]" in cleaned
    assert cleaned.startswith("before ")
    for part in (
        "abcdefghijkl",
        "0123456789abc",
        "s3cr3t",
        "verysecret",
        "hunter",
        "geheim",
        "anna.ex",
        "SflKx",
        "def-1",
    ):
        assert part not in cleaned


def test_names_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/annabel"))
    monkeypatch.setattr(getpass, "getuser", lambda: "annabel")
    monkeypatch.setattr("platform.node", lambda: "annas-laptop")
    told = without_secrets("/home/annabel/data/rows.jsonl by annabel on annas-laptop, not annabella")
    assert told == "~/data/rows.jsonl by [user] on [this machine], not annabella"


def test_ordinary_words_stay() -> None:
    line = "step 42 loss 1.23 tokens/s 840 tokenizer=keep max_length=256"
    assert without_secrets(line) == line


def test_the_bundle_holds_what_helps_and_no_texts(run: RunFolder, away: Path) -> None:
    run.log_file.write_text("loading\rloading 50%\rloaded\nHF_TOKEN=verysecretvalue\nlast\n", encoding="utf-8")
    (run.path / "rows.jsonl").write_text("private", encoding="utf-8")
    made = save_diagnostics(run, away / "bundle.zip")
    with zipfile.ZipFile(made) as bundle:
        names = set(bundle.namelist())
        everything = "\n".join(bundle.read(name).decode() for name in names)
        events = [json.loads(line) for line in bundle.read("events.jsonl").decode().splitlines()]
        assert bundle.read("engine.log").decode() == "loaded\nHF_TOKEN=[left out]\nlast"
    assert {"README.txt", "machine.json", "job.yaml", "events.jsonl", "engine.log", "files.txt"} <= names
    assert "verysecretvalue" not in everything
    assert "refund" not in everything, "sampled prompts and answers may quote the training data"
    assert len([event for event in events if event["kind"] == "step"]) == 312
    assert "rows.jsonl" in everything
    assert "private" not in everything
    assert [path.name for path in away.iterdir()] == ["bundle.zip"]


def test_a_bundle_that_cannot_be_written_is_told(run: RunFolder, away: Path) -> None:
    with pytest.raises(UserError, match="could not be saved"):
        save_diagnostics(run, away / "missing" / "bundle.zip")


def test_the_end_of_a_huge_log_is_read_quickly(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    log.write_bytes(b"x" * 100 + b"\n" + b"line\n" * 2_000_000)
    assert last_lines(log, 3) == ["line", "line", "line"]
    assert last_lines(tmp_path / "none", 3) == []


def _with(copytree: Any, copy: Any) -> Any:
    return lambda *args, **kwargs: copytree(*args, **{**kwargs, "copy_function": copy})
