"""A bundle for whoever is asked for help: what a run was and did, without secrets, names or training text."""

from __future__ import annotations

import getpass
import json
import os
import platform
import re
import sys
import zipfile
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from desktop.engine.errors import UserError
from desktop.engine.run_folder import RunFolder

LOG_LINES = 2000
LOG_TAIL = 2 * 1024 * 1024
_PACKAGES = ("torch", "transformers", "trl", "peft", "bitsandbytes", "accelerate", "datasets", "PySide6-Essentials")
_TEXTS = {"sampled": ("prompt", "text")}  # what the model was asked and said may quote the training data
_SECRETS = (
    re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}"),
    re.compile(r"(?i)(?P<lead>bearer\s+)[A-Za-z0-9._~+/=-]{8,}"),
    re.compile(
        r"""(?i)(?P<lead>(?:[a-z0-9_.-]*(?:token|secret|password|passwd|api[_-]?key|access[_-]?key))["']?\s*[=:]\s*["']?)"""
        r"""[^\s"',;}\[]{4,}"""
    ),
    re.compile(r"(?i)(?P<lead>://)[^/\s:@]+:[^/\s@]+(?=@)"),
    re.compile(r"\b(?:hf|sk|ghp|gho|ghs|github_pat|glpat|xox[abp]|AKIA|AIza)[-_A-Za-z0-9]{12,}"),
    re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"),
)


def save_diagnostics(run: RunFolder, file: Path) -> Path:
    """Write the bundle of ``run`` as a zip to ``file``; return it."""
    staging = file.with_name(f".{file.name}.partial")
    try:
        with zipfile.ZipFile(staging, "w", zipfile.ZIP_DEFLATED) as bundle:
            bundle.writestr("README.txt", _READ_ME)
            bundle.writestr("machine.json", json.dumps(_machine(), indent=1))
            for path in (run.job_file, run.environment_file, run.control_file):
                if path.is_file():
                    bundle.writestr(path.name, without_secrets(path.read_text(encoding="utf-8", errors="replace")))
            bundle.writestr("events.jsonl", "\n".join(_events(run)))
            bundle.writestr("engine.log", "\n".join(last_lines(run.log_file, LOG_LINES)))
            bundle.writestr("files.txt", "\n".join(_files(run.path)))
        os.replace(staging, file)
    except OSError as error:
        staging.unlink(missing_ok=True)
        raise UserError(
            "cannot_save", f"The diagnostics could not be saved: {error.strerror}.", "Choose another place."
        ) from error
    return file


def last_lines(file: Path, count: int) -> list[str]:
    """Return the newest lines of a log, however long it is, without secrets; progress bars count as one line."""
    try:
        with file.open("rb") as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - LOG_TAIL))
            text = log.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    lines = [line.rsplit("\r", 1)[-1] for line in text.replace("\r\n", "\n").split("\n")]
    return without_secrets("\n".join(lines[-count - 1 :])).rstrip("\n").split("\n") if any(lines) else []


def without_secrets(text: str) -> str:
    """Return ``text`` with keys, passwords, addresses, the user's name and her home folder taken out."""
    for pattern in _SECRETS:
        text = pattern.sub(lambda match: f"{match.groupdict().get('lead', '')}[left out]", text)
    for name, stands_for in _names():
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", stands_for, text)
    return text


def _names() -> Iterable[tuple[str, str]]:
    home = str(Path.home())
    if len(home) > 3:
        yield home, "~"
        yield home.replace("\\", "\\\\"), "~"
        yield home.replace("\\", "/"), "~"
    host = platform.node()
    if len(host) > 2:
        yield host, "[this machine]"
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        return
    if len(user) > 2 and user not in ("root", "user"):
        yield user, "[user]"


def _events(run: RunFolder) -> Iterable[str]:
    try:
        lines = run.events_file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            event = json.loads(line)
            hidden = _TEXTS.get(event.get("kind", ""), ())
        except (ValueError, AttributeError, RecursionError):
            continue
        yield without_secrets(
            json.dumps({key: "[left out]" if key in hidden else value for key, value in event.items()})
        )


def _machine() -> dict[str, object]:
    packages = {}
    for name in _PACKAGES:
        try:
            packages[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            packages[name] = "not installed"
    return {"system": platform.platform(), "python": sys.version, "cores": os.cpu_count(), "packages": packages}


def _files(root: Path) -> Iterable[str]:
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield f"{path.stat().st_size:>14,}  {path.relative_to(root).as_posix()}"


_READ_ME = """This bundle was made by Fettle on request. It holds what a training run was asked to do, what happened and
what the libraries printed. Left out: the training data, the model, sampled texts, keys, passwords, mail addresses, the
name of the user and of the machine. Have a look before you send it: everything here is plain text.
"""
