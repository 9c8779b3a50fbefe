"""Every request that cannot work is refused before anything is loaded, beside its field, with a cure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop import paths
from desktop.engine import check
from desktop.engine.errors import Problem, RequestError
from desktop.engine.hardware import Gpu, Hardware
from desktop.engine.job import JobSpec
from tests.support.hub import cache_set
from tests.support.training import write_rows

MACHINE = Hardware("a processor", 4, 16_000, 12_000, (), 100_000, "Linux")
WITH_GPU = replace(MACHINE, gpus=(Gpu("a card", 24_000, 20_000, True),))


@pytest.fixture
def asked(tiny_model: Path, tmp_path: Path) -> dict[str, Any]:
    """A job that has nothing wrong with it."""
    data = write_rows(tmp_path / "rows.jsonl")
    return {"model": str(tiny_model), "data": [{"path": str(data)}], "training": {"max_length": 64}}


def found(values: dict[str, Any], machine: Hardware = MACHINE) -> list[Problem]:
    return check.problems(JobSpec.from_mapping(values), machine)


def test_a_good_job_has_no_problem(asked: dict[str, Any]) -> None:
    assert found(asked) == []
    check.refuse(JobSpec.from_mapping(asked), MACHINE)


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no such model": ({"model": "gpt-17"}, "model", "no model called"),
    "no data": ({"data": []}, "data", "nothing to learn from"),
    "no such file": ({"data": [{"path": "/nowhere/rows.jsonl"}]}, "data.0.path", "there is no file"),
    "no such method": ({"method": "lorra"}, "method", "no method called"),
    "no such objective": ({"objective": "stf"}, "objective", "no objective called"),
    "no such option": ({"method": {"id": "lora", "rnak": 3}}, "method.rnak", "no such setting"),
    "an option out of bounds": ({"method": {"id": "lora", "rank": 0}}, "method.rank", "greater than or equal to 1"),
    "full over a quantised base": ({"method": "full", "quantization": "nf4"}, "method", "cannot change"),
    "qlora over a full base": ({"method": "qlora", "quantization": "none"}, "method", "4-bit base"),
    "qlora over 8 bits": ({"method": "qlora", "quantization": "8bit"}, "method", "8 bits"),
    "pissa over a quantised base": (
        {"method": {"id": "lora", "initialisation": "pissa"}, "quantization": "nf4"}, "method", "exact weights",
    ),
    "layers that are not there": ({"method": {"id": "lora", "targets": "wq, wk"}}, "method", "is called wq, wk"),
    "a new tokenizer with LoRA": ({"tokenizer": {"action": "train"}}, "tokenizer", "does not train"),
    "a GPU that is not there": ({"device": "cuda"}, "device", "no NVIDIA GPU"),
    "no such template": ({"chat_template": "chatlm"}, "chat_template", "no chat template called"),
    "a template that is none": ({"chat_template": "one\n{% for %}"}, "chat_template", "Line 2"),
    "a preference pair in parts": (
        {
            "objective": "dpo", "training": {"overlong": "split"},
            "data": [{"path": str(paths.samples() / "manners.jsonl")}],
        },
        "training.overlong", "belong together",
    ),
    "fp16 on a processor": ({"training": {"precision": "fp16"}}, "training.precision", "needs a GPU"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(WRONG))
def test_what_cannot_work_is_refused_beside_its_field(asked: dict[str, Any], name: str) -> None:
    change, field, words = WRONG[name]
    job = {**asked, **change, "training": {**asked["training"], **change.get("training", {})}}
    errors = [problem for problem in found(job) if problem.severity == "error"]
    assert [problem.field for problem in errors] == [field]
    assert words in errors[0].message
    assert errors[0].fix or "option" in name
    with pytest.raises(RequestError, match=words):
        check.refuse(JobSpec.from_mapping(job), MACHINE)


@pytest.mark.parametrize(("fixture", "words"), [("tiny_bert", "an encoder"), ("tiny_t5", "an encoder-decoder")])
def test_a_model_of_another_kind_is_refused(
    asked: dict[str, Any], fixture: str, words: str, request: pytest.FixtureRequest
) -> None:
    errors = found({**asked, "model": str(request.getfixturevalue(fixture))})
    assert [problem.field for problem in errors if problem.severity == "error"] == ["objective"]
    assert words in errors[0].message


def test_an_empty_file_is_refused(asked: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    [problem] = found({**asked, "data": [{"path": str(tmp_path / "empty.jsonl")}]})
    assert "is empty" in problem.message


def test_every_file_of_every_set_is_looked_at(
    asked: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    good = asked["data"][0]
    data = [{**good, "also": ["/nowhere/more.jsonl"]}, {"path": "hub:org/loaves"}]
    first, second = found({**asked, "data": data})
    assert (first.field, second.field) == ("data.0.also.0", "data.1.path")
    assert "there is no file /nowhere/more.jsonl" in first.message
    assert "fettle data fetch org/loaves" in second.fix
    cache_set(tmp_path / "hub", "org/loaves", {"rows.jsonl": "{}"})
    assert found({**asked, "data": [good, {"path": "hub:org/loaves"}]}) == []
    [nothing] = found({**asked, "data": [{**good, "use": "validation"}]})
    assert "every data set is kept for validation" in nothing.message


def test_a_full_disk_is_refused_before_the_start(asked: dict[str, Any]) -> None:
    [problem] = found(asked, replace(MACHINE, disk_free_mib=10))
    assert "of disk" in problem.message
    assert "Free some space" in problem.fix


def test_what_will_be_done_otherwise_is_a_warning(asked: dict[str, Any]) -> None:
    job = {**asked, "training": {"max_length": 4096, "optimizer": "paged_adamw_8bit"}}
    problems = {problem.field: problem for problem in found(job)}
    assert {problem.severity for problem in problems.values()} == {"warning"}
    assert "plain AdamW is used instead" in problems["training.optimizer"].message
    assert "cut there" in problems["training.max_length"].message
    assert "training.optimizer" not in {problem.field for problem in found(job, WITH_GPU)}


def test_qlora_by_name_means_four_bits(asked: dict[str, Any]) -> None:
    job = JobSpec.from_mapping({**asked, "method": "qlora"})
    assert job.quantization == "nf4"
    assert check.problems(job, MACHINE) == []
    assert JobSpec.from_yaml(job.to_yaml()) == job


def test_an_adapter_is_not_folded_into_a_quantised_base(asked: dict[str, Any], tiny_model: Path) -> None:
    from desktop import paths
    from tests.support.tuned import adapter_run

    ref = adapter_run(paths.runs(), tiny_model)
    [problem] = found({**asked, "model": ref, "method": "qlora"})
    assert problem.field == "quantization"


def test_a_choice_that_changes_nothing_is_said(asked: dict[str, Any]) -> None:
    training = {**asked["training"], "overlong": "drop"}
    job = {**asked, "objective": "pretrain", "method": "full", "training": training}
    [problem] = [problem for problem in found(job) if problem.field == "training.overlong"]
    assert (problem.severity, "end to end" in problem.message) == ("warning", True)
    [unused] = [one for one in found({**job, "chat_template": "chatml"}) if one.field == "chat_template"]
    assert (unused.severity, "no conversations" in unused.message) == ("warning", True)
    chosen = {**asked, "chat_template": "chatml", "training": {**asked["training"], "overlong": "split"}}
    assert found(chosen) == []
