"""The pieces the wizard is made of: ranking, plan, issues, mapping, review, memory advice, drafts, presets, samples."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop import paths
from desktop.engine.errors import RequestError, UserError
from desktop.engine.job import DataSource, JobSpec
from desktop.engine.methods import METHODS
from desktop.flow.presets import preset, presets
from desktop.flow.wizard import Wizard
from desktop.flow.wizard_answers import Answers
from desktop.flow.wizard_draft import draft_file, drop_draft, load_draft, save_draft
from desktop.flow.wizard_drawing import drawing_of
from desktop.flow.wizard_findings import BadLine, Findings
from desktop.flow.wizard_issues import issues
from desktop.flow.wizard_mapping import mapping_of
from desktop.flow.wizard_memory import advice_of, answers_with
from desktop.flow.wizard_plan import about, plan
from desktop.flow.wizard_reports import data_from, lengths_from, rendered_from, tokenizer_from
from desktop.flow.wizard_review import command, job_text, review_lines, review_problems, save_job, step_of
from desktop.flow.wizard_samples import samples
from tests.support import wizard_parts as parts


def wizard(**findings: object) -> Wizard:
    found = Findings(machine=parts.LAPTOP, model=parts.model(), data=parts.data(), lengths=parts.lengths(), problems=())
    answers = Answers(model="starter", data=(DataSource(path="/data/rows.jsonl"),))
    return Wizard(answers, dataclasses.replace(found, **findings))  # type: ignore[arg-type]


def test_every_method_is_offered_and_places_count_up_from_one() -> None:
    offers = wizard().offers
    assert {offer.id for offer in offers} == {method.id for method in METHODS.all()}
    places = [offer.place for offer in offers if offer.place]
    assert places == list(range(1, len(places) + 1))
    assert all(offer.line and offer.reasons for offer in offers)


def test_few_rows_put_lora_first_with_the_reason_in_numbers() -> None:
    first = wizard().offers[0]
    assert first.id == "lora"
    assert "300 rows are too few" in first.line
    assert first.reasons[0].tone == "for"


def test_many_rows_and_a_small_model_put_full_fine_tuning_first() -> None:
    assert wizard(data=parts.data(rows=50_000)).offers[0].id == "full"


def test_qlora_comes_first_where_lora_does_not_fit() -> None:
    roomy = wizard(machine=parts.WORKSTATION, model=parts.model(parts.billion()))
    peaks = {offer.id: offer.estimate.total_mib for offer in roomy.offers if offer.estimate}
    card = dataclasses.replace(parts.WORKSTATION.gpus[0], free_mib=round((peaks["lora"] + peaks["qlora"]) / 2))
    found = wizard(machine=dataclasses.replace(parts.WORKSTATION, gpus=(card,)), model=roomy.findings.model)
    order = [(offer.id, offer.place) for offer in found.offers]
    assert order[0] == ("qlora", 1)
    assert ("full", 0) in order


@given(
    rows=st.integers(2, 5000), batch=st.integers(1, 64), accumulation=st.integers(1, 8), epochs=st.integers(1, 5)
)  # fmt: skip
def test_the_plan_counts_every_row_once(rows: int, batch: int, accumulation: int, epochs: int) -> None:
    job = JobSpec.from_mapping(
        {"training": {"batch_size": batch, "accumulation": accumulation, "epochs": epochs}}
    )  # fmt: skip
    done = plan(job, rows)
    assert done.train + done.validation == rows
    assert done.train >= 1
    assert done.validation >= 1
    assert done.steps == done.steps_an_epoch * epochs
    assert (done.steps_an_epoch - 1) * batch * accumulation < done.train <= done.steps_an_epoch * batch * accumulation


def test_most_steps_cut_the_plan_short() -> None:
    assert plan(JobSpec.from_mapping({"training": {"max_steps": 7}}), 1000).steps == 7


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "time not known yet"), (5, "about 10 seconds"), (62, "about a minute"), (130, "about 2 minutes"),
     (1500, "about 25 minutes"), (3 * 3600, "about 3 hours"), (80 * 3600, "about 3 days")],
)  # fmt: skip
def test_a_guess_is_said_as_a_guess(seconds: float, said: str) -> None:
    assert about(seconds) == said


def test_issues_name_the_lines_and_what_happens_to_them() -> None:
    bad = (*(BadLine(n, n, "the answer is empty") for n in (3, 9, 12, 20, 31)), BadLine(40, 40, "broken JSON"))
    lengths = dataclasses.replace(parts.lengths(), truncated=13, maximum=64, lost=2, refused=1, longest=100)
    found = issues(parts.data(bad=bad, bad_total=8, duplicates=2), lengths, 64)
    assert [(issue.tone, issue.where) for issue in found] == [
        ("bad", "Lines 3, 9, 12, 20 and 1 more"),
        ("bad", "Line 40"),
        ("bad", "2 more rows"),
        ("warn", "1 row"),
        ("warn", "2 rows"),
        ("info", "13 rows"),
        ("info", "2 rows"),
    ]
    assert found[0].what == "The answer is empty. Left out."
    assert issues(parts.data(), parts.lengths(), 128) == []


def test_columns_nobody_could_guess_are_mapped_one_by_one() -> None:
    report = parts.inspect_report(problem=True, columns=["k1", "k2", "k3"])
    mapping = mapping_of(data_from(DataSource(path="/d.csv"), report))
    assert mapping is not None
    assert mapping.missing == "Pick which column is: Prompt, Answer, trained."
    mapping = mapping.picked("k1", "instruction").picked("k2", "instruction")
    assert mapping.picks == {"instruction": "k2"}  # a role belongs to one column
    mapping = mapping.picked("k1", "output")
    assert mapping.missing == ""
    assert mapping.picks == {"instruction": "k2", "output": "k1"}
    assert mapping.role_of("k1") == "output"
    assert mapping.picked("k2", "").missing


def test_reports_become_findings() -> None:
    found = data_from(
        DataSource(path="/d.jsonl"), parts.inspect_report(bad=[{"row": 2, "line": 5, "reason": "x"}], bad_total=1)
    )
    assert found.rows == 40
    assert found.bad == (BadLine(2, 5, "x"),)
    assert found.first[0].cells == ("Question 1?", "Answer 1.")
    assert data_from(DataSource(path="/d"), parts.inspect_report(problem=True)).kind == ""
    assert lengths_from(parts.lengths_report()).longest == 60
    assert rendered_from(parts.render_report()).pieces[2] == ("Answer", True)
    after = tokenizer_from(parts.tokenizer_report(trained=True)).after
    assert after is not None
    assert after.per_word == 1.21


def test_what_is_reviewed_is_what_will_run() -> None:
    found = wizard()
    lines = {line.label: line for line in review_lines(found)}
    assert lines["Learning rate"].value == "0.002"
    assert lines["Data"].note == "270 rows to learn from, 30 held out; Alpaca instructions"
    assert "Changed" not in lines
    assert JobSpec.from_yaml(job_text(found)) == found.job
    assert JobSpec.from_yaml(job_text(found, explain=True)) == found.job
    assert command(None) == "fettle train job.yaml"
    assert command(Path("/a folder/j.yaml")) == "fettle train '/a folder/j.yaml'"
    assert review_problems(found) == []


def test_the_review_warns_where_memory_does_not_fit() -> None:
    found = wizard(machine=dataclasses.replace(parts.LAPTOP, memory_free_mib=100))
    problem = review_problems(found)[0]
    assert problem.severity == "warning"
    assert step_of(problem) == "memory"


def test_a_saved_job_file_reads_back_and_a_bad_place_is_said(tmp_path: Path) -> None:
    job = wizard().job
    save_job(job, tmp_path / "job.yaml")
    assert JobSpec.read(tmp_path / "job.yaml") == job
    with pytest.raises(UserError, match="could not be saved"):
        save_job(job, tmp_path / "missing" / "job.yaml")


def test_the_memory_step_offers_changes_that_keep_the_rest() -> None:
    found = wizard(machine=parts.WORKSTATION, model=parts.model(parts.billion()), lengths=parts.lengths(1200))
    found = found.answered(found.answers.with_training(learning_rate=1e-4))
    advice = advice_of(found)
    assert advice is not None
    assert advice.estimate.verdict == "too_big"
    assert advice.nearest is not None
    assert advice.made_to_fit is not None
    fitted = found.answered(answers_with(found, advice.made_to_fit))
    assert fitted.estimate is not None
    assert fitted.estimate.verdict != "too_big"
    assert fitted.job.training.learning_rate == 1e-4
    assert sum(cell.current for row in advice.cells for cell in row) == 1
    packed = next(fix for fix in advice.fixes if fix.id == "quantization")
    named = packed.job.model_copy(update={"name": "rows-qlora"})  # a name nobody chose follows the method
    assert found.answered(answers_with(found, packed.job)).job == named


def test_every_fix_becomes_answers_that_lead_to_its_job() -> None:
    found = wizard()
    advice = advice_of(found)
    assert advice is not None
    assert advice.made_to_fit is None
    assert {fix.id for fix in advice.fixes} >= {"checkpointing", "batch"}
    for fix in advice.fixes:
        assert found.answered(answers_with(found, fix.job)).job == fix.job.model_copy(
            update={"name": found.answered(answers_with(found, fix.job)).job.name}
        )
        assert fix.saves_mib > 0


def test_the_picture_says_what_learns() -> None:
    base = wizard()
    drawn = drawing_of(base.answered(base.answers.with_method("lora")).job, parts.facts())
    assert (drawn.picture, drawn.way, drawn.rank) == ("lora", "beside", 16)
    assert drawn.touched == ("q", "k", "v", "o", "gate", "up", "down")
    assert "rank 16 learns beside q, k, v, o, gate, up, down" in drawn.said
    attention = base.answered(base.answers.with_method("lora", {"targets": "attention"}))
    assert drawing_of(attention.job, parts.facts()).touched == ("q", "k", "v", "o")
    assert drawing_of(base.answered(base.answers.with_method("full")).job, parts.facts()).way == "all"
    packed = drawing_of(base.answered(base.answers.with_method("qlora")).job, parts.facts())
    assert packed.packed == "4 bit"
    assert "stored in 4 bits" in packed.said


def test_a_draft_survives_and_can_be_dropped() -> None:
    assert load_draft() is None
    assert not save_draft(Answers(step="data", advanced=True))  # nothing was said yet
    answers = wizard().answers
    assert save_draft(answers)
    assert load_draft() == answers
    draft_file().write_text("step: [", encoding="utf-8")
    with pytest.raises(RequestError, match="draft"):
        load_draft()
    drop_draft()
    drop_draft()
    assert load_draft() is None


def test_every_preset_is_a_whole_job_over_files_that_are_there() -> None:
    found = presets()
    assert "try_it_now" in {one.id for one in found}
    for one in found:
        assert one.title
        assert one.summary
        assert JobSpec.from_yaml(one.job.to_yaml()) == one.job
        assert all(Path(source.path).is_file() for source in one.job.data)
        METHODS.get(one.job.method.id).options.model_validate(one.job.method.options)


@pytest.mark.parametrize("name", ["nothing", "../presets/try_it_now", "../../pyproject"])
def test_an_unknown_preset_is_refused(name: str) -> None:
    if name == "../presets/try_it_now":
        assert preset(name).id == "try_it_now"  # it stays inside the folder
        return
    with pytest.raises(RequestError, match="no preset"):
        preset(name)


def test_every_sample_that_is_listed_is_there() -> None:
    found = samples()
    assert found
    assert all(sample.path.is_relative_to(paths.samples()) for sample in found)
    assert all(sample.title and sample.sentence for sample in found)
