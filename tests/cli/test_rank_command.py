"""``fettle rank``: what rank would have been enough, for people and for programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.support.command_line import Said
from tests.support.tuned import adapter_run

Fettle = Callable[..., Said]


def test_a_line_for_every_layer_and_what_follows(fettle: Fettle, workspace: Path, tiny_model: Path) -> None:
    name = adapter_run(workspace / "runs", tiny_model).removeprefix("run:")
    said = fettle("rank", name)
    assert said.out.count("layers.0.") == 7
    assert "All of rank 4 is used" in said.out
    answer = fettle("rank", name, "--json").answer
    assert {"layers", "enough", "enough90", "sentence"} <= answer.keys()
    assert {"name", "rank", "values", "effective", "rank90", "rank99"} == answer["layers"][0].keys()


def test_a_run_that_is_not_there(fettle: Fettle) -> None:
    assert fettle("rank", "nothing", "--json").answer["error"]["code"] == "no_model"
