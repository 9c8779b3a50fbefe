"""How a recipe stands is told from its runs, in words, whoever is alive; its form is filled and judged once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from desktop import paths
from desktop.engine.errors import RequestError
from desktop.engine.events import CheckpointSaved, Evaluated, Event, Failed, Finished, Planned, Started
from desktop.engine.recipe_folder import RecipeFolder, Word
from desktop.engine.run_folder import EventWriter, RunFolder
from desktop.flow import recipes
from desktop.flow.recipes import RecipeShelf, RecipeView, filled, recipe_form, recipe_preset, refuse_resume
from tests.fakes.fake_engine import a_step
from tests.support.recipes import two_stages

STARTED = Started(pid=0, host="h", version="0", device="cpu")
PLANNED = Planned(
    total_steps=12, epochs=1, rows_train=9, rows_validation=3, tokens_per_epoch=9, parameters=9, trainable=9,
    learning_rate=0.1,
)  # fmt: skip
BEFORE = Evaluated(step=0, loss=2.0, metrics={"pair_accuracy": 0.5}, when="before")
AFTER = {"before": {"loss": 2.0, "pair_accuracy": 0.5}, "after": {"loss": 0.5, "pair_accuracy": 0.875}}
DONE = Finished(status="finished", step=12, seconds=1.0, metrics=AFTER)


@pytest.fixture
def folder(workspace: Path, tmp_path: Path) -> RecipeFolder:
    return RecipeFolder.create(paths.recipes(), two_stages(tmp_path))


def happened(folder: RecipeFolder, stage: str, *events: Event) -> RunFolder:
    """Let ``events`` have happened in a stage, whose run is made if need be."""
    run = folder.run_of(stage) or folder.begin(folder.spec().stage(stage), folder.models())
    writer = EventWriter(run)
    for event in events:
        writer.write(event)
    writer.close()
    run.model.mkdir(exist_ok=True)
    return run


def view_of(folder: RecipeFolder) -> RecipeView:
    return RecipeShelf(folder.path.parent).view(folder)


def test_one_not_begun_waits_in_all_its_stages(folder: RecipeFolder) -> None:
    view = view_of(folder)
    assert [(row.number, row.title, row.status, row.run) for row in view.stages] == [
        (1, "First", "waiting", ""),
        (2, "Second", "waiting", ""),
    ]
    assert (view.status, view.share, view.model, view.can_resume, view.can_stop) == ("stopped", 0.0, "", True, False)


def test_at_work_it_says_which_stage_and_step(folder: RecipeFolder) -> None:
    run = happened(folder, "sft", STARTED, PLANNED, BEFORE, a_step(1, 12), a_step(6, 12))
    with folder.lock(), run.lock():
        view = view_of(folder)
    row = view.stages[0]
    assert (row.status, row.steps, row.run) == ("running", "step 6 of 12", run.name)
    assert row.measured == "Held-out loss 2.000", "not yet a change"
    assert view.stages[1].status == "waiting"
    assert (view.status, view.word, view.sentence) == ("running", "Stage 1 of 2", "Stage 1 of 2, First: step 6 of 12.")
    assert view.share == 0.25
    assert (view.can_stop, view.can_resume) == (True, False)


def test_asked_to_stop_it_says_so_and_cannot_be_asked_again(folder: RecipeFolder) -> None:
    run = happened(folder, "sft", STARTED, PLANNED, a_step(6, 12))
    with folder.lock(), run.lock():
        recipes.stop(folder.name)
        view = view_of(folder)
    assert run.control().wish == "stop_and_save"
    assert "stopping after this step" in view.sentence
    assert not view.can_stop


def test_an_engine_without_a_driver_is_at_work_and_nothing_follows_by_itself(folder: RecipeFolder) -> None:
    run = happened(folder, "sft", STARTED, PLANNED, a_step(6, 12))
    with run.lock():
        view = view_of(folder)
    assert view.status == "running"
    assert "No later stage follows by itself" in view.hint
    assert (view.can_stop, view.can_resume) == (False, True)


def test_done_it_shows_each_stage_before_and_after_and_the_last_model(folder: RecipeFolder) -> None:
    happened(folder, "sft", STARTED, PLANNED, a_step(12, 12), DONE)
    half = view_of(folder)
    assert (half.status, half.share, half.model) == ("stopped", 0.5, "")
    assert half.sentence == "Stage 2 of 2, Second: not begun."
    last = happened(folder, "dpo", STARTED, PLANNED, a_step(12, 12), DONE)
    view = view_of(folder)
    assert [row.measured for row in view.stages] == [
        "Held-out loss 2.000 \N{RIGHTWARDS ARROW} 0.500",
        "Pair accuracy 50 % \N{RIGHTWARDS ARROW} 88 %",
    ]
    assert (view.status, view.model, view.can_resume) == ("finished", f"run:{last.name}", False)
    with pytest.raises(RequestError, match="finished already"):
        refuse_resume(folder)


@pytest.mark.parametrize(
    ("end", "status", "whole", "sentence"),
    [
        (Failed(code="x", message="Memory ran out.", hint="Buy more."), "failed", "failed", "Memory ran out."),
        (Finished(status="stopped", step=6, seconds=1.0), "stopped", "stopped", "Stopped at step 6 of 12"),
        (Finished(status="discarded", step=6, seconds=1.0), "stopped", "stopped", "thrown away"),
        (CheckpointSaved(step=6, folder="checkpoints/000006", bytes=1), "stopped", "stopped", "ended without a word"),
    ],
)
def test_a_stage_that_came_to_no_good_end_says_what_and_what_to_do(
    folder: RecipeFolder, end: Event, status: str, whole: str, sentence: str
) -> None:
    happened(folder, "sft", STARTED, PLANNED, a_step(6, 12), end)
    view = view_of(folder)
    assert (view.stages[0].status, view.status) == (status, whole)
    assert sentence in view.sentence
    assert view.hint
    assert view.can_resume


def test_what_no_run_can_tell_the_driver_told(folder: RecipeFolder) -> None:
    folder.say(Word("cannot_write", "The disk is full.", "Free some space."))
    view = view_of(folder)
    assert (view.status, view.word, view.hint) == ("failed", "Failed", "Free some space.")
    assert "The disk is full." in view.sentence


def test_a_shelf_reads_on_where_it_was_and_passes_over_what_is_broken(folder: RecipeFolder, tmp_path: Path) -> None:
    second = RecipeFolder.create(paths.recipes(), two_stages(tmp_path))
    second.recipe_file.write_text("[", encoding="utf-8")
    shelf = RecipeShelf(paths.recipes())
    happened(folder, "sft", STARTED, PLANNED, a_step(6, 12))
    assert [view.name for view in shelf.look()] == [folder.name]
    happened(folder, "sft", a_step(12, 12), DONE)
    assert shelf.look()[0].stages[0].status == "done"


def test_the_form_shows_each_input_once_with_where_it_goes() -> None:
    form = recipe_form(recipe_preset("rlhf"))
    rows = {row.id: row for row in form.inputs}
    assert list(rows) == ["model", "chat", "pairs"]
    assert len(rows["pairs"].goes_to) == 2
    assert rows["pairs"].asks.startswith("preference pairs")
    assert rows["model"].asks == "a model"
    assert "uses Learning to rate" in form.stages[2].sentence
    assert "starts from Learning to answer" in form.stages[2].sentence


def test_the_form_is_filled_from_words(tmp_path: Path) -> None:
    spec = two_stages(tmp_path)
    chat = spec.input("chat").data[0].path
    changed = filled(spec, {"model": " other ", "chat": f"{chat}\n\n/more.jsonl\n", "pairs": ""}, name="mine")
    assert changed.name == "mine"
    assert changed.input("model").model == "other"
    assert [source.path for source in changed.input("chat").data] == [chat, "/more.jsonl"]
    form = recipe_form(changed)
    assert not form.may_start
    assert {row.id: bool(row.problems) for row in form.inputs} == {"model": True, "chat": True, "pairs": True}
    with pytest.raises(RequestError, match="no input called 'nobody'"):
        filled(spec, {"nobody": "x"})


def test_a_known_file_keeps_how_it_is_read(tmp_path: Path) -> None:
    values: dict[str, Any] = two_stages(tmp_path).to_mapping()
    values["inputs"][1]["data"][0]["mapping"] = {"instruction": "instruction", "response": "output"}
    spec = type(two_stages(tmp_path)).from_mapping(values)
    path = spec.input("chat").data[0].path
    assert filled(spec, {"chat": path}).input("chat").data == spec.input("chat").data


def test_a_recipe_with_something_against_it_is_not_started(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"inputs\.pairs"):
        recipes.start(two_stages(tmp_path).filled(data={"pairs": []}))
    assert RecipeFolder.all_in(paths.recipes()) == []
