"""The one command: ``python -m tests.benchmarks [NAME ...]``; without a name it runs them all."""

from __future__ import annotations

import sys

from tests.benchmarks import forgetting, importing, lateness, scroll, start, training

ALL = {
    "start": start.main,
    "lateness": lateness.main,
    "training": training.main,
    "importing": importing.main,
    "scroll": scroll.main,
    "forgetting": forgetting.main,
}


def main(names: list[str]) -> int:
    """Run the benchmarks called ``names``."""
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"There is no benchmark called {', '.join(unknown)}. There are: {', '.join(ALL)}.", file=sys.stderr)
        return 2
    for name in names or ALL:
        ALL[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
