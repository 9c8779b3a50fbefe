"""A job's words for a model lead to its folder, wherever it lies; what leads nowhere is told with close matches."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from desktop import paths
from desktop.engine.errors import RequestError
from desktop.engine.models.library import available, resolve
from tests.support.tuned import adapter_run, full_run


@pytest.fixture
def bundled(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Resources that hold one bundled model called ``starter``."""
    shutil.copytree(tiny_model, tmp_path / "resources" / "models" / "starter")
    monkeypatch.setattr(paths, "resources", lambda: tmp_path / "resources")
    return tmp_path / "resources" / "models" / "starter"


def cached(root: Path, model: Path) -> Path:
    home = root / "models--someone--tiny"
    snapshot = home / "snapshots" / "abc123"
    shutil.copytree(model, snapshot)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text("abc123\n")
    return snapshot


def test_a_bundled_name(bundled: Path) -> None:
    found = resolve("starter")
    assert (found.folder, found.source, found.adapter) == (bundled, "bundled", None)


def test_a_folder(tiny_model: Path) -> None:
    found = resolve(str(tiny_model))
    assert (found.folder, found.source) == (tiny_model, "folder")


def test_a_name_in_the_users_models_folder(tiny_model: Path) -> None:
    shutil.copytree(tiny_model, paths.models() / "mine")
    assert resolve("mine").source == "local"


@pytest.mark.parametrize("variable", ["HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"])
def test_a_hub_id_in_the_cache(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    below = {"HF_HUB_CACHE": ".", "HF_HOME": "hub", "XDG_CACHE_HOME": "huggingface/hub"}[variable]
    for name in ("HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(tmp_path / "cache"))
    snapshot = cached(tmp_path / "cache" / below, tiny_model)
    found = resolve("someone/tiny")
    assert (found.folder, found.source) == (snapshot, "cache")
    assert "someone/tiny" in [ref.ref for ref in available()]


def test_an_adapter_run_leads_to_its_base(tiny_model: Path) -> None:
    ref = adapter_run(paths.runs(), tiny_model)
    found = resolve(ref)
    assert (found.folder, found.source) == (tiny_model, "run")
    assert found.adapter == paths.runs() / ref.removeprefix("run:") / "model"
    assert found.tokenizer_folder == found.adapter
    assert found.below == ()


def test_a_full_run_is_its_own_base(tiny_model: Path) -> None:
    ref = full_run(paths.runs(), tiny_model)
    found = resolve(ref)
    assert found.adapter is None
    assert found.folder == paths.runs() / ref.removeprefix("run:") / "model"


def test_an_adapter_over_an_adapter_keeps_both(tiny_model: Path) -> None:
    first = adapter_run(paths.runs(), tiny_model, "first")
    second = adapter_run(paths.runs(), tiny_model, "second")
    lineage = paths.runs() / "second" / "model" / "fettle.json"
    lineage.write_text(json.dumps({"base": first}))
    found = resolve(second)
    assert found.folder == tiny_model
    assert found.adapters == (paths.runs() / "first" / "model", paths.runs() / "second" / "model")


def test_a_lineage_that_goes_round_is_refused(tiny_model: Path) -> None:
    ref = adapter_run(paths.runs(), tiny_model, "first")
    (paths.runs() / "first" / "model" / "fettle.json").write_text(json.dumps({"base": ref}))
    with pytest.raises(RequestError, match="built on itself"):
        resolve(ref)


def test_a_base_that_is_gone_is_told(tiny_model: Path, tmp_path: Path) -> None:
    base = Path(shutil.copytree(tiny_model, tmp_path / "base"))
    ref = adapter_run(paths.runs(), base)
    config = paths.runs() / ref.removeprefix("run:") / "model" / "adapter_config.json"
    assert str(base) in config.read_text()
    shutil.rmtree(base)
    with pytest.raises(RequestError) as caught:
        resolve(ref)
    assert caught.value.code == "no_base"
    assert str(base) in caught.value.message


@pytest.mark.parametrize("name", ["../../etc", "..", "a/b", "", "\0"])
def test_a_run_name_cannot_leave_the_runs_folder(name: str) -> None:
    with pytest.raises(RequestError, match="not the name of a run"):
        resolve(f"run:{name}")


def test_a_misspelt_name_gets_close_matches(bundled: Path) -> None:
    with pytest.raises(RequestError) as caught:
        resolve("startr")
    assert "Did you mean starter?" in caught.value.hint


def test_a_hub_id_that_is_not_here_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(RequestError) as caught:
        resolve("someone/else")
    assert "offline" in caught.value.message
    assert "hf download someone/else" in caught.value.hint


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError) as caught:
        resolve(str(tmp_path))
    assert caught.value.code == "not_a_model"


def test_everything_at_hand_is_listed_and_the_broken_left_out(bundled: Path, tiny_model: Path) -> None:
    shutil.copytree(tiny_model, paths.models() / "mine")
    ref = adapter_run(paths.runs(), tiny_model)
    (paths.runs() / "unfinished").mkdir()
    gone = adapter_run(paths.runs(), tiny_model, "gone")
    for name, values in (("fettle.json", {"base": "/nowhere"}), ("adapter_config.json", {})):
        (paths.runs() / gone.removeprefix("run:") / "model" / name).write_text(json.dumps(values))
    found = {model.ref: model.source for model in available()}
    assert found == {"starter": "bundled", "mine": "local", ref: "run"} | {
        name: source for name, source in found.items() if source == "cache"
    }
