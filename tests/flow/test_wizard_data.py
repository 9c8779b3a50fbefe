"""The data side of the wizard as plain data: checks, issues, progress, history, picks, sets, rows, words."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.data.source import Constant, DataSource, Edit, Join
from desktop.engine.errors import RequestError, UserError
from desktop.engine.job import Mixing
from desktop.flow.wizard import Wizard
from desktop.flow.wizard_answers import Answers
from desktop.flow.wizard_checks import SplitFound
from desktop.flow.wizard_data_answers import with_answers, with_length, with_overlong, with_share
from desktop.flow.wizard_findings import Findings, SetFound
from desktop.flow.wizard_history import History, restored
from desktop.flow.wizard_issues import OVERLONG, issues, summary
from desktop.flow.wizard_length_words import bins, costs, verdict
from desktop.flow.wizard_mapping import mapping_of
from desktop.flow.wizard_picks import PickForm, form_of, lines_of, pick_of, values_of
from desktop.flow.wizard_progress import progress_from
from desktop.flow.wizard_questions import lengths_params, render_params, same_rows
from desktop.flow.wizard_rendered import as_text, notes
from desktop.flow.wizard_reports import data_from, lengths_from, rendered_from, survey_from
from desktop.flow.wizard_rows import corrected, field_text, field_value, filters, page_from, record_from
from desktop.flow.wizard_sets import epoch_shares, set_lines, sets_blocked, share_said, unread
from desktop.flow.wizard_shelf import hub_from, library_from
from desktop.flow.wizard_split import split_words
from desktop.flow.wizard_template import is_edited, ours, template_text, template_words, templates_from
from tests.support import wizard_parts as parts

SOURCE = DataSource(path="/data/rows.jsonl")


def found(**changes: Any) -> Any:
    return data_from(SOURCE, parts.inspect_report(**changes))


def wizard(*sources: DataSource, **findings: Any) -> Wizard:
    known = Findings(machine=parts.LAPTOP, model=parts.model(), data=parts.data(), lengths=parts.lengths())
    answers = Answers(model="starter", data=sources or (SOURCE,))
    return Wizard(answers, dataclasses.replace(known, **findings))


def test_every_check_becomes_an_issue_with_its_lines_and_its_choice() -> None:
    data = found(checks=parts.checks(), rows=37, total=40)
    told = issues(data, None, 256)
    assert [(one.tone, one.where) for one in told] == [
        ("bad", "Lines 12, 31"),
        ("warn", "Lines 3, 9, 17, 18 and 2 more"),
    ]
    assert told[0].what == "The answer is empty: left out."
    assert told[0].policies == (("skip", "Skip"), ("stop", "Stop"))
    assert (told[1].policy, told[1].check, told[1].rows) == ("keep", "markup", True)
    assert summary(told, data) == ("3 rows left out", "warn")
    assert filters(data.checks)[-2:] == [("markup", "Markup (6)"), ("empty", "Empty fields (2)")]


def test_rows_that_are_too_long_offer_what_becomes_of_them() -> None:
    lengths = dataclasses.replace(parts.lengths(), truncated=13, maximum=64, longest=100)
    for way, words in (("truncate", "their end is cut"), ("drop", "left out whole"), ("split", "several rows")):
        (told,) = issues(parts.data(), lengths, 64, way)
        assert (told.check, told.policy) == (OVERLONG, way)
        assert words in told.what


def test_rows_skipped_by_hand_and_files_not_read_are_told() -> None:
    told = issues(found(checks=parts.checks()[2:], skipped=2, left_alone=["a.png", "b.png", "c", "d"]), None, 256)
    assert [(one.where, one.check) for one in told] == [("2 rows", "edited"), ("a.png, b.png, c and 1 more", "")]


def test_a_report_without_the_newer_keys_is_read_all_the_same() -> None:
    data = found()
    assert (data.checks, data.split, data.encoding, data.reading) == ((), None, "", False)
    assert lengths_from(parts.lengths_report()).padding_waste is None
    assert rendered_from(parts.render_report()).other is None


def test_the_beginning_of_a_file_shows_columns_and_counts_nothing() -> None:
    survey = {key: value for key, value in parts.inspect_report().items() if key not in ("rows", "total", "bad")}
    data = survey_from(SOURCE, survey)
    assert data.reading
    assert (data.kind, data.rows, data.columns) == ("", 0, ("instruction", "output"))
    assert wizard(data=data).blocked("data") == "The file is being read."


@pytest.mark.parametrize(
    ("piece", "words", "share"),
    [
        ({"what": "Reading rows", "done": 2 << 20, "total": 4 << 20, "rows": 10_000, "rate": 5000.4, "left": 2.4},
         "Reading rows, 2.0 MB of 4.0 MB, 10,000 rows, 5,000 rows a second, about 2 seconds left", 0.5),
        ({"what": "Counting tokens", "done": 100, "total": 400}, "Counting tokens, 100 of 400", 0.25),
        ({"what": "Reading", "left": 0.3}, "Reading, about a second left", None),
        ({"what": "Reading", "left": 600}, "Reading, about 10 minutes left", None),
        ({}, "", None),
    ],
)  # fmt: skip
def test_progress_is_said_with_rate_and_time_left(piece: dict[str, Any], words: str, share: float | None) -> None:
    progress = progress_from(piece)
    assert progress.words == words
    assert progress.share == share


@given(st.lists(st.sampled_from(["map", "skip", "undo", "redo"]), max_size=30))
def test_history_takes_changes_back_in_order_and_never_loses_a_correction(steps: list[str]) -> None:
    history, now, stack, again = History(), SOURCE, [SOURCE], []
    for number, step in enumerate(steps):
        if step == "map":
            after = now.model_copy(update={"mapping": {"text": f"c{number}"}})
            history, now = history.changed(now, after), after
            stack, again = [*stack, after], []
        elif step == "skip":
            history, now = history.corrected(now), now.model_copy(update={"edits": (Edit(row=1, skip=True),)})
            stack, again = [*stack, stack[-1]], []
        elif step == "undo":
            change, history = history.undo()
            assert (change is None) == (len(stack) == 1)
            if change is not None:
                again.append(stack.pop())
                if not change.of_row:
                    now = restored(change.before, now)
        else:
            change, history = history.redo()
            assert (change is None) == (not again)
            if change is not None:
                stack.append(again.pop())
                if not change.of_row:
                    now = restored(change.after, now)
        assert now.mapping == stack[-1].mapping
        assert len(history.done) == len(stack) - 1


def test_a_change_of_corrections_alone_is_not_remembered_twice() -> None:
    edited = SOURCE.model_copy(update={"edits": (Edit(row=2, skip=True),)})
    assert History().changed(SOURCE, edited) == History()


PICKS = st.one_of(
    st.text("abc.[0]", min_size=1).map(str.strip).filter(bool),
    st.text("xyz \n", max_size=9).map(lambda text: Constant(constant=text)),
    st.lists(st.text("abc", min_size=1), min_size=1, max_size=3).map(lambda names: Join(join=tuple(names))),
)


@given(PICKS)
def test_what_is_picked_reads_back_from_its_form(pick: Any) -> None:
    assert pick_of(form_of(pick), "Prompt") == pick


def test_a_form_without_a_column_is_refused_by_the_name_of_its_role() -> None:
    with pytest.raises(RequestError, match="Prompt: no column"):
        pick_of(PickForm("join", " , "), "Prompt")
    assert pick_of(PickForm("none", "x"), "Prompt") is None


@given(st.dictionaries(st.text("abc=", min_size=1).map(str.strip).filter(bool), st.text("xyz", min_size=1), max_size=4))
def test_names_read_back_from_their_lines(values: dict[str, str]) -> None:
    assert values_of(lines_of(values), "Labels") == values


def test_a_wrong_line_of_names_is_told_by_its_number() -> None:
    with pytest.raises(RequestError, match="Speakers, line 2: write name = meaning"):
        values_of("human = user\nnonsense", "Speakers")
    with pytest.raises(RequestError, match="Speakers, line 1: robot is no role"):
        values_of("gpt = robot", "Speakers", ("user", "assistant"))


def test_a_mapping_tells_what_no_column_alone_stands_for() -> None:
    mapping = mapping_of(found(mapping={"instruction": {"join": ["instruction", "extra"]}, "output": "output"}))
    assert mapping is not None
    assert mapping.beyond(("instruction", "output")) == [("Prompt", "instruction and extra as one text")]
    assert mapping.uses("instruction")
    assert not mapping.uses("other")
    path = mapping.with_pick("output", "output[0].text")
    assert path.uses("output")
    assert path.role_of("output") == ""
    assert path.with_pick("output", None).missing == "Pick which column is: Answer, trained."


@given(
    rows=st.lists(st.integers(0, 10**6), min_size=1, max_size=6),
    strategy=st.sampled_from(["proportional", "equal", "temperature", "explicit"]),
)
def test_shares_of_an_epoch_add_up_to_one(rows: list[int], strategy: Any) -> None:
    shares = epoch_shares(rows, [1.0 + place for place in range(len(rows))], Mixing(strategy=strategy))
    assert sum(shares) == pytest.approx(1.0 if any(rows) else 0.0)
    assert all((share == 0) == (number == 0) for share, number in zip(shares, rows, strict=True))


def test_a_second_set_blocks_until_it_is_read_and_of_the_same_kind() -> None:
    other = DataSource(path="/data/more.jsonl", task="more")
    made = wizard(SOURCE, other)
    assert unread(made.answers, made.findings) == other
    assert made.blocked("data") == "more.jsonl: It is being read."
    read = made.found(others=(SetFound(other, parts.data(path=other.path, rows=100)),))
    assert read.blocked("data") == ""
    assert unread(read.answers, read.findings) is None
    assert [line.share for line in set_lines(read.answers, read.findings)] == [0.75, 0.25]
    assert read.plan.train + read.plan.validation == 400
    failed = made.found(others=(SetFound(other, error=UserError("no_rows", "There is no row in it.")),))
    assert failed.blocked("data") == "more.jsonl: There is no row in it."
    unlike = made.found(others=(SetFound(other, parts.data(path=other.path, kind="text")),))
    assert "another kind" in unlike.blocked("data")


def test_a_set_kept_for_validation_is_no_part_of_an_epoch() -> None:
    other = DataSource(path="/data/more.jsonl", use="validation")
    kept = SetFound(other, parts.data(path=other.path, rows=50, use="validation"))
    made = wizard(SOURCE, other, others=(kept,))
    assert [line.share for line in set_lines(made.answers, made.findings)] == [1.0, None]
    assert (made.plan.train, made.plan.validation) == (270, 80)
    every = wizard(SOURCE.model_copy(update={"use": "validation"}))
    assert sets_blocked(every.answers, every.findings).startswith("Every data set is kept for validation")


def test_an_old_task_is_no_part_of_an_epoch_and_not_held_out_whole() -> None:
    other = DataSource(path="/data/more.jsonl", use="old")
    made = wizard(SOURCE, other, others=(SetFound(other, parts.data(path=other.path, rows=50, use="old")),))
    lines = set_lines(made.answers, made.findings)
    assert [share_said(line) for line in lines] == ["100 % of an epoch", "measured for forgetting"]
    assert (made.plan.train, made.plan.validation) == (270, 30)
    assert made.step("data").line == "2 data sets, 350 rows"
    alone = wizard(SOURCE.model_copy(update={"use": "old"}))
    assert "or of an old task" in sets_blocked(alone.answers, alone.findings)


def test_looking_at_another_set_reads_nothing_twice() -> None:
    other = DataSource(path="/data/more.jsonl")
    made = wizard(SOURCE, other, others=(SetFound(other, parts.data(path=other.path, rows=100)),))
    turned = made.answered(dataclasses.replace(made.answers, looked=1))
    assert turned.findings.data is not None
    assert turned.findings.data.rows == 100
    assert [one.source for one in turned.findings.others] == [SOURCE]
    assert unread(turned.answers, turned.findings) is None
    weighed = turned.answered(turned.answers.with_set(weight=3.0))
    assert weighed.findings.data == turned.findings.data  # the same rows, only weighed differently
    assert same_rows(weighed.answers, turned.answers)
    gone = turned.answered(turned.answers.without(0))
    assert (len(gone.answers.data), gone.answers.looked, gone.findings.others) == (1, 0, ())


def test_several_sets_survive_a_draft_and_a_job() -> None:
    answers = Answers(data=(SOURCE,)).with_another("/data/more.jsonl", ("/data/rest.jsonl",))
    answers = dataclasses.replace(answers, mixing=Mixing(strategy="equal"), chat_template="chatml")
    assert Answers.from_mapping(answers.to_mapping()) == answers
    job = Wizard(answers).job
    assert (job.mixing.strategy, job.chat_template, job.data[1].also) == ("equal", "chatml", ("/data/rest.jsonl",))
    older = {key: value for key, value in answers.to_mapping().items() if key not in ("looked", "mixing")}
    assert Answers.from_mapping(older).looked == 0


def test_fields_that_are_no_text_are_typed_as_json() -> None:
    value = {"a": [1, None, "ü"]}
    assert field_value(field_text(value), value, "tags") == value
    assert field_value("{not json", "was text", "note") == "{not json"
    with pytest.raises(RequestError, match=r"tags is not valid JSON: .* at line 2, column 1"):
        field_value("[1,\n]", value, "tags")
    with pytest.raises(RequestError, match="too deeply"):
        field_value("[" * 100_000, value, "tags")


def test_a_page_of_rows_and_a_record_are_read() -> None:
    total, rows = page_from(parts.rows_report(total=3))
    assert total == 3
    assert (rows[0].row, rows[0].state, rows[0].cells["instruction"]) == (1, "good", "Question 1?")
    assert record_from({"row": 3, "line": 4, "values": {"a": 1}, "raw": "{}"}).values == {"a": 1}
    skipped = corrected(rows[0], Edit(row=1, skip=True))
    assert skipped.state == "skipped"
    assert corrected(skipped, None).state == "good"
    changed = corrected(rows[0], Edit(row=1, values={"instruction": "New", "tags": [1]}))
    assert (changed.state, changed.cells) == ("edited", {"instruction": "New", "tags": "[1]"})


def test_lengths_are_told_in_words_and_numbers() -> None:
    report = {**parts.lengths_report(), "padding_waste": 0.31, "padding_waste_grouped": 0.02, "packing_gain": 3.46}
    lengths = lengths_from(report)
    assert verdict(lengths, 256) == ("All rows fit whole", "ok")
    assert costs(lengths) == (
        "31 % of a batch is padding, 2 % with rows of like length together. "
        "Packing rows end to end would make an epoch 3.5 times shorter."
    )
    assert costs(parts.lengths()) == ""
    assert bins(lengths) == [["0 to 31", "20", "50.0 %"], ["32 to 63", "20", "50.0 %"]]


def test_a_rendered_row_is_told_without_colours() -> None:
    plain = rendered_from(parts.render_report())
    assert as_text(plain).startswith("<user>Question 0?[[Answer.]]\n(2 of 4 tokens are learned")
    cut = rendered_from({**parts.render_report(), "beyond": 3, "cut": 1, "special": [True, False, False, False]})
    assert "(Cut off: .)" in as_text(cut)
    assert notes(cut, 1200) == "The last token is cut off."
    assert (
        notes(dataclasses.replace(cut, removed="The end is cut."), 2) == "The end is cut. Shown are the first 2 tokens."
    )
    pair = rendered_from({**parts.render_report(), "rejected": {**parts.render_report(), "tokens": 9}})
    assert pair.other is not None
    assert (pair.caption, pair.other.caption, pair.other.tokens) == ("Preferred", "Rejected", 9)
    assert "Rejected\n" in as_text(pair)


def test_the_workbench_is_asked_what_the_answers_say() -> None:
    made = wizard()
    assert "template" not in render_params(made, 3)
    assert "overlong" not in render_params(made, 3)
    changed = made.answered(
        dataclasses.replace(with_overlong(made, "split"), chat_template="chatml", objective=None)
    ).answered(with_answers(made.answered(made.answers), "last"))
    assert render_params(changed, 0)["answers"] == "last"
    both = made.answered(dataclasses.replace(with_overlong(made, "drop"), chat_template="chatml"))
    assert (render_params(both, 0)["overlong"], lengths_params(both)["template"]) == ("drop", "chatml")
    assert with_length(both, both.inferred.max_length).training == {"overlong": "drop"}
    assert with_share(made, 0.2).training == {"validation_share": 0.2}
    assert with_overlong(both, "truncate").training == {}
    assert with_answers(changed, "all").objective is None  # what is taken unasked is left unsaid


def test_the_split_is_said_as_the_engine_parts_the_rows() -> None:
    split = SplitFound(260, 40, "260 rows to learn from, 40 held out (rows that are alike kept together).")
    made = wizard(data=parts.data(split=split))
    assert split_words(made) == split.sentence
    assert (made.plan.train, made.plan.validation) == (260, 40)
    more = made.answered(with_share(made, 0.2))
    assert split_words(more) == "240 rows to learn from, 60 held out (rows that are alike kept together)"
    assert split_words(wizard(data=None)) == ""


def test_templates_are_named_and_their_text_is_found(tmp_path: Path) -> None:
    ids = [one.id for one in ours()]
    assert "chatml" in ids
    assert template_words("") == "the model's own"
    assert template_words("chatml") == "chatml"
    assert is_edited("{{ messages }}")
    assert template_text("{{ x }}", "") == "{{ x }}"
    assert "message" in template_text("chatml", "")
    (tmp_path / "tokenizer_config.json").write_text('{"chat_template": "own"}', encoding="utf-8")
    assert template_text("", str(tmp_path)) == "own"
    (tmp_path / "tokenizer_config.json").write_text("{", encoding="utf-8")
    assert template_text("", str(tmp_path)) == template_text("plain", "")
    (one,) = templates_from({"templates": [{"id": "chatml", "title": "ChatML", "sentence": "Marks turns."}]})
    assert (one.title, one.sentence) == ("ChatML", "Marks turns.")


def test_what_lies_on_the_shelf_is_listed() -> None:
    (one,) = library_from(parts.library_report())
    assert (one.title, one.rows, one.edits, one.exists) == ("rows.jsonl", 40, 2, True)
    assert one.imported.startswith("2026-11-2")
    assert library_from({"sets": [{"id": "x", "imported": "never"}]})[0].imported == ""
    (cached,) = hub_from({"sets": [{"name": "owner/name", "files": ["a", "b"], "bytes": 2 << 20}]})
    assert (cached.path, cached.words) == ("hub:owner/name", "2 files, 2.0 MB")
