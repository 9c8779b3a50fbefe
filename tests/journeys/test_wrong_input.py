"""Wrong input from the command line: one clear sentence with what to do, the right exit code, nothing lost."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop import paths
from desktop.engine.events import Failed
from desktop.engine.run_folder import RunFolder
from tests.support.command_line import Said, run_fettle


def _missing_file(tmp_path: Path, model: Path, data: Path) -> list[str]:
    return ["--model", str(model), "--data", str(tmp_path / "gone.jsonl")]


def _empty_file(tmp_path: Path, model: Path, data: Path) -> list[str]:
    (tmp_path / "empty.jsonl").write_text("")
    return ["--model", str(model), "--data", str(tmp_path / "empty.jsonl")]


def _half_a_json(tmp_path: Path, model: Path, data: Path) -> list[str]:
    text = data.read_text(encoding="utf-8")
    (tmp_path / "half.json").write_text(text[: len(text) // 2])
    return ["--model", str(model), "--data", str(tmp_path / "half.json")]


def _no_model(tmp_path: Path, model: Path, data: Path) -> list[str]:
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "beach.txt").write_text("sand")
    return ["--model", str(tmp_path / "holiday"), "--data", str(data)]


def _no_weights(tmp_path: Path, model: Path, data: Path) -> list[str]:
    shutil.copytree(model, tmp_path / "bare")
    (tmp_path / "bare" / "model.safetensors").unlink()
    return ["--model", str(tmp_path / "bare"), "--data", str(data)]


def _pickled_weights(tmp_path: Path, model: Path, data: Path) -> list[str]:
    shutil.copytree(model, tmp_path / "old")
    (tmp_path / "old" / "model.safetensors").rename(tmp_path / "old" / "pytorch_model.bin")
    return ["--model", str(tmp_path / "old"), "--data", str(data)]


def _wrong_rows(tmp_path: Path, model: Path, data: Path) -> list[str]:
    (tmp_path / "numbers.csv").write_text("a,b\n1,2\n3,4\n")
    return ["--model", str(model), "--data", str(tmp_path / "numbers.csv")]


def _no_data(tmp_path: Path, model: Path, data: Path) -> list[str]:
    return ["--model", str(model)]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (_missing_file, "gone.jsonl"),
        (_empty_file, "empty.jsonl"),
        (_half_a_json, "half.json"),
        (_no_model, "holiday"),
        (_no_weights, "bare"),
        (_pickled_weights, "safetensors"),
        (_wrong_rows, "numbers.csv"),
        (_no_data, "data"),
    ],
)
def test_a_wrong_request_is_one_sentence_and_code_2(
    tmp_path: Path,
    tiny_model: Path,
    alpaca_file: Path,
    words: Callable[[Path, Path, Path], list[str]],
    named: str,
) -> None:
    said = run_fettle("train", *words(tmp_path, tiny_model, alpaca_file))
    _is_told(said, 2)
    assert named in said.err


@pytest.mark.parametrize("content", ["", '{"instruction": "half', "\x00\x01\x02"])
def test_inspect_refuses_what_holds_no_rows(tmp_path: Path, content: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(content)
    said = run_fettle("inspect", str(file), "--json")
    assert said.code == 2
    assert set(said.answer["error"]) == {"code", "message", "hint"}
    assert "rows.jsonl" in said.answer["error"]["message"]


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files, which is POSIX")
def test_a_full_disk_while_saving_is_told_and_tears_nothing(
    tmp_path: Path, tiny_model: Path, alpaca_file: Path
) -> None:
    import resource
    import signal

    def nearly_full() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))  # events and log fit, the result does not

    said = run_fettle(
        "train", "--model", str(tiny_model), "--data", str(alpaca_file), "--name", "full",
        "--set", "training.max_steps=4", "--json", before=nearly_full,
    )  # fmt: skip
    assert said.code == 1, said.out + said.err
    assert "Traceback" not in said.err
    error = said.answer["error"]
    assert "disk" in (error["message"] + error["hint"]).lower() or "space" in (error["message"] + error["hint"]).lower()

    run = RunFolder(paths.runs() / said.answer["run"])
    assert run.job().name == "full"
    assert isinstance(run.events()[-1], Failed)
    assert not run.model.exists(), "half a model was left"
    for checkpoint in run.checkpoints.glob("*"):
        assert (checkpoint / "manifest.json").is_file(), f"{checkpoint.name} is half a checkpoint"
        json.loads((checkpoint / "manifest.json").read_text())


def _is_told(said: Said, code: int) -> None:
    assert said.code == code, said.out + said.err
    assert said.err.startswith("fettle: ")
    assert "Traceback" not in said.err + said.out
    lines = said.err.strip().splitlines()
    assert 1 <= len(lines) <= 2, said.err
    assert all(line.rstrip().endswith((".", "?", ":")) for line in lines), said.err
