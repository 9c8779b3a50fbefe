"""Makes the virtual environment and installs what Fettle needs into it; quick when that is already done.

It knows pip and venv, and nothing of Qt or of screens. Standard library only.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import apt
from words import Stop, say

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
OLDEST = (3, 11)
NO_NETWORK = re.compile(
    r"name resolution|getaddrinfo|Network is unreachable|Connection refused|Max retries|timed out|ProxyError"
    r"|NewConnectionError",
    re.IGNORECASE,
)


def right_python(script: str, arguments: list[str]) -> None:
    """Go on under a Python that is new enough, or stop with the sentence that says which to install."""
    if sys.version_info >= OLDEST:
        return
    for minor in (13, 12, 11):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            sys.exit(subprocess.call([newer, script, *arguments]))
    raise Stop(
        f"Fettle needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {platform.python_version()}.",
        "Install a newer Python (Debian 12, Ubuntu 24.04: apt install python3; Windows, macOS: python.org), "
        "then run this command again with it.",
    )


def folder() -> Path:
    """Return where the environment is, or will be: ``FETTLE_VENV``, else ``.venv`` in the checkout."""
    chosen = os.environ.get("FETTLE_VENV")
    return Path(chosen).expanduser().resolve() if chosen else ROOT / ".venv"


def python() -> Path:
    """Return the environment's Python."""
    return folder() / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def ensure(extra: str = "") -> Path:
    """Make the environment hold Fettle (with the packages of ``extra``) and return its Python."""
    made_now = _ensure_venv()
    stamps = _read_stamps()
    wanted = _fingerprint()
    if stamps.get(extra or "run") == wanted and not made_now:
        return python()
    say(f"Setting up in {folder()} (the first time downloads packages; this can take several minutes).")
    # Torch first and alone: the exact pin then takes the build the machine's own pip configuration offers (a CPU build
    # where there is one); solved together with the rest, pip may fall back to one with gigabytes of CUDA.
    _pip("install", _torch_pin())
    target = f"{ROOT}[{extra}]" if extra else str(ROOT)
    _pip("install", "--constraint", str(CONSTRAINTS), "--editable", target)
    stamps.update({"run": wanted, **({extra: wanted} if extra else {})})
    (folder() / "fettle-setup.json").write_text(json.dumps(stamps), encoding="utf-8")
    return python()


def _ensure_venv() -> bool:
    if _works():
        return False
    say(f"Making a virtual environment in {folder()}.")
    command = [sys.executable, "-m", "venv", "--clear", str(folder())]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode or not _works():
        # Debian and Ubuntu ship venv's installer in a package of its own.
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        if shutil.which("apt-get") and apt.install([package, "python3-venv"], "Python's venv module"):
            made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode or not _works():
            raise Stop(
                "Python cannot make virtual environments here: its venv module is missing or broken.",
                f"sudo apt-get install {package}" if shutil.which("apt-get") else (made.stdout + made.stderr)[-400:],
            )
    return True


def _works() -> bool:
    if not python().exists():
        return False
    check = f"import sys, pip; sys.exit(sys.version_info < {OLDEST!r})"
    try:
        return subprocess.run([str(python()), "-c", check], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _pip(*arguments: str) -> None:
    # Never isolated, never with an index of its own: index, proxy and certificates are the machine's own configuration.
    command = [str(python()), "-m", "pip", "--disable-pip-version-check", *arguments]
    if sys.stdout.isatty():
        log = folder() / "setup.log"
        done = subprocess.run([*command, "--log", str(log)], check=False)
        output = log.read_text(encoding="utf-8", errors="replace")[-20_000:] if log.exists() else ""
    else:
        done = subprocess.run([*command, "--quiet"], capture_output=True, text=True, errors="replace", check=False)
        output = done.stdout + done.stderr
    if done.returncode == 0:
        return
    say(output.strip()[-1500:])
    if "No space left" in output:
        raise Stop("The disk is full: the packages need about 2 GB.", "Free some space and run this command again.")
    if NO_NETWORK.search(output):
        raise Stop(
            "The packages could not be downloaded: there seems to be no way to the package index from here.",
            "Check the network (or pip's own settings for a mirror or proxy) and run this command again.",
        )
    if unmatched := re.search(r"No matching distribution found for (\S+)", output):
        raise Stop(
            f"There is no package {unmatched.group(1)} for Python {platform.python_version()} on this system.",
            "Run this command again with Python 3.11, 3.12 or 3.13 on 64-bit Linux, Windows or macOS.",
        )
    raise Stop("pip could not install the packages; its own words are above.", "Put that right and run this again.")


def _torch_pin() -> str:
    found = re.search(r'"(torch==[^"]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    if found is None:
        raise Stop("pyproject.toml names no exact torch version.")
    return found.group(1)


def _fingerprint() -> str:
    parts = [(ROOT / "pyproject.toml").read_bytes(), CONSTRAINTS.read_bytes(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join([*parts, platform.python_version().encode()])).hexdigest()


def _read_stamps() -> dict[str, str]:
    try:
        stamps = json.loads((folder() / "fettle-setup.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}
