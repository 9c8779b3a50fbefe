"""Exports: an adapter as it is, or folded in so that it answers alike without its base; whole, or nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from desktop import paths
from desktop.engine.errors import RequestError, UserError
from desktop.engine.models.export import export
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_for_chat, load_tokenizer
from tests.support.tuned import adapter_run, full_run


def test_an_adapter_is_copied_as_it_is(tiny_model: Path, tmp_path: Path) -> None:
    ref = adapter_run(paths.runs(), tiny_model)
    made = export(ref, tmp_path / "deep" / "mine")
    model = paths.runs() / ref.removeprefix("run:") / "model"
    assert made.form == "adapter"
    assert {file.name for file in made.folder.iterdir()} == {file.name for file in model.iterdir()}
    assert resolve(str(made.folder)).folder == tiny_model


def test_a_merged_model_says_the_same_without_its_base(tiny_model: Path, tmp_path: Path) -> None:
    import torch

    ref = adapter_run(paths.runs(), tiny_model)
    made = export(ref, tmp_path / "whole", merge=True)
    assert made.form == "merged"
    assert not (made.folder / "adapter_config.json").exists()
    found = resolve(str(made.folder))
    assert found.adapter is None
    ids = torch.tensor([load_tokenizer(found)("A loaf needs flour")["input_ids"]])
    with torch.no_grad():
        before = load_for_chat(resolve(ref)).model(ids).logits
        after = load_for_chat(found).model(ids).logits
    assert torch.allclose(before, after, atol=1e-4)


def test_full_weights_are_copied(tiny_model: Path, tmp_path: Path) -> None:
    made = export(full_run(paths.runs(), tiny_model), tmp_path / "full", merge=True)
    assert made.form == "full"
    assert made.bytes == sum(file.stat().st_size for file in made.folder.iterdir())


def test_nothing_is_written_over(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine")
    with pytest.raises(RequestError, match="not empty"):
        export(str(tiny_model), tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["kept.txt"]


def test_a_full_disk_leaves_nothing(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = shutil.copytree

    def fails_late(source: Path, target: Path, **rest: Any) -> None:
        real(source, target, **rest)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", fails_late)
    with pytest.raises(UserError, match="No space left on device"):
        export(str(tiny_model), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["name", "run:name", "folder"])
def test_a_run_may_be_named_in_any_of_its_ways(tiny_model: Path, form: str) -> None:
    ref = adapter_run(paths.runs(), tiny_model)
    name = ref.removeprefix("run:")
    words = {"name": name, "run:name": ref, "folder": str(paths.runs() / name)}[form]
    assert resolve(words).adapter == paths.runs() / name / "model"
