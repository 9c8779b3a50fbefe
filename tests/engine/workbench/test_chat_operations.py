"""The chat operations in a real child with a tiny model: loaded once, streamed, stopped, let go; nothing listens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.engine.workbench.conftest import Child
from tests.support import tuned

QUESTION = [{"role": "user", "content": "What do I need for a loaf?"}]
BOTH = {"base": QUESTION, "tuned": QUESTION}


@pytest.fixture(scope="module")
def ref(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Iterator[str]:
    """A finished run in a workspace of its own, which the child is given."""
    folder = tmp_path_factory.mktemp("chat-workspace")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FETTLE_WORKSPACE", str(folder))
        name = tuned.adapter_run(folder / "runs", tiny_model)
        patch.setenv("CHAT_WORKSPACE", str(folder))
        yield name


@pytest.fixture(scope="module")
def talker(ref: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FETTLE_WORKSPACE", os.environ["CHAT_WORKSPACE"])
        child = Child(["-m", "desktop", "--workbench"], tmp_path_factory.mktemp("chat") / "child.log")
    yield child
    child.kill()


def test_loading_says_what_it_does_and_who_can_be_asked(talker: Child, ref: str) -> None:
    talker.ask("chat_load", 1, ref=ref)
    pieces, answer = talker.last()
    assert any("Loading" in piece["doing"] for piece in pieces)
    base, other = answer["result"]["contenders"]
    assert (base["name"], base["adapter"]) == ("base", False)
    assert (other["name"], other["adapter"]) == ("tuned", True)
    assert base["proof"]["weights"] == other["proof"]["weights"]
    assert len(other["proof"]["adapters"]) == 1


def test_both_answers_are_streamed_and_the_model_is_not_loaded_again(talker: Child, ref: str) -> None:
    sampling = {"temperature": 1.0, "max_tokens": 12, "seed": 3}
    talker.ask("chat", 2, ref=ref, messages=BOTH, sampling=sampling)
    pieces, answer = talker.last()
    assert not any("doing" in piece for piece in pieces)
    answers = answer["result"]["answers"]
    assert [one["contender"] for one in answers] == ["base", "tuned"]
    for one in answers:
        said = "".join(piece["text"] for piece in pieces if piece["contender"] == one["contender"])
        assert said == "".join(one["pieces"])
    assert len(answers[1]["differences"]) == answers[1]["tokens"]
    talker.ask("chat", 3, ref=ref, messages=BOTH, sampling=sampling)
    assert [one["text"] for one in talker.last()[1]["result"]["answers"]] == [one["text"] for one in answers]


def test_stopping_returns_what_there_is(talker: Child, ref: str) -> None:
    long = {"temperature": 2.0, "top_p": 1.0, "max_tokens": 100, "seed": 1}
    talker.ask("chat", 4, ref=ref, messages=BOTH, sampling=long)
    talker.receive()
    talker.send({"cancel": 4})
    _, answer = talker.last()
    assert "stopped" in {one["ending"] for one in answer["result"]["answers"]}
    assert all(one["tokens"] < 100 for one in answer["result"]["answers"])


def test_pairs_come_as_they_are_made(talker: Child, ref: str) -> None:
    talker.ask("generate_pairs", 5, ref=ref, prompts=["Rye?", "Salt?"], system="Be brief.", sampling={"max_tokens": 8})
    pieces, answer = talker.last()
    assert [piece["prompt_text"] for piece in pieces] == ["Rye?", "Salt?"]
    assert pieces[0]["prompt"][0] == {"role": "system", "content": "Be brief."}
    assert all(piece["a"] != piece["b"] for piece in pieces)
    assert {source["contender"] for piece in pieces for source in piece["sources"].values()} == {"tuned"}
    assert answer["result"] == {"made": 2, "prompts": 2, "stopped": False}


def test_a_wrong_request_is_a_sentence(talker: Child, ref: str) -> None:
    talker.ask("chat", 6, ref="run:nothing", messages=BOTH)
    assert talker.last()[1]["error"]["code"] == "no_model"
    talker.ask("chat", 7, ref=ref, messages=BOTH, sampling={"temperature": -3})
    error = talker.last()[1]["error"]
    assert error["code"] == "bad_params"
    assert "temperature" in error["message"]


def test_nothing_listens_while_a_model_is_loaded(talker: Child) -> None:
    assert psutil.Process(talker.process.pid).net_connections() == []


def test_unloading_gives_the_model_back(talker: Child, ref: str) -> None:
    talker.ask("chat_unload", 8)
    assert talker.last()[1]["result"] == {"unloaded": True}
    talker.ask("chat_unload", 9)
    assert talker.last()[1]["result"] == {"unloaded": False}


def test_models_are_listed_with_facts_lineage_and_their_problems(talker: Child, ref: str, tiny_model: Path) -> None:
    broken = Path(os.environ["CHAT_WORKSPACE"]) / "models" / "broken"
    broken.mkdir(parents=True)
    (broken / "config.json").write_text("{", encoding="utf-8")
    talker.ask("models", 10)
    listed: dict[str, dict[str, Any]] = {one["ref"]: one for one in talker.last()[1]["result"]["models"]}
    run = listed[ref]
    assert (run["adapter"], run["method"], run["base"]) == (True, "lora", str(tiny_model))
    assert run["facts"]["architecture"] == "llama"
    assert run["bytes"] > 1000
    assert listed["broken"]["facts"] is None
    assert listed["broken"]["problem"]


def test_operations_can_be_discovered_without_torch() -> None:
    script = (
        "import sys, json; from desktop.engine.workbench.base import OPERATIONS; OPERATIONS.all();"
        "print(json.dumps([m for m in ('torch', 'transformers', 'peft', 'trl', 'datasets') if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
