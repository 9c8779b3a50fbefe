"""Installs Debian and Ubuntu packages where that is possible without asking; it knows nothing of what they are for."""

from __future__ import annotations

import os
import shutil
import subprocess

from words import say


def possible() -> bool:
    """Tell whether packages can be installed without a password: apt is there and we are root."""
    return bool(shutil.which("apt-get")) and hasattr(os, "geteuid") and os.geteuid() == 0


def install(packages: list[str], what: str) -> bool:
    """Install those of ``packages`` that exist here; tell whether that was possible and went well."""
    if not possible():
        return False
    say(f"Installing {what} with apt.")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q"], env=environment, capture_output=True, check=False)
    known = [package for package in packages if _known(package)]
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *known]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        say((done.stdout + done.stderr).strip()[-600:])
    return done.returncode == 0


def _known(package: str) -> bool:
    # Names differ between releases (libglib2.0-0 became libglib2.0-0t64); one unknown name would stop them all.
    asked = subprocess.run(["apt-get", "install", "--dry-run", "-q", package], capture_output=True, check=False)
    return asked.returncode == 0
