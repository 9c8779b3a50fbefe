"""One job through the engine: its events in order, what it leaves behind, and that the same job gives the same run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

import pytest
import torch

from desktop.engine.errors import RequestError, UserError
from desktop.engine.events import CheckpointSaved, Evaluated, Event, PhaseStarted, Planned, Sampled, Step
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_for_chat, load_model, load_tokenizer
from desktop.engine.run_folder import Control, RunFolder, Wish
from tests.support.training import finish_of, new_run, notices_of, steps_of, train

LORA = {"id": "lora", "dropout": 0.1}
FAST = {"learning_rate": 1e-2}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runner") / "runs"


@pytest.fixture(scope="module")
def run(root: Path, tiny_model: Path) -> RunFolder:
    made = new_run(root, tiny_model, method=LORA, training=FAST)
    train(made, samples=True)
    return made


E = TypeVar("E", bound=Event)


def of(kind: type[E], run: RunFolder) -> list[E]:
    return [event for event in run.events() if isinstance(event, kind)]


def test_the_phases_come_in_order(run: RunFolder) -> None:
    assert [event.phase for event in of(PhaseStarted, run)] == ["check", "load", "prepare", "train", "save"]


def test_the_plan_is_kept(run: RunFolder) -> None:
    [planned] = of(Planned, run)
    steps = of(Step, run)
    assert [step.step for step in steps] == list(range(1, planned.total_steps + 1))
    assert planned.rows_train + planned.rows_validation == 24
    assert planned.tokens_per_epoch * 2 == steps[-1].tokens
    assert planned.predicted_mib > 0
    assert len(planned.schedule) == planned.total_steps
    for step, rate in zip(steps, planned.schedule, strict=True):
        assert step.learning_rate == pytest.approx(rate, rel=1e-6)
    assert max(planned.schedule) == planned.learning_rate == 1e-2


def test_a_step_tells_everything_a_plot_needs(run: RunFolder) -> None:
    for step in of(Step, run):
        assert step.gradient_norm > 0
        assert step.tokens_per_second > 0
        assert step.memory_mib > 100
        assert "mean_token_accuracy" in step.extra
    assert of(Step, run)[-1].epoch == 2.0


def test_held_out_rows_are_measured_before_during_and_after(run: RunFolder) -> None:
    found = of(Evaluated, run)
    total = of(Planned, run)[0].total_steps
    assert [(event.when, event.step) for event in found] == [("before", 0), ("during", 6), ("after", total)]
    assert found[0].loss > found[-1].loss
    assert finish_of(run).metrics == {"before": found[0].metrics, "after": found[-1].metrics}


def test_the_held_out_loss_is_the_mean_over_answer_tokens(run: RunFolder, root: Path, tiny_model: Path) -> None:
    """Compared with the plain model, row by row, without any trainer."""
    from desktop.engine.data.dataset import open_source
    from desktop.engine.data.mixing.split import split
    from desktop.engine.data.rendering.render import render_chat

    job = run.job()
    rows = open_source(job.data[0], ("chat",)).rows
    _, held_out = split(rows, job.training.validation_share, job.training.seed)
    model, tokenizer = load_model(resolve(job.model)).eval(), load_tokenizer(resolve(job.model))
    total, tokens = 0.0, 0
    for row in held_out:
        rendered = render_chat(row["messages"], tokenizer)
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([rendered.input_ids])).logits[0]
        for position in range(1, len(rendered.input_ids)):
            if rendered.labels_mask[position]:
                total -= float(logits[position - 1].log_softmax(-1)[rendered.input_ids[position]])
                tokens += 1
    before = finish_of(run).metrics["before"]
    assert before["tokens"] == tokens
    assert before["loss"] == pytest.approx(total / tokens, rel=1e-5)


def test_the_same_prompts_are_answered_through_the_run(run: RunFolder) -> None:
    rounds: dict[int, list[str]] = {}
    for event in of(Sampled, run):
        rounds.setdefault(event.step, []).append(event.prompt)
    assert sorted(rounds) == [0, 6, of(Planned, run)[0].total_steps]
    assert len({tuple(prompts) for prompts in rounds.values()}) == 1
    assert all("loaf" in prompt for prompt in rounds[0])


def test_checkpoints_are_told_when_they_are_whole(run: RunFolder) -> None:
    saved = of(CheckpointSaved, run)
    assert [event.step for event in saved] == [3, 6, 9, of(Planned, run)[0].total_steps]
    assert (run.path / saved[-1].folder / "manifest.json").is_file()
    assert saved[-1].bytes > 0
    assert run.job().training.keep_checkpoints == 2
    kept = sorted(int(folder.name) for folder in run.checkpoints.iterdir())
    assert kept == [6, 9, saved[-1].step], "the two newest, and the best of the steps that were validated"


def test_the_environment_is_written_down(run: RunFolder) -> None:
    values = json.loads(run.environment_file.read_text(encoding="utf-8"))
    assert values["libraries"]["torch"].split("+")[0] == torch.__version__.split("+")[0]
    assert values["seed"] == 7
    [digest] = values["data"].values()
    assert len(digest) == 64


def test_nothing_is_left_but_the_layout(run: RunFolder) -> None:
    known = {"job.yaml", "events.jsonl", "environment.json", "checkpoints", "model"}
    assert {path.name for path in run.path.iterdir()} == known


def test_the_same_job_gives_the_same_run(run: RunFolder, root: Path, tiny_model: Path) -> None:
    """Looking at the model in mid-run, as often as one likes, changes nothing either."""
    second = new_run(root, tiny_model, method=LORA, training={**FAST, "evaluate_every": 1, "save_every": 100})
    train(second)
    assert steps_of(second) == steps_of(run)
    weights = "model/adapter_model.safetensors"
    assert (second.path / weights).read_bytes() == (run.path / weights).read_bytes()


def test_another_seed_gives_another_run(run: RunFolder, root: Path, tiny_model: Path) -> None:
    second = new_run(root, tiny_model, method=LORA, training={**FAST, "seed": 8, "max_steps": 3})
    train(second)
    assert finish_of(second).step == 3
    assert steps_of(second)[1] != steps_of(run)[1]


def test_a_run_can_start_from_a_run(run: RunFolder, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FETTLE_WORKSPACE", str(root.parent))
    second = new_run(root, f"run:{run.name}", method="lora", training={**FAST, "max_steps": 3})
    train(second)
    before = finish_of(second).metrics["before"]["loss"]
    assert before == pytest.approx(finish_of(run).metrics["after"]["loss"], rel=1e-4)
    ref = resolve(f"run:{second.name}")
    assert ref.below == (run.model,)
    chat = load_for_chat(ref)
    ids = torch.arange(12).unsqueeze(0)
    with torch.no_grad(), chat.model.disable_adapter():
        below = chat.model(input_ids=ids).logits
        first = load_model(resolve(f"run:{run.name}"))(input_ids=ids).logits
    assert torch.equal(below, first)


def test_rows_that_are_cut_or_lose_their_answer_are_told(root: Path, tiny_model: Path, tmp_path: Path) -> None:
    rows = [{"instruction": f"Loaf {n}?", "output": "Flour."} for n in range(12)]
    rows += [{"instruction": "Why? " * 60 + str(n), "output": "Time."} for n in range(3)]
    rows += [{"instruction": f"Tell {n}.", "output": "Much more than fits. " * 20} for n in range(2)]
    data = tmp_path / "rows.jsonl"
    data.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    run = new_run(root, tiny_model, data=[{"path": str(data)}], training={"max_steps": 2})
    train(run)
    notices = notices_of(run)
    assert notices["rows_dropped"].message == "3 rows were left out: answer cut off."
    assert notices["rows_cut"].message.startswith("2 rows are longer than 64 tokens")
    planned = of(Planned, run)[0]
    assert planned.rows_train + planned.rows_validation == 14


def test_a_bad_row_is_told_by_its_line(root: Path, tiny_model: Path, tmp_path: Path) -> None:
    rows = [json.dumps({"instruction": f"Loaf {n}?", "output": "Flour."}) for n in range(12)]
    data = tmp_path / "rows.jsonl"
    data.write_text("\n".join([*rows[:4], '{"instruction": "half', *rows[4:]]), encoding="utf-8")
    run = new_run(root, tiny_model, data=[{"path": str(data)}], training={"max_steps": 1})
    train(run)
    assert "line 5" in notices_of(run)["bad_rows"].message


def test_data_that_changed_cannot_be_resumed(root: Path, tiny_model: Path, tmp_path: Path) -> None:
    from tests.support.training import write_rows

    data = write_rows(tmp_path / "rows.jsonl")
    run = new_run(root, tiny_model, data=[{"path": str(data)}])
    train(run, kill_after=4)
    write_rows(data, 23)
    with pytest.raises(RequestError, match=r"rows.jsonl has changed since the run began") as caught:
        train(run, resume=True)
    assert caught.value.hint


def test_a_method_that_does_not_fit_is_refused_before_anything_is_loaded(root: Path, tiny_model: Path) -> None:
    run = new_run(root, tiny_model, method="full", quantization="nf4")
    with pytest.raises(RequestError, match="Full fine-tuning changes every weight"):
        train(run)
    assert [event.phase for event in of(PhaseStarted, run)] == ["check"]


def test_a_new_tokenizer_is_trained_saved_and_starts_from_the_old_pieces(root: Path, tiny_model: Path) -> None:
    run = new_run(
        root, tiny_model, method="full", tokenizer={"action": "train", "vocabulary": 300},
        training={"learning_rate": 1e-8, "max_steps": 1, "max_length": 128},
    )  # fmt: skip
    train(run)
    chat = load_for_chat(resolve(str(run.model)))
    old, new = load_tokenizer(resolve(str(tiny_model))), chat.tokenizer
    assert len(new) == chat.model.get_input_embeddings().num_embeddings == 300
    assert chat.model.config.eos_token_id == new.eos_token_id
    rows = load_model(resolve(str(tiny_model))).get_input_embeddings().weight
    now = chat.model.get_input_embeddings().weight
    token = next(t for t in new.get_vocab() if t not in old.get_vocab() and new.convert_tokens_to_string([t]).isalpha())
    pieces = old(new.convert_tokens_to_string([token]), add_special_tokens=False)["input_ids"]
    wanted = rows[pieces].mean(dim=0)
    torch.testing.assert_close(now[new.convert_tokens_to_ids(token)], wanted, atol=1e-5, rtol=1e-4)
    assert new.chat_template == old.chat_template


@pytest.mark.parametrize(("wish", "status"), [("stop_and_save", "stopped"), ("stop_and_discard", "discarded")])
def test_stopping_before_the_first_step_saves_nothing_and_loses_nothing(
    root: Path, tiny_model: Path, wish: Wish, status: str
) -> None:
    run = new_run(root, tiny_model)
    train(run, kill_after=4)
    run.ask(Control(wish=wish))
    train(run, resume=True)
    assert (finish_of(run).status, finish_of(run).step) == (status, 3)
    assert not run.model.exists()
    assert run.checkpoints.exists() == (wish == "stop_and_save")


def test_an_unexpected_error_names_the_log(root: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop.engine.train import runner as module

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "load_tokenizer", broken)
    run = new_run(root, tiny_model)
    with pytest.raises(UserError) as caught:
        train(run)
    assert caught.value.code == "unexpected"
    assert f"{run.name}/engine.log" in caught.value.hint
