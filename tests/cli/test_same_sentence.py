"""What makes no sense is refused before loading, in one sentence: in the wizard, on the command line, in the engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from desktop import paths
from desktop.engine import check
from desktop.engine.errors import RequestError
from desktop.engine.hardware import Hardware
from desktop.engine.job import JobSpec
from desktop.engine.models.facts import facts_of
from desktop.engine.models.library import resolve
from desktop.engine.train import runner
from desktop.flow.wizard_methods import offers
from tests.support.command_line import Said
from tests.support.training import new_run, train, write_rows
from tests.support.tuned import adapter_run

Fettle = Callable[..., Said]
MACHINE = Hardware("a processor", 4, 16_000, 12_000, (), 100_000, "Linux")
SENSELESS: dict[str, tuple[dict[str, Any], str]] = {
    "full over four bits": ({"method": "full", "quantization": "nf4"}, "cannot change"),
    "prefix with checkpointing": ({"method": "prefix", "training": {"checkpointing": True}}, "checkpointing"),
    "bitfit on llama": ({"method": "bitfit"}, "bias"),
    "qlora over eight bits": ({"method": "qlora", "quantization": "8bit"}, "4-bit"),
}


@pytest.mark.parametrize("name", list(SENSELESS))
def test_it_is_refused_in_one_sentence_everywhere(
    name: str, fettle: Fettle, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, word = SENSELESS[name]
    data = write_rows(tmp_path / "rows.jsonl")
    values = {"name": "senseless", "model": str(tiny_model), "data": [{"path": str(data)}], "device": "cpu", **settings}
    job = JobSpec.from_mapping(values)
    [problem] = [problem for problem in check.problems(job, MACHINE) if problem.severity == "error"]
    assert word in problem.message
    assert problem.fix

    [offer] = offers({job.method.id: job}, facts_of(tiny_model), MACHINE, 24)
    assert (offer.refusal, offer.cure) == (problem.message, problem.fix)

    file = tmp_path / "job.yaml"
    file.write_text(yaml.safe_dump(values), encoding="utf-8")
    said = fettle("train", str(file), "--json")
    assert said.code == 2
    told = said.answer["error"]
    assert problem.message in told["message"] + " " + json.dumps(told)
    assert problem.fix in json.dumps(told)

    monkeypatch.setattr(runner, "load_model", lambda *_, **__: pytest.fail("the model was loaded"))
    with pytest.raises(RequestError) as refused:
        train(new_run(tmp_path / "runs", tiny_model, **settings))
    assert problem.message in refused.value.message


def test_merging_ia3_after_four_bits_is_refused_in_the_wizards_sentence(
    fettle: Fettle, tiny_model: Path, tmp_path: Path
) -> None:
    job = JobSpec.from_mapping({"model": str(tiny_model), "method": "ia3", "quantization": "nf4"})
    [offer] = offers({"ia3": job}, facts_of(tiny_model), MACHINE, 24)
    assert not offer.mergeable
    assert offer.unmergeable in [reason.text for reason in offer.reasons]
    ref = adapter_run(paths.runs(), tiny_model)
    lineage = resolve(ref).adapter
    assert lineage is not None
    file = lineage / "fettle.json"
    told = {**json.loads(file.read_text(encoding="utf-8")), "method": "ia3", "quantization": "nf4"}
    file.write_text(json.dumps(told), encoding="utf-8")
    said = fettle("export", ref, str(tmp_path / "out"), "--merge", "--json")
    assert said.code == 2
    assert f"{said.answer['error']['message']} {said.answer['error']['hint']}" == offer.unmergeable
    assert "packed 4-bit weights" in offer.unmergeable
    assert not (tmp_path / "out").exists()
    [exact] = offers({"ia3": job.model_copy(update={"quantization": "none"})}, facts_of(tiny_model), MACHINE, 24)
    assert (exact.mergeable, exact.unmergeable) == (True, "")
