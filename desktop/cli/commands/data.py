"""``fettle data``: imported data sets, those in the hub's cache, and fetching one from the hub; it reads none."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from desktop.cli.base import Command
from desktop.cli.output import Output
from desktop.engine.errors import RequestError

_MB = 2**20


class Data(Command):
    """Keeps data sets."""

    id = "data"
    title = "Data sets"
    summary = "List imported data sets and those in the hub's cache, or fetch one from the hub."
    order = 45

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take what to do, and the name of the set where one is meant."""
        parser.add_argument(
            "action",
            nargs="?",
            choices=tuple(_ACTIONS),
            default="list",
            help="list: imported sets; forget: remove the set NAME from them; hub: sets in the hub's cache; fetch: "
            "download NAME from the hub",
        )
        parser.add_argument("name", nargs="?", default="", metavar="NAME", help="such as org/name or org/name@revision")

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Do it."""
        _ACTIONS[args.action](args.name, out)
        return 0


def _list(_: str, out: Output) -> None:
    from desktop.engine.data.library.shelf import shelf

    found = shelf()
    if found:
        rows = [
            (one.id, f"{one.rows:,}", _size(one.bytes), one.imported[:16].replace("T", " "), one.path) for one in found
        ]
        out.table(("SET", "ROWS", "SIZE", "IMPORTED", "FROM"), rows)
    else:
        out.say("No data set was imported yet. `fettle inspect FILE` imports one.")
    out.result([one.as_dict() for one in found])


def _forget(name: str, out: Output) -> None:
    from desktop.engine.data.library.entry import forget

    if not name:
        raise RequestError("no_name", "No imported set is named.", "See `fettle data list`, then forget SET.")
    freed = forget(name)
    out.result({"forgotten": name, "freed": freed}, f"{name} is forgotten, {_size(freed)} are free again.")


def _hub(_: str, out: Output) -> None:
    from desktop.engine.data.hub.cache import cached

    found = cached()
    if found:
        rows = [
            (one.path, str(one.files), _size(one.bytes), one.problem or ", ".join(one.splits) or "-") for one in found
        ]
        out.table(("PATH", "FILES", "SIZE", "PARTS"), rows)
    else:
        out.say("There is no data set in the hub's cache. `fettle data fetch NAME` fetches one over the network.")
    out.result([one.as_dict() for one in found])


def _fetch(name: str, out: Output) -> None:
    from desktop.engine.data.hub.fetch import Fetching, fetch

    if not name:
        raise RequestError("no_name", "No data set is named.", "Write `fettle data fetch org/name`.")
    said = -1

    def told(progress: Fetching) -> None:
        nonlocal said
        tenth = 10 * progress.done // progress.total if progress.total else 0
        if tenth > said:
            said = tenth
            out.say(f"{_size(progress.done)} of {_size(progress.total)}")

    found = fetch(name, told)
    files = "1 data file" if found.files == 1 else f"{found.files} data files"
    text = f"{found.name} is in the cache: {files}, {_size(found.bytes)}. Name it as {found.path}."
    out.result(found.as_dict(), text)


def _size(count: int) -> str:
    return f"{count / _MB:,.1f} MB"


_ACTIONS: dict[str, Callable[[str, Output], None]] = {"list": _list, "forget": _forget, "hub": _hub, "fetch": _fetch}
