"""Every path through the wizard, walked as data: no window, no file, no torch."""

from __future__ import annotations

import dataclasses

import pytest

from desktop.engine.data.rows import KIND_TITLES
from desktop.engine.errors import Problem, RequestError, UserError
from desktop.engine.job import Choice, DataSource, JobSpec, TokenizerChoice
from desktop.engine.objectives import OBJECTIVES
from desktop.flow.wizard import Wizard
from desktop.flow.wizard_answers import STEPS, Answers
from desktop.flow.wizard_findings import Findings
from desktop.flow.wizard_preview import preview
from tests.support import wizard_parts as parts

FILE = "/data/rows.jsonl"


def filled(**findings: object) -> Wizard:
    """A wizard that has all it needs."""
    answers = Answers(model="starter", data=(DataSource(path=FILE),))
    found = Findings(machine=parts.LAPTOP, model=parts.model(), data=parts.data(FILE), lengths=parts.lengths())
    return Wizard(answers, dataclasses.replace(found, **findings))  # type: ignore[arg-type]


def test_an_untouched_wizard_opens_at_model_and_says_what_it_needs() -> None:
    wizard = Wizard()
    assert wizard.current.id == "model"
    assert wizard.current.blocked == "Choose a model first."
    assert [state.reachable for state in wizard.steps] == [True, *[False] * (len(STEPS) - 1)]
    assert not any(state.done for state in wizard.steps)


def test_the_shortest_walk_needs_a_model_and_a_file() -> None:
    wizard = Wizard().found(machine=parts.LAPTOP)
    wizard = wizard.answered(dataclasses.replace(wizard.answers, model="starter"))
    assert wizard.blocked("model") == "The model is being looked at."
    wizard = wizard.found(model=parts.model()).at("data")
    assert wizard.current.blocked == "Choose a sample, or a file of your own."
    wizard = wizard.answered(wizard.answers.with_source(FILE))
    assert wizard.current.blocked == "The file is being read."
    wizard = wizard.found(data=parts.data(FILE))
    for step in ("objective", "tokenizer", "method", "memory", "review"):
        assert not wizard.current.blocked
        assert wizard.next_step == step
        wizard = wizard.at(step)
    assert wizard.current.blocked == "Everything is being checked once more."
    wizard = wizard.found(problems=())
    assert not wizard.current.blocked
    assert wizard.next_step is None
    assert wizard.job.data[0].path == FILE
    assert wizard.job.method == Choice(id="lora")
    assert wizard.job.name == "rows-lora"


