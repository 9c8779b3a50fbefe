"""Runs beside each other: settings that differ, short names, verdicts that promise no more than they know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desktop.engine.job import Choice, DataSource, JobSpec, Training
from desktop.engine.methods import METHODS
from desktop.engine.run_folder import RunFolder
from desktop.flow.run_compare import Comparison, compare, read_view, settings_of, short_names
from desktop.flow.runs import Shelf
from tests.support.streams import a_run, finished

BAKERY = (DataSource(path="/d/bakery.jsonl"),)


def _compared(root: Path, *jobs: JobSpec, validation: tuple[float, ...] = (1.0, 0.9)) -> Comparison:
    runs = []
    for job, loss in zip(jobs, validation, strict=True):
        made = a_run(root, finished(), job.name)
        made.job_file.write_text(job.to_yaml(), encoding="utf-8")
        summary = next(found for found in Shelf(root).look() if found.folder == made.name)
        runs.append(replace(summary, validation=loss))
    return compare(runs, jobs, [read_view(RunFolder(run.path)) for run in runs])


def test_only_what_differs(tmp_path: Path) -> None:
    told = _compared(
        tmp_path,
        JobSpec(name="shop-r8", data=BAKERY),
        JobSpec(name="shop-r64", data=BAKERY, method=Choice(id="lora", options={"rank": 64}),
                training=Training(learning_rate=1e-3)),
    )  # fmt: skip
    assert {row.label: row.values for row in told.different} == {
        "Rank": (str(METHODS.get("lora").options().rank), "64"),
        "Learning rate": ("automatic", "0.001"),
    }
    assert told.settings[: len(told.different)] == told.different
    assert len(told.settings) > 20
    assert told.names == ("r8", "r64")
    assert told.about == "same data, 20 validation rows"


def test_another_method_is_told_once_and_not_option_by_option(tmp_path: Path) -> None:
    told = _compared(tmp_path, JobSpec(name="a", data=BAKERY), JobSpec(name="b", data=BAKERY, method=Choice(id="full")))
    assert [row.label for row in told.different] == ["Method"]


def test_the_verdict_says_by_how_much_and_what_it_is_worth(tmp_path: Path) -> None:
    jobs = JobSpec(name="a", data=BAKERY), JobSpec(name="b", data=BAKERY)
    told = _compared(tmp_path, *jobs)
    assert told.verdict == "b is lower by 0.100 than a. One run each: another seed may move that."
    assert _compared(tmp_path, *jobs, validation=(1.0, 1.001)).verdict == "a and b are even: 1.000."


def test_losses_on_different_rows_are_not_compared(tmp_path: Path) -> None:
    other = (DataSource(path="/d/other.jsonl"),)
    told = _compared(tmp_path, JobSpec(name="a", data=BAKERY), JobSpec(name="b", data=other))
    assert told.verdict == ""
    assert told.about == "different data: their losses do not compare"
    seeds = _compared(
        tmp_path, JobSpec(name="a", data=BAKERY), JobSpec(name="b", data=BAKERY, training=Training(seed=8))
    )
    assert (seeds.verdict, seeds.about) == ("", "same data, but other rows held out: compare losses with care")


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (["support-lora-r64", "support-qlora"], ("lora-r64", "qlora")),
        (["support", "support-2"], ("support", "support-2")),
        (["one"], ("one",)),
        (["a-b", "c-b"], ("a-b", "c-b")),
        (["same-name", "same-name"], ("name", "name")),
    ],
)
def test_names_without_what_all_begin_with(names: list[str], short: tuple[str, ...]) -> None:
    assert short_names(names) == short


def test_settings_in_words() -> None:
    told = settings_of(JobSpec(data=BAKERY, training=Training(checkpointing=True, learning_rate=2e-5)))
    assert told["Gradient checkpointing"] == "on"
    assert told["Learning rate"] == "2e-5"
    assert told["Most steps"] == "automatic"
    assert told["Data"] == "bakery.jsonl"
