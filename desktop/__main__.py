"""The one entry: no argument opens the window, a sub-command goes to the command line, --engine and such to a child."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run Fettle and return its exit code; each branch imports only what it needs, so the window never loads torch."""
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] == ["--engine"]:
        from desktop.engine.train.child import main as engine

        return engine(words[1:])
    if words[:1] == ["--recipe"]:
        from desktop.engine.recipe_driver import main as driver

        return driver(words[1:])
    if words[:1] == ["--workbench"]:
        from desktop.engine.workbench.server import main as workbench

        return workbench()
    if words[:1] == ["--queue"]:
        from desktop.engine.queue_driver import main as queue

        return queue()
    if words[:1] == ["--template"]:
        from desktop.engine.data.rendering.template_child import main as template

        return template()
    if words and not words[0].startswith("--window"):
        from desktop.cli.program import main as program

        return program(words)
    from desktop.views.app import main as window

    return window(words)


if __name__ == "__main__":
    sys.exit(main())
