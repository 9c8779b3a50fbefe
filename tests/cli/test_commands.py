"""The commands that load no library: what they print for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from desktop import paths
from desktop.engine.events import Finished, Planned, Started, Step
from desktop.engine.job import JobSpec
from desktop.engine.methods import METHODS
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.run_folder import EventWriter, RunFolder
from tests.support.command_line import Said

Fettle = Callable[..., Said]


@pytest.mark.parametrize(("command", "registry"), [("methods", METHODS), ("objectives", OBJECTIVES)])
def test_the_registries_are_listed(fettle: Fettle, command: str, registry: Any) -> None:
    listed = fettle(command, "--json").answer
    assert [item["id"] for item in listed] == [thing.id for thing in registry.all()]
    assert all(item["title"] and item["summary"] for item in listed)
    text = fettle(command).out
    assert all(thing.summary in text for thing in registry.all())


def test_one_method_is_explained_with_its_options(fettle: Fettle) -> None:
    answer = fettle("methods", "lora", "--json").answer
    assert answer["id"] == "lora"
    assert "rank" in {option["name"] for option in answer["options"]}
    assert "rank = " in fettle("methods", "lora").out


def test_every_method_says_what_it_goes_with_and_why_not(fettle: Fettle) -> None:
    listed = {item["id"]: item for item in fettle("methods", "--json").answer}
    assert {f"M{number}" for number in range(1, 16)} <= {item["row"] for item in listed.values()}
    for item in listed.values():
        assert all(item[name] for name in ("explanation", "use_when", "avoid_when", "paper", "pros", "cons", "picture"))
        goes = item["compatibility"]
        verdicts = [*goes["quantizations"], *goes["objectives"], goes["checkpointing"], *item["merge"]["where"]]
        assert all(verdict["works"] is not bool(verdict["reason"]) for verdict in verdicts)
        assert any(verdict["works"] for verdict in goes["quantizations"])
        assert {"label", "help", "minimum", "maximum", "typical"} <= {
            key for field in item["options"] for key in field
        } or (item["options"] == [])
    stored = {verdict["id"]: verdict for verdict in listed["full"]["compatibility"]["quantizations"]}
    assert stored["none"]["works"]
    assert "cannot change" in stored["nf4"]["reason"]
    assert [item["works"] for item in listed["qlora"]["compatibility"]["quantizations"]] == [False, False, True, True]
    assert listed["prefix"]["compatibility"]["checkpointing"]["works"] is False
    assert listed["ia3"]["merge"]["works"] is None
    assert "4-bit" in {item["id"]: item for item in listed["ia3"]["merge"]["where"]}["nf4"]["reason"]


def test_on_a_model_the_methods_say_more(fettle: Fettle, tiny_model: Path) -> None:
    listed = {item["id"]: item for item in fettle("methods", "--model", str(tiny_model), "--json").answer}
    assert not any(verdict["works"] for verdict in listed["bitfit"]["compatibility"]["quantizations"])
    assert "bias" in listed["bitfit"]["compatibility"]["quantizations"][0]["reason"]
    objectives = {verdict["id"]: verdict["works"] for verdict in listed["lora"]["compatibility"]["objectives"]}
    assert (objectives["sft"], objectives["mlm"]) == (True, False)
    text = fettle("methods", "ia3").out
    assert "packed 4-bit weights" in text
    assert "bias" in fettle("methods", "bitfit", "--model", str(tiny_model)).out


def test_inspect_says_what_a_file_holds(fettle: Fettle, alpaca_file: Path) -> None:
    answer = fettle("inspect", str(alpaca_file), "--json").answer
    assert (answer["format"], answer["rows"], answer["bad"]) == ("json", 40, [])
    assert answer["mapping"]["instruction"] == "instruction"
    assert answer["recognised"] == "alpaca"
    assert "What do I need for loaf 0?" in fettle("inspect", str(alpaca_file)).out


def test_inspect_names_bad_rows_by_line(fettle: Fettle, tmp_path: Path) -> None:
    good = json.dumps({"instruction": "Say hello.", "output": "Hello."})
    file = tmp_path / "rows.jsonl"
    file.write_text(f'{good}\n{{"instruction": "half\n{good}\n{json.dumps({"instruction": "x", "output": ""})}\n')
    answer = fettle("inspect", str(file), "--json").answer
    assert answer["rows"] == 2
    assert [(bad["row"], bad["line"]) for bad in answer["bad"]] == [(2, 2), (4, 4)]
    assert all(bad["reason"] for bad in answer["bad"])
    assert "line 2" in fettle("inspect", str(file)).out


def test_inspect_takes_a_mapping_for_columns_no_one_would_guess(fettle: Fettle, tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("zq,ans\nWhat is rye?,A grain.\nWhat is yeast?,It makes dough rise.\n")
    assert "--map instruction=COLUMN" in fettle("inspect", str(file)).err
    answer = fettle("inspect", str(file), "--map", "instruction=zq", "--map", "response=ans", "--json").answer
    assert answer["rows"] == 2
    assert set(answer["mapping"].values()) == {"zq", "ans"}


def test_explain_writes_a_job_file_with_every_default(fettle: Fettle, tmp_path: Path, alpaca_file: Path) -> None:
    file = tmp_path / "job.yaml"
    file.write_text(f"name: bakery\ndata: [{{path: {alpaca_file.name}}}]\nmethod: {{id: lora, rank: 4}}\n")
    text = fettle("train", str(file), "--explain").out
    explained = JobSpec.from_yaml(text)
    assert explained.method.options["rank"] == 4
    assert set(explained.method.options) == set(METHODS.get("lora").options.model_fields)
    assert explained.training == JobSpec().training
    assert "# How many times every row is seen." in text
    assert set(yaml.safe_load(text)["training"]) == set(JobSpec().training.model_dump())
    assert fettle("train", str(file), "--explain", "--json").answer["name"] == "bakery"


def test_words_replace_what_the_job_file_says(fettle: Fettle, tmp_path: Path, alpaca_file: Path) -> None:
    file = tmp_path / "job.yaml"
    file.write_text("name: bakery\nmethod: lora\n")
    words = ["--data", str(alpaca_file), "--set", "training.learning_rate=2e-3", "--set", "method.rank=2"]
    explained = fettle("train", str(file), "--explain", "--json", *words).answer
    assert explained["training"]["learning_rate"] == 2e-3
    assert explained["method"]["rank"] == 2
    assert explained["data"][0]["path"] == str(alpaca_file)


def test_estimate_adds_up(fettle: Fettle, tiny_model: Path, alpaca_file: Path) -> None:
    words = ("estimate", "--model", str(tiny_model), "--data", str(alpaca_file))
    answer = fettle(*words, "--json").answer
    assert answer["total_mib"] == pytest.approx(sum(part["mib"] for part in answer["parts"]), abs=0.2)
    assert 0 < answer["peak_allocated_mib"] <= answer["total_mib"]
    assert answer["verdict"] in ("fits", "tight", "too_big")
    assert answer["sentence"] in fettle(*words).out


def _run(name: str, *events: Any) -> RunFolder:
    run = RunFolder.create(paths.runs(), JobSpec(name=name))
    writer = EventWriter(run)
    for event in events:
        writer.write(event)
    writer.close()
    return run


def test_runs_are_listed_as_the_window_lists_them(fettle: Fettle) -> None:
    assert "no runs yet" in fettle("runs").out
    started = Started(pid=1, host="here", version="0", device="cpu", time=1.0)
    planned = Planned(
        total_steps=2, epochs=1, rows_train=1, rows_validation=1, tokens_per_epoch=1, parameters=2, trainable=1,
        learning_rate=1e-3,
    )  # fmt: skip
    step = Step(
        step=2, epoch=1, loss=1.5, learning_rate=1e-3, gradient_norm=1, tokens=1, tokens_per_second=1, memory_mib=1
    )
    run = _run("done", started, planned, step, Finished(status="finished", step=2, seconds=1.0))
    listed = fettle("runs", "--json").answer
    assert [(item["run"], item["status"], item["step"]) for item in listed] == [(run.name, "finished", 2)]
    assert "2/2" in fettle("runs").out


@pytest.mark.parametrize("words", [["chat", "nobody", "--prompt", "Hi"], ["export", "nobody", "x"]])
def test_a_model_that_is_not_there_is_a_wrong_request(fettle: Fettle, words: list[str]) -> None:
    said = fettle(*words, "--json")
    assert said.code == 2
    assert "nobody" in said.answer["error"]["message"]


def test_resuming_a_run_that_is_not_there_names_the_close_ones(fettle: Fettle) -> None:
    run = _run("bakery")
    said = fettle("train", "--resume", run.name[:-1], "--json")
    assert said.code == 2
    assert run.name in said.answer["error"]["hint"]


def test_chat_refuses_a_temperature_out_of_bounds(fettle: Fettle) -> None:
    said = fettle("chat", "starter", "--prompt", "Hi", "--temperature", "9")
    assert said.code == 2
    assert "--temperature" in said.err


def test_an_old_task_is_named_in_a_word(fettle: Fettle, alpaca_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "job.yaml"
    file.write_text(f"name: bakery\ndata: [{{path: {alpaca_file}}}]\n", encoding="utf-8")
    for words in (("--data", str(alpaca_file)), (str(file),)):
        explained = fettle("train", *words, "--old", str(alpaca_file), "--explain", "--json").answer
        assert [source["use"] for source in explained["data"]] == ["train", "old"]
