"""Soft prompts: counted before a load, started from words, in the cache once, and several tasks told apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from desktop.engine import check
from desktop.engine.data.mixing.portions import portions_of
from desktop.engine.errors import RequestError
from desktop.engine.events import Evaluated, Sampled
from desktop.engine.generate.contenders import Contender, load_contenders
from desktop.engine.generate.sampling import Sampling
from desktop.engine.generate.stream import stream
from desktop.engine.hardware import hardware
from desktop.engine.job import JobSpec
from desktop.engine.memory.job_shape import shape_of
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import Setting
from desktop.engine.methods.soft_prompts import ROOM, encoder_of
from desktop.engine.models.facts import facts_of
from desktop.engine.models.library import REPORT_FILE, resolve
from desktop.engine.models.load import load_for_chat, load_model, load_tokenizer
from desktop.engine.run_folder import RunFolder
from desktop.engine.train import plan
from tests.support.contract import OBJECTIVES
from tests.support.training import finish_of, new_run, steps_of, train

DEEP, AT_THE_INPUT = ("prefix", "p_tuning_v2"), ("prompt", "p_tuning", "multitask_prompt")
WAYS = [
    ("prefix", {"virtual_tokens": 5, "width": 24}),
    ("p_tuning_v2", {"virtual_tokens": 7}),
    ("prompt", {"virtual_tokens": 6, "start": "vocabulary"}),
    ("prompt", {"virtual_tokens": 6, "start": "random"}),
    ("p_tuning", {"virtual_tokens": 6, "width": 24}),
    ("p_tuning", {"virtual_tokens": 6, "encoder": "lstm"}),
    ("multitask_prompt", {"virtual_tokens": 6, "rank": 3}),
]
every_prompt = pytest.mark.parametrize("method", [*DEEP, *AT_THE_INPUT])


def _built(folder: Path, method: str, **chosen: Any) -> Any:
    made = METHODS.get(method)
    model = load_model(resolve(str(folder)), kind=facts_of(folder).kind)
    return made.build(model, made.for_tasks(made.options(**chosen), ["bread", "cake"]))


@pytest.mark.parametrize("model", ["tiny_model", "tiny_qwen2", "tiny_gpt2", "tiny_t5"])
@pytest.mark.parametrize(("method", "chosen"), WAYS)
def test_what_learns_is_counted_before_a_load(
    method: str, chosen: dict[str, Any], model: str, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(model)
    made = METHODS.get(method)
    built = _built(folder, method, **chosen)
    learning = {name for name, p in built.named_parameters() if p.requires_grad}
    assert learning == {name for name, _ in built.named_parameters() if made.promises(name)}
    options = made.for_tasks(made.options(**chosen), ["bread", "cake"])
    counted = made.trainable(facts_of(folder), options)
    assert counted == sum(p.numel() for p in built.parameters() if p.requires_grad) > 0


@every_prompt
def test_what_does_not_go_is_refused_with_the_cure(method: str, tiny_model: Path, tiny_bert: Path) -> None:
    made, facts = METHODS.get(method), facts_of(tiny_model)

    def said(setting: Setting, **chosen: Any) -> str:
        reason = check.method_refusal(made, setting, made.options(**chosen))
        assert reason is not None
        return reason

    assert "Switch gradient checkpointing off" in said(Setting("sft", "none", True, facts))
    assert "Choose one of these objectives" in said(Setting("dpo", "none", model=facts))
    assert "an encoder" in said(Setting("mlm", "none", model=facts_of(tiny_bert)))
    most = facts.context - ROOM
    assert f"at most {most} virtual" in said(Setting("sft", "none", model=facts), virtual_tokens=most + 1)
    assert made.refusal(Setting("sft", "nf4", model=facts), made.options(virtual_tokens=most)) is None
    merge = made.merge_refusal(Setting("sft", "none", model=facts), made.options())
    assert merge is not None
    assert "nothing to fold" in merge


@every_prompt
def test_virtual_tokens_take_their_places_of_the_context(method: str, tiny_model: Path, tmp_path: Path) -> None:
    job = new_run(tmp_path, tiny_model, method={"id": method, "virtual_tokens": 40}, training={"max_length": 128}).job()
    facts, machine = facts_of(tiny_model), hardware()
    assert facts.context == 128
    assert plan.plan(job, facts, machine).max_length == 88
    assert shape_of(job, facts, machine).length == 128
    assert shape_of(job, facts, machine, longest_row=30).length == 70


def test_the_text_is_where_it_starts(tiny_model: Path) -> None:
    built = _built(tiny_model, "prompt", virtual_tokens=9, text="salt and flour")
    ids = load_tokenizer(resolve(str(tiny_model)))("salt and flour", add_special_tokens=False)["input_ids"]
    wanted = (ids * 9)[:9]
    assert torch.equal(encoder_of(built).embedding.weight, built.word_embeddings(torch.tensor(wanted)))


def test_an_empty_text_is_no_start() -> None:
    made = METHODS.get("prompt")
    assert "Write a few words" in str(made.refusal(Setting("sft", "none"), made.options(text=" ")))
    assert made.refusal(Setting("sft", "none"), made.options(text=" ", start="random")) is None


def test_a_random_start_is_as_long_as_words_are(tiny_model: Path) -> None:
    built = _built(tiny_model, "prompt", virtual_tokens=64, start="random")
    words = built.word_embeddings.weight
    assert float(encoder_of(built).embedding.weight.detach().std()) == pytest.approx(float(words.std()), rel=0.1)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prompts")


def _run(root: Path, model: Path, method: Any, **settings: Any) -> RunFolder:
    kind = facts_of(model).kind
    training = {"max_steps": 6, "learning_rate": 0.1, **settings.pop("training", {})}
    return new_run(root, model, method=method, objective=OBJECTIVES[kind], training=training, **settings)


def _said(contender: Contender, prompt: list[int], count: int = 8) -> list[int]:
    return [token.id for token in stream(contender, prompt, Sampling(temperature=0, max_tokens=count))]


def _without_cache(model: Any, prompt: list[int], count: int) -> list[int]:
    ids = list(prompt)
    for _ in range(count):
        with torch.no_grad():
            ids.append(int(model(input_ids=torch.tensor([ids])).logits[0, -1].argmax()))
    return ids[len(prompt) :]


# PEFT says so of every answer behind vectors at the input; that they are not needed is what is tried here.
@pytest.mark.filterwarnings("ignore:Position ids are not supported:UserWarning")
@pytest.mark.parametrize("architecture", ["tiny_model", "tiny_gpt2"])
@every_prompt
def test_a_chat_says_the_same_with_and_without_a_cache(
    method: str, architecture: str, workspace: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    base: Path = request.getfixturevalue(architecture)
    monkeypatch.setenv("FETTLE_WORKSPACE", str(workspace))
    run = _run(workspace / "runs", base, {"id": method, "virtual_tokens": 6})
    train(run, samples=True)
    contenders = load_contenders(f"run:{run.name}")
    tuned, plain = contenders.members["tuned"], contenders.members["base"]
    assert (plain.context, tuned.context) == (128, 122)
    prompt = list(range(20, 31))
    model = tuned.loaded.model
    said = _said(tuned, prompt)
    whole = _without_cache(model, prompt, 8)
    assert said == whole[: len(said)]
    assert said
    with torch.no_grad():
        made = model.generate(
            input_ids=torch.tensor([prompt]), attention_mask=torch.ones(1, 11).long(), max_new_tokens=8,
            do_sample=False, eos_token_id=None, pad_token_id=0,
        )  # fmt: skip
    assert made[0, len(prompt) :].tolist() == whole
    alone = load_model(resolve(str(base))).eval()
    assert _said(plain, prompt) == _without_cache(alone, prompt, 8)[: len(_said(plain, prompt))]
    assert any(isinstance(event, Sampled) and event.step > 0 for event in run.events())


@pytest.mark.parametrize("method", DEEP)
def test_padding_on_the_left_changes_no_answer(
    method: str, workspace: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FETTLE_WORKSPACE", str(workspace))
    run = _run(workspace / "padded", tiny_model, {"id": method, "virtual_tokens": 6})
    train(run)
    loaded = load_for_chat(resolve(str(run.model)), device="cpu")
    assert loaded.tokenizer.padding_side == "left"
    texts = ["What goes into loaf 3?", "Salt?"]
    more: dict[str, Any] = {"max_new_tokens": 6, "do_sample": False, "eos_token_id": None, "pad_token_id": 0}
    batch = loaded.tokenizer(texts, return_tensors="pt", padding=True)
    with torch.no_grad():
        together = loaded.model.generate(**batch, **more)[:, -6:]
        for text, answer in zip(texts, together, strict=True):
            alone = loaded.model.generate(**loaded.tokenizer(text, return_tensors="pt"), **more)[0, -6:]
            assert torch.equal(alone, answer)


def test_no_path_of_the_machine_is_in_the_result(workspace: Path, tiny_model: Path) -> None:
    run = _run(workspace / "paths", tiny_model, "prompt")
    train(run)
    config = json.loads((run.model / "adapter_config.json").read_text(encoding="utf-8"))
    assert config.get("tokenizer_name_or_path") is None
    assert {path.suffix for path in run.model.iterdir()} <= {".safetensors", ".json", ".jinja", ".md"}


def test_an_lstm_goes_on_where_it_was(workspace: Path, tiny_model: Path) -> None:
    """What is saved is the computed prompt; a resumed run needs the network that computes it."""
    method = {"id": "p_tuning", "encoder": "lstm"}
    whole, broken = (_run(workspace / "lstm", tiny_model, method) for _ in range(2))
    train(whole)
    train(broken, kill_after=4)
    train(broken, resume=True)
    assert steps_of(broken) == steps_of(whole)


def _task(file: Path, rows: list[tuple[str, str]]) -> dict[str, Any]:
    lines = [json.dumps({"instruction": asked, "output": answer}) for asked, answer in rows]
    file.write_text("\n".join(lines), encoding="utf-8")
    return {"path": str(file)}


@pytest.fixture
def two_tasks(tmp_path: Path) -> list[dict[str, Any]]:
    """The same questions with opposite answers: only the task tells which is meant."""
    asked = [f"Is loaf {n} good?" for n in range(24)]
    return [
        _task(tmp_path / "praise.jsonl", [(words, "Yes yes yes.") for words in asked]),
        _task(tmp_path / "blame.jsonl", [(words + " Or bad?", "Never.") for words in asked]),
    ]


def test_every_row_brings_its_task(two_tasks: list[dict[str, Any]], tiny_model: Path, tmp_path: Path) -> None:
    data = [{**two_tasks[0], "weight": 1}, {**two_tasks[1], "weight": 3}]
    run = _run(
        tmp_path / "runs", tiny_model, "multitask_prompt", data=data, mixing={"strategy": "explicit"},
        training={"max_steps": 2},
    )  # fmt: skip
    job: JobSpec = run.job()
    by_task = portions_of(job, ("chat",)).train_by_task()
    assert list(by_task) == ["praise", "blame"]
    assert {row["messages"][-1]["content"] for row in by_task["blame"]} == {"Never."}
    trainer = train(run).trainer
    numbers = trainer.train_dataset["task_ids"]
    assert [list(numbers).count(number) for number in (0, 1)] == [len(by_task["praise"]), len(by_task["blame"])]
    tokenizer = load_tokenizer(resolve(str(tiny_model)))
    for row in trainer.train_dataset:
        assert ("Never" in tokenizer.decode(row["input_ids"])) == (row["task_ids"] == 1)
    [*_, last] = [event for event in run.events() if isinstance(event, Evaluated)]
    assert {"loss/praise", "loss/blame"} <= set(last.metrics)


def test_the_chat_answers_as_the_task_that_is_named(
    two_tasks: list[dict[str, Any]], tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FETTLE_WORKSPACE", str(tmp_path))
    run = _run(
        tmp_path / "runs", tiny_model, {"id": "multitask_prompt", "virtual_tokens": 8}, data=two_tasks,
        training={"max_steps": 20, "learning_rate": 0.3},
    )  # fmt: skip
    train(run, samples=True)
    metrics = finish_of(run).metrics
    assert all(metrics["after"][f"loss/{task}"] < metrics["before"][f"loss/{task}"] for task in ("praise", "blame"))
    assert json.loads((run.model / REPORT_FILE).read_text(encoding="utf-8"))["tasks"] == ["praise", "blame"]
    contenders = load_contenders(f"run:{run.name}")
    assert contenders.tasks.names == ("praise", "blame")
    tuned, prompt = contenders.members["tuned"], list(range(20, 31))

    def heard() -> Any:
        return tuned.forward(prompt)[0]

    first = heard()
    contenders.tasks.speak_as("blame")
    second = heard()
    assert not torch.equal(first, second)
    contenders.tasks.speak_as()
    assert torch.equal(heard(), first)
    with torch.no_grad():
        named = tuned.loaded.model(input_ids=torch.tensor([prompt]), task_ids=torch.tensor([1])).logits[0, -11:]
    assert torch.equal(named, second)
    with pytest.raises(RequestError, match="no task called 'cake'"):
        contenders.tasks.speak_as("cake")


def test_a_model_of_one_task_has_none_to_name(tiny_model: Path, workspace: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("FETTLE_WORKSPACE", str(workspace))
    run = _run(workspace / "runs", tiny_model, "multitask_prompt", training={"max_steps": 2})
    train(run)
    tasks = load_contenders(f"run:{run.name}").tasks
    assert tasks.names == ()
    tasks.speak_as()
    with pytest.raises(RequestError, match="Leave the task out"):
        tasks.speak_as("bread")
