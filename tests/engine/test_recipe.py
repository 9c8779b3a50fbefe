"""Recipes hold together, say so in words where they do not, survive their file, and make whole jobs."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.data.source import DataSource
from desktop.engine.errors import RequestError
from desktop.engine.recipe import RecipeSpec

RLHF: dict[str, Any] = {
    "name": "r",
    "title": "R",
    "inputs": [
        {"id": "model", "title": "Model", "kind": "model", "model": "starter", "fills": ["sft", "reward"]},
        {"id": "chat", "title": "Chat", "kind": "chat", "data": [{"path": "/c.jsonl"}], "fills": ["sft"]},
        {
            "id": "pairs", "title": "Pairs", "kind": "preference", "fills": ["reward", "ppo"],
            "data": [{"path": "/p.jsonl", "mapping": {"prompt": "q"}}, {"path": "/p2.jsonl"}],
        },
    ],
    "stages": [
        {"id": "sft", "title": "Sft", "job": {"objective": "sft", "training": {"epochs": 1}}},
        {"id": "reward", "title": "Reward", "job": {"objective": "reward"}},
        {
            "id": "ppo", "title": "Ppo",
            "job": {"model": "stage:sft", "objective": {"id": "ppo", "reward_model": "stage:reward"}, "method": "lora"},
        },
    ],
}  # fmt: skip


def rlhf(**changes: Any) -> RecipeSpec:
    return RecipeSpec.from_mapping({**copy.deepcopy(RLHF), **changes})


def test_a_stage_gets_its_inputs_and_the_models_of_earlier_stages() -> None:
    spec = rlhf()
    job = spec.job_of("ppo", {"sft": "run:a", "reward": "run:b"})
    assert job.name == "r-3-ppo"
    assert job.model == "run:a"
    assert job.objective.options == {"reward_model": "run:b"}
    assert [source.path for source in job.data] == ["/p.jsonl", "/p2.jsonl"]
    assert job.data[0].mapping == {"prompt": "q"}

    first = spec.job_of("sft", {})
    assert (first.model, first.name, first.training.epochs) == ("starter", "r-1-sft", 1)
    assert spec.job_of("reward", {}).model == "starter"


def test_a_stage_that_needs_a_model_not_yet_made_says_so() -> None:
    with pytest.raises(RequestError, match="Ppo starts from the model of the stage reward"):
        rlhf().job_of("ppo", {"sft": "run:a"})


def test_the_form_is_filled_once_for_all_stages() -> None:
    spec = rlhf().filled(name="mine", models={"model": "other"}, data={"pairs": [DataSource(path="/new.jsonl")]})
    assert spec.job_of("reward", {}).model == "other"
    assert [source.path for source in spec.job_of("reward", {}).data] == ["/new.jsonl"]
    made = {"sft": "run:a", "reward": "run:b"}
    assert spec.job_of("ppo", made).data == spec.job_of("reward", {}).data
    assert spec.job_of("sft", {}).data == rlhf().job_of("sft", {}).data, "what was not said stays"
    assert spec.job_of("sft", {}).name == "mine-1-sft"


def test_a_stage_adds_inputs_to_the_data_of_its_own() -> None:
    stages = copy.deepcopy(RLHF["stages"])
    stages[0]["job"]["data"] = [{"path": "/own.jsonl"}]
    job = rlhf(stages=stages).job_of("sft", {})
    assert [source.path for source in job.data] == ["/own.jsonl", "/c.jsonl"]


def _broken(change: Any) -> str:
    values = copy.deepcopy(RLHF)
    change(values)
    with pytest.raises(RequestError) as caught:
        RecipeSpec.from_mapping(values)
    return str(caught.value)


def _put(place: list[Any], value: Any) -> Any:
    def change(values: Any) -> None:
        for part in place[:-1]:
            values = values[part]
        values[place[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_put(["stages", 1, "id"], "sft"), "two stages called sft"),
        (_put(["inputs", 1, "id"], "model"), "two inputs called model"),
        (_put(["stages", 0, "job", "model"], "stage:reward"), "stage:reward is no earlier stage"),
        (_put(["stages", 2, "job", "model"], "stage:ppo"), "stage:ppo is no earlier stage"),
        (_put(["stages", 2, "job", "model"], "stage:nobody"), "stage:nobody is no earlier stage"),
        (_put(["stages", 2, "job", "objective", "reward_model"], "stage:ppo"), "objective.reward_model"),
        (_put(["stages", 2, "job", "chat_template"], "stage:sft"), "stands where no model is named"),
        (_put(["inputs", 1, "fills"], ["nobody"]), "fills nobody, which is no stage"),
        (_put(["inputs", 1, "fills"], []), "fills"),
        (_put(["inputs", 1, "model"], "starter"), "data and names the other"),
        (_put(["stages", 0, "id"], "Not An Id"), "small letters"),
        (_put(["stages"], []), "stages"),
        (_put(["name"], "a/b"), "name"),
        (_put(["schema_version"], 99), "newer version"),
        (_put(["surprise"], 1), "no such setting"),
    ],
)  # fmt: skip
def test_a_recipe_that_does_not_hold_together_is_refused_in_words(change: Any, sentence: str) -> None:
    assert sentence in _broken(change)


@pytest.mark.parametrize("text", ["[", "- 1", "just words", "name: [unclosed"])
def test_what_is_no_recipe_is_refused(text: str) -> None:
    with pytest.raises(RequestError):
        RecipeSpec.from_yaml(text)


_WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
_SETTINGS = st.dictionaries(
    st.sampled_from(["epochs", "learning_rate", "seed", "schedule"]),
    st.one_of(st.integers(0, 9), st.floats(0.001, 1), _WORDS, st.booleans()),
)


@given(st.lists(st.tuples(_WORDS, _SETTINGS), min_size=1, max_size=5), _WORDS, st.data())
def test_the_file_holds_all_of_it(stages: list[tuple[str, dict[str, Any]]], summary: str, data: st.DataObject) -> None:
    made = []
    for place, (title, settings) in enumerate(stages):
        job: dict[str, Any] = {"objective": "sft", "training": settings}
        if place and data.draw(st.booleans()):
            job["model"] = f"stage:s{data.draw(st.integers(0, place - 1))}"
        made.append({"id": f"s{place}", "title": title, "job": job})
    spec = RecipeSpec.from_mapping({**copy.deepcopy(RLHF), "summary": summary, "inputs": [], "stages": made})
    assert RecipeSpec.from_yaml(spec.to_yaml()) == spec
    assert yaml.safe_load(spec.to_yaml())["schema_version"] == 1


def test_relative_paths_are_taken_from_the_file(tmp_path: Path) -> None:
    values = copy.deepcopy(RLHF)
    values["inputs"][1]["data"] = [{"path": "rows.jsonl", "format": "jsonl"}]
    values["stages"][0]["job"]["data"] = [{"path": "more.jsonl"}]
    file = tmp_path / "recipe.yaml"
    file.write_text(yaml.safe_dump(values), encoding="utf-8")
    spec = RecipeSpec.read(file)
    job = spec.job_of("sft", {})
    assert [source.path for source in job.data] == [str(tmp_path / "more.jsonl"), str(tmp_path / "rows.jsonl")]
    assert job.data[1].format == "jsonl"
    assert job.model == "starter"
    assert spec.stage("ppo").job["model"] == "stage:sft"
