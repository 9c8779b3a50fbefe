"""A run over several data sets: each task is measured as if it were alone, and the run says what it learns from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.events import Evaluated, Planned, Sampled
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.run_folder import RunFolder
from tests.engine.train.test_objectives import MODELS, OPTIONS, ROWS, SECOND, reward_model
from tests.support.training import finish_of, new_run, notices_of, steps_of, train

__all__ = ("reward_model",)  # a fixture is found by its name here
FAST = {"learning_rate": 1e-2, "max_length": 48, "max_steps": 3, "batch_size": 4}


def _write(file: Path, kind: str, numbers: range, more: str = "") -> str:
    rows = [ROWS[kind](number) for number in numbers]
    rows = [row | {"text": row["text"] + more} if more else row for row in rows]
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return str(file)


def _evaluated(run: RunFolder) -> list[Evaluated]:
    return [event for event in run.events() if isinstance(event, Evaluated)]


@pytest.mark.parametrize("objective", [objective.id for objective in OBJECTIVES.all()])
def test_a_task_is_measured_as_if_it_were_alone(objective: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Checked by what the runs report before their first step, where the model is the same in all of them."""
    of = OBJECTIVES.get(objective)
    kind = of.rows[0]
    model: Path = request.getfixturevalue(MODELS[of.kinds[0]])
    learned = [{"path": _write(tmp_path / "rows.jsonl", kind, range(12))}]
    if objective == "continual":
        pytest.skip("it always has an old task beside the others: test_an_old_task_is_measured_apart")
    if objective in SECOND:
        learned.append({"path": _write(tmp_path / "more.jsonl", kind, range(20, 32)), **SECOND[objective]})
    said = dict(OPTIONS.get(objective, {}))
    if objective == "ppo":
        said["reward_model"] = str(request.getfixturevalue("reward_model"))
    tasks = {"bread": _write(tmp_path / "one.jsonl", kind, range(40, 47)),
             "cake": _write(tmp_path / "two.jsonl", kind, range(60, 63))}  # fmt: skip

    def before(*names: str) -> dict[str, float]:
        data = [*learned, *({"path": tasks[name], "use": "validation", "task": name} for name in names)]
        method = "full" if of.from_scratch else "lora"
        learns = {"id": objective, "options": said}
        run = new_run(tmp_path / "runs", model, objective=learns, method=method, data=data, training=FAST)
        train(run)
        return finish_of(run).metrics["before"]

    both, bread, cake = before("bread", "cake"), before("bread"), before("cake")
    assert both["loss/bread"] == pytest.approx(bread["loss"], rel=1e-5)
    assert both["loss/cake"] == pytest.approx(cake["loss"], rel=1e-5)
    assert "loss/bread" not in bread
    weights = (bread.get("tokens", 7), cake.get("tokens", 3))
    mean = (bread["loss"] * weights[0] + cake["loss"] * weights[1]) / sum(weights)
    assert both["loss"] == pytest.approx(mean, rel=1e-5)
    assert both.get("tokens", 10) == sum(weights)


