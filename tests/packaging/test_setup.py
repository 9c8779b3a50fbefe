"""The set-up scripts: what is missing is told in words with the line to run, and what is done is not done again."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("words", "apt", "environment", "screen", "start", "check")


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The scripts as modules, imported as they import each other: from their own folder."""
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    for name in SCRIPTS:
        monkeypatch.delitem(sys.modules, name, raising=False)
    modules: dict[str, ModuleType] = {name: importlib.import_module(name) for name in SCRIPTS}
    yield modules
    for name in SCRIPTS:
        sys.modules.pop(name, None)


@pytest.fixture
def fake_python(tmp_path: Path) -> Callable[..., Path]:
    """A program that says something and ends, in place of an environment's Python."""

    def make(says: str = "", code: int = 0) -> Path:
        file = tmp_path / "venv" / "bin" / "python"
        file.parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "says.txt").write_text(says)
        file.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked.txt\ncat {tmp_path}/says.txt >&2\nexit {code}\n')
        file.chmod(0o755)
        return file

    return make


posix = pytest.mark.skipif(os.name == "nt", reason="stands in for programs with shell scripts")


def test_an_old_python_is_told_which_to_install(scripts: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    environment, words = scripts["environment"], scripts["words"]
    monkeypatch.setattr(environment.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(environment.shutil, "which", lambda _: None)
    with pytest.raises(words.Stop, match=r"needs Python 3\.11 or newer"):
        environment.right_python("start.py", [])


def test_the_scripts_can_be_read_by_an_old_python() -> None:
    """A syntax of 3.12 would greet a user of 3.9 with a SyntaxError instead of the sentence above."""
    import ast

    for name in SCRIPTS:
        source = (ROOT / "packaging" / f"{name}.py").read_text(encoding="utf-8")
        ast.parse(source, feature_version=(3, 8))
        assert "from __future__ import annotations" in source


@posix
@pytest.mark.parametrize(
    ("says", "sentence"),
    [
        ("ERROR: [Errno 28] No space left on device", "disk is full"),
        ("NewConnectionError(...): Temporary failure in name resolution", "no way to the package index"),
        ("ERROR: No matching distribution found for torch==2.13.0", r"no package torch==2\.13\.0 for Python"),
        ("ERROR: something else", "pip could not install"),
    ],
)
def test_what_pip_says_becomes_a_sentence(
    scripts: dict[str, Any],
    fake_python: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    says: str,
    sentence: str,
) -> None:
    monkeypatch.setenv("FETTLE_VENV", str(fake_python(says, 1).parents[1]))
    with pytest.raises(scripts["words"].Stop, match=sentence) as caught:
        scripts["environment"]._pip("install", "torch==2.13.0")
    assert scripts["words"].told(caught.value) == 1
    assert "Traceback" not in capsys.readouterr().out


@posix
def test_torch_comes_first_and_alone_and_nothing_is_done_twice(
    scripts: dict[str, Any], fake_python: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FETTLE_VENV", str(fake_python().parents[1]))
    environment = scripts["environment"]
    environment.ensure("dev")
    asked = (tmp_path / "asked.txt").read_text().splitlines()
    installs = [line for line in asked if "pip" in line and " install " in line]
    assert re.search(r"install torch==2\.13\.0( |$)", installs[0])
    assert "--constraint" in installs[1]
    assert installs[1].split()[-1 if "--quiet" not in installs[1] else -2].endswith("[dev]")
    (tmp_path / "asked.txt").write_text("")
    environment.ensure("dev")
    environment.ensure()
    assert "install" not in (tmp_path / "asked.txt").read_text(), "set up again although nothing changed"
    monkeypatch.setattr(environment, "_fingerprint", lambda: "another")
    environment.ensure()
    assert "install" in (tmp_path / "asked.txt").read_text()


@posix
def test_a_missing_system_library_is_named_with_the_line_to_run(
    scripts: dict[str, Any], fake_python: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripts["apt"], "possible", lambda: False)
    monkeypatch.setattr(scripts["screen"].sys, "platform", "linux")
    python = fake_python("ImportError: libEGL.so.1: cannot open shared object file: No such file or directory", 1)
    with pytest.raises(scripts["words"].Stop, match=r"libEGL\.so\.1 is missing") as caught:
        scripts["screen"].ensure_qt(python, window=True)
    assert caught.value.cure.startswith("sudo apt-get install -y libegl1 ")
    assert "libxcb-cursor0" in caught.value.cure


def test_qt_really_loads_here(scripts: dict[str, Any]) -> None:
    scripts["screen"].ensure_qt(Path(sys.executable), window=False)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")
def test_without_a_display_the_quickstart_runs_instead(
    scripts: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[list[str]] = []
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(scripts["environment"], "ensure", lambda: Path(sys.executable))
    monkeypatch.setattr(scripts["screen"], "ensure_qt", lambda *_, **__: None)
    monkeypatch.setattr(scripts["start"].subprocess, "call", lambda command: ran.append(command) or 0)
    assert scripts["start"].main([]) == 0
    assert "no display" in capsys.readouterr().out
    assert ran == [[sys.executable, "-m", "desktop", "quickstart"]]


def test_every_pin_of_the_project_stands_in_the_constraints() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    lines = (ROOT / "packaging" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    locked = {_name(line): line.split("==")[1] for line in lines if line and not line.startswith("#")}
    for pin in wanted:
        assert re.fullmatch(r"[\w.-]+==[\w.]+", pin), f"{pin} is not exact"
        assert locked[_name(pin)] == pin.split("==")[1]


def test_the_continuous_check_is_the_readmes_own_command() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "python3 packaging/check.py" in script
    assert os.access(ROOT / ".ci" / "run", os.X_OK) or os.name == "nt"
    commands = re.findall(r"^python3 packaging/\w+\.py", readme.split("\n## ")[0], re.MULTILINE)
    assert commands == ["python3 packaging/start.py", "python3 packaging/check.py"]


def test_the_readmes_job_file_is_a_job() -> None:
    from desktop.engine.job import JobSpec

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    assert JobSpec.from_yaml(text).method.options == {"rank": 8}


def test_no_file_of_the_readme_is_missing() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", readme) if "://" not in link]
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


def test_the_linux_desktop_entry_and_metainfo_agree() -> None:
    import xml.etree.ElementTree as tree

    folder = ROOT / "packaging" / "linux"
    component = tree.parse(folder / "org.fettle.Fettle.metainfo.xml").getroot()
    assert component.findtext("launchable") == "org.fettle.Fettle.desktop"
    assert component.findtext("id") == "org.fettle.Fettle"
    entry = (folder / "org.fettle.Fettle.desktop").read_text(encoding="utf-8")
    assert "Exec=fettle\n" in entry
    done = subprocess.run([sys.executable, "-m", "desktop", "--version"], capture_output=True, text=True, check=True)
    releases = [release.get("version") for release in component.iter("release")]
    assert done.stdout.split()[-1] in releases


def test_the_stamps_survive_nonsense(scripts: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FETTLE_VENV", str(tmp_path))
    for content in ("", "[]", "{", json.dumps({"run": "x"})):
        (tmp_path / "fettle-setup.json").write_text(content)
        assert isinstance(scripts["environment"]._read_stamps(), dict)


def _name(pin: str) -> str:
    return pin.split("==")[0].lower().replace("_", "-")
