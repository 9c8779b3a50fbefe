"""``fettle lineage``: a tree for people, the same as data for programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.support.command_line import Said
from tests.support.tuned import full_run

Fettle = Callable[..., Said]


def test_the_tree_of_a_run(fettle: Fettle, workspace: Path, tiny_model: Path) -> None:
    first = full_run(workspace / "runs", tiny_model, "first")
    (workspace / "runs" / "first").rename(workspace / "runs" / "renamed")
    full_run(workspace / "runs", tiny_model, "second")
    file = workspace / "runs" / "second" / "model" / "fettle.json"
    file.write_text(file.read_text().replace(f'"base": "{tiny_model}"', f'"base": "{first}"'))
    said = fettle("lineage", "run:second")
    assert said.code == 0
    assert said.out.splitlines()[0] == "second"
    assert "with Full fine-tuning" in said.out
    assert "Held-out loss 3 to 0.5" in said.out
    answer = fettle("lineage", "run:second", "--json").answer
    assert answer["model"]["further"][0]["ref"] == first


def test_a_base_that_is_gone_is_named(fettle: Fettle, workspace: Path, tiny_model: Path) -> None:
    full_run(workspace / "runs", tiny_model, "second")
    file = workspace / "runs" / "second" / "model" / "fettle.json"
    file.write_text(file.read_text().replace(f'"{tiny_model}"', '"run:first"'))
    said = fettle("lineage", "run:second")
    assert "└─ first (not here)" in said.out
    assert "The run 'first' has no saved model." in said.out


def test_a_model_of_which_nothing_is_known(fettle: Fettle, tiny_model: Path) -> None:
    assert "Nothing is known" in fettle("lineage", str(tiny_model)).out


def test_a_model_that_is_not_there(fettle: Fettle) -> None:
    assert fettle("lineage", "run:nothing", "--json").answer["error"]["code"] == "no_model"
