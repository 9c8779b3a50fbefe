"""What cannot be folded into its base is refused in the method's own sentence, before a weight is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from desktop import paths
from desktop.engine import check
from desktop.engine.errors import RequestError
from desktop.engine.job import JobSpec
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import Setting
from desktop.engine.methods.lora import Lora
from desktop.engine.models import load
from desktop.engine.models.export import export
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_model
from desktop.engine.models.merge import merge_refusal
from tests.support.training import write_rows
from tests.support.tuned import adapter_run


class Scaling(Lora):
    """Cannot be folded in when it was learned over four bits."""

    id = "scaling"
    title = "Scaling"

    def merge_refusal(self, setting: Setting, options: Any) -> str | None:
        if setting.quantization not in ("nf4", "fp4"):
            return None
        return f"Scaling over {setting.model.kind if setting.model else '?'} in 4 bits stays beside it. Train anew."


class Soft(Lora):
    """Learns vectors beside the text."""

    id = "soft"
    title = "Soft prompt"
    mergeable = False
    is_prompt = True


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    METHODS.all()
    for made in (Scaling(), Soft()):
        monkeypatch.setitem(METHODS._load(), made.id, made)


def made_run(base: Path, method: str, quantization: str) -> str:
    ref = adapter_run(paths.runs(), base)
    file = paths.runs() / ref.removeprefix("run:") / "model" / "fettle.json"
    values = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**values, "method": method, "quantization": quantization}), encoding="utf-8")
    return ref


@pytest.fixture
def nothing_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        pytest.fail("weights were loaded")

    monkeypatch.setattr(load, "_load_base", refuse)


CASES = [("scaling", "nf4", "stays beside it."), ("soft", "none", "changes no weight")]


@pytest.mark.parametrize(("method", "quantization", "words"), CASES)
@pytest.mark.usefixtures("nothing_loads")
def test_it_is_refused_before_loading(
    tiny_model: Path, tmp_path: Path, method: str, quantization: str, words: str
) -> None:
    ref = made_run(tiny_model, method, quantization)
    with pytest.raises(RequestError, match=words) as refused:
        export(ref, tmp_path / "out", merge=True)
    assert refused.value.hint
    assert not (tmp_path / "out").exists()
    with pytest.raises(RequestError, match=words):
        load_model(resolve(ref))
    data = write_rows(tmp_path / "rows.jsonl")
    job = JobSpec.from_mapping({"model": ref, "data": [{"path": str(data)}], "training": {"max_length": 64}})
    [problem] = check.problems(job)
    assert (problem.field, problem.message) == ("model", refused.value.message)


def test_as_an_adapter_it_is_exported_all_the_same(tiny_model: Path, tmp_path: Path) -> None:
    assert export(made_run(tiny_model, "soft", "none"), tmp_path / "out").form == "adapter"


def test_what_can_be_folded_is_not_refused(tiny_model: Path) -> None:
    assert merge_refusal(resolve(made_run(tiny_model, "scaling", "8bit"))) is None
    assert merge_refusal(resolve(str(tiny_model))) is None


def test_a_soft_prompt_from_elsewhere_is_known_by_its_config(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "prompt").mkdir()
    config = {"peft_type": "PREFIX_TUNING", "base_model_name_or_path": str(tiny_model)}
    (tmp_path / "prompt" / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    assert "is a soft prompt" in (merge_refusal(resolve(str(tmp_path / "prompt"))) or "")


def test_options_of_another_version_do_not_stop_the_question(tiny_model: Path) -> None:
    ref = made_run(tiny_model, "lora", "none")
    file = paths.runs() / ref.removeprefix("run:") / "model" / "fettle.json"
    values = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**values, "options": {"no_such": 1}}), encoding="utf-8")
    assert merge_refusal(resolve(ref)) is None
