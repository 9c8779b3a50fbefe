"""Runs the real workbench server over the operations made for tests."""

from __future__ import annotations

import sys

from desktop.engine.registry import Registry
from desktop.engine.workbench.base import Operation
from desktop.engine.workbench.server import main

SCRIPTED: Registry[Operation] = Registry("tests.support.workbench.operations", Operation, "operation")

if __name__ == "__main__":
    sys.exit(main(SCRIPTED))
