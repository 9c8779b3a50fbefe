"""Sets Fettle up on a fresh machine and opens its window; without a screen it runs the quickstart instead.

Usage: python3 packaging/start.py [what `fettle` takes]. Run it as often as you like: what is done is not done again.
"""

from __future__ import annotations

import subprocess
import sys

import environment
import screen
from words import Stop, say, told


def main(arguments: list[str]) -> int:
    """Set up, then open the window (or do what ``arguments`` say) and return its exit code."""
    try:
        environment.right_python(__file__, arguments)
        python = environment.ensure()
        command = [str(python), "-m", "desktop", *arguments]
        opens_window = not arguments or arguments[0].startswith("--window")
        if opens_window:
            screen.ensure_qt(python, window=True)
            if not screen.is_there(python):
                say("There is no display here, so no window can open. Running `fettle quickstart` instead.")
                command = [str(python), "-m", "desktop", "quickstart"]
            else:
                say("Opening Fettle.")
        return subprocess.call(command)
    except Stop as stop:
        return told(stop)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
