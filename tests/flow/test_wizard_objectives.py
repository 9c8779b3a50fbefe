"""The Objective step without a window: what is taken unasked, what is offered and why not, what is still missing."""

from __future__ import annotations

import dataclasses

import pytest

from desktop.engine.data.rows import KINDS
from desktop.engine.job import Choice, DataSource, TokenizerChoice
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.suits import USUAL
from desktop.flow.wizard import Wizard
from desktop.flow.wizard_answers import Answers
from desktop.flow.wizard_findings import Findings, ModelFound
from desktop.flow.wizard_inferred import inferred_objective, instead
from desktop.flow.wizard_objectives import (
    DO_NOT,
    SUIT,
    measured,
    objective_fields,
    objective_groups,
    row_examples,
    why_inferred,
    with_objective,
)
from desktop.flow.wizard_preview import preview
from desktop.flow.wizard_questions import trained_on
from desktop.flow.wizard_reports import look_at
from desktop.flow.wizard_review import review_lines
from tests.support import needy_objective
from tests.support import wizard_parts as parts

FILE = "/data/rows.jsonl"


def filled(kind: str = "chat", model: str = "causal", objective: Choice | None = None) -> Wizard:
    """A wizard with rows of ``kind`` and a model of that kind."""
    answers = Answers(model="starter", data=(DataSource(path=FILE),), objective=objective)
    found = Findings(machine=parts.LAPTOP, model=parts.model(parts.facts(kind=model)), data=parts.data(FILE, kind=kind))
    return Wizard(answers, dataclasses.replace(found, lengths=parts.lengths()))


@pytest.mark.parametrize(
    ("kind", "model", "id"),
    [
        ("chat", "causal", "sft"),
        ("text", "causal", "dapt"),
        ("text", "masked", "mlm"),
        ("label", "masked", "classification"),
        ("label", "causal", "classification"),
        ("pair", "seq2seq", "seq2seq"),
        ("preference", "causal", "dpo"),
        ("rated", "causal", "kto"),
    ],
)
def test_the_plainest_objective_is_taken_unasked(kind: str, model: str, id: str) -> None:
    assert id in USUAL
    if id not in {objective.id for objective in OBJECTIVES.all()}:
        pytest.skip(f"{id} is not there")
    wizard = filled(kind, model)
    assert wizard.job.objective == Choice(id=id)
    assert not wizard.blocked("data")
    assert [offer.id for offer in wizard.objectives if offer.inferred] == [id]
    assert wizard.objectives[0].id == id


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_starts_from_random_weights_unasked(kind: str) -> None:
    for model in ("causal", "masked", "seq2seq"):
        assert not OBJECTIVES.get(inferred_objective(filled(kind, model).findings)).from_scratch


def test_those_that_suit_come_first_and_the_others_say_why_not() -> None:
    wizard = filled("preference")
    groups = dict(objective_groups(wizard.objectives, known=True))
    assert {"dpo", "simpo", "orpo", "kto"} <= {offer.id for offer in groups[SUIT]}
    assert all(offer.refusal and offer.line == offer.refusals[0] for offer in groups[DO_NOT])
    assert {offer.id for held in groups.values() for offer in held} == {one.id for one in OBJECTIVES.all()}
    sft = next(offer for offer in groups[DO_NOT] if offer.id == "sft")
    assert sft.refusal.startswith("Supervised fine-tuning learns from questions with answers, or conversations")
    assert why_inferred(wizard.findings).startswith("Chosen because your rows are preference pairs")


def test_another_objective_is_an_answer_and_the_suggested_one_none() -> None:
    wizard = filled("preference")
    other = wizard.answered(with_objective(wizard, "simpo"))
    assert other.job.objective.id == "simpo"
    assert other.step("objective").line == OBJECTIVES.get("simpo").title
    assert {line.id: line.note for line in preview(other).lines}["objective"] == "your choice"
    back = other.answered(with_objective(other, "dpo"))
    assert back.answers.objective is None
    assert {line.id: line.note for line in preview(back).lines}["objective"] == "suggested by your rows"


def test_changed_options_are_reviewed_with_the_objective() -> None:
    wizard = filled()
    changed = wizard.answered(with_objective(wizard, "sft", {"answers": "last"}))
    line = next(line for line in review_lines(changed) if line.label == "Learns by")
    assert (line.value, line.step) == ("Supervised fine-tuning", "objective")
    assert line.note.endswith("With learn from last.")
    assert [(one.label, one.value, one.was) for one in preview(changed).changed] == [("Learn from", "last", "all")]


