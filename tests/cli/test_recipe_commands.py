"""Recipes on the command line: listed, refused in words, started with what was asked for, shown, not run twice."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop import paths
from desktop.cli.commands import recipe as command
from desktop.engine import recipe_driver
from desktop.engine.events import Failed
from desktop.engine.recipe_folder import RecipeFolder
from desktop.engine.run_folder import RunFolder
from tests.support.command_line import Said
from tests.support.recipes import two_stages
from tests.support.scripts import FakeLaunch, closing, opening

Fettle = Callable[..., Said]
SHORT = [*opening(3), {"do": "steps", "to": 3, "of": 3}, *closing(3)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "recipe.yaml"
    file.write_text(two_stages(tmp_path).to_yaml(), encoding="utf-8")
    return file


@pytest.fixture
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Plays ``script`` for every stage."""
    made: list[FakeLaunch] = []

    def play(script: list[Any]) -> None:
        def start(run: RunFolder, *, resume: bool = False) -> subprocess.Popen[bytes]:
            place = tmp_path / f"launch-{len(made)}"
            place.mkdir()
            made.append(FakeLaunch(place, script))
            return made[-1](run, resume=resume)

        monkeypatch.setattr(recipe_driver, "launch", start)

    yield play
    for one in made:
        one.end()


def test_the_recipes_are_listed(fettle: Fettle, tmp_path: Path) -> None:
    listed = fettle("recipes", "--json").answer
    presets = {one["recipe"]: one for one in listed["presets"]}
    assert set(presets) >= {"tapt_then_sft", "sft_then_dpo", "rlhf", "pretrain_sft_dpo"}
    last = presets["rlhf"]["stages"][-1]
    assert last["starts_from"] == {"model": "stage:sft", "objective.reward_model": "stage:reward"}
    assert listed["started"] == []
    RecipeFolder.create(paths.recipes(), two_stages(tmp_path))
    said = fettle("recipes").out
    assert "sft > reward > ppo" in said
    assert "two" in said


def test_one_is_run_shown_and_not_run_again(fettle: Fettle, file: Path, engines: Any) -> None:
    engines(SHORT)
    done = fettle("recipe", "run", str(file), "--name", "mine", "--json")
    assert done.code == 0, done.out + done.err
    answer = done.answer
    assert (answer["recipe"], answer["status"]) == ("mine", "finished")
    assert [stage["status"] for stage in answer["stages"]] == ["done", "done"]
    assert (answer["stages"][0]["before"], answer["stages"][0]["after"]) == (2.31, 0.64)
    assert answer["model"] == f"run:{answer['stages'][1]['run']}"

    shown = fettle("recipe", "show", "mine").out
    assert "1. First: Done (step 3 of 3, Held-out loss 2.310 \N{RIGHTWARDS ARROW} 0.640)" in shown
    assert f"fettle chat {answer['stages'][1]['run']}" in shown
    again = fettle("recipe", "resume", "mine")
    assert again.code == 2
    assert "finished already" in again.err


def test_progress_names_the_stages(fettle: Fettle, file: Path, engines: Any) -> None:
    engines(SHORT)
    said = fettle("recipe", "run", str(file)).out
    assert "Stage 1 of 2: First. Run: " in said
    assert "First: Held-out loss 2.310 \N{RIGHTWARDS ARROW} 0.640." in said
    assert "Stage 2 of 2: Second. Run: " in said


def test_a_failed_stage_ends_it_with_its_sentence_and_how_to_go_on(fettle: Fettle, file: Path, engines: Any) -> None:
    engines([*opening(3), Failed(code="x", message="Memory ran out.", hint="Use less.")])
    said = fettle("recipe", "run", str(file), "--name", "bad")
    assert said.code == 1
    assert "Stage 1 of 2, First: Memory ran out." in said.err
    assert "fettle recipe resume bad" in said.err
    answer = fettle("recipe", "show", "bad", "--json").answer
    assert [stage["status"] for stage in answer["stages"]] == ["failed", "waiting"]
    engines(SHORT)
    assert fettle("recipe", "resume", "bad").code == 0


def test_the_form_is_filled_from_the_command_line(
    fettle: Fettle, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Driver:
        pid = 7

    def start(folder: RecipeFolder) -> Driver:
        return Driver()

    monkeypatch.setattr(command, "launch_driver", start)
    more = tmp_path / "more.jsonl"
    more.write_bytes((tmp_path / "chat.jsonl").read_bytes())
    words = ("--data", f"chat={tmp_path / 'chat.jsonl'}", "--data", f"chat={more}", "--model", "starter")
    sets = ("--set", "dpo.training.max_steps=2", "--set", "dpo.objective.beta=0.3", "--set", "sft.method=full")
    said = fettle("recipe", "run", str(file), "--name", "mine", "--detach", "--json", *words, *sets)
    assert said.code == 0, said.out + said.err
    assert said.answer["pid"] == 7
    spec = RecipeFolder(paths.recipes() / "mine").spec()
    assert len(spec.job_of("sft", {}).data) == 2
    assert spec.job_of("sft", {}).method.id == "full"
    job = spec.job_of("dpo", {"sft": "run:x"})
    assert (job.training.max_steps, job.objective.id, job.objective.options["beta"]) == (2, "dpo", 0.3)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("run", "no_such_recipe"), "There is no recipe called 'no_such_recipe'"),
        (("run", "sft_then_dpo", "--data", "chat"), "names no input"),
        (("run", "sft_then_dpo", "--data", "nobody=x.jsonl"), "no input called 'nobody'"),
        (("run", "sft_then_dpo", "--data", "model=x.jsonl"), "is a model"),
        (("run", "sft_then_dpo", "--data", "chat=/gone.jsonl"), "inputs.chat: there is no file"),
        (("run", "sft_then_dpo", "--set", "epochs=3"), "no setting"),
        (("run", "sft_then_dpo", "--set", "nobody.training.epochs=3"), "no stage called 'nobody'"),
        (("run", "sft_then_dpo", "--set", "dpo.training.epochs=-3"), "training.epochs"),
        (("run", "sft_then_dpo", "--model", "nobody"), "inputs.model"),
        (("run", "gone.yaml"), "cannot be read"),
        (("show", "nobody"), "No recipe called 'nobody'"),
        (("resume", "nobody"), "No recipe called 'nobody'"),
        ((), "required"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_made(
    fettle: Fettle, words: tuple[str, ...], sentence: str
) -> None:
    said = fettle("recipe", *words)
    assert said.code == 2, said.out
    assert sentence in said.err
    assert RecipeFolder.all_in(paths.recipes()) == []
    assert RunFolder.all_in(paths.runs()) == []
