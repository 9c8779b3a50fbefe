"""The hardware operation: what this machine has and can do, for the window; it measures nothing of its own."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from desktop.engine.workbench.base import Operation, Reply


class Hardware(Operation):
    """Describes this machine."""

    id: ClassVar[str] = "hardware"
    title: ClassVar[str] = "Looking at this machine"
    summary: ClassVar[str] = "Processor, memory, GPUs and disk, each with a sentence."
    quick: ClassVar[bool] = True

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return the fields of :class:`desktop.engine.hardware.Hardware` under ``hardware``, its lines as ``facts``."""
        from desktop.engine.hardware import hardware

        machine = hardware()
        return {
            "hardware": dataclasses.asdict(machine),
            "facts": [dataclasses.asdict(fact) for fact in machine.facts()],
            "device": machine.device,
            "bf16": machine.bf16,
            "limit_mib": machine.limit_mib(),
        }
