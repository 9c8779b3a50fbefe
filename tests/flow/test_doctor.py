"""The doctor: what works is told as such, what is broken is told with its cure, and nothing is loaded here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from desktop import paths
from desktop.engine.errors import UserError
from desktop.flow import doctor
from desktop.flow.doctor import Check, examine, versions


def _checks(found: doctor.Examination) -> dict[str, Check]:
    return {check.id: check for check in found.checks}


def test_a_sound_machine_passes(tmp_path: Path) -> None:
    found = examine()
    checks = _checks(found)
    assert checks["torch"].state == "ok"
    assert checks["workspace"].state == "ok"
    assert str(paths.workspace()) in checks["workspace"].sentence
    assert not (paths.workspace() / ".doctor").exists()
    assert {fact.label for fact in found.facts} >= {"System", "Processor", "Memory", "GPU", "Disk"}
    assert found.as_dict()["versions"]["python"] == sys.version.split()[0]


@pytest.mark.parametrize(
    ("answer", "built", "words"),
    [("broken", "", "does not load"), ('{"cuda": false, "built": null}', "", "Without a GPU")],
)
def test_what_torch_answers_becomes_a_sentence(
    monkeypatch: pytest.MonkeyPatch, answer: str, built: str, words: str
) -> None:
    def asked(*_: Any, **__: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 0, stdout=answer, stderr="")

    monkeypatch.setattr(doctor.subprocess, "run", asked)
    assert any(words in check.sentence for check in examine().checks)


def test_a_library_that_is_not_there_is_called_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LIBRARIES", ("torch", "no-such-library"))
    assert versions()["no-such-library"] == "missing"
    assert versions()["torch"] != "missing"


def test_a_workspace_that_cannot_be_written_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: Any) -> None:
        raise UserError("cannot_write", "The disk is full.")

    monkeypatch.setattr(doctor, "write_atomically", refuses)
    monkeypatch.setattr(doctor, "_torch", lambda _: [])
    assert _checks(examine())["workspace"].state == "broken"
