"""A recipe is driven stage by stage, stops where a stage does, and goes on where it was; the engines are played."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop import paths
from desktop.engine import recipe_driver
from desktop.engine.errors import RequestError, UserError
from desktop.engine.events import Failed, Started
from desktop.engine.recipe import Stage
from desktop.engine.recipe_driver import drive, main, take_up
from desktop.engine.recipe_folder import RecipeFolder, recipe_named, state_of
from desktop.engine.run_folder import EventWriter, RunFolder
from tests.support.recipes import two_stages
from tests.support.scripts import FakeLaunch, closing, opening

SHORT = [*opening(3), {"do": "steps", "to": 3, "of": 3}, *closing(3)]
LONG = [*opening(400), {"do": "steps", "to": 400, "of": 400, "seconds": 0.02}, *closing(400)]
FAILING = [*opening(3), Failed(code="out_of_memory", message="Memory ran out.")]
CRASHING = [*opening(3), {"do": "steps", "to": 2, "of": 3, "save_every": 2}, {"do": "exit", "code": 3}]

Play = Callable[..., list[tuple[str, bool]]]


@pytest.fixture
def folder(workspace: Path, tmp_path: Path) -> RecipeFolder:
    return RecipeFolder.create(paths.recipes(), two_stages(tmp_path))


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Play]:
    """Play a script for each stage; return what was started, as (stage, resumed)."""
    made: list[FakeLaunch] = []

    def scripts(**by_stage: list[Any]) -> list[tuple[str, bool]]:
        started: list[tuple[str, bool]] = []

        def start(run: RunFolder, *, resume: bool = False) -> subprocess.Popen[bytes]:
            stage = run.job().name.rpartition("-")[2]
            started.append((stage, resume))
            place = tmp_path / f"launch-{len(made)}"
            place.mkdir()
            made.append(FakeLaunch(place, by_stage.get(stage, SHORT)))
            return made[-1](run, resume=resume)

        monkeypatch.setattr(recipe_driver, "launch", start)
        return started

    monkeypatch.setattr(recipe_driver, "_LOOK_EVERY", 0.02)
    yield scripts
    for one in made:
        one.end()


def test_the_stages_are_run_in_order_each_from_the_model_before(folder: RecipeFolder, play: Play) -> None:
    started = play()
    assert drive(folder) == "finished"
    assert started == [("sft", False), ("dpo", False)]
    first, second = folder.run_of("sft"), folder.run_of("dpo")
    assert first is not None
    assert second is not None
    assert second.job().model == f"run:{first.name}"
    assert second.job().name == "two-2-dpo"
    assert folder.states() == {"sft": "finished", "dpo": "finished"}


def test_what_is_done_is_not_done_again(folder: RecipeFolder, play: Play) -> None:
    play()
    drive(folder)
    names, started = folder.run_names(), play()
    assert drive(folder) == "finished"
    assert started == []
    assert folder.run_names() == names


def test_it_stops_at_a_stage_that_fails_and_goes_on_from_there(folder: RecipeFolder, play: Play) -> None:
    started = play(sft=FAILING)
    assert drive(folder) == "failed"
    assert started == [("sft", False)]
    again = play()
    assert drive(folder) == "finished"
    assert again == [("sft", True), ("dpo", False)]


def test_a_crashed_stage_is_resumed_in_its_own_run(folder: RecipeFolder, play: Play) -> None:
    play(dpo=CRASHING)
    assert drive(folder) == "interrupted"
    names, again = folder.run_names(), play()
    assert drive(folder) == "finished"
    assert again == [("dpo", True)], "the first stage is done"
    assert folder.run_names() == names


def test_a_stage_thrown_away_is_begun_anew(folder: RecipeFolder, play: Play) -> None:
    play(sft=[*opening(3), *closing(3)[:1]])
    run = folder.begin(folder.spec().stages[0], {})
    writer = EventWriter(run)
    from desktop.engine.events import Finished

    writer.write(Started(pid=0, host="h", version="0", device="cpu"))
    writer.write(Finished(status="discarded", step=1, seconds=1.0))
    writer.close()
    started = play()
    assert drive(folder) == "finished"
    assert started == [("sft", False), ("dpo", False)]
    assert folder.run_names()["sft"] != run.name


def test_a_deleted_run_is_begun_anew(folder: RecipeFolder, play: Play) -> None:
    import shutil

    play()
    drive(folder)
    shutil.rmtree(paths.runs() / folder.run_names()["dpo"])
    assert folder.states() == {"sft": "finished", "dpo": "waiting"}
    started = play()
    assert drive(folder) == "finished"
    assert started == [("dpo", False)]


def test_a_stop_is_obeyed_by_the_stage_at_work_and_no_other_is_begun(folder: RecipeFolder, play: Play) -> None:
    from desktop.flow.recipes import stop

    started = play(sft=LONG)
    ended: list[str] = []
    driver = threading.Thread(target=lambda: ended.append(drive(folder)))
    driver.start()
    _wait_for(lambda: folder.states()["sft"] == "running")
    stop(folder.name)
    driver.join(20)
    assert ended == ["stopped"]
    assert started == [("sft", False)]
    take_up(folder)
    again = play()
    assert drive(folder) == "finished"
    assert again == [("sft", True), ("dpo", False)]


def test_a_stop_between_two_stages_is_obeyed(folder: RecipeFolder, play: Play) -> None:
    started = play()

    def follow(stage: Stage, run: RunFolder, engine: subprocess.Popen[bytes] | None) -> None:
        assert engine is not None
        engine.wait()
        folder.ask_to_stop()

    assert drive(folder, follow) == "stopped"
    assert started == [("sft", False)]
    assert folder.states() == {"sft": "finished", "dpo": "waiting"}


def test_a_stop_that_comes_while_a_stage_is_begun_reaches_it(
    folder: RecipeFolder, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(sft=LONG)
    begin = RecipeFolder.begin

    def begin_slowly(self: RecipeFolder, *words: Any) -> RunFolder:
        run = begin(self, *words)
        self.ask_to_stop()
        return run

    monkeypatch.setattr(RecipeFolder, "begin", begin_slowly)
    assert drive(folder) == "stopped"


def test_a_driver_waits_for_an_engine_that_an_earlier_one_started(folder: RecipeFolder, play: Play) -> None:
    play(sft=[*opening(20), {"do": "steps", "to": 20, "of": 20, "seconds": 0.02}, *closing(20)])
    run = folder.begin(folder.spec().stages[0], {})
    engine = recipe_driver.launch(run)
    _wait_for(lambda: state_of(run) == "running")
    started = play()
    assert drive(folder) == "finished"
    assert started == [("dpo", False)], "the engine at work was waited for, not doubled"
    engine.wait()


def test_only_one_driver_works_on_a_recipe(folder: RecipeFolder, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    play()
    monkeypatch.setattr(recipe_driver, "_PATIENCE", 0.05)
    with folder.lock():
        assert folder.is_driven()
        with pytest.raises(RequestError, match="being worked on right now"):
            drive(folder)
    assert not folder.is_driven()


def test_an_engine_that_cannot_begin_is_told_of(folder: RecipeFolder, play: Play) -> None:
    play(sft=[{"do": "exit", "code": 1}])
    with pytest.raises(UserError, match="ended before it could begin"):
        drive(folder)
    word = folder.word()
    assert word is not None
    assert "First ended before it could begin" in word.message
    take_up(folder)
    assert folder.word() is None


def test_what_is_no_recipe_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "is no recipe" in capsys.readouterr().err
    assert main([]) == 2


def test_a_name_that_leads_out_of_the_workspace_is_no_run(folder: RecipeFolder, workspace: Path) -> None:
    outside = workspace / "elsewhere"
    outside.mkdir()
    (outside / "job.yaml").write_text("name: x\n", encoding="utf-8")
    folder.stages_file.write_text('{"sft": "../elsewhere", "dpo": 3}', encoding="utf-8")
    assert folder.run_names() == {}
    folder.stages_file.write_text("[", encoding="utf-8")
    assert folder.run_names() == {}


def test_a_recipe_gets_a_folder_of_its_own(folder: RecipeFolder, tmp_path: Path) -> None:
    second = RecipeFolder.create(paths.recipes(), two_stages(tmp_path))
    assert (folder.name, second.name) == ("two", "two-2")
    assert second.begin(second.spec().stages[0], {}).job().name == "two-2-1-sft", "runs of two recipes are told apart"
    assert {one.name for one in RecipeFolder.all_in(paths.recipes())} == {"two", "two-2"}
    assert recipe_named("two-2").path == second.path
    with pytest.raises(RequestError, match="No recipe called 'three'"):
        recipe_named("three")


def _wait_for(met: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if met():
            return
        time.sleep(0.02)
    pytest.fail("it never came to that")
