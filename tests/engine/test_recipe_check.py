"""What is wrong with a recipe is told before its first stage starts, beside the field it concerns."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from desktop import paths
from desktop.engine.errors import Problem, RequestError
from desktop.engine.recipe import RecipeSpec
from desktop.engine.recipe_check import recipe_problems, refuse_recipe

SAMPLES = paths.samples()
CHAIN: dict[str, Any] = {
    "name": "r",
    "title": "R",
    "inputs": [
        {"id": "model", "title": "Model", "kind": "model", "model": "starter", "fills": ["sft", "reward"]},
        {
            "id": "chat", "title": "Chat", "kind": "chat", "fills": ["sft"],
            "data": [{"path": str(SAMPLES / "bakery.jsonl")}],
        },
        {
            "id": "pairs", "title": "Pairs", "kind": "preference", "fills": ["reward", "ppo"],
            "data": [{"path": str(SAMPLES / "manners.jsonl")}],
        },
    ],
    "stages": [
        {"id": "sft", "title": "Sft", "job": {"objective": "sft", "method": "lora"}},
        {"id": "reward", "title": "Reward", "job": {"objective": "reward", "method": "lora"}},
        {
            "id": "ppo", "title": "Ppo",
            "job": {"model": "stage:sft", "objective": {"id": "ppo", "reward_model": "stage:reward"}, "method": "lora"},
        },
    ],
}  # fmt: skip


def errors(change: Any = None) -> dict[str, Problem]:
    values = copy.deepcopy(CHAIN)
    if change is not None:
        change(values)
    found = recipe_problems(RecipeSpec.from_mapping(values))
    return {problem.field: problem for problem in found if problem.severity == "error"}


def _job(place: int, **settings: Any) -> Any:
    return lambda values: values["stages"][place]["job"].update(settings)


def test_a_sound_chain_has_nothing_against_it() -> None:
    assert errors() == {}


def test_data_not_chosen_is_told_once_beside_its_field() -> None:
    found = errors(lambda values: values["inputs"][2].update(data=[]))
    assert list(found) == ["inputs.pairs"]
    assert "no data is chosen" in found["inputs.pairs"].message


def test_a_missing_file_is_told_beside_its_field_though_two_stages_read_it(tmp_path: Path) -> None:
    values = copy.deepcopy(CHAIN)
    values["inputs"][2]["data"] = [{"path": str(tmp_path / "gone.jsonl")}]
    found = [one for one in recipe_problems(RecipeSpec.from_mapping(values)) if one.severity == "error"]
    assert [(one.field, "there is no file" in one.message) for one in found] == [("inputs.pairs", True)]


def test_a_model_that_is_not_there_is_told_beside_its_field() -> None:
    found = errors(lambda values: values["inputs"][0].update(model="nobody"))
    assert "inputs.model" in found
    assert "no model called 'nobody'" in found["inputs.model"].message


def test_a_model_of_the_wrong_kind_is_told_of_every_stage_it_reaches() -> None:
    found = errors(lambda values: values["inputs"][0].update(model="starter-encoder"))
    assert "needs a text generator" in found["stages.sft.objective"].message
    assert "needs a text generator" in found["stages.ppo.objective"].message, "through the chain"


def test_rows_of_the_wrong_kind_are_refused() -> None:
    found = errors(lambda values: values["inputs"][2].update(fills=["reward", "ppo", "sft"]))
    assert "these rows are preference pairs" in found["inputs.pairs"].message


def test_a_wrong_setting_is_told_with_its_stage() -> None:
    found = errors(_job(1, training={"epochs": -1}))
    assert "training.epochs" in found["stages.reward"].message


def test_a_model_that_gives_no_rewards_cannot_rate() -> None:
    found = errors(_job(2, objective={"id": "ppo", "reward_model": "stage:sft"}))
    assert "needs a reward model there, and Sft makes none" in found["stages.ppo.objective.reward_model"].message


def test_no_reward_model_at_all_is_told() -> None:
    assert "stages.ppo.objective.reward_model" in errors(_job(2, objective="ppo"))


def test_a_reward_model_cannot_go_on_to_speak() -> None:
    found = errors(_job(2, model="stage:reward"))
    assert "gives no words" in found["stages.ppo.model"].message


def test_a_soft_prompt_cannot_be_started_from() -> None:
    found = errors(_job(0, method="prompt"))
    assert "starts from the model of Sft" in found["stages.ppo.model"].message


def test_an_adapter_cannot_be_folded_into_a_quantised_base() -> None:
    found = errors(_job(2, quantization="nf4"))
    assert "quantised" in found["stages.ppo.model"].message


def test_all_that_stands_against_it_is_one_refusal() -> None:
    values = copy.deepcopy(CHAIN)
    values["inputs"][1]["data"] = []
    values["stages"][2]["job"]["quantization"] = "nf4"
    with pytest.raises(RequestError, match=r"(?s)inputs\.chat.*stages\.ppo\.model"):
        refuse_recipe(RecipeSpec.from_mapping(values))
