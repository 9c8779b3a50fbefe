"""The list of models as data: what each is, where it came from, what can be done with it."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.flow.models import count_words, parameter_words, rows_from

FACTS = {"kind": "causal", "parameters": 3_690_000, "context": 1024}


def model(ref: str, **fields: Any) -> dict[str, Any]:
    title = ref.removeprefix("run:").capitalize()
    return {
        "ref": ref,
        "title": title,
        "source": "bundled",
        "folder": "/x",
        "facts": FACTS,
        "bytes": 7_400_000,
    } | fields


def test_a_lineage_goes_back_to_the_first_model() -> None:
    rows = rows_from(
        {
            "models": [
                model("starter"),
                model("run:a", source="run", base="starter", method="lora"),
                model("run:b", source="run", base="run:a", method="full"),
            ]
        }
    )
    assert [(link.title, link.made_by) for link in rows[2].lineage] == [
        ("Starter", ""),
        ("A", "LoRA"),
        ("B", "Full fine-tuning"),
    ]
    assert rows[2].made == "Full fine-tuning over A"
    assert rows[2].making.endswith("Full fine-tuning, from A.")
    assert rows[0].making == ""
    assert rows[0].lineage[0].title == "Starter"
    assert rows[0].made == ""


def test_a_base_that_is_gone_is_named_and_a_loop_ends() -> None:
    gone, loop = rows_from(
        {
            "models": [
                model("run:a", base="/elsewhere/llama", method="lora"),
                model("run:b", base="run:b", method="lora"),
            ]
        }
    )
    assert [link.title for link in gone.lineage] == ["llama", "A"]
    assert [link.title for link in loop.lineage] == ["B"]


def test_what_a_model_is_for_is_said_in_words() -> None:
    encoder = FACTS | {"kind": "masked"}
    talks, reads, broken = rows_from(
        {
            "models": [
                model("starter"),
                model("starter-encoder", facts=encoder),
                model("half", facts=None, problem="It has no weights.", source="local"),
            ]
        }
    )
    assert (talks.kind, talks.talks, talks.usable) == ("talks", True, True)
    assert (reads.kind, reads.talks, reads.usable) == ("reads", False, True)
    assert (broken.kind, broken.talks, broken.usable, broken.source) == ("", False, False, "yours")
    assert (talks.parameters, talks.size, talks.context) == ("3.7 M", "7.4 MB", "1,024")


def test_results_are_shown_where_there_are_any() -> None:
    metrics = {"before": {"loss": 3.21}, "after": {"loss": 0.24}}
    tuned, plain = rows_from(
        {"models": [model("run:a", metrics=metrics, objective="sft"), model("starter", metrics={})]}
    )
    assert tuned.results == "Held-out loss 3.21 to 0.24."
    assert plain.results == ""


@pytest.mark.parametrize(
    ("count", "words"), [(384, "384"), (12_300, "12.3 k"), (3_690_000, "3.7 M"), (1_540_000_000, "1.54 B")]
)
def test_weights_are_counted_as_people_say_it(count: int, words: str) -> None:
    assert parameter_words(count) == words


def test_search_takes_every_word() -> None:
    row = rows_from({"models": [model("starter")]})[0]
    assert row.matches("")
    assert row.matches("STARTER came")
    assert not row.matches("starter tuned")


def test_how_many_there_are() -> None:
    assert count_words([]) == "No models found."
    rows = rows_from({"models": [model("starter"), model("run:a", base="starter")]})
    assert count_words(rows) == "2 models on this machine, 1 tuned here."
    assert count_words(rows[:1]) == "1 model on this machine."


@pytest.mark.parametrize(
    ("use", "word", "talks"),
    [
        ("chat", "talks", True),
        ("classification", "labels", False),
        ("reward", "rates", False),
        ("seq2seq", "rewrites", False),
        ("masked", "reads", False),
    ],
)
def test_a_head_decides_what_a_model_does(use: str, word: str, talks: bool) -> None:
    row = rows_from({"models": [model("run:a", use=use)]})[0]
    assert (row.kind, row.talks, row.tries) == (word, talks, word in ("labels", "rates", "rewrites"))
