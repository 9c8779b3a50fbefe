"""How the set-up scripts speak and stop: one sentence, then what to do; it knows nothing of what is set up.

Only the standard library and only syntax that older Pythons read, so that a wrong Python is told in words.
"""

from __future__ import annotations

import sys


class Stop(Exception):
    """The set-up cannot go on; the text is for the user.

    Attributes:
        cure: what to do, often a line to paste.
    """

    def __init__(self, message: str, cure: str = "") -> None:
        """Keep what happened apart from what to do."""
        super().__init__(message)
        self.cure = cure


def say(text: str) -> None:
    """Print one line at once, whatever the console's encoding can show."""
    encoding = sys.stdout.encoding or "ascii"
    print(text.encode(encoding, "replace").decode(encoding), flush=True)


def told(stop: Stop) -> int:
    """Print why it stopped and return the exit code."""
    say("")
    say(str(stop))
    if stop.cure:
        say("  " + stop.cure.replace("\n", "\n  "))
    return 1
