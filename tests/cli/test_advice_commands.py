"""The commands that advise: which method, which rate, and the methods side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.engine.advise.base import GOALS
from desktop.engine.methods import METHODS
from desktop.flow import method_table
from desktop.flow.method_table import MethodRow
from tests.support.command_line import Said

Fettle = Callable[..., Said]


def test_advise_ranks_every_method_for_the_rows_of_a_file(fettle: Fettle, workspace: Path, alpaca_file: Path) -> None:
    answer = fettle("advise", "--data", str(alpaca_file), "--json").answer
    assert (answer["goal"]["id"], answer["rows"], answer["sets"]) == ("style", 40, 1)
    assert {one["id"] for one in answer["methods"]} == {method.id for method in METHODS.all()}
    assert answer["methods"][0]["id"] == "lora"
    said = fettle("advise", "--data", str(alpaca_file)).out
    assert "1   LoRA" in said
    assert "Best first choice here" in said


@pytest.mark.parametrize("asked", [one.id for one in GOALS])
def test_every_goal_can_be_asked_for_without_data(fettle: Fettle, workspace: Path, asked: str) -> None:
    answer = fettle("advise", "--model", "starter", "--goal", asked, "--rows", "500", "--json").answer
    assert (answer["goal"]["id"], answer["rows"]) == (asked, 500)


def test_an_unknown_goal_is_refused_in_words(fettle: Fettle, workspace: Path) -> None:
    said = fettle("advise", "--model", "starter", "--goal", "fame")
    assert said.code == 2
    assert "style" in said.err


def test_a_sweep_of_too_few_steps_is_refused(fettle: Fettle, workspace: Path, alpaca_file: Path) -> None:
    said = fettle("find_rate", "--data", str(alpaca_file), "--steps", "3")
    assert (said.code, "at least 10 steps" in said.err) == (2, True)


def test_the_methods_side_by_side_are_printed_and_kept(
    fettle: Fettle, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_: object, job: object) -> MethodRow:
        return MethodRow("lora", "LoRA", "M4", "starter", 1000, 10_000, 800, 790, 4.2, 40, 2e-3, 4.9, 0.4)

    monkeypatch.setattr(method_table, "_run", run)
    assert fettle("compare_methods", "--stored").code == 1
    answer = fettle("compare_methods", "lora", "--json").answer
    assert answer["rows"][0]["loss_after"] == 0.4
    said = fettle("compare_methods", "--stored").out
    assert "10 %" in said
    assert "The held-out loss fell for 1 of 1 methods." in said
