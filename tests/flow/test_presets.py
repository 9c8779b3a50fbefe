"""Every job and recipe that comes with the program holds, and does what it says on a tiny model in a few steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop import paths
from desktop.engine.check import problems
from desktop.engine.data.source import DataSource
from desktop.engine.recipe_check import recipe_problems
from desktop.engine.recipe_folder import RecipeFolder
from desktop.engine.run_folder import RunFolder
from desktop.flow.presets import preset, presets
from desktop.flow.recipes import RecipeShelf, recipe_form, recipe_preset, recipe_presets
from tests.support.training import finish_of, train

FEW = {"max_steps": 2, "batch_size": 2, "max_length": 128, "threads": 1, "evaluate_every": 2, "save_every": 2}
JOBS = [one.id for one in presets()]
RECIPES = [one.name for one in recipe_presets()]


def test_the_folders_hold_what_they_should() -> None:
    assert "try_it_now" in JOBS
    assert set(RECIPES) >= {"tapt_then_sft", "sft_then_dpo", "rlhf", "pretrain_sft_dpo"}
    files = sorted(file.stem for file in (paths.resources() / "presets" / "recipes").iterdir())
    assert files == sorted(RECIPES), "a recipe is called as its file"


@pytest.mark.parametrize("name", JOBS)
def test_a_job_holds_and_runs(name: str, tiny_model: Path) -> None:
    job = preset(name).job
    assert not [one for one in problems(job) if one.severity == "error"]
    training = job.training.model_copy(update=FEW)
    run = RunFolder.create(paths.runs(), job.model_copy(update={"model": str(tiny_model), "training": training}))
    train(run)
    assert finish_of(run).status == "finished"


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_has_nothing_against_it(name: str) -> None:
    spec = recipe_preset(name)
    assert not [one for one in recipe_problems(spec) if one.severity == "error"]
    form = recipe_form(spec)
    assert form.may_start
    assert all(row.value and row.title and row.help and row.goes_to for row in form.inputs)
    assert all(stage.sentence for stage in form.stages)
    assert spec.summary


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_runs_to_its_end(name: str, tiny_model: Path, tmp_path: Path) -> None:
    spec = recipe_preset(name)
    few = {one.id: [_few_rows(source, tmp_path) for source in one.data] for one in spec.inputs if one.kind != "model"}
    spec = spec.filled(models={"model": str(tiny_model)}, data=few)
    for stage in spec.stages:
        job = {**stage.job, "training": {**stage.job.get("training", {}), **FEW}}
        if stage.objective.id == "ppo":
            job["objective"] = {**stage.objective.options, "id": "ppo", "answer_tokens": 8, "epochs": 1}
        spec = spec.with_job(stage.id, job)
    folder = RecipeFolder.create(paths.recipes(), spec)
    for stage in spec.stages:
        run = folder.begin(stage, folder.models())
        train(run)
        assert finish_of(run).status == "finished"
    view = RecipeShelf(paths.recipes()).view(folder)
    assert (view.status, view.share) == ("finished", 1.0)
    assert view.model == f"run:{folder.run_names()[spec.stages[-1].id]}"
    assert all(row.change is not None and row.measured for row in view.stages)


def _few_rows(source: DataSource, folder: Path) -> DataSource:
    """Return the first rows of ``source``: whether it runs is the question, not what it learns."""
    file = Path(source.path)
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / file.name).write_text("".join(lines[:24]), encoding="utf-8")
    return source.model_copy(update={"path": str(folder / file.name)})
