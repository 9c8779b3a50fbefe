"""Rows an objective cannot learn from: refused in one sentence everywhere, with objectives that take them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from desktop.engine.data.dataset import open_source, survey
from desktop.engine.data.rows import KINDS
from desktop.engine.errors import RequestError
from desktop.engine.job import Choice, DataSource
from desktop.engine.models.facts import facts_of
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.suits import suiting
from desktop.engine.train import runner
from desktop.engine.workbench.base import OPERATIONS, Kept, Reply
from desktop.flow.wizard import Wizard
from desktop.flow.wizard_answers import Answers
from desktop.flow.wizard_findings import Findings
from desktop.flow.wizard_reports import data_from
from tests.engine.train.test_objectives import MODELS, ROWS
from tests.support import wizard_parts as parts
from tests.support.command_line import Said
from tests.support.training import new_run, train

Fettle = Callable[..., Said]
READ_AS = {
    "chat": {"chat"}, "text": {"text"}, "label": {"label", "text"}, "pair": {"pair"},
    "preference": {"preference"}, "rated": {"rated"}, "prompt": {"prompt", "text"},
}  # fmt: skip
"""What the columns of each kind can be taken for, where that is asked for: a text with a label is a text, too."""
PAIRS = [
    (objective.id, kind)
    for objective in OBJECTIVES.all()
    for kind in KINDS
    if kind in ROWS and kind not in objective.rows
]


def _written(folder: Path, kind: str) -> Path:
    file = folder / "rows.jsonl"
    file.write_text("\n".join(json.dumps(ROWS[kind](number)) for number in range(12)), encoding="utf-8")
    return file


def _inspected(source: DataSource) -> dict[str, Any]:
    found = OPERATIONS.get("inspect").run(
        {"source": source.model_dump(mode="json")}, Reply(lambda _: None, threading.Event(), Kept())
    )
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(("objective_id", "kind"), PAIRS)
def test_wrong_rows_are_refused_in_one_sentence_everywhere(
    objective_id: str, kind: str, fettle: Fettle, tmp_path: Path, request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    objective = OBJECTIVES.get(objective_id)
    file = _written(tmp_path, kind)
    model: Path = request.getfixturevalue(MODELS[objective.kinds[0]])
    looked = survey(DataSource(path=str(file)), objective.rows)
    if READ_AS[kind] & set(objective.rows):
        assert looked.shape is not None
        assert looked.shape.kind in objective.rows
        return

    told = fettle("inspect", str(file), "--objective", objective_id, "--model", str(model), "--json")
    assert told.code == 2
    sentence, cure = told.answer["error"]["message"], told.answer["error"]["hint"]
    assert sentence.startswith(f"{objective.title} learns from ")

    method = "full" if objective.from_scratch else "lora"
    values = {
        "name": "wrong", "model": str(model), "data": [{"path": str(file)}], "objective": objective_id,
        "method": method, "device": "cpu",
    }  # fmt: skip
    job = tmp_path / "job.yaml"
    job.write_text(yaml.safe_dump(values), encoding="utf-8")
    for command in ("train", "estimate"):
        said = fettle(command, str(job), "--json")
        assert said.code == 2
        assert sentence in said.answer["error"]["message"]
        assert cure in said.answer["error"]["hint"]

    monkeypatch.setattr(runner, "load_model", lambda *_, **__: pytest.fail("the model was loaded"))
    with pytest.raises(RequestError) as refused:
        train(new_run(tmp_path / "runs", model, data=values["data"], objective=objective_id, method=method))
    assert sentence in refused.value.message
    assert cure in refused.value.hint

    source = DataSource(path=str(file))
    findings = Findings(
        machine=parts.LAPTOP, model=parts.model(facts_of(model)), data=data_from(source, _inspected(source))
    )
    wizard = Wizard(Answers(model="starter", data=(source,), objective=Choice(id=objective_id)), findings)
    words = wizard.blocked("data")
    assert words.startswith(sentence)
    assert cure.startswith(words.removeprefix(f"{sentence} "))
    [offer] = [offer for offer in wizard.objectives if offer.id == objective_id]
    assert sentence in str(offer)

    # What is named instead opens this very file and starts from this kind of model.
    able = [other for other in OBJECTIVES.all() if other.title in cure.partition("What says so")[0]]
    assert able == suiting(kind, facts_of(model).kind) or not suiting(kind, facts_of(model).kind)
    for other in able:
        assert open_source(source, other.rows).kind == kind


def test_where_no_objective_takes_rows_with_a_model_the_models_that_would_are_named(
    fettle: Fettle, tmp_path: Path, tiny_bert: Path
) -> None:
    file = _written(tmp_path, "prompt")
    told = fettle("inspect", str(file), "--objective", "classification", "--model", str(tiny_bert), "--json").answer[
        "error"
    ]
    titles = [objective.title for objective in suiting("prompt")]
    assert not suiting("prompt", "masked")
    assert "map its columns, or start from a text generator and learn by " in told["hint"]
    assert all(title in told["hint"] for title in titles)


def test_columns_mapped_by_hand_to_other_rows_are_refused_alike(fettle: Fettle, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"a": "Q", "b": "R", "c": "W"}\n' * 3, encoding="utf-8")
    mapped = ("--map", "prompt=a", "--map", "chosen=b", "--map", "rejected=c")
    assert fettle("inspect", str(file), *mapped, "--objective", "dpo").code == 0
    told = fettle("inspect", str(file), *mapped, "--objective", "sft", "--json").answer["error"]
    assert "these rows are preference pairs" in told["message"]
    assert "mapped by hand" in told["hint"]