def test_another_objective_asks_anew_what_stands_against_the_job() -> None:
    wizard = filled("preference").found(problems=())
    assert wizard.answered(with_objective(wizard, "simpo")).findings.problems is None
    before, after = wizard.estimate, wizard.answered(with_objective(wizard, "kto")).estimate
    assert before is not None
    assert after is not None


def test_rows_the_chosen_objective_refuses_name_the_one_that_takes_them() -> None:
    wizard = filled("preference", objective=Choice(id="sft"))
    assert "Learn by Preferences (DPO), " in wizard.blocked("data")
    assert instead(wizard.answers, wizard.findings) == "dpo"
    assert not wizard.answered(with_objective(wizard, "dpo")).blocked("data")
    suited = filled("preference")
    assert instead(suited.answers, suited.findings) == ""
    odd = filled("chat", "seq2seq")
    assert instead(odd.answers, odd.findings) == ""
    assert odd.blocked("data")


def test_from_scratch_refuses_adapters_and_suggests_full_fine_tuning() -> None:
    scratch = next(objective for objective in OBJECTIVES.all() if objective.from_scratch)
    wizard = filled("text", objective=Choice(id=scratch.id))
    assert not wizard.blocked("objective")
    assert wizard.method.id == "full"
    assert not wizard.blocked("method")
    lora = next(offer for offer in wizard.offers if offer.id == "lora")
    assert "starts from random weights" in lora.refusal
    assert "full fine-tuning" in f"{lora.refusal} {lora.cure}"
    assert "random" in wizard.answered(wizard.answers.with_method("lora")).blocked("method")


def test_what_an_objective_needs_blocks_its_own_step(monkeypatch: pytest.MonkeyPatch) -> None:
    needy_objective.register(monkeypatch)
    wizard = filled(objective=Choice(id="needy"))
    assert wizard.blocked("objective") == f"{needy_objective.MISSING} Train one first."
    assert not wizard.step("tokenizer").reachable
    assert wizard.blocked("review").startswith("Objective: ")
    assert {line.id: line.note for line in preview(wizard).lines}[
        "objective"
    ] == "the Objective step says what it needs"
    named = wizard.answered(with_objective(wizard, "needy", {"judge": "/m"}))
    assert not named.blocked("objective")
    later = wizard.answered(with_objective(wizard, "needy", {"judge": "/m", "helper": "long"}))
    assert not later.blocked("objective")
    assert later.blocked("method") == "Far too long. Shorten it."
    wrong = wizard.answered(with_objective(wizard, "needy", {"nonsense": 1}))
    assert "no such setting" in wrong.blocked("objective")
    assert wrong.offers  # the methods are ranked all the same, and nothing is raised
    assert wrong.estimate is None or wrong.estimate.total_mib > 0
    assert trained_on(wrong) == "all"


def test_an_option_that_names_a_model_offers_those_that_can() -> None:
    reward = ModelFound("run:judge", "Judge", "", "run", "/judge", parts.facts(), "reward")
    objective, models = needy_objective.Needy(), [parts.model(), reward]
    judge, helper = objective_fields(objective, {"helper": "/gone"}, models)
    assert (judge.kind, judge.choices, judge.titles) == ("choice", ("", "run:judge"), ("not chosen", "Judge"))
    assert helper.choices == ("starter", "run:judge", "/gone")  # what a job file names is never dropped in silence
    assert objective_fields(objective, {}, None)[0].choices == ("",)


def test_a_model_that_was_looked_at_tells_what_it_is_good_for() -> None:
    assert [look_at(ref).use for ref in ("starter", "starter-encoder", "starter-seq2seq")] == [
        "chat",
        "masked",
        "seq2seq",
    ]


@pytest.mark.parametrize("id", [objective.id for objective in OBJECTIVES.all()])
def test_every_objective_tells_what_a_row_looks_like_and_what_is_measured(id: str) -> None:
    objective = OBJECTIVES.get(id)
    assert len(row_examples(objective)) == len(objective.rows) > 0
    assert measured(objective)[0].endswith("what it is judged by")
    assert len(measured(objective)) == len(objective.measures)


def test_a_new_tokenizer_and_another_objective_go_together() -> None:
    wizard = filled("text", objective=Choice(id="pretrain"))
    answers = dataclasses.replace(wizard.answers, tokenizer=TokenizerChoice(action="train", vocabulary=1000))
    assert not wizard.answered(answers).blocked("method")
