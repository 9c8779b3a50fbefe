"""``fettle doctor``: what this machine has, and what would not work here and why; it mends nothing."""

from __future__ import annotations

import argparse

from desktop.cli.base import Command
from desktop.cli.output import Output
from desktop.flow.doctor import examine

MARKS = {"ok": "ok  ", "note": "note", "broken": "NO  "}


class Doctor(Command):
    """Examines the machine."""

    id = "doctor"
    title = "Doctor"
    summary = "Say what this machine has, and what would not work here and why."
    order = 70

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Print every finding; fail where something needed is broken."""
        found = examine()
        for finding in found.facts:
            out.say(f"{finding.label}: {finding.value}. {finding.sentence}")
        out.say("Versions: " + ", ".join(f"{name} {version}" for name, version in found.versions.items()))
        out.say()
        for check in found.checks:
            out.say(f"{MARKS[check.state]}  {check.sentence}" + (f" {check.cure}" if check.cure else ""))
        out.result(found.as_dict())
        return 1 if any(check.state == "broken" for check in found.checks) else 0
