"""The list of methods in groups, and the table of when to use which."""

from __future__ import annotations

import dataclasses

from desktop.engine.advise.adviser import jobs_of
from desktop.engine.advise.table import TABLE
from desktop.engine.job import Choice, JobSpec
from desktop.engine.methods import METHODS
from desktop.flow.wizard_answers import Answers
from desktop.flow.wizard_groups import BY_FAMILY, REFUSED, TOO_BIG, groups, passes
from desktop.flow.wizard_methods import Offer, offers
from desktop.flow.wizard_option_problems import option_problems
from desktop.flow.wizard_which import rules
from tests.support import wizard_parts as parts


def _offers() -> list[Offer]:
    job = JobSpec.model_validate({"model": "starter", "data": [{"path": "rows.jsonl"}]})
    return offers(jobs_of(job), parts.facts(), parts.LAPTOP, 300)


def test_what_is_refused_stands_last_with_its_reason_in_any_order() -> None:
    found = _offers()
    for order in ("rank", BY_FAMILY):
        grouped = groups(found, order)
        assert grouped[-1][0] == REFUSED
        assert {offer.id for _, held in grouped for offer in held} == {offer.id for offer in found}
        assert all(offer.refusal for offer in grouped[-1][1])
        assert "bitfit" in {offer.id for offer in grouped[-1][1]}  # a Llama has no biases


def test_one_list_by_rank_and_a_group_a_family() -> None:
    found = _offers()
    title, ranked = groups(found)[0]
    assert title == ""
    assert [offer.place for offer in ranked] == list(range(1, len(ranked) + 1))
    families = [title for title, _ in groups(found, BY_FAMILY) if title not in (TOO_BIG, REFUSED)]
    assert families[0] == ranked[0].family
    assert len(families) == len(set(families)) > 2


def test_search_and_filters_go_together() -> None:
    lora = next(offer for offer in _offers() if offer.id == "lora")
    assert passes(lora, "low-rank lora", fits=True, adapter=True, mergeable=True)
    assert not passes(lora, "low-rank prompt")
    assert not passes(dataclasses.replace(lora, place=0), "", fits=True)
    assert not passes(dataclasses.replace(lora, mergeable=False), "", mergeable=True)


def test_every_method_of_the_table_is_told_in_sentences() -> None:
    told = rules()
    assert {rule.id for rule in told} == {row.method for row in TABLE} & {method.id for method in METHODS.all()}
    assert all(said[0].isupper() for rule in told for said in (rule.goal, rule.data, rule.model, rule.memory))


def test_a_wrong_option_is_told_beside_its_field() -> None:
    def of(id: str, **options: object) -> list[str]:
        job = JobSpec(model="starter", method=Choice(id=id, options=options))
        return [problem.field.rpartition(".")[2] for problem in option_problems(job, parts.facts())]

    assert of("lora", rank=8) == []
    assert of("lora", rank=0) == ["rank"]
    assert of("selective", part="pattern", pattern="([") == ["pattern"]
    assert of("selective", part="pattern") == ["pattern"]
    assert of("bitfit") == []  # refused, and no option is to blame


def test_the_goal_is_kept_in_a_draft_and_an_unknown_one_dropped() -> None:
    answers = Answers(goal="smallest")
    assert Answers.from_mapping(answers.to_mapping()) == answers
    assert Answers.from_mapping({**answers.to_mapping(), "goal": "gone"}).goal == ""
