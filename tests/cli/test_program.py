"""The frame of the command line: exit codes, one JSON object, and no traceback in front of anyone."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop import __version__, paths
from desktop.cli.base import COMMANDS
from desktop.cli.commands.runs import Runs
from desktop.engine.errors import UserError
from tests.support.command_line import Said

Fettle = Callable[..., Said]


def test_every_command_of_the_readme_is_there() -> None:
    wanted = {"quickstart", "train", "estimate", "inspect", "chat", "methods", "objectives", "doctor", "runs", "export"}
    assert wanted <= {command.id for command in COMMANDS.all()}


@pytest.mark.parametrize("command", [command.id for command in COMMANDS.all()])
def test_every_command_explains_itself(command: str, fettle: Fettle) -> None:
    said = fettle(command, "--help")
    summary = COMMANDS.get(command).summary
    assert said.code == 0
    assert " ".join(summary.split()) in " ".join(said.out.split())
    assert summary.endswith(".")


def test_the_version(fettle: Fettle) -> None:
    said = fettle("--version")
    assert (said.code, said.out) == (0, f"fettle {__version__}\n")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["trian"], "unknown_command", "Did you mean train"),
        (["runs", "--nonsense"], "bad_arguments", "--nonsense"),
        (["inspect"], "bad_arguments", "file"),
        (["train"], "no_job", "--data"),
        (["train", "--set", "training.epochs"], "bad_setting", "training.epochs=1"),
        (["--json"], "no_command", "--help"),
        (["methods", "lorra"], "unknown_method", "Did you mean lora"),
    ],
)
def test_a_wrong_request_is_told_in_words_with_code_2(fettle: Fettle, words: list[str], code: str, said: str) -> None:
    answer = fettle(*words, *([] if "--json" in words else ["--json"]))
    assert answer.code == 2
    assert answer.answer["error"]["code"] == code
    assert said in answer.answer["error"]["message"] + " " + answer.answer["error"]["hint"]
    spoken = fettle(*[word for word in words if word != "--json"] or ["--nonsense"])
    assert spoken.code == 2
    assert spoken.out == ""
    assert spoken.err.startswith("fettle: ")
    assert "Traceback" not in spoken.err


def test_what_nobody_expected_goes_to_a_log(fettle: Fettle, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> int:
        raise ZeroDivisionError("a secret of the trade")

    monkeypatch.setattr(Runs, "run", breaks)
    said = fettle("runs")
    assert said.code == 1
    assert "a secret" not in said.err + said.out
    log = Path(re.findall(r"in (\S+\.log)", said.err)[0])
    assert log.parent == paths.logs()
    assert "ZeroDivisionError: a secret of the trade" in log.read_text(encoding="utf-8")


def test_a_failure_is_code_1(fettle: Fettle, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> int:
        raise UserError("disk_full", "The disk is full.", "Free some space.")

    monkeypatch.setattr(Runs, "run", fails)
    assert fettle("runs").code == 1
    assert fettle("runs", "--json").answer == {
        "error": {"code": "disk_full", "message": "The disk is full.", "hint": "Free some space."}
    }


def test_what_libraries_print_does_not_reach_a_program(fettle: Fettle, monkeypatch: pytest.MonkeyPatch) -> None:
    def chatty(self: Runs, args: object, out: object) -> int:
        print("from Python")
        os.write(1, b"from a compiled library\n")
        out.result({"fine": True, "loss": float("nan")})  # type: ignore[attr-defined]
        return 0

    monkeypatch.setattr(Runs, "run", chatty)
    said = fettle("runs", "--json")
    assert said.answer == {"fine": True, "loss": None}
    assert "from Python" in said.err
    assert "from a compiled library" in said.err
    assert sys.stdout.fileno() >= 0
    assert fettle("runs").out.startswith("from Python"), "standard output is given back afterwards"
