"""Trying a model: what is asked, what is kept, what a file becomes, and that a spreadsheet runs none of it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.errors import RequestError, UserError
from desktop.flow.chat_model import Choice, choices_from
from desktop.flow.tryout import Said, Tryout, said_of
from desktop.flow.tryout_file import MOST_TEXTS, read_texts, save_answers

CLASSIFIER = Choice("run:letters", "letters", "", use="classification", base="starter-encoder")
REWRITER = Choice("run:polite", "polite", "", use="seq2seq", base="starter-seq2seq")
RATER = Choice("run:manners", "manners", "", use="reward", base="starter")
LABEL = {
    "text": "Rolls?",
    "label": "question",
    "probabilities": [{"label": "question", "probability": 0.9}, {"label": "praise", "probability": 0.1}],
}


def ready(choice: Choice) -> Tryout:
    tryout = Tryout()
    tryout.choose(choice)
    tryout.loaded()
    return tryout


def test_choosing_a_model_loads_it_with_nothing_to_answer() -> None:
    tryout = Tryout()
    assert tryout.choose(CLASSIFIER) == {"model": "run:letters", "texts": []}
    tryout.news({"doing": "Loading letters"})
    assert "Loading letters" in tryout.waits
    assert tryout.ask("Rolls?") is None, "it is not loaded yet"
    tryout.loaded()
    assert not tryout.waits


def test_a_label_with_its_probabilities() -> None:
    tryout = ready(CLASSIFIER)
    asked = tryout.ask(" Rolls? ")
    assert asked is not None
    assert asked["texts"] == ["Rolls?"]
    tryout.answered({"answers": [LABEL]})
    assert tryout.ask_base() is None, "a base without a head has no label to give"
    tryout.over()
    said = tryout.tried[0].tuned
    assert said is not None
    assert (said.result, said.note, said.sentence) == ("question", "90 %", "question 90 %, praise 10 %")


def test_the_base_rewrites_the_same_text_beside_the_tuned_model() -> None:
    tryout = ready(REWRITER)
    tryout.ask("Pack it.")
    tryout.answered({"answers": [{"text": "Pack it.", "target": "Please pack it."}]})
    beside = tryout.ask_base()
    assert beside is not None
    assert (beside["model"], beside["texts"], beside["slot"]) == ("starter-seq2seq", ["Pack it."], "beside")
    tryout.answered({"answers": [{"text": "Pack it.", "target": "Pack"}]}, base=True)
    tryout.over()
    told = tryout.tried[0]
    assert told.tuned is not None
    assert told.base is not None
    assert (told.tuned.result, told.base.result) == ("Please pack it.", "Pack")


def test_a_reward_needs_a_question() -> None:
    tryout = ready(RATER)
    assert tryout.ask("Yes.") is None
    asked = tryout.ask("Yes.", "Is it open?")
    assert asked is not None
    assert asked["options"] == {"prompts": ["Is it open?"]}
    tryout.answered({"answers": [{"prompt": "Is it open?", "text": "Yes.", "reward": -0.25}]})
    assert tryout.tried[0].tuned == Said("Yes.", "\N{MINUS SIGN}0.250", "Is it open?", reward=-0.25)


def test_what_was_stopped_or_failed_is_not_kept() -> None:
    tryout = ready(CLASSIFIER)
    tryout.ask("one")
    tryout.answered({"answers": []})
    tryout.over()
    assert tryout.tried == []
    tryout.ask("two")
    tryout.failed(UserError("too_long", "It is too long."))
    assert (tryout.tried, tryout.stage) == ([], "ready")
    assert tryout.error is not None
    tryout.ask("three")
    tryout.failed(UserError("workbench_died", "It died."))
    assert tryout.stage == "broken"


def test_another_model_begins_with_nothing_tried() -> None:
    tryout = ready(CLASSIFIER)
    tryout.ask("Rolls?")
    tryout.answered({"answers": [LABEL]})
    tryout.over()
    tryout.choose(CLASSIFIER)
    assert len(tryout.tried) == 1, "loaded again, the same model keeps what was tried"
    tryout.choose(RATER)
    assert tryout.tried == []


def test_models_that_only_fill_gaps_are_not_offered_and_heads_are_told_from_chats() -> None:
    def model(ref: str, kind: str, use: str) -> dict[str, Any]:
        return {"ref": ref, "title": ref, "source": "run", "facts": {"kind": kind}, "use": use}

    found = [model("run:a", "causal", "reward"), model("run:b", "masked", "masked"), model("run:c", "causal", "chat")]
    assert [(choice.ref, choice.use) for choice in choices_from({"models": found})] == [
        ("run:a", "reward"),
        ("run:c", "chat"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "texts"),
    [
        ("a.txt", "one\n\ntwo\n", ("one", "two")),
        ("a.jsonl", '{"text": "one", "label": "x"}\n{"text": "two", "label": "y"}\n', ("one", "two")),
        ("a.csv", "Source,target\none,x\ntwo,y\n", ("one", "two")),
        ("a.csv", "words\none\ntwo\n", ("one", "two")),
    ],
)
def test_the_texts_of_a_file(tmp_path: Path, name: str, content: str, texts: tuple[str, ...]) -> None:
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    assert read_texts(file, rates=False).texts == texts


def test_answers_with_their_questions(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"prompt": "q", "chosen": "a"}\n{"prompt": "", "chosen": "b"}\n', encoding="utf-8")
    found = read_texts(file, rates=True)
    assert (found.texts, found.prompts) == (("a",), ("q",))
    assert found.remark.startswith("1 row left out")


@pytest.mark.parametrize(
    ("content", "rates", "code"),
    [("a,b\nx,y\n", False, "which_column"), ("answer\nx\n", True, "no_prompt"), ("text\n", False, "")],
)
def test_a_file_that_cannot_be_tried_says_why(tmp_path: Path, content: str, rates: bool, code: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(RequestError) as told:
        read_texts(file, rates=rates)
    assert code in told.value.code
    assert told.value.hint


def test_no_more_than_can_be_shown(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("x\n" * (MOST_TEXTS + 3), encoding="utf-8")
    found = read_texts(file, rates=False)
    assert len(found.texts) == MOST_TEXTS
    assert found.remark.startswith("3 rows left out")


def test_a_saved_table_runs_nothing_in_a_spreadsheet(tmp_path: Path) -> None:
    said = [said_of({**LABEL, "text": "=1+1"}), said_of({**LABEL, "text": "@SUM(A1)"})]
    with save_answers(tmp_path / "out.csv", said).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["text", "label", "probability of question", "probability of praise"]
    assert [row[0] for row in rows[1:]] == ["'=1+1", "'@SUM(A1)"]
    assert float(rows[1][2]) == 0.9


def test_a_negative_reward_stays_a_number(tmp_path: Path) -> None:
    said = [said_of({"prompt": "q", "text": "a", "reward": -0.5})]
    with save_answers(tmp_path / "out.csv", said).open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["question", "answer", "reward"], ["q", "a", "-0.5"]]
    (line,) = save_answers(tmp_path / "out.jsonl", said).read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {"question": "q", "answer": "a", "reward": -0.5}