@pytest.mark.parametrize(
    ("findings", "step", "said"),
    [
        ({"model": None, "model_error": RequestError("x", "It has no config.json.", "Pick another.")}, "model",
         "It has no config.json. Pick another."),
        ({"data": None, "data_error": UserError("x", "There is no file.", "Check.")}, "data",
         "There is no file. Check."),
        ({"data": parts.data(FILE, kind="", problem=parts.needs_mapping())}, "data",
         "Say what the columns hold: pick a role above each."),
        ({"data": parts.data(FILE, rows=1)}, "data",
         "At least two good rows are needed: one to learn from and one to check with."),
        ({"model": parts.model(parts.facts(kind="seq2seq"))}, "data",
         "Starter does not go with these rows: Supervised fine-tuning needs a text generator."),
        ({"problems": (Problem("data", "it went away.", "Find it."),)}, "review", "it went away. Find it."),
        ({"problems": (Problem("x", "careful.", "", "warning"),)}, "review", ""),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_is_said_in_a_sentence(findings: dict[str, object], step: str, said: str) -> None:
    wizard = filled(**findings).at(step)
    assert wizard.current.blocked == said
    if said and step != "review":
        following = wizard.next_step
        assert following is not None
        assert not wizard.step(following).reachable
        assert wizard.blocked("review").endswith(said)


def test_rows_the_objective_does_not_learn_from_are_refused_with_both_kinds_named() -> None:
    wizard = filled(data=parts.data(FILE, kind="pair"))
    said = wizard.answered(dataclasses.replace(wizard.answers, objective=Choice(id="sft"))).blocked("data")
    assert KIND_TITLES["pair"] in said
    assert KIND_TITLES["chat"] in said


def test_the_objective_follows_from_the_rows() -> None:
    for objective in OBJECTIVES.all():
        if "causal" in objective.kinds and not objective.from_scratch:
            for kind in objective.rows:
                found = filled(data=parts.data(FILE, kind=kind))
                assert not found.blocked("data")
                assert kind in OBJECTIVES.get(found.job.objective.id).rows


def test_a_new_tokenizer_needs_a_method_that_trains_the_embedding() -> None:
    wizard = filled()
    answers = dataclasses.replace(wizard.answers, tokenizer=TokenizerChoice(action="train", vocabulary=2000))
    trained = wizard.answered(answers)
    assert trained.method.id == "full"  # the adviser goes where it is possible
    assert not trained.blocked("method")
    forced = trained.answered(answers.with_method("lora"))
    assert "embedding" in forced.blocked("method")
    lora = next(offer for offer in forced.offers if offer.id == "lora")
    assert lora.place == 0
    assert "embedding" in lora.refusal


def test_an_option_out_of_bounds_is_said_and_never_raised() -> None:
    wizard = filled()
    wrong = wizard.answered(wizard.answers.with_method("lora", {"rank": 0})).at("method")
    assert "rank" in wrong.current.blocked.lower()
    assert wrong.estimate is None
    assert preview(wrong).memory is None


def test_another_model_drops_what_was_measured_with_the_old_one() -> None:
    wizard = filled(tokenizer=None, problems=())
    other = wizard.answered(dataclasses.replace(wizard.answers, model="elsewhere"))
    assert other.findings.model is None
    assert other.findings.lengths is None
    assert other.findings.problems is None
    assert other.findings.data is not None
    assert other.findings.machine is not None


def test_another_mapping_keeps_the_columns_in_sight_while_the_file_is_read_again() -> None:
    wizard = filled()
    mapped = wizard.answered(wizard.answers.with_mapping({"instruction": "output", "output": "instruction"}))
    assert mapped.findings.data is not None
    assert mapped.findings.data.columns == ("instruction", "output")
    assert mapped.blocked("data") == "The file is being read."
    other = wizard.answered(wizard.answers.with_source("/data/other.csv"))
    assert other.findings.data is None


def test_what_is_inferred_can_be_changed_and_changed_back() -> None:
    wizard = filled()
    assert wizard.job.training.max_length == 128  # the longest row has 66 tokens
    assert wizard.job.training.epochs == 3
    changed = wizard.answered(wizard.answers.with_training(max_length=64, learning_rate=1e-3))
    assert changed.job.training.max_length == 64
    assert [(c.label, c.value, c.was) for c in preview(changed).changed] == [
        ("Learning rate", "0.001", "0.002"),
        ("Longest row", "64", "128"),
    ]
    back = changed.answered(changed.answers.with_training(max_length=..., learning_rate=...))
    assert back.job == wizard.job
    assert preview(back).changed == ()


def test_few_rows_get_enough_steps_to_learn_something() -> None:
    wizard = filled(data=parts.data(FILE, rows=60))
    assert wizard.job.training.epochs == 10
    assert filled(data=parts.data(FILE, rows=5000)).job.training.epochs == 3


def test_choosing_qlora_packs_the_base_and_choosing_lora_unpacks_it() -> None:
    wizard = filled()
    packed = wizard.answered(wizard.answers.with_method("qlora"))
    assert packed.job.quantization == "nf4"
    assert packed.answered(packed.answers.with_method("lora")).job.quantization == "none"


@pytest.mark.parametrize("step", STEPS)
def test_the_way_back_leads_through_every_step(step: str) -> None:
    wizard = filled(problems=()).at(step)
    seen = [step]
    while wizard.previous_step:
        wizard = wizard.at(wizard.previous_step)
        seen.append(wizard.answers.step)
    assert seen == list(reversed(STEPS[: STEPS.index(step) + 1]))


JOBS = [
    JobSpec(),
    JobSpec.from_mapping({"name": "a run", "model": "/m", "data": [{"path": FILE, "mapping": {"text": "a"}}]}),
    JobSpec.from_mapping(
        {
            "data": [{"path": FILE}, {"path": "/data/more.csv", "weight": 0.5}],
            "method": {"id": "lora", "rank": 8, "targets": "attention"},
            "quantization": "8bit",
            "training": {"epochs": 1, "batch_size": 4, "learning_rate": 3e-4, "max_length": 256, "optimizer": "sgd"},
            "tokenizer": {"action": "train", "vocabulary": 1000},
            "device": "cpu",
            "name": "all of it",
        }
    ),
    JobSpec.from_mapping({"method": {"id": "qlora", "rank": 4}, "data": [{"path": FILE}], "name": "packed"}),
    JobSpec.from_mapping({"objective": {"id": "sft", "answers": "last"}, "data": [{"path": FILE}], "name": "last"}),
]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_a_job_becomes_answers_and_the_same_job_again(job: JobSpec) -> None:
    wizard = Wizard(Answers.of_job(job), Findings(machine=parts.LAPTOP, model=parts.model(), data=parts.data(FILE)))
    expected = job if job.name != "run" else job.model_copy(update={"name": wizard.job.name})
    assert wizard.job == expected


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_answers_survive_the_draft_form(job: JobSpec) -> None:
    answers = Answers.of_job(job, step="method", advanced=True)
    assert Answers.from_mapping(answers.to_mapping()) == answers


@pytest.mark.parametrize(
    "broken", [{}, [], None, "text", {"step": 1}, {**Answers().to_mapping(), "training": {"x": 1}}]
)
def test_a_broken_draft_is_refused_in_words(broken: object) -> None:
    with pytest.raises(RequestError, match="draft"):
        Answers.from_mapping(broken)


def test_the_preview_says_what_is_not_known_yet() -> None:
    card = preview(Wizard())
    assert [line.value for line in card.lines] == [
        "Not chosen yet",
        "Not chosen yet",
        "Not chosen yet",
        "Not chosen yet",
        "Not known yet",
    ]
    assert card.memory is None


def test_the_preview_of_a_filled_wizard() -> None:
    card = preview(filled())
    values = {line.id: (line.value, line.note) for line in card.lines}
    assert values["data"] == ("300 rows", "270 train, 30 validation")
    assert values["steps"][0].startswith("102, about")
    assert values["steps"][1] == "3 epochs of 34 steps, 8 rows each"
    assert values["method"][0] == "LoRA, rank 16"
    assert card.memory is not None
    assert card.memory.tone == "ok"
    assert "to spare" in card.memory.verdict


def test_memory_that_does_not_fit_is_red_and_still_lets_one_go_on() -> None:
    wizard = filled(machine=parts.WORKSTATION, model=parts.model(parts.billion()), lengths=parts.lengths(longest=1200))
    card = preview(wizard.at("memory"))
    assert card.memory is not None
    assert card.memory.tone == "bad"
    assert "too much" in card.memory.verdict
    assert not wizard.blocked("memory")
    assert all(offer.place == 0 for offer in wizard.offers)