@pytest.mark.parametrize("objective", [objective.id for objective in OBJECTIVES.all() if objective.pooled])
def test_figures_that_are_no_means_are_those_of_all_rows(
    objective: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Told by a run that holds the same rows out as one task."""
    if objective == "mlm":
        pytest.skip(
            "which stretches are strangers to each other follows from the documents at hand: no two sets are alike"
        )
    of = OBJECTIVES.get(objective)
    kind = of.rows[0]
    model: Path = request.getfixturevalue(MODELS[of.kinds[0]])
    options: dict[str, Any] = {}
    more = ""
    learned = {"path": _write(tmp_path / "rows.jsonl", kind, range(16), more)}
    sets = {"bread": _write(tmp_path / "one.jsonl", kind, range(40, 51), more),
            "cake": _write(tmp_path / "two.jsonl", kind, range(60, 63), more)}  # fmt: skip

    def after(names: dict[str, str]) -> dict[str, float]:
        held = [{"path": sets[name], "use": "validation", "task": task} for name, task in names.items()]
        run = new_run(
            tmp_path / "runs", model, objective={"id": objective, **options}, method="full", data=[learned, *held],
            training=FAST,
        )  # fmt: skip
        train(run)
        return finish_of(run).metrics["after"]

    apart, together = after({"bread": "bread", "cake": "cake"}), after({"bread": "all", "cake": "all"})
    assert "loss/cake" in apart
    assert "loss/cake" not in together
    figures = [name for name in of.pooled if name in together]
    assert figures
    assert {name: apart[name] for name in figures} == pytest.approx({name: together[name] for name in figures})


@pytest.fixture
def sources(tmp_path: Path) -> list[dict[str, Any]]:
    return [
        {"path": _write(tmp_path / "bread.jsonl", "chat", range(20))},
        {"path": _write(tmp_path / "cake.jsonl", "chat", range(100, 110)), "weight": 3},
    ]


def test_a_run_over_two_sets_says_what_it_does(sources: list[dict[str, Any]], tmp_path: Path, tiny_model: Path) -> None:
    made: dict[str, Any] = {"data": sources, "mixing": {"strategy": "explicit"}, "training": FAST}
    run = new_run(tmp_path / "runs", tiny_model, **made)
    train(run, samples=True)
    [planned] = [event for event in run.events() if isinstance(event, Planned)]
    assert planned.tasks == {
        "bread": {"train": 18, "validation": 2, "drawn": 18, "leaked": 0},
        "cake": {"train": 9, "validation": 1, "drawn": 54, "leaked": 0},
    }
    assert (planned.rows_train, planned.rows_validation) == (72, 3)
    assert notices_of(run)["mixture"].message == (
        "An epoch has 72 rows: bread 18 (25%, each row once), cake 54 (75%, each row 6.0 times). "
        "Held out: bread 2, cake 1."
    )
    for event in _evaluated(run):
        assert {"loss/bread", "loss/cake"} < set(event.metrics)
    lineage = json.loads((run.model / "fettle.json").read_text(encoding="utf-8"))
    assert lineage["metrics"] == finish_of(run).metrics
    assert "loss/cake" in (run.model / "README.md").read_text(encoding="utf-8")
    prompts = {event.prompt for event in run.events() if isinstance(event, Sampled)}
    assert len(prompts) == 2, "one of each task"
    second = new_run(tmp_path / "runs", tiny_model, **made)
    train(second, kill_after=2)
    train(second, resume=True)
    assert steps_of(second) == steps_of(run)


def test_a_set_that_comes_again_and_again_is_warned_of(
    sources: list[dict[str, Any]], tmp_path: Path, tiny_model: Path
) -> None:
    heavy = [sources[0], {**sources[1], "weight": 30}]
    run = new_run(tmp_path / "runs", tiny_model, data=heavy, mixing={"strategy": "explicit"}, training=FAST)
    train(run)
    assert notices_of(run)["seen_often"].message.startswith("Each row of cake is seen about 60 times an epoch")


@pytest.mark.parametrize(
    ("policy", "words"),
    [("skip", "so they are not learned from"), ("keep", "are learned from all the same, as asked")],
)
def test_leaks_are_told(
    policy: str, words: str, tmp_path: Path, tiny_model: Path, sources: list[dict[str, Any]]
) -> None:
    dev = {"path": _write(tmp_path / "dev.jsonl", "chat", range(15, 25)), "use": "validation"}
    run = new_run(
        tmp_path / "runs", tiny_model, data=[{**sources[0], "checks": {"leakage": policy}}, dev], training=FAST
    )
    train(run)
    assert notices_of(run)["leakage"].message.startswith("5 rows of bread are in the validation data as well")
    assert words in notices_of(run)["leakage"].message
    [planned] = [event for event in run.events() if isinstance(event, Planned)]
    assert planned.rows_train == (15 if policy == "skip" else 20)
    assert planned.rows_validation == 10


def test_one_set_says_nothing_of_tasks(sources: list[dict[str, Any]], tmp_path: Path, tiny_model: Path) -> None:
    run = new_run(tmp_path / "runs", tiny_model, data=sources[:1], training=FAST)
    train(run)
    assert not {"mixture", "leakage"} & set(notices_of(run))
    assert not [name for name in _evaluated(run)[0].metrics if name.startswith("loss/")]


@pytest.mark.parametrize("objective", ["sft", "continual"])
def test_an_old_task_is_measured_apart(
    objective: str, sources: list[dict[str, Any]], tmp_path: Path, tiny_model: Path
) -> None:
    """Whatever is learned from: the figures of what is new are those of a run without it."""
    old = {"path": _write(tmp_path / "song.jsonl", "chat", range(200, 220)), "use": "old"}
    guard: Any = {"id": objective, **({"guard": "none"} if objective == "continual" else {})}
    run = new_run(tmp_path / "runs", tiny_model, data=[*sources, old], objective=guard, training=FAST)
    train(run, samples=True)
    plain = new_run(tmp_path / "runs", tiny_model, data=sources, training=FAST)
    train(plain)
    assert steps_of(run) == steps_of(plain)
    found, without = finish_of(run).metrics, finish_of(plain).metrics
    for when in ("before", "after"):
        assert {key: found[when][key] for key in without[when]} == without[when]
        assert found[when]["old_loss"] == found[when]["loss/song"]
        assert found[when]["forgetting"] == found[when]["old_loss"] - found["before"]["old_loss"]
    [planned] = [event for event in run.events() if isinstance(event, Planned)]
    assert planned.tasks["song"] == {"train": 0, "validation": 2, "drawn": 0, "leaked": 0, "old": 18}
    assert "song is a task the model knows: measured for forgetting" in notices_of(run)["mixture"].message


def test_several_tasks_at_once_give_their_mean_and_the_worst(
    sources: list[dict[str, Any]], tmp_path: Path, tiny_model: Path
) -> None:
    run = new_run(tmp_path / "runs", tiny_model, data=sources, objective="multitask", training=FAST)
    train(run)
    for figures in finish_of(run).metrics.values():
        losses = [figures["loss/bread"], figures["loss/cake"]]
        assert figures["mean_task_loss"] == pytest.approx(sum(losses) / 2)
        assert figures["worst_task_loss"] == max(losses)
