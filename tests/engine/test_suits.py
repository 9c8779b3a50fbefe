"""Which objectives suit which rows and models: every registered one, against what it says of itself."""

from __future__ import annotations

import pytest

from desktop.engine.check import problems
from desktop.engine.data.rows import KIND_EXAMPLES, KIND_TITLES, KINDS
from desktop.engine.job import Choice, DataSource, JobSpec
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.suits import model_refusal, needed_rows, rows_refusal, suiting
from tests.support import wizard_parts as parts

MODELS = ("causal", "masked", "seq2seq")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("model", MODELS)
def test_an_objective_suits_or_is_refused_with_a_reason(kind: str, model: str) -> None:
    able = {objective.id for objective in suiting(kind, model)}
    for objective in OBJECTIVES.all():
        reasons = [rows_refusal(objective, kind), model_refusal(objective, parts.facts(kind=model))]
        assert (objective.id in able) is not any(reasons)
        if reasons[0]:
            assert needed_rows(objective) in reasons[0]
            assert reasons[0].endswith(f"and these rows are {KIND_TITLES[kind]}.")


def test_what_is_not_known_stands_in_nobodys_way() -> None:
    assert suiting("", "") == OBJECTIVES.all()
    assert {"sft"} <= {objective.id for objective in suiting("chat")}


def test_the_reason_is_the_one_a_start_is_refused_with() -> None:
    job = JobSpec(model="starter-encoder", objective=Choice(id="sft"), data=(DataSource(path="/nowhere"),))
    told = [problem.message for problem in problems(job, parts.LAPTOP) if problem.field == "objective"]
    assert told == ["Supervised fine-tuning needs a text generator, and this model is an encoder (bert)."]
    assert told == [model_refusal(OBJECTIVES.get("sft"), parts.facts(kind="masked"))]


def test_every_kind_of_row_has_an_example_in_words() -> None:
    assert KIND_EXAMPLES.keys() == KIND_TITLES.keys() == set(KINDS)
