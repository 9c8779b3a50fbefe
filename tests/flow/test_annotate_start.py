"""What a new project needs before it can be made, and what it asks the workbench for."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from desktop.engine.workbench.operations.generate_pairs import Wanted
from desktop.flow.annotate_start import Answerer, NewProject, answerers, title_for


@dataclass(frozen=True)
class Run:
    folder: str
    name: str
    has_model: bool


BAKERY = Answerer("run:2026-11-20-bakery", "bakery", "2026-11-20-bakery")
PROJECT = NewProject("Bakery answers", BAKERY, pairs=5)


def test_only_runs_with_a_result_can_answer() -> None:
    found = answerers([Run("2026-11-20-bakery", "bakery", True), Run("x", "failed", False)])
    assert [answerer.ref for answerer in found] == ["run:2026-11-20-bakery", "starter"]


def test_questions_come_from_the_run_unless_some_are_pasted() -> None:
    assert PROJECT.from_run
    pasted = replace(PROJECT, pasted=" One? \n\n Two?\n")
    assert not pasted.from_run
    assert pasted.questions == ["One?", "Two?"]


@pytest.mark.parametrize(
    ("project", "field"),
    [
        (replace(PROJECT, title=" "), "title"),
        (replace(PROJECT, answerer=None), "answerer"),
        (replace(PROJECT, answerer=Answerer("starter", "Starter")), "pasted"),
        (replace(PROJECT, pairs=0), "pairs"),
        (replace(PROJECT, pairs=20_000), "pairs"),
    ],
)
def test_what_is_missing_is_named(project: NewProject, field: str) -> None:
    assert [problem.field for problem in project.problems()] == [field]


def test_a_whole_form_has_no_problem() -> None:
    assert PROJECT.problems() == []
    assert replace(PROJECT, answerer=Answerer("starter", "Starter"), pasted="Q?").problems() == []


def test_fewer_questions_than_pairs_are_asked_in_turn() -> None:
    wanted = Wanted.model_validate(PROJECT.request(["One?", "Two?"], seed=9))
    assert wanted.prompts == ["One?", "Two?", "One?", "Two?", "One?"]
    assert (wanted.ref, wanted.names, wanted.sampling.seed) == (BAKERY.ref, [], 9)
    assert wanted.sampling.temperature > 0


def test_against_the_base() -> None:
    assert replace(PROJECT, against="base").request(["One?"], seed=1)["names"] == ["tuned", "base"]


def test_names_are_not_taken_twice() -> None:
    assert title_for(BAKERY, []) == "bakery answers"
    assert title_for(BAKERY, ["Bakery answers", "bakery answers 2"]) == "bakery answers 3"
    assert title_for(Answerer("starter", "Starter model"), []) == "Starter answers"
