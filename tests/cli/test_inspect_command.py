"""What ``fettle inspect`` answers to programs and people: format, mapping, every fault with its line, tokens."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import Said

Fettle = Callable[..., Said]

ROWS = [
    {"head": {"q": "What is rye?"}, "a": "A grain.", "who": "miller"},
    {"head": {"q": "What is <b>yeast</b>?"}, "a": "It makes dough rise.", "who": "baker"},
    {"head": {}, "a": "An answer to nothing.", "who": "baker"},
    {"head": {"q": "What is rye?"}, "a": "A grain.", "who": "miller"},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join([*map(json.dumps, ROWS), '{"head": ']), encoding="utf-8")
    return path


MAPPED = ("--map", "instruction=head.q", "--map", "response=a")


def _by_check(answer: dict[str, Any]) -> dict[str, Any]:
    return {check["id"]: check for check in answer["checks"]}


def test_everything_is_in_the_answer(fettle: Fettle, file: Path) -> None:
    answer = fettle("inspect", str(file), *MAPPED, "--json").answer
    assert (answer["format"], answer["encoding"], answer["columns"]) == ("jsonl", "UTF-8", ["head", "a", "who"])
    assert answer["mapping"] == {"instruction": "head.q", "output": "a"}
    assert (answer["total"], answer["rows"], answer["bad_total"], answer["skipped"]) == (5, 3, 2, 0)
    assert [(bad["row"], bad["line"], bad["check"]) for bad in answer["bad"]] == [(3, 3, "missing"), (5, 5, "broken")]
    found = _by_check(answer)
    assert {id: check["count"] for id, check in found.items()} == {
        "missing": 1, "broken": 1, "markup": 1, "duplicate": 1,
    }  # fmt: skip
    assert found["duplicate"]["examples"][0]["line"] == 4
    assert answer["split"]["train"] + answer["split"]["validation"] == 3
    assert list(answer["fingerprint"]) == ["rows.jsonl"]
    assert len(answer["fingerprint"]["rows.jsonl"]) == 64


def test_policies_constants_and_joins(fettle: Fettle, file: Path) -> None:
    words = ("--constant", "system=Be brief.", "--join", "response=a,who", "--map", "instruction=head.q")
    answer = fettle("inspect", str(file), *words, "--check", "duplicate=skip", "--check", "markup=fix", "--json").answer
    assert (answer["rows"], answer["skipped"], answer["fixed"]) == (2, 1, 1)
    second = answer["first"][1]["canonical"]["messages"]
    assert [message["content"] for message in second] == [
        "Be brief.",
        "What is yeast?",
        "It makes dough rise.\n\nbaker",
    ]


def test_tokens_are_counted_with_a_model(fettle: Fettle, file: Path, tiny_model: Path) -> None:
    answer = fettle("inspect", str(file), *MAPPED, "--model", str(tiny_model), "--max-length", "8", "--json").answer
    tokens = answer["tokens"]
    assert (tokens["rows"], tokens["maximum"], tokens["truncated"]) == (3, 8, 3)
    assert {"padding_waste", "packing_gain", "share_truncated", "trained", "median"} <= tokens.keys()


@pytest.mark.parametrize("ending", ["md", "json", "csv"])
def test_the_report_names_every_row(fettle: Fettle, file: Path, tmp_path: Path, ending: str) -> None:
    report = tmp_path / f"found.{ending}"
    fettle("inspect", str(file), *MAPPED, "--report", str(report), "--json")
    text = report.read_text(encoding="utf-8")
    if ending == "md":
        assert "| 3 | 3 |" in text
        assert "head.q" in text
    elif ending == "json":
        assert [(one["row"], one["check"]) for one in json.loads(text)["findings"]] == [
            (2, "markup"), (3, "missing"), (4, "duplicate"), (5, "broken"),
        ]  # fmt: skip
    else:
        rows = list(csv.DictReader(text.splitlines()))
        assert [(row["row"], row["check"]) for row in rows][1] == ("3", "missing")


def test_a_report_for_spreadsheets_holds_no_formula(fettle: Fettle, tmp_path: Path) -> None:
    (tmp_path / "=cmd").mkdir()
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / "=cmd" / name).write_text('{"text": "x"}\n{"text": ""}\n', encoding="utf-8")
    report = tmp_path / "found.csv"
    fettle("inspect", str(tmp_path / "=cmd"), "--report", str(report), "--json")
    cells = [cell for row in csv.reader(report.read_text(encoding="utf-8").splitlines()) for cell in row]
    assert not [cell for cell in cells if cell[:1] in "=+-@" and cell]


def test_several_files_and_people(fettle: Fettle, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "more.jsonl"
    other.write_text(json.dumps({"head": {"q": "And salt?"}, "a": "Two per cent.", "who": "x"}), encoding="utf-8")
    told = fettle("inspect", str(file), str(other), *MAPPED).out
    assert "4 rows of questions with answers" in told
    assert "rows.jsonl, line 3" in told
    assert "--check markup=..." in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--check", "nothing=skip"), "no check called 'nothing'"),
        (("--check", "empty=fix"), "cannot be told to 'fix'"),
        (("--map", "instruction"), "maps nothing"),
        (("--role", "Kunde=boss"), "is no role"),
        (("--encoding", "klingon"), "klingon"),
        (("--report", "found.exe", *MAPPED), "cannot be written as found.exe"),
        (("--check", "missing=stop", *MAPPED), "stopped at line 3"),
    ],
)
def test_wrong_words_end_in_a_sentence(fettle: Fettle, file: Path, words: tuple[str, ...], said: str) -> None:
    done = fettle("inspect", str(file), *words)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err
